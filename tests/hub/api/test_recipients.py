"""Recipients and contacts through HTTP."""

from typing import Any

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web


async def test_a_recipient_needs_only_a_name(admin: Client) -> None:
    answer = await admin.post("/recipients", {"name": "李桂兰"})
    assert answer.status_code == 201, answer.text
    recipient = answer.json()
    assert recipient["name"] == "李桂兰"
    assert recipient["division_id"] == COUNTY
    assert recipient["division_name"] == "示例县"
    assert recipient["timezone"] == "Asia/Shanghai"
    assert recipient["lives_alone"] is True
    assert recipient["contacts"] == recipient["devices"] == recipient["modes"] == []


async def test_a_new_recipient_is_in_the_callers_division_unless_one_below_is_named(web: Web) -> None:
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    own = await township.post("/recipients", {"name": "李桂兰"})
    below = await township.post("/recipients", {"name": "赵六", "division_id": VILLAGE})
    assert (own.json()["division_id"], below.json()["division_id"]) == (TOWNSHIP, VILLAGE)
    for division_id, status in ((COUNTY, 403), (SIBLING, 403), ("990101001999", 422)):
        refused = await township.post("/recipients", {"name": "钱七", "division_id": division_id})
        assert refused.status_code == status, refused.text


async def test_a_file_holds_what_was_written(admin: Client) -> None:
    written: dict[str, Any] = {
        "name": "李桂兰", "group_name": "三组", "sex": "female", "birth_date": "1941-03-05", "phone": "10000000002",
        "address": "柳村三组12号", "address_note": "钥匙在邻居王家", "lives_alone": False, "categories": ["特困人员"],
        "ability": "半失能", "location_consent": True, "monitoring": {"fall": {"confirm_s": 5}},
    }  # fmt: skip
    notes = {"conditions": ["高血压"], "medication": ["氨氯地平"], "allergies": ["青霉素"], "language": "方言"}
    answer = await admin.post("/recipients", {**written, "care_notes": notes})
    assert answer.status_code == 201, answer.text
    file = (await admin.get(f"/recipients/{answer.json()['id']}")).json()
    assert {name: file[name] for name in written} == written
    assert file["care_notes"] == notes


async def test_a_change_touches_only_what_it_names(admin: Client) -> None:
    created = (await admin.post("/recipients", {"name": "李桂兰", "phone": "10000000002"})).json()
    changed = await admin.patch(f"/recipients/{created['id']}", {"lives_alone": False})
    assert changed.status_code == 200
    assert (changed.json()["lives_alone"], changed.json()["phone"]) == (False, "10000000002")
    cleared = await admin.patch(f"/recipients/{created['id']}", {"phone": None})
    assert cleared.json()["phone"] is None


async def test_monitoring_is_merged_and_null_takes_away(admin: Client) -> None:
    recipient_id = (await admin.post("/recipients", {"name": "李桂兰"})).json()["id"]

    async def patch(monitoring: dict[str, Any]) -> Any:
        answer = await admin.patch(f"/recipients/{recipient_id}", {"monitoring": monitoring})
        assert answer.status_code == 200, answer.text
        return answer.json()["monitoring"]

    inactivity = {"day_limit_s": 10, "night_limit_s": 10}
    assert await patch({"fall": {"confirm_s": 5}, "inactivity": inactivity}) == {
        "fall": {"confirm_s": 5},
        "inactivity": inactivity,
    }
    assert await patch({"inactivity": {"day_limit_s": None}}) == {
        "fall": {"confirm_s": 5},
        "inactivity": {"night_limit_s": 10},
    }
    assert await patch({"fall": None}) == {"inactivity": {"night_limit_s": 10}}


