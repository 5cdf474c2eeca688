"""What `make demo` shows once the hub is ready: a county of 200 people, their devices, and what happens to them."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path
from threading import Lock

import typer

from simulators.board import Member
from simulators.county import County, CountyFounder
from simulators.county_made_up import DEMO_COUNTY
from simulators.county_plan import CountyPlan
from simulators.errands import Errands
from simulators.happenings import happen
from simulators.homes import furnish
from simulators.hub_api import HubApi
from simulators.link import HubAddress
from simulators.progress import open_progress
from simulators.register import Register
from simulators.story_clock import StoryClock

REGISTER_FILE = "county.jsonl"
#: Soon enough that nobody wonders, late enough to have opened the desk and logged in.
FIRST_AFTER = timedelta(seconds=20)
#: One in a few minutes is what an operator of 10,000 people sees; a real county is far quieter.
HAPPENS_EVERY = (timedelta(minutes=2), timedelta(minutes=4))
_SHOWN_PER_CENT = 20


def run(
    base_url: str, api_key: str, mqtt_host: str, mqtt_port: int, state_dir: Path, plan: CountyPlan = DEMO_COUNTY
) -> None:
    """Found the county if need be, say where the desk is, and let its people live until Ctrl-C.

    Raises:
        HubRefusedError: the hub will not have the county; says why.
        HubAwayError: the hub does not answer.
    """
    founder = CountyFounder(
        api=HubApi(base_url, api_key),
        register=Register(state_dir / REGISTER_FILE),
        plan=plan,
        report=FoundingProgress(plan.pieces),
    )
    typer.echo("Creating the county / 正在准备示例县 ...")
    county = founder.found()
    typer.echo(welcome(county, base_url, state_dir))
    # Also where a script's background job was told to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(live(county, HubAddress(host=mqtt_host, port=mqtt_port)))
    except KeyboardInterrupt:
        typer.echo("The devices are off. / 模拟设备已关闭。")


class FoundingProgress:
    """Says now and then how far the founding has come; nothing where there is nothing to create."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces
        self._done = 0
        self._said_per_cent = 0
        self._lock = Lock()

    def __call__(self, _: str) -> None:
        """One piece more."""
        with self._lock:
            self._done += 1
            per_cent = min(100 * self._done // self._pieces, 100)
            if per_cent - self._said_per_cent < _SHOWN_PER_CENT:
                return
            self._said_per_cent = per_cent
        typer.echo(f"  {per_cent} %")


def welcome(county: County, base_url: str, state_dir: Path) -> str:
    """Where to look, and with which log-in."""
    people, devices = len({device.home for device in county.devices}), len(county.devices)
    return f"""
  {county.name} · {people} people with {devices} simulated devices · {people} 人，模拟设备 {devices} 台

    Duty desk / 值班台    {base_url.rstrip("/")}/
    Log in / 登录名       {county.operator_login}
    Password / 密码       {county.operator_password}
    Texts / 短信记录      {state_dir / "sms.log"}

  The first press comes within a minute. Ctrl-C ends everything; the data stays in {state_dir}.
  一分钟内会有人按下求助键。按 Ctrl-C 结束；数据保留在 {state_dir}。
"""


async def live(
    county: County,
    address: HubAddress,
    *,
    first_after: timedelta = FIRST_AFTER,
    every: tuple[timedelta, timedelta] = HAPPENS_EVERY,
) -> None:
    """All homes at once, until cancelled."""
    members = {each.device_id: Member(wearer=each.wearer, kind=each.kind) for each in county.devices}
    with open_progress(members) as progress:
        homes = furnish(county.devices, address=address, clock=StoryClock(), report=progress.show)
        async with Errands() as errands:
            for home in homes:
                for station in home.stations:
                    errands.start(station.run())
            errands.start(happen(homes, first_after=first_after, every=every))
            await errands.until_one_fails()
