"""What an operator works beside the queue: searched, narrowed, noted, overdue; a device's messages and commands."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.decisions import RequestFollowUp
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind, MaintenanceKind
from hub.clock import utc_now
from hub.identity import new_id
from hub.storage import quarantine
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.follow_ups import FollowUpRequest, request
from hub.storage.maintenance import MaintenanceReport, report
from hub.storage.quarantine import QuarantinedMessage
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web

Json = dict[str, Any]


async def a_device(client: Client, **fields: Any) -> Json:
    answer = await client.post("/devices", {"kind": "call_button", **fields})
    assert answer.status_code == 201, answer.text
    created: Json = answer.json()
    return created


async def a_fault(web: Web, device: Json, kind: MaintenanceKind = MaintenanceKind.LOW_BATTERY) -> str:
    async with web.pool.connection() as connection:
        fault = MaintenanceReport(
            kind=kind,
            division_id=device["division_id"],
            device_id=UUID(device["id"]),
            recipient_id=None,
            explanation=Explanation(code=kind.value),
        )
        await report(connection, fault, await database_now(connection))
    [(item_id,)] = await web.rows(
        "SELECT id FROM maintenance_item WHERE device_id = %s AND kind = %s", device["id"], kind
    )
    return str(item_id)


async def a_follow_up(web: Web, recipient: Json, kind: FollowUpKind = FollowUpKind.SERVICE_REQUESTED) -> str:
    async with web.pool.connection() as connection:
        wanted = FollowUpRequest(
            finding=RequestFollowUp(kind=kind, explanation=Explanation(code=kind.value)),
            division_id=recipient["division_id"],
            recipient_id=UUID(recipient["id"]),
            device_id=None,
        )
        await request(connection, wanted, await database_now(connection))
    [(found,)] = await web.rows("SELECT id FROM follow_up WHERE recipient_id = %s AND kind = %s", recipient["id"], kind)
    return str(found)


async def an_unreadable(web: Web, device: Json, payload: bytes = b"\xff{", code: str = "not_json") -> None:
    async with web.pool.connection() as connection:
        message = QuarantinedMessage(
            division_id=device["division_id"],
            device_id=UUID(device["id"]),
            topic=f"anxin/v1/{device['id']}/up/telemetry",
            reason=Explanation(code=code, params={"detail": "line 1"}),
            payload=payload,
            received_at=await database_now(connection),
        )
        await quarantine.put(connection, [message])


async def ids_of(client: Client, path: str, **wanted: Any) -> list[str]:
    answer = await client.get(path, **wanted)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_a_device_is_found_by_who_wears_it_where_and_by_what_is_printed_on_it(web: Web, admin: Client) -> None:
    person = await web.recipient("李桂兰", VILLAGE)
    worn = await a_device(admin, recipient_id=person["id"], serial="AX-0077", model="T1 Plus", phone="10000000321")
    await a_device(admin, serial="ZZ-1")
    for typed in ("李桂兰", "lgl", "liguilan", "ax0077", "0077", "T1", "321", "柳村", worn["id"][:13]):
        assert await ids_of(admin, "/devices", q=typed) == [worn["id"]], typed
    assert await ids_of(admin, "/devices", q="没有这个人") == []


async def test_a_vendor_finds_its_devices_by_their_numbers_and_nobody_by_name(web: Web, admin: Client) -> None:
    person = await web.recipient("李桂兰", VILLAGE)
    worn = await a_device(admin, recipient_id=person["id"], serial="AX-0077", phone="10000000321")
    item_id = await a_fault(web, worn)
    vendor = await web.client(Role.VENDOR)
    assert await ids_of(vendor, "/devices", q="AX-0077") == [worn["id"]]
    assert await ids_of(vendor, "/maintenance", q="AX-0077") == [item_id]
    for typed in ("李桂兰", "lgl", "10000000321", "321"):
        assert await ids_of(vendor, "/devices", q=typed) == [], typed
    for typed in ("李桂兰", "lgl"):
        assert await ids_of(vendor, "/maintenance", q=typed) == [], typed


async def test_devices_are_narrowed_by_kind_place_and_how_they_stand(web: Web, admin: Client) -> None:
    person = await web.recipient(division_id=VILLAGE)
    worn = await a_device(admin, recipient_id=person["id"])
    spare = await a_device(admin, kind="smartwatch", division_id=SIBLING)
    broken = await a_device(admin, division_id=TOWNSHIP)
    revoked = await a_device(admin)
    await admin.post(f"/devices/{revoked['id']}/revoke")
    await a_fault(web, broken)
    await admin.post(f"/devices/{worn['id']}/test-window")
    for device, online, battery in ((worn, True, 80), (broken, False, 7)):
        await web.rows(
            "INSERT INTO device_state (device_id, division_id, last_seen_at, online, battery_pct)"
            " VALUES (%s, %s, now(), %s, %s)",
            device["id"], device["division_id"], online, battery,
        )  # fmt: skip
    assert await ids_of(admin, "/devices", kind="smartwatch") == [spare["id"]]
    assert await ids_of(admin, "/devices", division_id=VILLAGE) == [worn["id"]]
    assert await ids_of(admin, "/devices", division_id=TOWNSHIP) == [broken["id"], worn["id"]]
    for standing, expected in {
        "online": [worn],
        "offline": [broken],
        "faulty": [broken],
        "low_battery": [broken],
        "never_seen": [spare],
        "spare": [broken, spare],
        "testing": [worn],
        "revoked": [revoked],
        "shelved": [],
        "test_overdue": [],
    }.items():
        assert await ids_of(admin, "/devices", standing=standing) == [one["id"] for one in expected], standing
    shown = (await admin.get(f"/devices/{broken['id']}")).json()
    assert (shown["faults"], shown["place"], shown["test_window_until"]) == (["low_battery"], "东乡", None)
    assert (await admin.get(f"/devices/{worn['id']}")).json()["test_window_until"] is not None


async def test_a_list_in_another_order_is_read_to_its_end_page_by_page(web: Web, admin: Client) -> None:
    devices = [await a_device(admin) for _ in range(7)]
    for age, device in enumerate(devices[:5]):
        await web.rows(
            "INSERT INTO device_state (device_id, division_id, last_seen_at, battery_pct)"
            " VALUES (%s, %s, now() - %s * interval '1 hour', %s)",
            device["id"], COUNTY, age, 40 if age < 3 else None,
        )  # fmt: skip
    for sort, expected in {
        "silent": [*devices[5:], *reversed(devices[:5])],
        "battery": [*devices[:3], *devices[3:]],
        "newest": list(reversed(devices)),
    }.items():
        read, cursor = [], None
        while True:
            answer = await admin.get("/devices", sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
            read += [one["id"] for one in answer.json()["items"]]
            cursor = answer.json()["next"]
            if cursor is None:
                break
        assert read == [one["id"] for one in expected], sort


async def test_a_place_outside_of_ones_own_shows_nothing_and_one_above_all_that_is_ones_own(
    web: Web, admin: Client
) -> None:
    here = await a_device(admin, division_id=TOWNSHIP)
    await a_device(admin, division_id=SIBLING)
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    assert await ids_of(township, "/devices", division_id=SIBLING) == []
    assert await ids_of(township, "/devices", division_id=COUNTY) == [here["id"]]


async def test_maintenance_is_found_by_person_device_kind_and_place(web: Web, admin: Client) -> None:
    person = await web.recipient("李桂兰", VILLAGE)
    worn, other = await a_device(admin, recipient_id=person["id"], serial="AX-0077"), await a_device(admin)
    item_id, other_id = await a_fault(web, worn), await a_fault(web, other, MaintenanceKind.TAMPER)
    for wanted in (
        {"q": "lgl"},
        {"q": "0077"},
        {"q": "柳村"},
        {"kind": "low_battery"},
        {"division_id": VILLAGE},
        {"device_id": worn["id"]},
    ):
        assert await ids_of(admin, "/maintenance", **wanted) == [item_id], wanted
    assert await ids_of(admin, "/maintenance", state="open") == [other_id, item_id]
    assert await ids_of(admin, "/maintenance", overdue="true") == []


async def test_what_waits_longer_than_it_may_is_counted_until_it_is_settled(web: Web, admin: Client) -> None:
    person = await web.recipient(division_id=VILLAGE)
    item_id, follow_up_id = await a_fault(web, await a_device(admin)), await a_follow_up(web, person)
    overdue = "/queues/overdue"
    assert (await admin.get(overdue)).json() == {"maintenance": 0, "follow_ups": 0}
    await web.rows("UPDATE maintenance_item SET opened_at = opened_at - interval '25 hours'")
    await web.rows("UPDATE follow_up SET opened_at = opened_at - interval '61 minutes'")
    assert (await admin.get(overdue)).json() == {"maintenance": 1, "follow_ups": 1}
    assert await ids_of(admin, "/maintenance", overdue="true") == [item_id]
    assert await ids_of(admin, "/follow-ups", overdue="true") == [follow_up_id]
    assert (await (await web.client(Role.OPERATOR, SIBLING)).get(overdue)).json() == {"maintenance": 0, "follow_ups": 0}
    await admin.post(f"/follow-ups/{follow_up_id}/acknowledge")
    assert (await admin.get(overdue)).json()["follow_ups"] == 0, "who took it has a day"
    await web.rows("UPDATE follow_up SET opened_at = opened_at - interval '24 hours'")
    assert (await admin.get(overdue)).json()["follow_ups"] == 1
    await admin.post(f"/follow-ups/{follow_up_id}/close", {"disposition": "well"})
    await admin.post(f"/maintenance/{item_id}/close", {"note": "换了电池"})
    assert (await admin.get(overdue)).json() == {"maintenance": 0, "follow_ups": 0}


async def test_what_was_done_about_an_item_stays_with_it_and_ends_with_it(web: Web, admin: Client) -> None:
    item_id = await a_fault(web, await a_device(admin))
    operator = await web.client(Role.OPERATOR)
    noted = await operator.post(f"/maintenance/{item_id}/notes", {"text": "已约厂家，明早上门"})
    assert noted.status_code == 200, noted.text
    [note] = noted.json()["notes"]
    assert (note["kind"], note["text"], note["by"]["type"]) == ("note", "已约厂家，明早上门", "machine")
    vendor = await web.client(Role.VENDOR)
    assert (await vendor.get("/maintenance")).json()["items"][0]["notes"] == []
    assert (await operator.post(f"/maintenance/{item_id}/notes", {"text": ""})).status_code == 422
    await operator.post(f"/maintenance/{item_id}/close", {"note": "换了电池"})
    refused = await operator.post(f"/maintenance/{item_id}/notes", {"text": "再看看"})
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")


async def test_who_calls_has_taken_the_follow_up_and_a_note_takes_nothing(web: Web, admin: Client) -> None:
    follow_up_id = await a_follow_up(web, await web.recipient())
    path = f"/follow-ups/{follow_up_id}/notes"
    await web.user("zhang")
    zhang = await web.logged_in("zhang")
    assert (await zhang.post(path, {"text": "白天一般在地里"})).json()["state"] == "open"
    called = (await zhang.post(path, {"kind": "call", "who": "李桂兰", "outcome": "no_answer"})).json()
    assert (called["state"], called["acknowledged_by"]["name"]) == ("acknowledged", "zhang")
    sent = (await admin.post(path, {"kind": "visit", "who": "村医"})).json()
    assert [note["kind"] for note in sent["notes"]] == ["note", "call", "visit"]
    assert sent["acknowledged_by"]["name"] == "zhang"
    for wrong in ({"kind": "call"}, {"kind": "visit"}, {"kind": "note"}, {"text": "x", "outcome": "busy"}):
        assert (await zhang.post(path, wrong)).status_code == 422, wrong
    await zhang.post(f"/follow-ups/{follow_up_id}/close", {"disposition": "well"})
    assert (await zhang.post(path, {"text": "再看看"})).status_code == 409


async def test_follow_ups_are_found_by_person_and_kind(web: Web, admin: Client) -> None:
    first, second = await web.recipient("李桂兰", VILLAGE), await web.recipient("赵六", SIBLING)
    follow_up_id, other_id = await a_follow_up(web, first), await a_follow_up(web, second, FollowUpKind.NO_SIGN_OF_LIFE)
    for wanted in (
        {"q": "lgl"},
        {"kind": "service_requested"},
        {"division_id": TOWNSHIP},
        {"recipient_id": first["id"]},
    ):
        assert await ids_of(admin, "/follow-ups", **wanted) == [follow_up_id], wanted
    assert await ids_of(admin, "/follow-ups", state="open") == [other_id, follow_up_id]


async def test_unreadable_messages_are_found_and_counted_and_their_bytes_are_handed_out_on_record(
    web: Web, admin: Client
) -> None:
    bad, good = await a_device(admin, serial="AX-0077", model="T1"), await a_device(admin, division_id=SIBLING)
    for payload in (b"\xff{", b"{]", b"}"):
        await an_unreadable(web, bad, payload)
    await an_unreadable(web, good, code="event_unknown")
    assert len(await ids_of(admin, "/quarantine", q="0077")) == 3
    assert len(await ids_of(admin, "/quarantine", reason="event_unknown")) == 1
    assert len(await ids_of(admin, "/quarantine", division_id=SIBLING)) == 1
    most, other = (await admin.get("/quarantine/by-device")).json()["items"]
    assert (most["device_id"], most["messages"], most["reason"]["code"]) == (bad["id"], 3, "not_json")
    assert (most["device_serial"], other["device_id"], other["messages"]) == ("AX-0077", good["id"], 1)
    message_id = (await ids_of(admin, "/quarantine", device_id=bad["id"]))[-1]
    vendor = await web.client(Role.VENDOR)
    answer = await vendor.get(f"/quarantine/{message_id}/payload")
    assert (answer.content, answer.headers["content-type"]) == (b"\xff{", "application/octet-stream")
    assert f'message-{message_id}.bin"' in answer.headers["content-disposition"]
    [(actions,)] = await web.rows(
        "SELECT count(*) FROM access_log WHERE action = 'download' AND entity_id = %s", message_id
    )
    assert actions == 1


async def test_a_command_is_followed_until_the_device_answers_it(web: Web, admin: Client) -> None:
    device = await a_device(admin)
    await web.user("zhang")
    zhang = await web.logged_in("zhang")
    sent = (await zhang.post(f"/devices/{device['id']}/commands", {"command": "message", "text": "请充电"})).json()
    path = f"/devices/{device['id']}/commands"
    [command] = (await admin.get(path)).json()["items"]
    assert (command["id"], command["state"], command["text"]) == (sent["id"], "queued", "请充电")
    assert command["sent_by"]["name"] == "zhang"
    await web.rows("UPDATE down_message SET delivered_at = now()")
    assert (await admin.get(path)).json()["items"][0]["state"] == "delivered"
    await web.rows(
        "INSERT INTO device_event (id, division_id, device_id, event, event_id, occurred_at, received_at, quality,"
        " historical, test, wants_ack, evidence, payload) VALUES (%s, %s, %s, 'command_result', %s, now(), now(),"
        " 'device', false, false, false, %s, '')",
        new_id(), COUNTY, device["id"], sent["id"], json.dumps({"done": True}),
    )  # fmt: skip
    [command] = (await admin.get(path)).json()["items"]
    assert (command["state"], command["result"]) == ("answered", {"done": True})


async def test_a_command_that_nobody_took_in_time_is_over(web: Web, admin: Client) -> None:
    device = await a_device(admin)
    await admin.post(f"/devices/{device['id']}/commands", {"command": "sound"})
    await web.rows("UPDATE down_message SET expires_at = now() - interval '1 second'")
    [command] = (await admin.get(f"/devices/{device['id']}/commands")).json()["items"]
    assert command["state"] == "expired"


async def test_what_a_device_sent_is_told_without_what_it_says_of_its_wearer(web: Web, admin: Client) -> None:
    device = await a_device(admin)
    now = utc_now()
    for age in range(5):
        await web.rows(
            "INSERT INTO reading (device_id, measured_at, identity, division_id, received_at, quality, historical,"
            " heart_rate_bpm, battery_pct) VALUES (%s, %s, %s, %s, %s, 'device', false, 71, 55)",
            device["id"], now - timedelta(minutes=age), bytes([age]), COUNTY, now,
        )  # fmt: skip
    for age in (1, 3):
        await web.rows(
            "INSERT INTO device_event (id, division_id, device_id, event, occurred_at, received_at, quality,"
            " historical, test, wants_ack, payload)"
            " VALUES (%s, %s, %s, 'worn', %s, %s, 'device', false, false, false, '')",
            new_id(), COUNTY, device["id"], now - timedelta(minutes=age, seconds=1), now,
        )  # fmt: skip
    path = f"/devices/{device['id']}/messages"
    read: list[Json] = []
    cursor = None
    while True:
        page = (await admin.get(path, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        read += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["event"] for one in read] == [None, None, "worn", None, None, "worn", None]
    assert "heart_rate" not in json.dumps(read)
    assert read[0]["battery_pct"] == 55
    assert [one["event"] for one in (await admin.get(path, events_only="true")).json()["items"]] == ["worn", "worn"]


async def test_a_shelf_says_what_came_meanwhile_and_is_found_by_whose_it_is(web: Web, admin: Client) -> None:
    person = await web.recipient("李桂兰", VILLAGE)
    device = await a_device(admin, recipient_id=person["id"], serial="AX-0077")
    until = (utc_now() + timedelta(minutes=30)).isoformat()
    shelf = (await admin.post(f"/devices/{device['id']}/shelve", {"until": until, "reason": "反复误报"})).json()
    assert (shelf["findings"], shelf["place"], shelf["device_serial"]) == ([], "柳村", "AX-0077")
    for state in ("shelved", "cleared"):
        await web.rows(
            "INSERT INTO alert (id, division_id, kind, severity, state, device_id, occurred_at, received_at,"
            " explanation, shelf_id) VALUES (%s, %s, 'bed', 'medium', %s, %s, now(), now(), '{}', %s)",
            new_id(), VILLAGE, state, device["id"], shelf["id"],
        )  # fmt: skip
    [shown] = (await admin.get("/shelves")).json()["items"]
    assert (shown["held_back"], shown["still"]) == (2, 1)
    assert [(one["kind"], one["held_back"], one["still"]) for one in shown["findings"]] == [("bed", 2, 1)]
    for wanted in ({"q": "lgl"}, {"q": "0077"}, {"kind": "bed"}, {"division_id": VILLAGE}, {"device_id": device["id"]}):
        assert await ids_of(admin, "/shelves", **wanted) == [shelf["id"]], wanted
    assert await ids_of(admin, "/shelves", q="赵") == []
    await admin.post(f"/shelves/{shelf['id']}/end")
    assert await ids_of(admin, "/shelves") == []
    assert await ids_of(admin, "/shelves", ended="true") == [shelf["id"]]
    assert await ids_of(admin, "/shelves", all="true") == [shelf["id"]]


@pytest.mark.parametrize("typed", ["李桂兰", "lgl", "王芳", "0002"])
async def test_a_text_is_found_by_whom_it_told_and_whom_it_is_about(web: Web, admin: Client, typed: str) -> None:
    person, other = await web.recipient("李桂兰", VILLAGE), await web.recipient("赵六", SIBLING)
    incidents = [await web.press(person), await web.press(other)]
    for incident_id, name, number, state in zip(
        incidents, ("王芳", "孙"), ("10000000002", "10000000009"), ("failed", "delivered"), strict=True
    ):
        await web.rows(
            "INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state,"
            " created_at, dedup_key)"
            " SELECT %s, division_id, id, '{}', %s, %s, severity, %s, now(), %s FROM incident WHERE id = %s",
            new_id(), json.dumps({"type": "contact", "id": "1", "name": name}), number, state, number, incident_id,
        )  # fmt: skip
    answer = (await admin.get("/notifications", q=typed)).json()["items"]
    assert [(one["person_name"], one["incident"]["recipient"]["name"]) for one in answer] == [("王芳", "李桂兰")]
    assert answer[0]["incident"]["place"] == "柳村"
    assert "10000000002" not in json.dumps(answer)
    assert len(await ids_of(admin, "/notifications", state="failed")) == 1
    assert len(await ids_of(admin, "/notifications", division_id=SIBLING)) == 1
    assert await ids_of(admin, "/notifications", q="没有") == []
