"""The command `hub simulate`: one device with credentials, pressed once or worn for a day."""

import asyncio
import json
import ssl
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from simulators.button import call_button
from simulators.device import SimulatedDevice
from simulators.link import HubAddress
from simulators.notes import Happening, Note
from simulators.watch import smartwatch
from simulators.wire import Stage

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class Scenario(StrEnum):
    """What the device lives through."""

    PRESS = "press"  #: A call button is pressed once; ends when the hub has said `--wait-for`.
    DAILY = "daily"  #: A smartwatch on the wrist of somebody through an ordinary day; ends with Ctrl-C.


@app.command()
def simulate(
    device: Annotated[str, typer.Option(help="The device's id, which is also its MQTT user name.")],
    password: Annotated[
        str, typer.Option(envvar="ANXIN_DEVICE_PASSWORD", help="Its secret; better given by the variable.")
    ],
    scenario: Annotated[Scenario, typer.Option(help="What it lives through.")] = Scenario.PRESS,
    host: Annotated[str, typer.Option(help="The hub's front door.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port.")] = 1883,
    tls: Annotated[bool, typer.Option("--tls", help="Encrypt, and check the hub's certificate.")] = False,
    test: Annotated[bool, typer.Option("--test", help="press: say that it is only a test.")] = False,
    wait_for: Annotated[Stage, typer.Option(help="press: the stage to wait for.")] = Stage.RECEIVED,
    timeout_s: Annotated[float, typer.Option("--timeout", help="press: how many seconds to wait for it.")] = 60,
    every_s: Annotated[float, typer.Option("--every", help="daily: seconds between two readings.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Simulate a device: its button is pressed, or it is worn for a day."""
    address = HubAddress(host=host, port=port, tls=ssl.create_default_context() if tls else None)
    journal = _Journal(as_json=as_json)
    measure_every = timedelta(seconds=every_s)
    try:
        if scenario is Scenario.DAILY:
            asyncio.run(_wear(address, device, password, journal, measure_every))
        elif not asyncio.run(_press(address, device, password, journal, test, wait_for, timeout_s)):
            typer.echo(f"The hub did not say '{wait_for}' within {timeout_s:g} s.", err=True)
            raise typer.Exit(code=1)
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None


class _Journal:
    """Prints what happens, and knows how far the press has come."""

    def __init__(self, *, as_json: bool) -> None:
        self.stages: set[Stage] = set()
        self.changed = asyncio.Event()
        self._as_json = as_json

    def has_reached(self, stage: Stage) -> bool:
        """Whatever the hub says of a press but a refusal, it has received it."""
        return stage in self.stages or (stage is Stage.RECEIVED and bool(self.stages - {Stage.REFUSED}))

    def is_decided(self, stage: Stage) -> bool:
        """Waiting longer for `stage` is of no use."""
        return self.has_reached(stage) or Stage.REFUSED in self.stages

    def __call__(self, note: Note) -> None:
        if note.happening is Happening.STAGE:
            self.stages.add(Stage(note.details["stage"]))
            self.changed.set()
        typer.echo(json.dumps(note.as_fields(), ensure_ascii=False) if self._as_json else _sentence(note))


async def _press(
    address: HubAddress,
    device_id: str,
    password: str,
    journal: _Journal,
    test: bool,
    wait_for: Stage,
    timeout_s: float,
) -> bool:
    """Whether the stage was reached in time."""
    button = call_button(address=address, device_id=device_id, password=password, report=journal)
    button.press(test=test)
    life = asyncio.create_task(button.run())
    try:
        async with asyncio.timeout(timeout_s):
            while not journal.is_decided(wait_for):
                journal.changed.clear()
                await journal.changed.wait()
    except TimeoutError:
        return False
    finally:
        await _switch_off(life)
    return journal.has_reached(wait_for)


async def _wear(
    address: HubAddress, device_id: str, password: str, journal: _Journal, measure_every: timedelta
) -> None:
    watch: SimulatedDevice = smartwatch(
        address=address,
        device_id=device_id,
        password=password,
        report=journal,
        seed=device_id,
        measure_every=measure_every,
    )
    await watch.run()


async def _switch_off(life: asyncio.Task[None]) -> None:
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)


def _sentence(note: Note) -> str:
    details = "  ".join(f"{name}={value}" for name, value in note.details.items() if value is not None)
    return f"{note.at.astimezone():%H:%M:%S.%f}"[:-3] + f"  {note.happening.value:<10}{details}"


if __name__ == "__main__":
    app()
