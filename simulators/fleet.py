"""Many devices in one process, on a hub that somebody runs: created by its API once, alive until Ctrl-C."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import typer

from simulators.board import Member
from simulators.county import CountyFounder
from simulators.county_made_up import fleet
from simulators.demo import FoundingProgress
from simulators.errands import Errands
from simulators.happenings import happen
from simulators.homes import Home, furnish
from simulators.hub_api import HubApi
from simulators.link import HubAddress
from simulators.network import GOOD_NETWORK, Network
from simulators.notes import Report
from simulators.progress import open_progress
from simulators.register import Register
from simulators.story_clock import StoryClock

#: Devices of a fleet remember their past one after the other: the process has one core.
_FIRST_HAPPENING_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOrder:
    """How many, where, and how they live."""

    devices: int
    base_url: str
    api_key: str
    address: HubAddress
    register: Path
    speed: float = 1.0
    past: timedelta = timedelta(0)
    network: Network = GOOD_NETWORK
    happens_every: timedelta | None = None  #: A press, a fall, a flat battery on average so often; None: nothing.
    lasts: timedelta | None = None  #: None: until it is ended.
    report: Report | None = field(default=None)  #: Absent: a table, or lines.


def run_fleet(order: FleetOrder) -> None:
    """Create what is missing, and let it live.

    Raises:
        HubRefusedError: the hub will not have it; says why.
        HubAwayError: the hub does not answer.
    """
    plan = fleet(order.devices)
    founder = CountyFounder(
        api=HubApi(order.base_url, order.api_key),
        register=Register(order.register),
        plan=plan,
        report=FoundingProgress(plan.pieces) if order.report is None else lambda _: None,
    )
    county = founder.found()
    members = {each.device_id: Member(wearer=each.wearer, kind=each.kind) for each in county.devices}

    def furnished(report: Report) -> tuple[Home, ...]:
        return furnish(
            county.devices,
            address=order.address,
            clock=StoryClock(speed=order.speed),
            report=report,
            network=order.network,
        )

    async def live() -> None:
        if order.report is not None:
            await _live(furnished(order.report), order)
            return
        with open_progress(members) as progress:
            progress.say(f"{len(members)} devices of {len(county.devices)} are coming to life ...")
            await _live(furnished(progress.show), order)

    try:
        asyncio.run(live())
    except KeyboardInterrupt:
        if order.report is None:
            typer.echo("The fleet is off.")


async def _live(homes: tuple[Home, ...], order: FleetOrder) -> None:
    if order.past > timedelta(0):
        for home in homes:
            for device in home.devices:
                await device.remember(order.past)
    try:
        async with asyncio.timeout(None if order.lasts is None else order.lasts.total_seconds()), Errands() as errands:
            for home in homes:
                for station in home.stations:
                    errands.start(station.run())
            if order.happens_every is not None:
                every = (order.happens_every * 0.5, order.happens_every * 1.5)
                errands.start(happen(homes, first_after=_FIRST_HAPPENING_AFTER, every=every))
            await errands.until_one_fails()
    except TimeoutError:
        return
