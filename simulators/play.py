"""Performs a scenario: each step at its time, on the person, the devices and the network that it concerns."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from simulators.device import SimulatedDevice
from simulators.gear.fixed import CallButton
from simulators.gear.kinds import instrument_for
from simulators.gear.wearing import Hand
from simulators.gear.worn import WornInstrument
from simulators.life.living import Life
from simulators.life.pastimes import Pastime
from simulators.life.person import person_of
from simulators.link import HubAddress
from simulators.notes import Happening, Report
from simulators.scenario import Act, Scenario, Step
from simulators.scenario_values import ScenarioError
from simulators.station import Station
from simulators.story_clock import StoryClock

#: On their feet and busy: long enough to be seen at each kind's own rhythm.
_BUSY_AFTER_FALL = timedelta(minutes=15)
_LINK_ACTS = frozenset({Act.LOSE_LINK, Act.FIND_LINK, Act.BREAK_LINK, Act.FREEZE_LINK, Act.NETWORK})
_HANDS = {Act.TAKE_OFF: Hand.OFF, Act.PUT_ON: Hand.ON, Act.CHARGE: Hand.CHARGER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A device of the registry; a child needs no password, its gateway speaks for it."""

    device_id: str
    kind: str
    password: str = ""


class Play:
    """One scenario on one person; `run` returns when it has ended."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        address: HubAddress,
        device: Credentials,
        children: Sequence[Credentials] = (),
        report: Report,
        speed: float | None = None,
        past: timedelta | None = None,
        measure_every: timedelta | None = None,
        test: bool = False,
        seed: str = "",
    ) -> None:
        _check_cast(scenario, device, children)
        self._scenario = scenario
        self._past = scenario.past if past is None else past
        self._test = test
        self._clock = StoryClock(speed=scenario.speed if speed is None else speed, starts_at=scenario.starts_at)
        self._life = Life(person_of(seed or device.device_id))
        made = [
            SimulatedDevice(
                device_id=each.device_id,
                instrument=instrument_for(each.kind, seed=each.device_id),
                life=self._life,
                clock=self._clock,
                report=report,
                measure_every=measure_every or scenario.measure_every,
            )
            for each in (device, *children)
        ]
        self.station = Station(
            address=address, device=made[0], children=made[1:], password=device.password, network=scenario.network
        )

    async def run(self) -> None:
        """The past, the link, the steps, and the time until the end."""
        if self._past > timedelta(0):
            self._tell_story("past", hours=round(self._past / timedelta(hours=1), 2))
            for device in self.station.devices.values():
                await device.remember(self._past)
        lives = {asyncio.create_task(self.station.run()), asyncio.create_task(self._tell_steps())}
        try:
            ended, _ = await asyncio.wait(lives, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in lives:
                task.cancel()
            await asyncio.gather(*lives, return_exceptions=True)

    async def _tell_steps(self) -> None:
        await self.station.online.wait()
        begin = self._clock.now()
        for step in self._scenario.steps:
            await self._clock.sleep(begin + step.at - self._clock.now())
            self._do(step)
        await self._clock.sleep(begin + self._scenario.ends_at - self._clock.now())

    def _do(self, step: Step) -> None:
        self._tell_story(step.act.value, **{name: str(value) for name, value in step.parameters.items()})
        if step.act in _LINK_ACTS:
            self._do_to_link(step)
        else:
            self._do_to_life(step)
            for device in self._concerned(step):
                self._do_to_device(device, step.act, step.parameters)
        for device in self.station.devices.values():
            device.look_again()

    def _concerned(self, step: Step) -> list[SimulatedDevice]:
        devices = [each for each in self.station.devices.values() if step.who in {None, each.instrument.kind}]
        if step.act is Act.PRESS:
            return [each for each in devices if isinstance(each.instrument, WornInstrument | CallButton)][:1]
        if step.act in {Act.CALL, Act.TELL, Act.BABBLE}:
            return devices[:1]
        return devices

    def _do_to_life(self, step: Step) -> None:
        now = self._clock.now()
        match step.act:
            case Act.FALL:
                self._life.turn(now, Pastime.ON_THE_FLOOR)
            case Act.GET_UP:
                self._life.turn(now, Pastime.CHORES, until=now + _BUSY_AFTER_FALL)
            case Act.TURN:
                lasting = step.parameters.get("for")
                self._life.turn(now, step.parameters["to"], until=None if lasting is None else now + lasting)
            case Act.RESUME:
                self._life.resume(now)
            case _:
                pass

    def _do_to_device(self, device: SimulatedDevice, act: Act, parameters: Mapping[str, Any]) -> None:
        match act:
            case Act.PRESS:
                device.press(test=self._test or parameters.get("test", False))
            case Act.FALL:
                evidence = device.instrument.sees_fall(self._life.at(self._clock.now()))
                if evidence is not None:
                    device.call("fall_suspected", test=self._test, evidence=evidence)
            case Act.CALL:
                device.call(parameters["event"], test=self._test, evidence=parameters.get("evidence"))
            case Act.TELL:
                device.tell(parameters["event"], evidence=parameters.get("evidence"))
            case Act.TAKE_OFF | Act.PUT_ON | Act.CHARGE:
                if isinstance(device.instrument, WornInstrument):
                    device.instrument.wrist.order(_HANDS[act])
            case Act.DRAIN:
                if isinstance(device.instrument, WornInstrument | CallButton):
                    device.instrument.battery.level_pct = parameters["to_pct"]
            case Act.DIE:
                device.die()
            case Act.SKEW_CLOCK:
                device.skew = parameters["by"]
            case Act.BABBLE:
                device.babble(parameters["leaf"], (parameters["text"] * parameters.get("repeat", 1)).encode())
            case _:
                pass

    def _do_to_link(self, step: Step) -> None:
        match step.act:
            case Act.LOSE_LINK:
                self.station.lose_link()
            case Act.FIND_LINK:
                self.station.find_link()
            case Act.BREAK_LINK:
                self.station.break_link()
            case Act.FREEZE_LINK:
                self.station.freeze_link()
            case _:
                self.station.change_network(replace(self._scenario.network, **step.parameters))

    def _tell_story(self, act: str, **details: Any) -> None:
        self.station.device.note(Happening.STORY, act=act, **details)


def _check_cast(scenario: Scenario, device: Credentials, children: Sequence[Credentials]) -> None:
    if device.kind not in scenario.kinds:
        raise ScenarioError(f"{scenario.name} is played by {' or '.join(scenario.kinds)}, not by a {device.kind}")
    missing = set(scenario.children) - {each.kind for each in children}
    if missing:
        raise ScenarioError(f"{scenario.name} needs a {' and a '.join(sorted(missing))} behind the gateway")