@pytest.mark.parametrize(
    "monitoring",
    [
        {"fall": {"confirm_s": -1}},
        {"fall": {"confirm_s": "soon"}},
        {"vitals": {"heart_rate_bpm": {"high": 1e300}}},
        {"Fall!": 1},
        {"a": {"b": {"c": {"d": 1}}}},
        {"text": "x" * 1000},
    ],
)
async def test_a_threshold_that_is_none_is_refused(admin: Client, monitoring: dict[str, Any]) -> None:
    recipient_id = (await admin.post("/recipients", {"name": "李桂兰"})).json()["id"]
    answer = await admin.patch(f"/recipients/{recipient_id}", {"monitoring": monitoring})
    assert answer.status_code == 422, answer.text


async def test_a_contacts_place_in_the_order_is_a_number_and_not_true(admin: Client) -> None:
    recipient = (await admin.post("/recipients", {"name": "李示例"})).json()
    contact = {"name": "王演示", "phone": "10000000008", "order": True}
    refused = await admin.post(f"/recipients/{recipient['id']}/contacts", contact)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "order")


async def test_contacts_are_called_in_the_order_of_their_creation_unless_told(admin: Client) -> None:
    recipient_id = (await admin.post("/recipients", {"name": "李桂兰"})).json()["id"]
    path = f"/recipients/{recipient_id}/contacts"
    for name, order in (("王芳", None), ("李强", None), ("村医", 0)):
        body = {"name": name, "phone": "10000000001", **({} if order is None else {"order": order})}
        assert (await admin.post(path, body)).status_code == 201
    contacts = (await admin.get(path)).json()["items"]
    assert [contact["name"] for contact in contacts] == ["村医", "王芳", "李强"]
    changed = await admin.patch(f"{path}/{contacts[0]['id']}", {"order": 9})
    assert changed.json()["order"] == 9
    assert (await admin.delete(f"{path}/{contacts[1]['id']}")).status_code == 204
    file = (await admin.get(f"/recipients/{recipient_id}")).json()
    assert [contact["name"] for contact in file["contacts"]] == ["李强", "村医"]


async def test_a_contact_is_reached_only_through_its_own_recipient(admin: Client) -> None:
    first = (await admin.post("/recipients", {"name": "李桂兰"})).json()["id"]
    second = (await admin.post("/recipients", {"name": "赵六"})).json()["id"]
    contact = (await admin.post(f"/recipients/{first}/contacts", {"name": "王芳", "phone": "10000000001"})).json()
    assert (await admin.delete(f"/recipients/{second}/contacts/{contact['id']}")).status_code == 404
    assert (await admin.patch(f"/recipients/{second}/contacts/{contact['id']}", {"name": "x"})).status_code == 404


async def test_a_search_finds_by_part_of_name_address_or_number(admin: Client) -> None:
    await admin.post("/recipients", {"name": "李桂兰", "address": "柳村三组12号", "phone": "10000000002"})
    await admin.post("/recipients", {"name": "赵六"})
    for text, names in (("桂", ["李桂兰"]), ("三组", ["李桂兰"]), ("0002", ["李桂兰"]), ("%", []), ("六", ["赵六"])):
        found = (await admin.get("/recipients", q=text)).json()["items"]
        assert [recipient["name"] for recipient in found] == names, text


async def test_people_are_listed_page_by_page(admin: Client) -> None:
    made = [(await admin.post("/recipients", {"name": f"示例{number}"})).json()["id"] for number in range(3)]
    first = (await admin.get("/recipients", limit=2)).json()
    second = (await admin.get("/recipients", limit=2, cursor=first["next"])).json()
    assert [line["id"] for line in first["items"] + second["items"]] == made
    assert second["next"] is None


