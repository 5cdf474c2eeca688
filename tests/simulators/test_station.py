"""A station on a bad network: what was measured arrives, later and perhaps twice; a gateway speaks for its children."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from simulators.device import SimulatedDevice
from simulators.gear.kinds import instrument_for
from simulators.life.living import Life
from simulators.life.person import person_of
from simulators.link import HubAddress
from simulators.memory import BATCH_MAX
from simulators.network import GOOD_NETWORK, Network
from simulators.notes import Happening
from simulators.station import Station
from simulators.story_clock import StoryClock
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_device import Journal

SOON = timedelta(milliseconds=30)


def made(kind: str, journal: Journal, *, every: timedelta = timedelta(hours=1)) -> SimulatedDevice:
    return SimulatedDevice(
        device_id=f"the-{kind}",
        instrument=instrument_for(kind, seed="a"),
        life=Life(person_of("a")),
        clock=StoryClock(),
        report=journal,
        measure_every=every,
    )


@asynccontextmanager
async def running(
    hub: StubHub,
    device: SimulatedDevice,
    *children: SimulatedDevice,
    network: Network = GOOD_NETWORK,
) -> AsyncIterator[Station]:
    address = HubAddress(host="127.0.0.1", port=hub.port)
    station = Station(address=address, device=device, password="secret", children=children, network=network)
    life = asyncio.create_task(station.run())
    try:
        yield station
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)


@pytest.fixture(autouse=True)
def quick_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.link.BACK_OFF_FIRST_S", 0.02)
    monkeypatch.setattr("simulators.link.BACK_OFF_MAX_S", 0.05)


async def test_a_duplicate_is_the_same_packet_marked_as_such(hub: StubHub) -> None:
    async with running(hub, made("smartwatch", Journal()), network=Network(duplicates=1.0)):
        await hub.until(lambda: len(hub.readings()) >= 2)
    first, second = [each for each in hub.published if each.topic.endswith("/up/telemetry")][:2]
    assert (first.is_dup, second.is_dup) == (False, True)
    assert first.payload == second.payload


async def test_nothing_is_lost_for_good_on_a_network_that_loses_half(hub: StubHub) -> None:
    journal = Journal()
    device = made("smartwatch", journal, every=timedelta(milliseconds=50))
    async with running(hub, device, network=Network(loss=0.5)):
        pressed = device.press()
        await hub.until(lambda: len({each["seq"] for each in hub.readings()}) > 20, within_s=30)
        await hub.until(hub.events)
    sequence = sorted({reading["seq"] for reading in hub.readings()} | {event["seq"] for event in hub.events()})
    assert sequence == list(range(1, sequence[-1] + 1))
    assert {event["id"] for event in hub.events()} == {pressed.event_id}
    assert hub.connects > 2
    assert any(note.happening is Happening.OFFLINE for note in journal.notes)


async def test_a_message_torn_in_the_middle_never_arrives(hub: StubHub) -> None:
    device = made("smartwatch", Journal())
    async with running(hub, device) as station:
        await hub.until(hub.readings)
        station.change_network(Network(loss=1.0))
        device.look_again()
        await hub.until(lambda: hub.connects >= 3)
        assert len(hub.wills()) >= 1


async def test_what_was_measured_out_of_reach_comes_in_batches_and_in_order(hub: StubHub) -> None:
    device = made("smartwatch", Journal(), every=timedelta(minutes=1))
    await device.remember(timedelta(hours=4))
    async with running(hub, device):
        await hub.until(lambda: len(hub.readings()) >= 240)
    sequence = [reading["seq"] for reading in hub.readings()]
    assert sequence == sorted(sequence)
    batches = [len(each.fields["readings"]) for each in hub.published if "readings" in each.fields]
    assert max(batches) == BATCH_MAX
    assert len(batches) == 3


async def test_a_network_that_reorders_brings_everything_in_no_order(hub: StubHub) -> None:
    device = made("smartwatch", Journal(), every=timedelta(minutes=1))
    await device.remember(timedelta(hours=1))
    async with running(hub, device, network=Network(reorders=True)):
        await hub.until(lambda: len(hub.readings()) >= 60)
    times = [reading["measured_at"] for reading in hub.readings()]
    assert times != sorted(times)
    assert len(set(times)) == len(times)


async def test_a_delay_delays(hub: StubHub) -> None:
    journal = Journal()
    async with running(hub, made("call_button", journal), network=Network(delay_s=0.05)):
        await journal.until_happened(Happening.MEASURED)
    assert hub.readings()


async def test_out_of_reach_it_keeps_what_it_measures_and_comes_back_with_it(hub: StubHub) -> None:
    journal = Journal()
    device = made("smartwatch", journal, every=SOON)
    async with running(hub, device) as station:
        await hub.until(hub.readings)
        station.lose_link()
        await hub.until(hub.wills)
        before = len(hub.readings())
        while len(device.memory) < 5:
            await asyncio.sleep(0.01)
        assert len(hub.readings()) <= before + 1
        station.find_link()
        await hub.until(lambda: any("readings" in each.fields for each in hub.published))
    assert hub.connects == 2


async def test_half_open_it_waits_as_long_as_its_firmware_and_connects_anew(hub: StubHub) -> None:
    journal = Journal()
    device = made("call_button", journal)
    async with running(hub, device, network=Network(gives_up_after_s=0.2)) as station:
        await hub.until(hub.readings)
        station.freeze_link()
        pressed = device.press()
        await hub.until(hub.events)
        assert hub.goodbyes == 0
    assert [event["id"] for event in hub.events()] == [pressed.event_id]
    lost = await journal.until_happened(Happening.OFFLINE)
    assert "did not answer" in lost.details["reason"]


async def test_a_hub_that_no_longer_answers_a_ping_is_left(hub: StubHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.link.KEEP_ALIVE_S", 1)
    journal = Journal()
    async with running(hub, made("call_button", journal)) as station:
        await hub.until(hub.readings)
        station.freeze_link()
        await hub.until(lambda: hub.connects == 2)
    lost = await journal.until_happened(Happening.OFFLINE)
    assert lost.details["reason"] == "the hub no longer answers"


async def test_a_broken_device_leaves_its_will_and_nothing_more(hub: StubHub) -> None:
    device = made("smartwatch", Journal(), every=SOON)
    async with running(hub, device):
        await hub.until(hub.readings)
        device.die()
        await hub.until(hub.wills)
        assert hub.goodbyes == 0
    assert hub.published[-1].is_will


async def test_a_gateway_speaks_for_each_child_on_the_childs_topics(hub: StubHub) -> None:
    journal = Journal()
    gateway, band, mattress = (made(kind, journal) for kind in ("gateway", "wristband", "mattress"))
    async with running(hub, gateway, band, mattress):
        pressed = band.press()
        await journal.until(lambda note: note.happening is Happening.STAGE)
        await hub.tell("the-mattress", "command", {"id": "c1", "command": "self_test"})
        await hub.until(lambda: hub.events("command_result"))
        await hub.until(lambda: len(hub.measuring()) == 3)
    assert hub.connects == 1
    assert hub.measuring() == {f"anxin/v1/the-{kind}/up/telemetry" for kind in ("gateway", "wristband", "mattress")}
    (press,) = [each for each in hub.published if each.fields.get("event") == "sos_pressed"]
    assert (press.topic, press.fields["id"]) == ("anxin/v1/the-wristband/up/event", pressed.event_id)
    (answer,) = [each for each in hub.published if each.fields.get("event") == "command_result"]
    assert answer.topic == "anxin/v1/the-mattress/up/event"
    assert {each.topic for each in hub.statuses(online=True)} == {"anxin/v1/the-gateway/up/status"}


async def test_what_the_hub_says_to_a_stranger_is_nobodys_business(hub: StubHub) -> None:
    journal = Journal()
    async with running(hub, made("call_button", journal)):
        await hub.until(hub.readings)
        await hub.tell("somebody-else", "command", {"id": "c1", "command": "sound"})
        await hub.tell("the-call_button", "command", {"id": "c2", "command": "sound"})
        await hub.until(lambda: hub.events("command_result"))
    assert [event["id"] for event in hub.events("command_result")] == ["c2"]


async def test_a_hub_that_speaks_something_else_is_reported() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 200)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    journal, port = Journal(), server.sockets[0].getsockname()[1]
    async with server, running(StubHub(port=port), made("call_button", journal)):
        lost = await journal.until_happened(Happening.OFFLINE)
    assert lost.details["refused"] is False
