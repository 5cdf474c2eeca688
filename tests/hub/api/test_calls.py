"""Calls to the desk: whose number it may be, and what becomes of the call."""

from typing import Any

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, VILLAGE, Client, Web

LI = "10000000001"


async def person(
    web: Web, name: str = "李桂兰", division_id: str = VILLAGE, phone: str | None = None
) -> dict[str, Any]:
    """Somebody on file, with a number if one is given."""
    created = await web.recipient(name, division_id)
    if phone is not None:
        assert (await (await web.client()).patch(f"/recipients/{created['id']}", {"phone": phone})).status_code == 200
    return created


async def looked_up(client: Client, phone: str) -> list[dict[str, Any]]:
    """Who may be calling."""
    answer = await client.get("/callers", phone=phone)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def registered(client: Client, **call: Any) -> dict[str, Any]:
    """A call, put on record."""
    answer = await client.post("/calls", call)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def test_a_number_is_known_however_it_was_written(web: Web) -> None:
    await person(web, phone="100 0000-0001")
    operator = await web.client(Role.OPERATOR)
    for written in (LI, "+86 100 0000 0001", "0086-10000000001", "100-0000-0001"):
        [match] = await looked_up(operator, written)
        assert (match["type"], match["name"], match["exact"]) == ("recipient", "李桂兰", True)


async def test_the_last_digits_are_enough_from_four_on(web: Web) -> None:
    await person(web, phone="10000004321")
    operator = await web.client(Role.OPERATOR)
    [match] = await looked_up(operator, "4321")
    assert (match["name"], match["exact"]) == ("李桂兰", False)
    assert await looked_up(operator, "1234") == []
    too_short = await operator.get("/callers", phone="432")
    assert (too_short.status_code, too_short.json()["errors"][0]["code"]) == (422, "too_short")


async def test_a_number_of_the_place_is_known_with_its_area_code(web: Web) -> None:
    await person(web, phone="7654321")
    [match] = await looked_up(await web.client(Role.OPERATOR), "0000-7654321")
    assert (match["name"], match["exact"]) == ("李桂兰", False)


async def test_contacts_devices_and_helpers_lead_to_the_person_and_what_is_open(web: Web) -> None:
    admin, operator = await web.client(), await web.client(Role.OPERATOR)
    li = await person(web)
    await admin.post(f"/recipients/{li['id']}/contacts", {"name": "王芳", "phone": LI, "relation": "daughter"})
    await admin.post("/devices", {"kind": "smartwatch", "phone": LI, "recipient_id": li["id"]})
    await admin.put(
        "/rosters", {"role": "helper", "division_id": VILLAGE, "entries": [{"name": "刘村医", "phone": LI}]}
    )
    incident = await web.press(li)
    found = await looked_up(operator, LI)
    assert [match["type"] for match in found] == ["device", "contact", "helper"]
    device, contact, helper = found
    assert (contact["name"], contact["role"], contact["recipient"]["name"]) == ("王芳", "daughter", "李桂兰")
    assert [one["id"] for one in contact["incidents"]] == [incident]
    assert device["recipient"]["id"] == li["id"]
    assert (helper["name"], helper["recipient"], helper["place"]) == ("刘村医", None, "东乡柳村")


async def test_who_takes_turns_on_a_roster_is_known_too(web: Web) -> None:
    rotation = {
        "people": [{"name": "甲村医", "phone": "10000000007"}, {"name": "乙村医", "phone": "10000000008"}],
        "starts_on": "2026-01-05",
        "handover": "08:00",
        "turn": {"days": 1},
    }
    body = {"role": "helper", "division_id": VILLAGE, "entries": [{"name": "村医轮值", "rotation": rotation}]}
    written = await (await web.client()).put("/rosters", body)
    assert written.status_code == 200, written.text
    [match] = await looked_up(await web.client(Role.OPERATOR), "10000000008")
    assert (match["type"], match["name"]) == ("helper", "乙村医")


async def test_nobody_outside_of_the_scope_is_found_and_every_find_is_on_record(web: Web) -> None:
    li = await person(web, phone=LI)
    await web.press(li)
    assert await looked_up(await web.client(Role.OPERATOR, SIBLING), LI) == []
    looks = "SELECT count(*) FROM access_log WHERE action = 'look_up' AND entity_id = %s"
    assert await web.rows(looks, li["id"]) == [(0,)]
    await looked_up(await web.client(Role.OPERATOR), LI)
    assert await web.rows(looks, li["id"]) == [(1,)]


async def test_a_call_for_help_opens_an_incident_taken_by_whoever_is_on_the_telephone(web: Web) -> None:
    await web.user("zhang", name="张值班")
    zhang = await web.logged_in("zhang")
    li = await person(web)
    who = {"type": "contact", "name": "王芳"}
    call = await registered(
        zhang, number=LI, caller=who, recipient_id=li["id"], purpose="help", note="胸口闷", then="open"
    )
    assert (call["outcome"], call["recipient"]["name"]) == ("opened", "李桂兰")
    now = call["incident_now"]
    assert (now["kind"], now["state"], now["acknowledged_by"]["name"]) == ("phone_report", "acknowledged", "张值班")
    assert now["sounding"] is False
    log = (await zhang.get(f"/incidents/{now['id']}")).json()["log"]
    assert {line["code"] for line in log} == {"opened", "acknowledged", "contact_attempt", "call_taken"}
    taken = next(line["params"] for line in log if line["code"] == "call_taken")
    assert taken == {"who": "王芳", "number": LI, "purpose": "help"}
    assert call["registered_by"]["name"] == "张值班"


