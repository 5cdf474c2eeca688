"""The list on paper: whom one reaches and how one gets in, and nothing else; and the rules the desk explains."""

from typing import Any

from alerts.modes import QUIET, Mode
from alerts.profile import SETTINGS, parse_setting
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web


async def _furnish(admin: Client) -> dict[str, Any]:
    body = {
        "name": "李桂兰", "division_id": VILLAGE, "group_name": "三组", "address": "柳村三组12号",
        "address_note": "钥匙在邻居王家", "phone": "10000000002", "care_notes": {"conditions": ["高血压"]},
    }  # fmt: skip
    one: dict[str, Any] = (await admin.post("/recipients", body)).json()
    contact = {"name": "王邻居", "phone": "10000000003", "relation": "neighbour", "holds_key": True}
    await admin.post(f"/recipients/{one['id']}/contacts", contact)
    await admin.post("/devices", {"kind": "call_button", "phone": "10000000004", "recipient_id": one["id"]})
    for role, division_id, name in (
        ("helper", VILLAGE, "村医"),
        ("township", TOWNSHIP, "站长"),
        ("leader", SIBLING, "远"),
    ):
        entries = [{"name": name, "phone": "10000000005"}]
        answer = await admin.put("/rosters", {"role": role, "division_id": division_id, "entries": entries})
        assert answer.status_code == 200, answer.text
    return one


async def test_the_list_holds_what_is_needed_to_reach_somebody_and_no_diagnosis(admin: Client) -> None:
    one = await _furnish(admin)
    answer = await admin.get("/contact-list", division_id=VILLAGE)
    assert answer.status_code == 200, answer.text
    assert "高血压" not in answer.text
    made = answer.json()
    [person] = made["people"]
    assert (person["id"], person["address_note"]) == (one["id"], "钥匙在邻居王家")
    assert person["contacts"] == [
        {"name": "王邻居", "phone": "10000000003", "relation": "neighbour", "holds_key": True}
    ]
    assert person["devices"] == [{"kind": "call_button", "phone": "10000000004"}]
    assert [(helper["role"], helper["name"]) for helper in made["helpers"]] == [
        ("township", "站长"),
        ("helper", "村医"),
    ]
    assert (made["division"]["id"], made["left_out"]) == (VILLAGE, 0)


async def test_groups_follow_by_number_and_who_has_none_comes_last(admin: Client) -> None:
    groups = [None, "河边", "十二组", "二组", "第3组", "二十一组", "一组", "十组"]
    for group in groups:
        await admin.post("/recipients", {"name": "李桂兰", "division_id": VILLAGE, "group_name": group})
    people = (await admin.get("/contact-list")).json()["people"]
    in_order = ["一组", "二组", "第3组", "十组", "十二组", "二十一组", "河边", None]
    assert [one["group_name"] for one in people] == in_order


async def test_who_is_cared_for_no_longer_is_not_on_the_list(admin: Client) -> None:
    one = await _furnish(admin)
    await admin.patch(f"/recipients/{one['id']}", {"ended_at": "2020-01-01T00:00:00Z", "ended_reason": "moved"})
    assert (await admin.get("/contact-list")).json()["people"] == []


async def test_the_list_is_of_ones_own_division_and_on_record(web: Web, admin: Client) -> None:
    await _furnish(admin)
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert (await sibling.get("/contact-list", division_id=VILLAGE)).status_code == 403
    assert (await sibling.get("/contact-list")).json()["people"] == []
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    assert len((await township.get("/contact-list")).json()["people"]) == 1
    rows = await web.rows("SELECT entity_id FROM access_log WHERE action = 'print' ORDER BY id")
    assert rows == [(SIBLING,), (TOWNSHIP,)]


async def test_a_place_that_is_not_there_has_no_list(admin: Client) -> None:
    assert (await admin.get("/contact-list", division_id="990101001999")).status_code == 404


async def test_every_mode_says_what_it_makes_quiet(admin: Client) -> None:
    modes = {one["mode"]: one for one in (await admin.get("/modes")).json()["items"]}
    assert {mode: set(one["quiet"]) for mode, one in modes.items()} == {mode: set(QUIET[mode]) for mode in Mode}
    assert (modes["home"]["usual_s"], modes["away"]["usual_s"]) == (None, 3 * 24 * 3600)


async def test_every_setting_says_its_default_and_its_bounds(web: Web, admin: Client) -> None:
    settings = (await admin.get("/monitoring-settings")).json()["items"]
    assert [(one["group"], one["name"]) for one in settings] == [(one.group, one.name) for one in SETTINGS]
    one = await web.recipient(division_id=COUNTY)
    for setting, told in zip(SETTINGS, settings, strict=True):
        assert parse_setting(setting.unit, told["default"]) is not None, told
        for value, status in ((told["lowest"], 200), (told["highest"], 200), ((told["highest"] or 0) + 1, 422)):
            if value is None:
                continue
            own = {told["name"]: value}
            body = {"monitoring": {told["group"]: own} if told["group"] else own}
            assert (await admin.patch(f"/recipients/{one['id']}", body)).status_code == status, (told, value)
