"""What happens in the demonstration's county, each to a home that has the devices for it."""

import asyncio
from datetime import timedelta

import pytest

from simulators import happenings
from simulators.county import CountyDevice
from simulators.gear.worn import WornInstrument
from simulators.happenings import fall, fall_and_get_up, forget_charger, happen, press, unplug_gateway
from simulators.homes import Home, furnish
from simulators.life.pastimes import Pastime
from simulators.link import HubAddress
from simulators.notes import Note
from simulators.story_clock import StoryClock
from tests.simulators.stub_hub import StubHub

A_FULL_HOME = ("gateway", "wristband", "mattress", "call_button", "fall_radar")


def home_with(hub: StubHub, *kinds: str, notes: list[Note] | None = None, speed: float = 600) -> Home:
    devices = [
        CountyDevice(
            device_id=f"the-{kind}",
            password="secret",
            kind=kind,
            wearer="李示例",
            home="li",
            gateway_id="the-gateway" if kind in {"wristband", "mattress"} and "gateway" in kinds else None,
        )
        for kind in kinds
    ]
    address = HubAddress(host="127.0.0.1", port=hub.port)
    report = notes.append if notes is not None else lambda _: None
    (home,) = furnish(devices, address=address, clock=StoryClock(speed=speed), report=report)
    return home


async def test_a_home_has_one_life_and_a_station_for_all_that_speaks_for_itself(hub: StubHub) -> None:
    home = home_with(hub, *A_FULL_HOME)
    assert {device.life for device in home.devices} == {home.life}
    assert [list(station.devices) for station in home.stations] == [
        ["the-gateway", "the-wristband", "the-mattress"],
        ["the-call_button"],
        ["the-fall_radar"],
    ]


async def test_a_fall_is_called_and_ends_on_ones_feet(hub: StubHub) -> None:
    home = home_with(hub, "smartwatch")
    falling = asyncio.create_task(fall_and_get_up(home))
    await asyncio.sleep(0)
    assert home.life.at(home.clock.now()).pastime is Pastime.ON_THE_FLOOR
    await falling
    assert home.life.at(home.clock.now()).pastime is Pastime.CHORES
    (device,) = home.devices
    assert [call.event for call in device.calls.values()] == ["fall_suspected"]


async def test_a_forgotten_charger_is_remembered(hub: StubHub) -> None:
    home = home_with(hub, "smartwatch", speed=4000)
    (device,) = home.devices
    forgetting = asyncio.create_task(forget_charger(home))
    life = asyncio.create_task(device.live())
    await forgetting
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    told = []
    while (unsent := device.memory.next()) is not None:
        if unsent.leaf == "event" and not isinstance(unsent.message, bytes):
            told.append(unsent.message["event"])
        device.memory.forget(unsent)
    assert {"low_battery", "charging_started", "battery_ok"} <= set(told)
    assert isinstance(device.instrument, WornInstrument)
    assert device.instrument.battery.level_pct > 50


async def test_an_unplugged_gateway_comes_back(hub: StubHub) -> None:
    home = home_with(hub, "gateway", "wristband")
    life = asyncio.create_task(home.stations[0].run())
    await hub.until(hub.readings)
    await unplug_gateway(home)
    await hub.until(lambda: hub.wills() and hub.connects == 2)
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)


@pytest.mark.parametrize("happening", [press, fall, fall_and_get_up, forget_charger, unplug_gateway])
async def test_nothing_happens_where_there_is_no_device_for_it(hub: StubHub, happening: happenings.Happening) -> None:
    notes: list[Note] = []
    await happening(home_with(hub, "mattress", notes=notes))
    assert notes == []


async def test_each_happening_meets_a_home_that_can_have_it(hub: StubHub) -> None:
    met: list[str] = []
    done = asyncio.Event()

    async def pressed(home: Home) -> None:
        met.append(home.devices[0].device_id)
        if len(met) == 3:
            done.set()

    homes = [home_with(hub, "smartwatch"), home_with(hub, "smartwatch")]
    every = (timedelta(0), timedelta(0))
    county = asyncio.create_task(happen(homes, first_after=timedelta(0), every=every, turn=(pressed,)))
    async with asyncio.timeout(5):
        await done.wait()
    county.cancel()
    await asyncio.gather(county, return_exceptions=True)
    assert len(met) >= 3
