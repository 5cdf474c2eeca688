"""Vendors' messages through the real pipeline: whose they are, what their flags become, what strangers' cries do."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from device_adapters import Decoded, DeviceEvent, FromDevice, SourceOptions
from device_adapters.port import canonical_key
from hub.ingest.adapters import GuardedAdapter, find_adapters
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Origin
from hub.ingest.subscriber.parting import BrokerMessage, part_message
from tests.hub.ingest.worlds import COUNTY, NOW, World

IMEI = "004999010640017"
ORIGIN = Origin(source="vendor", division_id=COUNTY)
Say = Callable[..., Awaitable[None]]


@pytest.fixture
def say(pipeline: Pipeline) -> Say:
    """Hand in one message of a broker, and wait until the broker is answered."""
    packets = iter(range(1, 10_000))

    async def say_one(
        topic: str,
        payload: object,
        *,
        adapter: str | GuardedAdapter = "g616_watch",
        origin: Origin = ORIGIN,
        packet_id: int | None = None,
        dup: bool = False,
        retained: bool = False,
        after_s: float = 0,
    ) -> None:
        answers: list[str] = []
        message = BrokerMessage(
            topic=topic,
            payload=payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
            received_at=NOW + timedelta(seconds=after_s),
            qos=1,
            dup=dup,
            retained=retained,
            packet_id=next(packets) if packet_id is None else packet_id,
        )
        reader = adapter if isinstance(adapter, GuardedAdapter) else find_adapters([]).create(adapter, SourceOptions())
        parts = part_message(message, reader, origin, lambda: answers.append("acknowledged"))
        for part in parts:
            pipeline.accept(part)
        async with asyncio.timeout(10):
            while parts and not answers:
                await asyncio.sleep(0.002)
        assert len(answers) == min(len(parts), 1)

    return say_one


def _watch(world: World, serial: str = IMEI, kind: str = "smartwatch", **worn: UUID) -> UUID:
    device = world.device(kind, **worn)
    world.run("UPDATE device SET serial = %(serial)s WHERE id = %(id)s", serial=serial, id=device)
    return device


def _snapshot(*, sos: bool, **more: object) -> dict[str, object]:
    return {"imei": IMEI, "heartRate": "72", "battery": "60", "sos": sos, "isWearing": True, **more}


STATUS = f"atom/g616/status/{IMEI}"


async def test_a_watch_is_known_by_its_serial_number(world: World, say: Say) -> None:
    recipient = world.recipient()
    device = _watch(world, worn_by=recipient)
    await say(STATUS, _snapshot(sos=False))
    (row,) = world.run("SELECT device_id, recipient_id, heart_rate_bpm, quality, device_measured_at FROM reading")
    assert (row["device_id"], row["recipient_id"], row["heart_rate_bpm"]) == (device, recipient, 72)
    assert (row["quality"], row["device_measured_at"]) == ("missing", None)
    assert world.incidents() == []


@pytest.mark.parametrize("serial", ["dc:da:0c:12:34:56", "DC-DA-0C-12-34-56", " dcda0c123456 ", "ab:cd", "Änne-7 x"])
def test_the_registry_and_the_adapters_spell_a_key_alike(world: World, serial: str) -> None:
    (row,) = world.run("SELECT canonical_device_key(%(serial)s) AS key", serial=serial)
    assert row["key"] == canonical_key(serial)


async def test_a_mattress_is_found_however_its_mac_was_registered(world: World, say: Say) -> None:
    device = _watch(world, serial="dc:da:0c:12:34:56", kind="mattress")
    payload = {"mac": "DCDA0C123456", "timestamp": int(NOW.timestamp() * 1000), "inbed": 1, "heart_rate": 61}
    await say("mattress/bridge", payload, adapter="mattress_sensor")
    (row,) = world.run("SELECT device_id, in_bed FROM reading")
    assert (row["device_id"], row["in_bed"]) == (device, True)


async def test_a_flag_alarms_when_it_rises_and_not_while_it_stays_up(world: World, say: Say) -> None:
    _watch(world, worn_by=world.recipient())
    for number, sos in enumerate((False, True, True, True)):
        await say(STATUS, _snapshot(sos=sos, stepCount=str(number)), after_s=60 * number)
    (incident,) = world.incidents()
    assert incident["kind"] == "sos"
    assert len(world.run("SELECT 1 FROM alert")) == 1
    assert len(world.run("SELECT 1 FROM reading")) == 4


async def test_a_second_press_after_the_flag_fell_joins(world: World, say: Say) -> None:
    _watch(world, worn_by=world.recipient())
    for number, sos in enumerate((True, False, True)):
        await say(STATUS, _snapshot(sos=sos, stepCount=str(number)), after_s=60 * number)
    assert len(world.incidents()) == 1
    assert len(world.run("SELECT 1 FROM alert")) == 2


async def test_a_flag_that_is_still_up_after_closing_alarms_once_more_and_is_then_a_fault(
    world: World, say: Say
) -> None:
    _watch(world, worn_by=world.recipient())
    for number in range(4):
        await say(STATUS, _snapshot(sos=True, stepCount=str(number)), after_s=60 * number)
        world.run("UPDATE incident SET state = 'closed', closed_at = now(), disposition = 'real'")
    assert len(world.incidents()) == 2
    assert world.run("SELECT state FROM maintenance_item WHERE kind = 'device_fault'")[0]["state"] == "open"


async def test_a_snapshot_that_comes_again_is_one_reading_and_one_press(world: World, say: Say) -> None:
    _watch(world, worn_by=world.recipient())
    for dup in (False, True, True):
        await say(STATUS, _snapshot(sos=True), packet_id=9, dup=dup, after_s=30 * dup)
    assert len(world.run("SELECT 1 FROM alert")) == 1
    assert len(world.run("SELECT 1 FROM reading")) == 1


async def test_the_same_values_an_hour_later_are_another_reading(world: World, say: Say) -> None:
    _watch(world)
    for hour in range(3):
        await say(STATUS, _snapshot(sos=False), after_s=3600 * hour)
    assert len(world.run("SELECT 1 FROM reading")) == 3


async def test_what_the_broker_kept_raises_nothing(world: World, say: Say) -> None:
    _watch(world, worn_by=world.recipient())
    await say(STATUS, _snapshot(sos=True), retained=True)
    assert world.incidents() == []
    await say(STATUS, b"")
    assert world.run("SELECT 1 FROM quarantined_message") == []


async def test_a_press_of_a_device_nobody_registered_is_shown_once(world: World, say: Say) -> None:
    world.division()
    for number, sos in enumerate((False, True, True)):
        await say(STATUS, _snapshot(sos=sos, stepCount=str(number)), after_s=60 * number)
    (incident,) = world.incidents()
    assert (incident["kind"], incident["division_id"]) == ("unreadable_event", COUNTY)
    params = incident["explanation"]["params"]
    assert (params["reason"], params["source"], params["device_key"]) == ("unknown_device", "vendor", IMEI)
    assert params["event"] == "sos_pressed"
    assert len(world.run("SELECT 1 FROM alert")) == 1
    (item,) = world.run("SELECT kind, explanation FROM maintenance_item")
    assert (item["kind"], item["explanation"]["params"]["device_key"]) == ("unknown_device", IMEI)


async def test_it_is_taken_in_from_the_moment_somebody_registers_it(world: World, say: Say) -> None:
    world.division()
    await say(STATUS, _snapshot(sos=False))
    assert world.run("SELECT 1 FROM reading") == []
    _watch(world)
    await say(STATUS, _snapshot(sos=False), after_s=60)
    assert len(world.run("SELECT 1 FROM reading")) == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        ("UPDATE device SET revoked_at = now()", "revoked_device"),
        ("UPDATE device SET division_id = '990202000000'", "foreign_device"),
    ],
)
async def test_a_device_a_source_may_not_speak_for_is_kept_and_its_press_shown(
    world: World, say: Say, make: str, reason: str
) -> None:
    _watch(world)
    world.run("INSERT INTO division (id, name, level) VALUES ('990202000000', '示例乙县', 'county')")
    world.run(make)
    origin = Origin(source="vendor", division_id=COUNTY, division_prefix="990101")
    await say(STATUS, _snapshot(sos=True), origin=origin)
    (incident,) = world.incidents()
    assert incident["explanation"]["params"]["reason"] == reason
    kept = world.run("SELECT reason FROM quarantined_message")
    assert {row["reason"]["code"] for row in kept} == {reason}
    assert world.run("SELECT 1 FROM reading") == []


async def test_a_serial_number_of_two_devices_is_neithers(world: World, say: Say) -> None:
    _watch(world, kind="smartwatch")
    _watch(world, kind="wristband")
    await say(STATUS, _snapshot(sos=False))
    assert world.run("SELECT reason FROM quarantined_message")[0]["reason"]["code"] == "ambiguous_device"


async def test_a_press_that_cannot_be_read_is_shown_with_its_device_or_without(world: World, say: Say) -> None:
    device = _watch(world, worn_by=world.recipient())
    await say(STATUS, _snapshot(sos=False) | {"sos": "perhaps"})
    await say("atom/g616/status/", b"\xff garbage")
    await say(STATUS, {"imei": "\ud800\u0000", "sos": True}, after_s=60)
    reasons = [incident["explanation"]["params"] for incident in world.incidents()]
    assert reasons[0]["device_id"] == str(device)
    assert all(incident["kind"] == "unreadable_event" for incident in world.incidents())
    assert len(reasons) >= 2


async def test_fall_and_press_without_time_or_id_are_incidents(world: World, say: Say) -> None:
    _watch(world, worn_by=world.recipient())
    await say("iMEDE_watch/sos", {"IMEI": IMEI}, adapter="kati_watch")
    await say("iMEDE_watch/sos", {"IMEI": IMEI}, adapter="kati_watch", after_s=2)
    assert [incident["kind"] for incident in world.incidents()] == ["sos"]
    assert len(world.run("SELECT 1 FROM alert")) == 1


class _Gateway:
    """A vendor whose one message speaks for two devices, twice each."""

    name = "gateway_sample"
    topics = ("gw/#",)

    def device_key(self, topic: str, payload: bytes) -> str | None:  # noqa: ARG002 - the port
        return "A1"

    def carries_alarms(self, topic: str) -> bool:  # noqa: ARG002 - the port
        return True

    def decode(self, topic: str, payload: bytes, received_at: object) -> tuple[FromDevice, ...]:  # noqa: ARG002 - the port
        events = (DeviceEvent(event="sos_pressed"), DeviceEvent(event="tamper"))
        return tuple(FromDevice(device_key=key, decoded=Decoded(events=events)) for key in ("A1", "B2"))


async def test_a_message_for_several_devices_is_answered_when_all_of_it_is_stored(world: World, say: Say) -> None:
    _watch(world, "A1", worn_by=world.recipient())
    _watch(world, "B2", worn_by=world.recipient())
    await say("gw/1", b"sample", adapter=GuardedAdapter(_Gateway()))
    assert len(world.incidents()) == 2
    assert len(world.run("SELECT 1 FROM device_event")) == 4
    assert len(world.run("SELECT 1 FROM maintenance_item WHERE kind = 'tamper'")) == 2


class _Careless(_Gateway):
    """Puts something into an event that is no JSON."""

    def decode(self, topic: str, payload: bytes, received_at: object) -> tuple[FromDevice, ...]:  # noqa: ARG002 - the port
        event = DeviceEvent(event="sos_pressed", evidence={"why": object()})
        return (FromDevice(device_key="A1", decoded=Decoded(events=(event,))),)


async def test_a_careless_adapter_makes_a_message_unreadable_and_stops_nothing(world: World, say: Say) -> None:
    _watch(world, "A1", worn_by=world.recipient())
    await say("gw/1", b"sample", adapter=GuardedAdapter(_Careless()))
    (incident,) = world.incidents()
    assert incident["explanation"]["params"]["reason"] == "adapter_failed"
