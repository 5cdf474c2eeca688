"""A simulated device does on a real connection what the vendor guide asks of firmware."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from simulators.calls import Light
from simulators.device import SimulatedDevice
from simulators.gear.fixed import CallButton
from simulators.life.living import Life
from simulators.life.person import person_of
from simulators.link import HubAddress, back_off_s
from simulators.notes import Happening, Note
from simulators.station import Station
from simulators.story_clock import StoryClock
from tests.simulators.stub_hub import StubHub

DEVICE_ID = "01939f6e-0000-7000-8000-000000000001"
PASSWORD = "secret"


class Journal:
    """Every note of a device, and a way to wait for one."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._arrived = asyncio.Event()

    def __call__(self, note: Note) -> None:
        self.notes.append(note)
        self._arrived.set()

    async def until(self, matches: Callable[[Note], bool]) -> Note:
        async with asyncio.timeout(10):
            while True:
                for note in self.notes:
                    if matches(note):
                        return note
                self._arrived.clear()
                await self._arrived.wait()

    async def until_happened(self, happening: Happening) -> Note:
        return await self.until(lambda note: note.happening is happening)


@asynccontextmanager
async def running_button(
    hub: StubHub, journal: Journal, *, password: str = PASSWORD, every: timedelta = timedelta(minutes=1)
) -> AsyncIterator[SimulatedDevice]:
    button = SimulatedDevice(
        device_id=DEVICE_ID,
        instrument=CallButton(seed=DEVICE_ID),
        life=Life(person_of("a")),
        clock=StoryClock(),
        report=journal,
        measure_every=every,
    )
    station = Station(address=HubAddress(host="127.0.0.1", port=hub.port), device=button, password=password)
    life = asyncio.create_task(station.run())
    try:
        yield button
    finally:
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life


async def test_a_press_reaches_the_hub_and_the_wearer_sees_each_stage(hub: StubHub) -> None:
    hub.stages = ("received", "taken", "responding", "closed")
    journal = Journal()
    async with running_button(hub, journal) as button:
        pressed = button.press()
        await journal.until(lambda note: note.details.get("light") == Light.OVER)
    assert [note.details["stage"] for note in journal.notes if note.happening is Happening.STAGE] == list(hub.stages)
    (event,) = hub.events()
    assert event["id"] == pressed.event_id
    assert event["ack"] is True


async def test_the_same_id_is_sent_again_until_the_hub_says_received(
    hub: StubHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.calls.REPEAT_AFTER", timedelta(milliseconds=20))
    hub.stages = ()
    journal = Journal()
    async with running_button(hub, journal) as button:
        pressed = button.press()
        await hub.until(lambda: len(hub.events()) >= 3)
        await hub.tell(DEVICE_ID, "ack", {"ref": pressed.event_id, "stage": "received", "at": None})
        await journal.until_happened(Happening.STAGE)
    assert {event["id"] for event in hub.events()} == {pressed.event_id}


async def test_a_second_press_does_not_wait_for_the_first_ones_puback(hub: StubHub) -> None:
    hub.acknowledges, hub.stages = False, ()
    async with running_button(hub, Journal()) as button:
        first, second = button.press(), button.press()
        await hub.until(lambda: {first.event_id, second.event_id} <= {event["id"] for event in hub.events()})


async def test_a_press_without_a_link_is_sent_when_the_link_is_there(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal) as button:
        await journal.until_happened(Happening.ONLINE)
        hub.drop_everybody()
        await journal.until_happened(Happening.OFFLINE)
        pressed = button.press()
        await journal.until_happened(Happening.STAGE)
    assert hub.events()[0]["id"] == pressed.event_id
    assert hub.connects == 2


async def test_it_says_hello_measures_and_says_goodbye(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal):
        await journal.until_happened(Happening.MEASURED)
    statuses = [each for each in hub.published if each.topic == f"anxin/v1/{DEVICE_ID}/up/status"]
    assert [each.fields["online"] for each in statuses] == [True, False]
    assert all(each.retain for each in statuses)
    (reading,) = [each.fields for each in hub.published if each.topic == f"anxin/v1/{DEVICE_ID}/up/telemetry"]
    assert {"id", "seq", "measured_at", "battery_pct", "signal_dbm"} <= reading.keys()


async def test_a_wrong_password_is_reported_as_a_refusal_and_tried_again(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal, password="wrong"):
        note = await journal.until_happened(Happening.OFFLINE)
    assert note.details["refused"] is True
    assert not hub.published


async def test_a_hub_that_is_not_there_is_reported_and_tried_again() -> None:
    journal, nowhere = Journal(), StubHub(port=1)
    async with running_button(nowhere, journal) as button:
        button.press()
        note = await journal.until_happened(Happening.OFFLINE)
        await journal.until(lambda later: later.happening is Happening.OFFLINE and later is not note)
    assert note.details["refused"] is False


async def test_a_command_is_answered_with_its_result(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal, every=timedelta(hours=1)):
        await journal.until_happened(Happening.MEASURED)
        await hub.tell(DEVICE_ID, "command", {"id": "c1", "command": "set_interval", "interval_s": 1})
        await hub.tell(DEVICE_ID, "command", {"id": "c2", "command": "make_coffee"})
        await hub.until(lambda: len(hub.events("command_result")) == 2)
    results = [(event["id"], event["evidence"]["result"]) for event in hub.events("command_result")]
    assert results == [("c1", "done"), ("c2", "not_supported")]


async def test_nonsense_from_the_hub_does_not_stop_a_device(hub: StubHub) -> None:
    journal = Journal()
    async with running_button(hub, journal) as button:
        await journal.until_happened(Happening.ONLINE)
        await hub.tell(DEVICE_ID, "ack", {"ref": 5, "stage": "sent to the moon"})
        await hub.tell(DEVICE_ID, "command", {"command": None})
        button.press()
        await journal.until_happened(Happening.STAGE)
    assert hub.connects == 1


def test_back_off_grows_to_a_bound_and_spreads() -> None:
    longest = [back_off_s(failures, 1.0) for failures in range(40)]
    assert longest == sorted(longest)
    assert longest[0] < 1
    assert longest[-1] == 30
    assert back_off_s(3, 0.0) < back_off_s(3, 1.0)
