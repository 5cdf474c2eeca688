"""Device events through the real pipeline and a real database."""

import asyncio
from datetime import timedelta

import pytest

from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import NOW, Sent, World

PRESS = {"id": "p-1", "event": "sos_pressed", "occurred_at": NOW.isoformat(), "ack": True}


async def test_a_press_is_an_incident_with_its_alert_timer_log_and_acknowledgement(world: World, send: Send) -> None:
    recipient = world.recipient()
    device = world.device(worn_by=recipient)
    assert await send(device, PRESS) == ["acknowledged"]
    (incident,) = world.incidents()
    assert (incident["kind"], incident["severity"], incident["state"]) == ("sos", "critical", "open")
    assert (incident["subject_type"], incident["subject_id"]) == ("recipient", str(recipient))
    (alert,) = world.run("SELECT * FROM alert")
    assert (alert["event_id"], alert["device_id"], alert["incident_id"]) == ("p-1", device, incident["id"])
    (timer,) = world.run("SELECT * FROM timer")
    assert (timer["owner_id"], timer["purpose"]) == (incident["id"], "escalate")
    assert [row["code"] for row in world.run("SELECT code FROM incident_log")] == ["opened"]
    assert world.acks() == [("p-1", "received")]
    (event,) = world.run("SELECT position, kind, entity_id FROM stream_event")
    assert (event["kind"], event["entity_id"]) == ("incident", incident["id"])
    assert event["position"] is not None


async def test_a_repeated_press_is_acknowledged_again_and_changes_nothing(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESS)
    assert await send(device, {**PRESS, "sent_at": "2026-11-22T04:00:09Z"}) == ["acknowledged"]
    assert len(world.incidents()) == 1
    assert len(world.run("SELECT 1 FROM alert")) == 1
    assert world.acks() == [("p-1", "received"), ("p-1", "received")]


async def test_a_second_press_joins_the_incident(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESS)
    await send(device, {**PRESS, "id": "p-2"})
    assert len(world.incidents()) == 1
    assert len(world.run("SELECT 1 FROM alert")) == 2


async def test_many_presses_at_once_of_one_person_are_one_incident(world: World, pipeline: Pipeline) -> None:
    recipient = world.recipient()
    devices = [world.device(worn_by=recipient) for _ in range(5)]
    sent = Sent()
    for number in range(40):
        pipeline.accept(sent.message(devices[number % 5], {**PRESS, "id": f"p-{number}"}))
    async with asyncio.timeout(20):
        while len(sent.answers) < 40:
            await asyncio.sleep(0.005)
    assert len(world.incidents()) == 1
    assert len(world.run("SELECT 1 FROM alert")) == 40


async def test_a_press_after_the_incident_was_closed_opens_another(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESS)
    world.run("UPDATE incident SET state = 'closed', closed_at = now(), disposition = 'test'")
    await send(device, {**PRESS, "id": "p-2"})
    assert [incident["state"] for incident in world.incidents()] == ["closed", "open"]


async def test_a_press_of_a_device_nobody_has_names_the_last_wearer(world: World, send: Send) -> None:
    device, before = world.device(), world.recipient()
    world.assign(device, before, until="2026-11-01")
    await send(device, PRESS)
    (incident,) = world.incidents()
    assert (incident["subject_type"], incident["subject_id"]) == ("device", str(device))
    assert incident["explanation"]["params"]["last_wearer_id"] == str(before)


async def test_a_buffered_press_is_about_who_had_the_device_then(world: World, send: Send) -> None:
    device, then, now = world.device(), world.recipient("示例乙"), world.recipient("示例丙")
    world.assign(device, then, until="2026-11-22T03:00:00Z")
    world.assign(device, now, from_at="2026-11-22T03:00:00Z")
    await send(device, {**PRESS, "occurred_at": "2026-11-22T02:00:00Z"})
    (incident,) = world.incidents()
    assert incident["recipient_id"] == then
    assert world.run("SELECT late FROM alert")[0]["late"]


@pytest.mark.parametrize(
    ("occurred_at", "quality"),
    [(None, "missing"), ("2099-01-01T00:00:00Z", "future"), ("2000-01-01T00:00:00Z", "implausible")],
)
async def test_a_time_that_cannot_be_believed_is_the_time_of_receipt(
    world: World, send: Send, occurred_at: str | None, quality: str
) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, {**PRESS, "occurred_at": occurred_at})
    (event,) = world.run("SELECT occurred_at, device_occurred_at, quality, historical FROM device_event")
    assert (event["occurred_at"], event["quality"], event["historical"]) == (NOW, quality, False)
    wrong_clock = world.run("SELECT 1 FROM maintenance_item WHERE kind = 'clock_wrong'")
    assert bool(wrong_clock) is (quality != "missing")


async def test_a_press_without_id_and_time_is_one_within_ten_seconds_or_as_the_same_packet(
    world: World, send: Send
) -> None:
    device = world.device(worn_by=world.recipient())
    bare = {"event": "sos_pressed"}
    await send(device, bare, packet_id=7)
    await send(device, bare, packet_id=8)
    assert len(world.run("SELECT 1 FROM alert")) == 1
    world.run("UPDATE event_identity SET seen_at = seen_at - interval '11 seconds'")
    await send(device, bare, packet_id=7, dup=True)
    assert len(world.run("SELECT 1 FROM alert")) == 1
    await send(device, bare, packet_id=9)
    assert len(world.run("SELECT 1 FROM alert")) == 2


