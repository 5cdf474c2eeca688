"""What happens in a county that people watch: presses, falls, forgotten chargers, an unplugged gateway, in turn.

Each happening is small, ends by itself, and concerns a home that has the devices for it.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from simulators.gear.wearing import Hand
from simulators.gear.worn import LOW_PCT, WornInstrument
from simulators.homes import Home
from simulators.life.pastimes import Pastime

Happening = Callable[[Home], Coroutine[Any, Any, None]]

_UP_AGAIN_AFTER = timedelta(seconds=25)
#: Somebody has come and helped.
_FOUND_AFTER = timedelta(minutes=6)
_BUSY = timedelta(minutes=15)
_UNPLUGGED_FOR = timedelta(minutes=8)


async def press(home: Home) -> None:
    """The button goes down."""
    if home.pressable is not None:
        home.pressable.press()


async def fall_and_get_up(home: Home) -> None:
    """A fall that ends well: the desk should never hear of it."""
    await _fall(home, _UP_AGAIN_AFTER)


async def fall(home: Home) -> None:
    """A fall, and nobody gets up until somebody comes."""
    await _fall(home, _FOUND_AFTER)


async def forget_charger(home: Home) -> None:
    """The battery is low, and put on the charger after a while."""
    device = home.worn
    if device is None or not isinstance(device.instrument, WornInstrument):
        return
    device.instrument.wrist.order(Hand.ON)
    device.instrument.battery.level_pct = LOW_PCT - 2
    device.look_again()
    await home.clock.sleep(_FOUND_AFTER)
    device.instrument.wrist.order(Hand.CHARGER)
    device.look_again()
    await home.clock.sleep(timedelta(hours=1))
    device.instrument.wrist.order(None)


async def unplug_gateway(home: Home) -> None:
    """A gateway without power; what its devices measured comes later."""
    station = home.gateway
    if station is None:
        return
    station.lose_link()
    await home.clock.sleep(_UNPLUGGED_FOR)
    station.find_link()


#: One turn of what a county sees; presses are the most common.
TURN: tuple[Happening, ...] = (press, fall_and_get_up, press, fall, forget_charger, press, unplug_gateway)


async def happen(
    homes: Sequence[Home],
    *,
    first_after: timedelta,
    every: tuple[timedelta, timedelta],
    turn: Sequence[Happening] = TURN,
) -> None:
    """One after the other, each to somebody else, until cancelled."""
    running: set[asyncio.Task[None]] = set()
    try:
        await asyncio.sleep(first_after.total_seconds())
        while True:
            for happening in turn:
                concerned = [home for home in homes if _can(happening, home)]
                if concerned:
                    task = asyncio.create_task(happening(random.choice(concerned)))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await asyncio.sleep(random.uniform(every[0].total_seconds(), every[1].total_seconds()))
    finally:
        for task in running:
            task.cancel()


def _can(happening: Happening, home: Home) -> bool:
    if happening is press:
        return home.pressable is not None
    if happening is unplug_gateway:
        return home.gateway is not None
    return home.worn is not None and isinstance(home.worn.instrument, WornInstrument) and home.worn.instrument.is_on


async def _fall(home: Home, lies_for: timedelta) -> None:
    now = home.clock.now()
    device = home.worn
    if device is None:
        return
    evidence = device.instrument.sees_fall(home.life.at(now))
    if evidence is None:
        return
    home.life.turn(now, Pastime.ON_THE_FLOOR)
    device.call("fall_suspected", evidence=evidence)
    home.look_again()
    await home.clock.sleep(lies_for)
    now = home.clock.now()
    home.life.turn(now, Pastime.CHORES, until=now + _BUSY)
    home.look_again()
