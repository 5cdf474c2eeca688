"""What the transactions counted, against what was sent."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from device_adapters import Decoded
from hub.identity import new_id
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf, Origin
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import COUNTY, NOW, Sent, World

READING = {"measured_at": NOW.isoformat(), "heart_rate_bpm": 72}
PRESS = {"event": "sos_pressed", "occurred_at": NOW.isoformat()}


def counts(world: World) -> dict[str, int]:
    """All tallies together; what is zero is left out."""
    rows = world.run("SELECT * FROM intake_tally")
    names = set(rows[0]) - {"hour", "lane", "source", "epoch"} if rows else set()
    return {name: total for name in names if (total := sum(row[name] for row in rows))}


async def answered(sent: Sent, times: int) -> None:
    """Wait for so many answers in all."""
    async with asyncio.timeout(10):
        while len(sent.answers) < times:
            await asyncio.sleep(0.002)


async def test_a_batch_of_readings_is_counted_by_what_became_of_each(world: World, send: Send) -> None:
    device = world.device()
    batch = [{**READING, "id": "a"}, {**READING, "id": "b"}, {**READING, "id": "a"}]
    for _ in range(2):
        await send(device, {"readings": batch}, Leaf.TELEMETRY)
    assert counts(world) == {
        "messages": 2,
        "telemetry_read": 2,
        "readings_decoded": 6,
        "readings_stored": 2,
        "readings_repeated": 4,
    }


async def test_readings_of_more_than_a_month_ago_are_counted_apart(world: World, send: Send) -> None:
    device = world.device()
    batch = [{"measured_at": (NOW - timedelta(days=days)).isoformat(), "heart_rate_bpm": 72} for days in (0, 29, 31)]
    await send(device, {"readings": batch}, Leaf.TELEMETRY)
    assert (counts(world)["readings_stored"], counts(world)["readings_late"]) == (3, 1)


async def test_what_cannot_be_read_and_what_is_refused_are_counted_too(world: World, send: Send) -> None:
    device, other = world.device(), world.device()
    await send(device, b"not json", Leaf.TELEMETRY)
    await send(device, b"not json", Leaf.EVENT)
    await send(device, b"not json", Leaf.EVENT)
    await send(device, {"online": True}, Leaf.STATUS)
    await send(device, READING, Leaf.TELEMETRY, sender=other)
    told = counts(world)
    assert told == {
        "messages": 5,
        "refused": 1,
        "telemetry_read": 1,
        "telemetry_unreadable": 1,
        "statuses": 1,
        "events_unreadable": 1,
        "unreadable_repeated": 1,
        "quarantined": 2,
    }
    assert len(world.run("SELECT 1 FROM quarantined_message")) == told["quarantined"]


async def test_a_press_is_counted_once_and_its_alert_by_its_kind(world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    for _ in range(3):
        await send(device, {**PRESS, "id": "p-1"})
    assert counts(world) == {"messages": 3, "events_stored": 1, "events_repeated": 2}
    (found,) = world.run("SELECT hour, lane, kind, found FROM finding_tally WHERE finding = 'raise_alert'")
    assert (found["lane"], found["kind"], found["found"]) == ("event", "sos", 1)
    assert found["hour"] == NOW


async def test_flags_are_counted_as_snapshots_and_by_the_events_they_become(world: World, pipeline: Pipeline) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    origin, sent = Origin(source="vendor", division_id=COUNTY), Sent()
    for packet_id, up in enumerate((False, True, True), start=1):
        snapshot = sent.message(device, b"snapshot", Leaf.EVENT, packet_id=packet_id)
        pipeline.accept(replace(snapshot, origin=origin, decoded=Decoded(levels={"sos_pressed": up})))
        await answered(sent, packet_id)
    assert counts(world) == {"messages": 3, "flag_messages": 3, "flag_edges": 1, "events_stored": 1}


async def test_a_strangers_message_is_counted_and_its_quarantined_copy_too(world: World, pipeline: Pipeline) -> None:
    world.division()
    origin, sent = Origin(source="vendor", division_id=COUNTY), Sent()
    for leaf in (Leaf.TELEMETRY, Leaf.EVENT):
        said = sent.message(new_id(), {"event": "sos_pressed"} if leaf is Leaf.EVENT else READING, leaf)
        pipeline.accept(replace(said, origin=origin))
    await answered(sent, 2)
    assert counts(world) == {"messages": 2, "strangers": 2, "quarantined": 2}
    assert len(world.run("SELECT 1 FROM quarantined_message")) == 2


async def test_one_batch_of_two_hours_and_two_ways_is_counted_in_each(world: World, pipeline: Pipeline) -> None:
    device = world.device()
    origin = Origin(source="vendor", division_id=COUNTY)
    sent = Sent()
    before = NOW - timedelta(minutes=1)
    here = sent.message(device, {**READING, "id": "1"}, Leaf.TELEMETRY)
    early = sent.message(device, {**READING, "id": "2"}, Leaf.TELEMETRY, received_at=before)
    for message in (here, early):
        pipeline.accept(message)
    pipeline.accept(replace(sent.message(device, {**READING, "id": "3"}, Leaf.TELEMETRY), origin=origin))
    await answered(sent, 3)
    rows = world.run("SELECT hour, source, readings_stored FROM intake_tally ORDER BY hour, source")
    assert [(row["hour"], row["source"], row["readings_stored"]) for row in rows] == [
        (before.replace(minute=0), "front_door", 1),
        (NOW, "front_door", 1),
        (NOW, "vendor", 1),
    ]
