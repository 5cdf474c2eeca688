"""Incidents through HTTP: what is read, and who may do what to them."""

import asyncio
from typing import Any

from hub.storage.accounts import Role
from tests.hub.api.conftest import TOWNSHIP, Client, Web

CONTRACT = {
    "id", "kind", "severity", "state", "subject", "recipient", "opened_at", "acknowledged_at", "acknowledged_by",
    "closed_at", "disposition", "alerts",
}  # fmt: skip
DESK = {
    "code", "sounding", "last_alert_at", "due_at", "due_kind", "explanation", "place", "responding_at",
    "responder_name", "arrived_at", "contacted_at", "press_count",
}  # fmt: skip
ALERT = {"id", "kind", "device_id", "event_id", "occurred_at", "received_at", "test"}


async def _taken(web: Web, client: Client) -> dict[str, Any]:
    incident_id = await web.press(await web.recipient())
    answer = await client.post(f"/incidents/{incident_id}/acknowledge")
    assert answer.status_code == 200, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


async def test_an_incident_has_the_fields_of_the_contract_everywhere(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    incident_id = await web.press(recipient)
    listed = (await admin.get("/incidents", state="open")).json()["items"][0]
    single = (await admin.get(f"/incidents/{incident_id}")).json()
    taken = (await admin.post(f"/incidents/{incident_id}/acknowledge")).json()
    for incident in (listed, single, taken):
        assert incident.keys() >= CONTRACT | DESK
        assert incident["alerts"][0].keys() >= ALERT
        assert incident["recipient"] == {"id": recipient["id"], "name": recipient["name"]}
        assert incident["subject"] == {"type": "recipient", "id": recipient["id"]}
    assert {name: single[name] for name in listed} == listed
    assert listed["alerts"][0]["event_id"] == "press-1"
    assert listed["opened_at"].endswith("Z")


async def test_a_press_while_it_is_open_joins(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    first = await web.press(recipient, event_id="press-1")
    second = await web.press(recipient, event_id="press-2")
    assert first == second
    incident = (await admin.get(f"/incidents/{first}")).json()
    assert [alert["event_id"] for alert in incident["alerts"]] == ["press-1", "press-2"]
    assert incident["press_count"] == 2


async def test_who_comes_second_is_told_who_has_it(web: Web) -> None:
    await web.user("wang", name="王敏")
    await web.user("zhao", name="赵刚")
    first, second = await web.logged_in("wang"), await web.logged_in("zhao")
    taken = await _taken(web, first)
    assert taken["acknowledged_by"]["type"] == "operator"
    refused = await second.post(f"/incidents/{taken['id']}/acknowledge")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["code"] == "held"
    assert problem["holder"] == taken["acknowledged_by"]
    assert problem["holder"]["name"] == "王敏"


async def test_of_many_who_take_at_the_same_time_one_has_it(web: Web) -> None:
    incident_id = await web.press(await web.recipient())
    clients = [await web.client(role) for role in (Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN)]
    answers = await asyncio.gather(*(client.post(f"/incidents/{incident_id}/acknowledge") for client in clients * 3))
    winners = {answer.json()["acknowledged_by"]["id"] for answer in answers if answer.status_code == 200}
    holders = {answer.json()["holder"]["id"] for answer in answers if answer.status_code == 409}
    assert len(winners) == 1
    assert holders == winners
    log = (await clients[0].get(f"/incidents/{incident_id}")).json()["log"]
    assert [entry["code"] for entry in log].count("acknowledged") == 1


async def test_taking_twice_is_taking_once(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    again = await admin.post(f"/incidents/{taken['id']}/acknowledge")
    assert again.status_code == 200
    assert again.json()["acknowledged_at"] == taken["acknowledged_at"]


async def test_a_machine_acts_under_its_own_name(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    assert taken["acknowledged_by"] == {
        "type": "machine",
        "id": taken["acknowledged_by"]["id"],
        "name": "test admin",
    }


async def test_the_whole_way_from_taking_to_closing_is_in_the_log(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    path = f"/incidents/{taken['id']}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("contact-attempts", {"who": "王芳", "phone": "10000000001", "outcome": "no_answer"}),
        ("notes", {"text": "女儿在路上"}),
        ("responding", {"name": "张医生", "eta_minutes": 10}),
        ("arrived", {}),
        ("close", {"disposition": "real", "note": "送医"}),
    ]
    for action, body in steps:
        answer = await admin.post(f"{path}/{action}", body)
        assert answer.status_code == 200, answer.text
    closed = (await admin.get(path)).json()
    assert closed["state"] == "closed"
    assert closed["disposition"] == "real"
    assert closed["responder_name"] == "张医生"
    codes = [entry["code"] for entry in closed["log"]]
    assert codes == ["opened", "acknowledged", "contact_attempt", "note", "responding", "arrived", "closed"]
    assert closed["log"][0]["actor"] is None
    assert closed["log"][2]["params"] == {"who": "王芳", "phone": "10000000001", "outcome": "no_answer"}


async def test_a_closed_incident_is_taken_by_nobody(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    await admin.post(f"/incidents/{taken['id']}/close", {"disposition": "false"})
    refused = await admin.post(f"/incidents/{taken['id']}/acknowledge")
    assert refused.status_code == 409
    assert refused.json()["code"] == "closed"


async def test_an_operator_does_not_close_what_another_holds_but_a_supervisor_does(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    operator = await web.client(Role.OPERATOR)
    refused = await operator.post(f"/incidents/{taken['id']}/close", {"disposition": "false"})
    assert refused.status_code == 409
    assert refused.json()["holder"]["name"] == "test admin"
    supervisor = await web.client(Role.SUPERVISOR)
    closed = await supervisor.post(f"/incidents/{taken['id']}/close", {"disposition": "false"})
    assert closed.status_code == 200


async def test_a_close_without_a_known_disposition_is_refused(web: Web, admin: Client) -> None:
    taken = await _taken(web, admin)
    for body in ({}, {"disposition": "because"}):
        answer = await admin.post(f"/incidents/{taken['id']}/close", body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "disposition"


async def test_an_incident_is_handed_over_to_somebody_who_may_hold_it(web: Web) -> None:
    await web.user("wang", name="王敏")
    successor = await web.user("zhao", name="赵刚")
    viewer = await web.user("guan", role=Role.VIEWER)
    client = await web.logged_in("wang")
    taken = await _taken(web, client)
    given = await client.post(f"/incidents/{taken['id']}/hand-over", {"operator_id": successor, "note": "交班"})
    assert given.status_code == 200, given.text
    assert given.json()["acknowledged_by"] == {"type": "operator", "id": successor, "name": "赵刚"}
    file = (await client.get(f"/incidents/{taken['id']}")).json()
    assert [entry["code"] for entry in file["log"]][-2:] == ["handed_over", "note"]
    refused = await client.post(f"/incidents/{taken['id']}/hand-over", {"operator_id": viewer})
    assert refused.status_code == 422


async def test_nobody_outside_of_the_incidents_division_is_handed_it(web: Web, admin: Client) -> None:
    elsewhere = await web.user("elsewhere", division_id=TOWNSHIP)
    taken = await _taken(web, admin)  # of the county
    refused = await admin.post(f"/incidents/{taken['id']}/hand-over", {"operator_id": elsewhere})
    assert refused.status_code == 422


async def test_a_close_can_be_undone_unless_a_newer_one_is_there(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    first = await web.press(recipient)
    await admin.post(f"/incidents/{first}/close", {"disposition": "false"})
    reopened = await admin.post(f"/incidents/{first}/reopen", {"note": "还在求助"})
    assert reopened.status_code == 200
    assert reopened.json()["state"] == "open"
    await admin.post(f"/incidents/{first}/close", {"disposition": "false"})
    second = await web.press(recipient, event_id="press-2")
    assert second != first
    refused = await admin.post(f"/incidents/{first}/reopen")
    assert refused.status_code == 409
    assert refused.json()["code"] == "another_not_closed"


async def test_a_call_about_somebody_on_file_is_their_incident(web: Web, admin: Client) -> None:
    recipient = await web.recipient(division_id=TOWNSHIP)
    answer = await admin.post(
        "/incidents",
        {"kind": "phone_report", "recipient_id": recipient["id"], "caller_phone": "10000000009", "note": "头晕"},
    )
    assert answer.status_code == 201, answer.text
    incident = answer.json()
    assert incident["recipient"]["id"] == recipient["id"]
    assert incident["division_id"] == TOWNSHIP
    assert incident["explanation"]["params"]["note"] == "头晕"


async def test_a_second_call_from_the_same_unknown_number_joins(admin: Client) -> None:
    report = {"kind": "phone_report", "caller_phone": "100 0000 0009", "note": "有人晕倒"}
    first = await admin.post("/incidents", report)
    second = await admin.post("/incidents", {**report, "caller_phone": "10000000009"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["recipient"] is None


async def test_a_report_about_nobody_from_nowhere_is_refused(admin: Client) -> None:
    answer = await admin.post("/incidents", {"kind": "phone_report", "note": "?"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "caller_phone"


async def test_lists_are_paged_without_gap_or_repetition(web: Web, admin: Client) -> None:
    pressed = [await web.press(await web.recipient(f"示例{number}")) for number in range(5)]
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = (await admin.get("/incidents", limit=2, **cursor)).json()
        seen += [incident["id"] for incident in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == pressed[::-1]


async def test_the_list_is_filtered_by_state_kind_and_recipient(web: Web, admin: Client) -> None:
    recipient, other = await web.recipient(), await web.recipient("赵六")
    first, second = await web.press(recipient), await web.press(other)
    await admin.post(f"/incidents/{first}/acknowledge")

    async def ids(**conditions: Any) -> list[str]:
        return [incident["id"] for incident in (await admin.get("/incidents", **conditions)).json()["items"]]

    assert await ids(state="open") == [second]
    assert await ids(state=["open", "acknowledged"]) == [second, first]
    assert await ids(recipient_id=recipient["id"]) == [first]
    assert await ids(kind="fall") == []
    assert (await admin.get("/incidents", state="lost")).status_code == 422


async def test_the_device_is_told_each_stage(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = (await admin.post("/devices", {"kind": "call_button", "recipient_id": recipient["id"]})).json()
    incident_id = await web.press(recipient, device_id=device["id"])
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    await admin.post(f"/incidents/{incident_id}/responding", {"name": "张医生"})
    rows = await web.rows("SELECT convert_from(payload, 'UTF8')::jsonb ->> 'stage' FROM down_message ORDER BY id")
    assert [stage for (stage,) in rows] == ["taken", "responding"]