async def test_an_id_given_to_another_event_a_day_later_is_not_swallowed(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESS)
    world.run("UPDATE event_identity SET seen_at = seen_at - interval '25 hours'")
    later = NOW + timedelta(hours=25)
    await send(device, {**PRESS, "occurred_at": later.isoformat()}, received_at=later)
    assert len(world.run("SELECT 1 FROM alert")) == 2
    assert world.run("SELECT 1 FROM maintenance_item WHERE kind = 'event_id_reused'")


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff\xfe garbage",
        b"[1, 2]",
        b'{"event": "help_me"}',
        b'{"id": "x"}',
        b'{"event": "sos_pressed", "id": "\\u0000"}',
    ],
)
async def test_an_event_nobody_can_read_is_acknowledged_quarantined_and_at_the_desk(
    world: World, send: Send, payload: bytes
) -> None:
    device = world.device(worn_by=world.recipient())
    assert await send(device, payload) == ["acknowledged"]
    (incident,) = world.incidents()
    assert (incident["kind"], incident["subject_id"]) == ("unreadable_event", str(device))
    (kept,) = world.run("SELECT payload, incident_id FROM quarantined_message")
    assert (bytes(kept["payload"]), kept["incident_id"]) == (payload, incident["id"])


async def test_a_thousand_unreadable_events_of_a_device_are_one_incident(world: World, pipeline: Pipeline) -> None:
    device = world.device()
    sent = Sent()
    for number in range(200):
        pipeline.accept(sent.message(device, f"garbage {number}".encode()))
    async with asyncio.timeout(20):
        while len(sent.answers) < 200:
            await asyncio.sleep(0.005)
    assert len(world.incidents()) == 1
    assert len(world.run("SELECT 1 FROM quarantined_message")) == 200
    assert len(world.run("SELECT 1 FROM incident_log")) == 1


async def test_an_unreadable_event_with_an_id_is_told_that_it_was_refused(world: World, send: Send) -> None:
    device = world.device()
    await send(device, {"id": "e-9", "event": "no_such_event", "ack": True})
    assert world.acks() == [("e-9", "refused")]


async def test_a_press_with_an_impossible_location_is_still_a_press(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, {**PRESS, "location": {"lat": 999, "lon": 1}, "evidence": {"heart_rate_bpm": 118}})
    (incident,) = world.incidents()
    assert incident["kind"] == "sos"
    assert incident["explanation"]["params"]["unread_fields"] == "location"
    assert incident["explanation"]["params"]["heart_rate_bpm"] == 118


@pytest.mark.parametrize(("event", "consent", "kept"), [
    ("sos_pressed", False, True), ("fall_confirmed", False, True), ("tamper", False, False), ("tamper", True, True),
])  # fmt: skip
async def test_without_consent_only_a_cry_keeps_its_place(
    world: World, send: Send, event: str, consent: bool, kept: bool
) -> None:
    device = world.device(worn_by=world.recipient())
    world.run("UPDATE recipient SET location_consent = %(consent)s", consent=consent)
    place = {"lat": 37.6211, "lon": 114.9213, "source": "gps", "datum": "gcj02"}
    await send(device, {**PRESS, "event": event, "location": place})
    (row,) = world.run("SELECT location, convert_from(payload, 'UTF8') AS payload FROM device_event")
    assert (row["location"] is not None, "37.6211" in row["payload"]) == (kept, kept)
    if kept:
        assert (row["location"]["lat"], row["location"]["datum"]) == (37.6211, "gcj02")


async def test_a_gateway_speaks_for_its_own_children_only(world: World, send: Send) -> None:
    gateway = world.device("gateway")
    child, stranger = world.device(behind=gateway), world.device()
    assert await send(child, PRESS, sender=gateway) == ["acknowledged"]
    assert await send(stranger, PRESS, sender=gateway) == ["refused not_authorized"]
    assert len(world.incidents()) == 1


async def test_a_revoked_device_is_refused_from_the_next_message_on(world: World, send: Send) -> None:
    device = world.device()
    world.run("UPDATE device SET revoked_at = now()")
    assert await send(device, PRESS) == ["refused revoked"]
    assert world.incidents() == []


async def test_a_cancelled_press_stays_at_the_desk(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESS)
    await send(device, {"id": "c-1", "event": "sos_cancelled"})
    (incident,) = world.incidents()
    assert incident["state"] == "open"
    assert world.run("SELECT state FROM alert")[0]["state"] == "cleared"


async def test_a_test_press_is_noted_and_opens_nothing(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, {**PRESS, "test": True})
    assert world.incidents() == []
    (item,) = world.run("SELECT kind, state FROM maintenance_item")
    assert (item["kind"], item["state"]) == ("test_press", "cleared")
    assert world.acks() == [("p-1", "received")]


async def test_low_battery_and_its_restore_are_one_maintenance_item(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, {"id": "b-1", "event": "low_battery"})
    await send(device, {"id": "b-2", "event": "low_battery"})
    await send(device, {"id": "b-3", "event": "battery_ok"})
    (item,) = world.run("SELECT state, occurrences FROM maintenance_item")
    assert (item["state"], item["occurrences"]) == ("cleared", 2)
    assert world.incidents() == []


async def test_the_green_key_is_a_follow_up(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, {"id": "s-1", "event": "service_requested"})
    (follow_up,) = world.run("SELECT kind, state FROM follow_up")
    assert (follow_up["kind"], follow_up["state"]) == ("service_requested", "open")


async def test_an_unknown_topic_is_quarantined_and_reported(world: World, send: Send) -> None:
    device = world.device()
    assert await send(device, {}, Leaf.UNKNOWN) == ["acknowledged"]
    assert world.run("SELECT reason FROM quarantined_message")[0]["reason"]["code"] == "topic_unknown"
    assert world.run("SELECT 1 FROM maintenance_item WHERE kind = 'quarantine'")