async def test_without_taking_it_the_incident_sounds_until_somebody_does(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    call = await registered(operator, number=LI, purpose="help", note="?", then="open", take=False)
    assert (call["incident_now"]["state"], call["incident_now"]["sounding"]) == ("open", True)
    again = await registered(operator, number="+8610000000001", purpose="help", note="?", then="open", take=False)
    assert again["outcome"] == "joined"
    assert again["incident_now"]["id"] == call["incident_now"]["id"]
    lookup = (await operator.get("/callers", phone=LI)).json()
    assert [one["id"] for one in lookup["incidents"]] == [call["incident_now"]["id"]]


async def test_a_cry_for_help_joins_what_somebody_else_holds_and_sounds_again_there(web: Web) -> None:
    for login, name in (("zhang", "张值班"), ("wu", "吴值班")):
        await web.user(login, name=name)
    zhang, wu = await web.logged_in("zhang"), await web.logged_in("wu")
    li = await person(web)
    incident = await web.press(li)
    await zhang.post(f"/incidents/{incident}/acknowledge")
    call = await registered(wu, number=LI, purpose="help", note="起不来", then="join", incident_id=incident)
    now = call["incident_now"]
    assert (now["kind"], now["sounding"], now["acknowledged_by"]["name"]) == ("sos", True, "张值班")
    assert [alert["kind"] for alert in now["alerts"]] == ["sos", "phone_report"]
    assert call["recipient"]["id"] == li["id"]


async def test_who_rings_back_was_reached(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await web.press(await person(web))
    await operator.post(f"/incidents/{incident}/acknowledge")
    who = {"type": "contact", "name": "王芳"}
    await registered(operator, number=LI, caller=who, purpose="reply", note="人没事", then="join", incident_id=incident)
    file = (await operator.get(f"/incidents/{incident}")).json()
    assert file["contacted_at"] is not None
    attempt = next(line["params"] for line in file["log"] if line["code"] == "contact_attempt")
    assert attempt == {"who": "王芳", "phone": LI, "outcome": "reached", "note": "人没事"}


async def test_a_question_about_an_incident_is_a_note_and_no_contact(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await web.press(await person(web))
    await operator.post(f"/incidents/{incident}/acknowledge")
    for note in ("问什么时候到", ""):
        await registered(operator, number=LI, purpose="question", note=note, then="join", incident_id=incident)
    file = (await operator.get(f"/incidents/{incident}")).json()
    assert file["contacted_at"] is None
    codes = [line["code"] for line in file["log"]]
    assert (codes.count("note"), codes.count("call_taken")) == (1, 2)


async def test_a_misdial_is_on_record_and_nothing_else(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    call = await registered(operator, number=None, purpose="misdial", then="log")
    assert (call["number"], call["incident_now"], call["outcome"]) == (None, None, "logged")
    assert (await operator.get("/incidents")).json()["items"] == []


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ({"number": LI, "purpose": "help", "then": "log"}, "then"),
        ({"purpose": "help", "then": "open"}, "number"),
        ({"number": LI, "purpose": "help", "then": "join"}, "incident_id"),
    ],
)
async def test_a_call_that_would_be_lost_is_refused(web: Web, call: dict[str, Any], field: str) -> None:
    answer = await (await web.client(Role.OPERATOR)).post("/calls", call)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert await web.rows("SELECT count(*) FROM incoming_call") == [(0,)]


async def test_a_closed_incident_is_not_joined(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await web.press(await person(web))
    await operator.post(f"/incidents/{incident}/close", {"disposition": "false"})
    call = {"number": LI, "purpose": "help", "then": "join", "incident_id": incident}
    answer = await operator.post("/calls", call)
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")


async def test_nothing_of_another_place_is_joined(web: Web) -> None:
    li = await person(web)
    incident = await web.press(li)
    sibling = await web.client(Role.OPERATOR, SIBLING)
    join = {"number": LI, "purpose": "help", "then": "join", "incident_id": incident}
    assert (await sibling.post("/calls", join)).status_code == 422
    about = {"number": LI, "purpose": "help", "then": "open", "recipient_id": li["id"]}
    assert (await sibling.post("/calls", about)).status_code == 422


async def test_calls_are_found_by_number_name_words_and_code_and_only_in_their_place(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    li = await person(web)
    call = await registered(operator, number=LI, recipient_id=li["id"], purpose="help", note="胸口闷", then="open")
    await registered(operator, number="10000000002", purpose="question", note="低保怎么办", then="log")
    code = str(call["incident"]["code"])
    for search in ("100-0000-0001", "0001", "桂兰", "胸口", code):
        found = (await operator.get("/calls", search=search)).json()["items"]
        assert [one["id"] for one in found] == [call["id"]], search
    by_purpose = (await operator.get("/calls", purpose="question")).json()["items"]
    assert [one["note"] for one in by_purpose] == ["低保怎么办"]
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert (await sibling.get("/calls")).json()["items"] == []


async def test_the_list_of_calls_is_paged(web: Web) -> None:
    operator = await web.client(Role.OPERATOR, COUNTY)
    for number in range(3):
        await registered(operator, number=f"1000000000{number}", purpose="other", then="log")
    first = (await operator.get("/calls", limit=2)).json()
    rest = (await operator.get("/calls", limit=2, cursor=first["next"])).json()
    numbers = [one["number"] for one in [*first["items"], *rest["items"]]]
    assert numbers == ["10000000002", "10000000001", "10000000000"]
    assert rest["next"] is None


async def test_what_a_call_did_is_replayed_like_everything_else(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await web.press(await person(web))
    await registered(operator, number=LI, purpose="help", note="起不来", then="join", incident_id=incident)
    story = (await operator.get(f"/incidents/{incident}/explanation")).json()
    assert story["replay"]["end"] == "same", story["replay"]
