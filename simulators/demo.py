"""What `make demo` shows once the hub is ready: a small county, its devices, and now and then somebody presses."""

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import typer

from simulators.button import call_button
from simulators.county import County, CountyDevice, CountyFounder
from simulators.county_plan import DEMO_COUNTY
from simulators.device import SimulatedDevice
from simulators.hub_api import HubApi
from simulators.link import HubAddress
from simulators.progress import Progress, open_progress
from simulators.register import Register
from simulators.watch import smartwatch

REGISTER_FILE = "county.json"
#: Soon enough that nobody wonders, late enough to have opened the desk and logged in.
FIRST_PRESS_AFTER = timedelta(seconds=20)
#: One in a few minutes is what an operator of 10,000 people sees; a real county is far quieter.
PRESS_EVERY = (timedelta(minutes=3), timedelta(minutes=5))


def run(base_url: str, api_key: str, mqtt_host: str, mqtt_port: int, state_dir: Path) -> None:
    """Found the county if need be, say where the desk is, and let its people live until Ctrl-C.

    Raises:
        HubRefusedError: the hub will not have the county; says why.
        HubAwayError: the hub does not answer.
    """
    founder = CountyFounder(
        api=HubApi(base_url, api_key),
        register=Register(state_dir / REGISTER_FILE),
        plan=DEMO_COUNTY,
        report=lambda _: None,
    )
    typer.echo("Creating the county / 正在准备示例县 ...")
    county = founder.found()
    typer.echo(welcome(county, base_url, state_dir))
    try:
        asyncio.run(live(county, HubAddress(host=mqtt_host, port=mqtt_port)))
    except KeyboardInterrupt:
        typer.echo("The devices are off. / 模拟设备已关闭。")


def welcome(county: County, base_url: str, state_dir: Path) -> str:
    """Where to look, and with which log-in."""
    return f"""
  {county.name} · {len(county.devices)} simulated devices · 模拟设备 {len(county.devices)} 台

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
    first_press_after: timedelta = FIRST_PRESS_AFTER,
    press_every: tuple[timedelta, timedelta] = PRESS_EVERY,
) -> None:
    """All devices at once, until cancelled."""
    with open_progress(county) as progress:
        devices = {each.device_id: _switch_on(each, address, progress) for each in county.devices}
        async with asyncio.TaskGroup() as group:
            for device in devices.values():
                group.create_task(device.run())
            buttons = [devices[each.device_id] for each in county.devices if each.kind == "call_button"]
            group.create_task(_press_now_and_then(_one_after_another(buttons), first_press_after, press_every))


async def _press_now_and_then(
    buttons: Iterator[SimulatedDevice], first_after: timedelta, every: tuple[timedelta, timedelta]
) -> None:
    await asyncio.sleep(first_after.total_seconds())
    for button in buttons:
        button.press()
        await asyncio.sleep(random.uniform(every[0].total_seconds(), every[1].total_seconds()))


def _one_after_another(buttons: list[SimulatedDevice]) -> Iterator[SimulatedDevice]:
    """Everybody once, in an order of chance, and again."""
    return cycle(random.sample(buttons, k=len(buttons)))


def _switch_on(device: CountyDevice, address: HubAddress, progress: Progress) -> SimulatedDevice:
    if device.kind == "smartwatch":
        return smartwatch(
            address=address,
            device_id=device.device_id,
            password=device.password,
            report=progress.show,
            seed=device.device_id,
        )
    return call_button(address=address, device_id=device.device_id, password=device.password, report=progress.show)
