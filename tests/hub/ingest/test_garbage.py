"""Garbage by the thousand: one item, one incident a device, a bounded quarantine, and everything counted."""

import asyncio
from uuid import UUID

from hub.ingest.pipeline import Pipeline
from hub.ingest.source import InboundMessage, Leaf, Origin
from hub.storage.quarantine import SHARE_MESSAGES_MAX
from tests.hub.ingest.worlds import COUNTY, NOW, Sent, World

_MORE = SHARE_MESSAGES_MAX + 100
_ORIGIN = Origin(source="vendor", division_id=COUNTY)


async def _answered(pipeline: Pipeline, messages: list[InboundMessage], sent: Sent) -> None:
    for message in messages:
        pipeline.accept(message)
    async with asyncio.timeout(30):
        while len(sent.answers) < len(messages):
            await asyncio.sleep(0.01)
    assert set(sent.answers) == {"acknowledged"}


def _of_stranger(sent: Sent, number: int, leaf: Leaf = Leaf.EVENT) -> InboundMessage:
    answers = sent.answers
    return InboundMessage(
        sender_id=_ORIGIN.source,
        device_id=f"KEY{number}",
        leaf=leaf,
        topic="vendor/x",
        payload=b"garbage %d" % number,
        received_at=NOW,
        qos=1,
        dup=False,
        packet_id=number + 1,
        session_id=None,
        acknowledge=lambda: answers.append("acknowledged"),
        refuse=lambda reason: answers.append(str(reason)),
        origin=_ORIGIN,
    )


async def test_unreadable_events_beyond_the_share_are_counted_and_leave_no_row_each(
    world: World, pipeline: Pipeline
) -> None:
    device = world.device(worn_by=world.recipient())
    sent = Sent()
    garbage = [sent.message(device, b"garbage %d" % number) for number in range(_MORE)]
    await _answered(pipeline, garbage, sent)
    (incident,) = world.incidents()
    assert (incident["kind"], incident["subject_id"]) == ("unreadable_event", str(device))
    assert len(world.run("SELECT 1 FROM alert")) == 1
    assert len(world.run("SELECT 1 FROM quarantined_message")) == SHARE_MESSAGES_MAX
    assert len(world.run("SELECT 1 FROM event_identity")) == SHARE_MESSAGES_MAX
    assert world.run("SELECT messages, kept FROM quarantine_summary") == [
        {"messages": _MORE, "kept": SHARE_MESSAGES_MAX}
    ]


async def test_a_device_whose_share_is_used_up_still_makes_the_desk_sound_after_closing(
    world: World, pipeline: Pipeline
) -> None:
    device = world.device()
    sent = Sent()
    await _answered(pipeline, [sent.message(device, b"garbage %d" % number) for number in range(_MORE)], sent)
    world.run("UPDATE incident SET state = 'closed', closed_at = now(), disposition = 'false'")
    again = Sent()
    await _answered(pipeline, [again.message(device, b"more garbage")], again)
    assert [incident["state"] for incident in world.incidents()] == ["closed", "open"]


async def test_unreadable_readings_of_many_devices_are_one_item_each_and_few_lines_in_the_stream(
    world: World, pipeline: Pipeline
) -> None:
    devices = [world.device("smartwatch") for _ in range(3)]
    sent = Sent()
    garbage = [sent.message(device, b"garbage", Leaf.TELEMETRY) for _ in range(_MORE) for device in devices]
    await _answered(pipeline, garbage, sent)
    items = world.run("SELECT device_id, occurrences FROM maintenance_item WHERE kind = 'quarantine'")
    assert {item["device_id"] for item in items} == set(devices)
    assert len(items) == 3
    assert world.run("SELECT sum(messages) AS counted FROM quarantine_by_hour")[0]["counted"] == 3 * _MORE
    assert world.incidents() == []


async def test_a_source_that_invents_its_devices_keys_does_not_fill_the_desk(world: World, pipeline: Pipeline) -> None:
    world.division()
    sent = Sent()
    await _answered(pipeline, [_of_stranger(sent, number) for number in range(60)], sent)
    subjects = {UUID(incident["subject_id"]) for incident in world.incidents()}
    assert len(subjects) == len(world.incidents()) == 21
    assert sum(incident["explanation"]["params"]["device_key"] == "?" for incident in world.incidents()) == 1
    (item,) = world.run("SELECT kind, explanation FROM maintenance_item")
    assert item["kind"] == "unknown_device"
    assert world.run("SELECT sum(messages) AS counted FROM quarantine_by_hour")[0]["counted"] == 60


async def test_strangers_readings_share_one_share(world: World, pipeline: Pipeline) -> None:
    world.division()
    sent = Sent()
    await _answered(pipeline, [_of_stranger(sent, number, Leaf.TELEMETRY) for number in range(_MORE)], sent)
    assert len(world.run("SELECT 1 FROM quarantined_message")) == SHARE_MESSAGES_MAX
    assert [row["messages"] for row in world.run("SELECT messages FROM quarantine_summary")] == [_MORE]
    assert len(world.run("SELECT 1 FROM maintenance_item")) == 1
    assert len(world.run("SELECT 1 FROM stream_event")) <= 12


async def test_a_press_among_garbage_of_its_own_device_is_an_incident(world: World, pipeline: Pipeline) -> None:
    recipient = world.recipient()
    device = world.device(worn_by=recipient)
    sent = Sent()
    said: list[InboundMessage] = [sent.message(device, b"garbage %d" % number) for number in range(50)]
    said.append(sent.message(device, {"id": "p", "event": "sos_pressed", "occurred_at": NOW.isoformat()}))
    said.extend(sent.message(device, b"more %d" % number) for number in range(50))
    await _answered(pipeline, said, sent)
    assert sorted(incident["kind"] for incident in world.incidents()) == ["sos", "unreadable_event"]
