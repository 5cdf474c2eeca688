"""Policies, rosters, divisions, maintenance, follow-ups and quarantine through HTTP."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from alerts.decisions import RequestFollowUp
from alerts.escalation.policy import DEFAULT_POLICY, choose_policy
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind, MaintenanceKind
from hub.clock import utc_now
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.follow_ups import FollowUpRequest, request
from hub.storage.maintenance import MaintenanceReport, report
from hub.storage.policy_rules import load_policy_rules
from hub.storage.quarantine import SHARE_MESSAGES_MAX, QuarantinedMessage, put
from hub.storage.reachable import who_is_reachable
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web

SHORT = {
    "steps": [{"after_s": 1, "notify": "next_contact"}, {"after_s": 2, "notify": "+86 100 0000 0007"}],
    "repeat": 1,
    "then_every_s": 3,
    "ack_timeout_s": 4,
}


# --- Policies ------------------------------------------------------------------------------------------------------


async def test_the_built_in_ladder_is_shown_until_somebody_writes_another(admin: Client) -> None:
    built_in = (await admin.get("/policies/default")).json()
    assert built_in["version"] == 0
    assert [step["notify"] for step in built_in["steps"]] == [step.notify for step in DEFAULT_POLICY.steps]
    assert (await admin.put("/policies/default", SHORT)).status_code == 200
    written = (await admin.get("/policies/default")).json()
    assert {name: written[name] for name in SHORT} == SHORT
    assert written["version"] == 1
    assert [policy["name"] for policy in (await admin.get("/policies")).json()["items"]] == ["default"]


async def test_an_incident_keeps_the_policy_it_opened_with(web: Web, admin: Client) -> None:
    await admin.put("/policies/default", SHORT)
    incident_id = await web.press(await web.recipient())
    await admin.put("/policies/default", {**SHORT, "repeat": 9})
    frozen = (await admin.get(f"/incidents/{incident_id}")).json()["policy"]
    assert frozen["repeat"] == 1
    assert frozen["steps"] == SHORT["steps"]


async def test_a_policy_with_a_condition_concerns_nobody_elses_division(web: Web) -> None:
    township = await web.client(Role.ADMIN, TOWNSHIP)
    falls = await township.put("/policies/falls", {**SHORT, "when": {"kind": ["fall"], "severity": ["critical"]}})
    assert falls.json()["when"] == {"kind": ["fall"], "severity": ["critical"], "division_id": TOWNSHIP}
    async with web.pool.connection() as connection:
        rules = await load_policy_rules(connection)
    chosen = {
        division_id: choose_policy(rules, kind="fall", severity="critical", division_id=division_id).name
        for division_id in (VILLAGE, SIBLING, COUNTY)
    }
    assert chosen == {VILLAGE: "falls", SIBLING: "default", COUNTY: "default"}


async def test_the_default_policy_stays(admin: Client) -> None:
    refused = await admin.delete("/policies/default")
    assert (refused.status_code, refused.json()["code"]) == (409, "default_stays")


# --- Rosters and divisions -----------------------------------------------------------------------------------------


async def test_a_roster_is_replaced_whole_and_rung_in_its_order(web: Web, admin: Client) -> None:
    for names in (["甲"], ["乙", "丙"]):
        entries = [{"name": name, "phone": f"1000000000{number}"} for number, name in enumerate(names)]
        answer = await admin.put("/rosters", {"division_id": VILLAGE, "role": "helper", "entries": entries})
        assert answer.status_code == 200, answer.text
    listed = (await admin.get("/rosters", division_id=VILLAGE, role="helper")).json()["items"]
    assert [entry["name"] for entry in listed] == ["乙", "丙"]
    async with web.pool.connection() as connection:
        reachable = await who_is_reachable(connection, None, VILLAGE, utc_now())
    assert [person.name for person in reachable.helpers] == ["乙", "丙"]


async def test_a_shift_that_ends_before_it_begins_is_refused(admin: Client) -> None:
    entry = {"name": "甲", "from": "2026-11-22T08:00:00+08:00", "until": "2026-11-22T07:00:00+08:00"}
    assert (await admin.put("/rosters", {"role": "helper", "entries": [entry]})).status_code == 422


async def test_a_new_place_gets_its_level_from_its_code_and_its_zone_from_above(admin: Client) -> None:
    made = await admin.post("/divisions", {"id": "990101001002", "name": "杨村"})
    village = {"id": "990101001002", "name": "杨村", "level": "village", "timezone": "Asia/Shanghai", "center": None}
    assert made.json() == village
    again = await admin.post("/divisions", {"id": "990101001002", "name": "杨村"})
    assert (again.status_code, again.json()["code"]) == (409, "division_exists")
    unknown = await admin.post("/divisions", {"id": "990101001003", "name": "x", "timezone": "Mars/Base"})
    assert unknown.status_code == 422
    first = (await admin.get("/divisions", limit=2)).json()
    rest = (await admin.get("/divisions", cursor=first["next"])).json()
    assert [place["id"] for place in first["items"] + rest["items"]] == [
        COUNTY, TOWNSHIP, VILLAGE, "990101001002", SIBLING,
    ]  # fmt: skip


# --- The queues beside the emergency one ---------------------------------------------------------------------------


async def _report_low_battery(web: Web, device_id: str) -> None:
    async with web.pool.connection() as connection:
        low = MaintenanceReport(
            kind=MaintenanceKind.LOW_BATTERY,
            division_id=COUNTY,
            device_id=UUID(device_id),
            recipient_id=None,
            explanation=Explanation(code="low_battery", params={"battery_pct": 9}),
        )
        await report(connection, low, await database_now(connection))


async def _request_service(web: Web, recipient: dict[str, Any]) -> None:
    async with web.pool.connection() as connection:
        wanted = FollowUpRequest(
            finding=RequestFollowUp(
                kind=FollowUpKind.SERVICE_REQUESTED, explanation=Explanation(code="service_requested")
            ),
            division_id=recipient["division_id"],
            recipient_id=UUID(recipient["id"]),
            device_id=None,
        )
        await request(connection, wanted, await database_now(connection))


async def test_equipment_that_is_mended_opens_a_new_item_when_it_fails_again(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = (await admin.post("/devices", {"kind": "smartwatch", "recipient_id": recipient["id"]})).json()
    await _report_low_battery(web, device["id"])
    await _report_low_battery(web, device["id"])
    [item] = (await admin.get("/maintenance", state="open")).json()["items"]
    assert (item["occurrences"], item["device_kind"]) == (2, "smartwatch")
    assert item["recipient"]["id"] == recipient["id"]
    closed = await admin.post(f"/maintenance/{item['id']}/close", {"note": "换电池"})
    assert (closed.json()["state"], closed.json()["note"]) == ("closed", "换电池")
    assert closed.json()["closed_by"]["name"] == "test admin"
    assert (await admin.post(f"/maintenance/{item['id']}/close")).json()["note"] == "换电池"
    await _report_low_battery(web, device["id"])
    assert len((await admin.get("/maintenance")).json()["items"]) == 2


async def test_a_vendor_sees_what_is_wrong_and_not_with_whom(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = (await admin.post("/devices", {"kind": "smartwatch", "recipient_id": recipient["id"]})).json()
    await _report_low_battery(web, device["id"])
    vendor = await web.client(Role.VENDOR)
    [item] = (await vendor.get("/maintenance")).json()["items"]
    assert (item["device_id"], item["recipient"]) == (device["id"], None)


async def test_a_follow_up_is_taken_by_one_and_closed_with_how_it_ended(web: Web, admin: Client) -> None:
    await _request_service(web, await web.recipient())
    [follow_up] = (await admin.get("/follow-ups", state="open")).json()["items"]
    path = f"/follow-ups/{follow_up['id']}"
    taken = await admin.post(f"{path}/acknowledge")
    assert taken.json()["acknowledged_by"]["name"] == "test admin"
    assert (await admin.post(f"{path}/acknowledge")).status_code == 200
    operator = await web.client(Role.OPERATOR)
    refused = await operator.post(f"{path}/acknowledge")
    assert (refused.status_code, refused.json()["holder"]["name"]) == (409, "test admin")
    closed = await operator.post(f"{path}/close", {"disposition": "well", "note": "一切都好"})
    assert (closed.json()["state"], closed.json()["disposition"]) == ("closed", "well")
    assert (await admin.post(f"{path}/close", {"disposition": "well"})).status_code == 409


async def test_what_nobody_could_read_is_shown_as_far_as_it_can_be(web: Web, admin: Client) -> None:
    device = (await admin.post("/devices", {"kind": "call_button"})).json()
    async with web.pool.connection() as connection:
        message = QuarantinedMessage(
            division_id=COUNTY,
            device_id=UUID(device["id"]),
            topic=f"anxin/v1/{device['id']}/up/event",
            reason=Explanation(code="not_json", params={"offset": 3}),
            payload="救\x00命".encode() + b"\xff" + b"x" * 1000,
            received_at=utc_now(),
        )
        await put(connection, [message])
    vendor = await web.client(Role.VENDOR)
    [shown] = (await vendor.get("/quarantine", device_id=device["id"])).json()["items"]
    assert shown["preview"].startswith("救\\x00命\\xff")
    assert bytes.fromhex(shown["preview_hex"]).startswith("救".encode())
    assert shown["payload_bytes"] == len("救\x00命".encode()) + 1 + 1000
    assert shown["reason"] == {"code": "not_json", "params": {"offset": 3}}


async def test_what_was_only_counted_is_a_line_of_the_quarantine_too(web: Web, admin: Client) -> None:
    device = (await admin.post("/devices", {"kind": "call_button"})).json()
    message = QuarantinedMessage(
        division_id=COUNTY,
        device_id=UUID(device["id"]),
        topic=f"anxin/v1/{device['id']}/up/event",
        reason=Explanation(code="not_json", params={"offset": 3}),
        payload=b"garbage",
        received_at=utc_now(),
    )
    async with web.pool.connection() as connection:
        await put(connection, [message] * (SHARE_MESSAGES_MAX + 6))
        await put(connection, [replace(message, received_at=utc_now())])
    shown = (await admin.get("/quarantine", device_id=device["id"], limit=3)).json()["items"]
    assert sorted(line["messages"] for line in shown) == [1, 1, 7]
    assert all(line["preview"] == "garbage" for line in shown)


async def test_notifications_are_shown_with_their_attempts_and_masked_numbers(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await web.rows(
        "INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state,"
        " created_at, dedup_key) VALUES (gen_random_uuid(), %s, %s, '{}', %s::jsonb, '10000000012', 'critical',"
        " 'sent', now(), 'x')",
        COUNTY, incident_id, '{"type": "contact", "id": "1", "name": "王芳"}',
    )  # fmt: skip
    await web.rows(
        "INSERT INTO attempt (id, division_id, notification_id, number, channel, state, due_at)"
        " SELECT gen_random_uuid(), division_id, id, 1, 'smpp', 'accepted', now() FROM notification"
    )
    [listed] = (await admin.get("/notifications", incident_id=incident_id)).json()["items"]
    assert (listed["person_name"], listed["destination_masked"]) == ("王芳", "100****0012")
    assert (listed["channel"], listed["attempts"][0]["state"]) == ("smpp", "accepted")
    assert listed.pop("incident")["id"] == incident_id
    assert (await admin.get(f"/incidents/{incident_id}")).json()["notifications"] == [listed]
    assert "10000000012" not in str(listed)