async def test_a_person_moves_with_everything_that_is_theirs(web: Web, admin: Client) -> None:
    recipient = await web.recipient(division_id=SIBLING)
    device = (await admin.post("/devices", {"kind": "smartwatch", "recipient_id": recipient["id"]})).json()
    await admin.post(f"/recipients/{recipient['id']}/contacts", {"name": "王芳", "phone": "10000000001"})
    moved = await admin.patch(f"/recipients/{recipient['id']}", {"division_id": VILLAGE})
    assert moved.json()["division_id"] == VILLAGE
    village = await web.client(Role.OPERATOR, VILLAGE)
    assert (await village.get(f"/devices/{device['id']}")).status_code == 200
    assert len((await village.get(f"/recipients/{recipient['id']}/contacts")).json()["items"]) == 1
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert (await sibling.get(f"/recipients/{recipient['id']}")).status_code == 404
    refused = await admin.patch(f"/recipients/{recipient['id']}", {"division_id": "990101009000"})
    assert refused.status_code == 422


async def test_the_timeline_tells_what_happened_the_newest_first(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    await admin.post("/devices", {"kind": "call_button", "recipient_id": recipient["id"]})
    incident_id = await web.press(recipient)
    await admin.post(f"/recipients/{recipient['id']}/modes", {"mode": "hospital"})
    first = (await admin.get(f"/recipients/{recipient['id']}/timeline", limit=2)).json()
    rest = (await admin.get(f"/recipients/{recipient['id']}/timeline", cursor=first["next"])).json()
    entries = first["items"] + rest["items"]
    assert [entry["type"] for entry in entries] == ["mode", "incident", "assignment"]
    assert entries[1]["id"] == incident_id
    assert entries[1]["details"]["severity"] == "critical"


async def test_each_look_at_a_file_is_on_record(web: Web, admin: Client) -> None:
    recipient = await web.recipient(division_id=TOWNSHIP)
    incident_id = await web.press(recipient)
    operator = await web.client(Role.OPERATOR, TOWNSHIP)
    for path in ("", "/timeline", "/readings", "/vitals", "/contacts"):
        await operator.get(f"/recipients/{recipient['id']}{path}")
    await operator.get(f"/incidents/{incident_id}")
    await operator.post(f"/incidents/{incident_id}/acknowledge")
    rows = await web.rows(
        "SELECT action, entity_type, division_id, address FROM access_log"
        " WHERE actor_name = 'test operator' ORDER BY id"
    )
    assert [(action, entity) for action, entity, _, _ in rows] == [
        ("look", "recipient"), ("look_timeline", "recipient"), ("look_readings", "recipient"),
        ("look_vitals", "recipient"), ("look_contacts", "recipient"), ("look", "incident"), ("acknowledge", "incident"),
    ]  # fmt: skip
    assert {(division_id, address) for _, _, division_id, address in rows} == {(TOWNSHIP, "192.0.2.7")}


async def test_a_look_that_finds_nothing_is_no_look(web: Web) -> None:
    recipient = await web.recipient(division_id=SIBLING)
    operator = await web.client(Role.OPERATOR, TOWNSHIP)
    assert (await operator.get(f"/recipients/{recipient['id']}")).status_code == 404
    assert await web.rows("SELECT 1 FROM access_log WHERE actor_name = 'test operator'") == []


async def test_an_operator_writes_what_is_learnt_on_the_telephone_and_no_more(web: Web) -> None:
    recipient = await web.recipient()
    path = f"/recipients/{recipient['id']}"
    operator, supervisor = await web.client(Role.OPERATOR), await web.client(Role.SUPERVISOR)
    learnt = {"care_notes": {"notes": "耳背"}, "address_note": "钥匙在邻居王家", "phone": "10000000009"}
    assert (await operator.patch(path, learnt)).status_code == 200
    for more in (
        {"name": "李桂芳"},
        {"lives_alone": False},
        {"monitoring": {"fall": {"confirm_s": 5}}},
        {"ended_at": "2020-01-01T00:00:00Z"},
        {"location_consent": True},
        {**learnt, "ability": "mild"},
    ):
        refused = await operator.patch(path, more)
        assert (refused.status_code, refused.json()["code"]) == (403, "field_not_allowed"), more
        assert (await supervisor.patch(path, more)).status_code == 200, more
