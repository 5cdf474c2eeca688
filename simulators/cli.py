"""The command `hub simulate`: a scenario on one device, or a fleet of them."""

import asyncio
import json
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from simulators.fleet import FleetOrder, run_fleet
from simulators.gear.kinds import KINDS
from simulators.hub_api import HubAwayError, HubRefusedError
from simulators.journal import Journal
from simulators.link import HubAddress
from simulators.notes import Note
from simulators.play import Credentials, Play
from simulators.scenario import Scenario, load_scenario, scenario_names
from simulators.scenario_values import ScenarioError, duration
from simulators.wire import Stage

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def _a_duration(text: str) -> timedelta:
    try:
        return duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as wrong:
        raise typer.BadParameter(f"'{text}' {wrong}") from wrong


@app.command()
def simulate(
    device: Annotated[str, typer.Option(help="The device's id, which is also its MQTT user name.")] = "",
    password: Annotated[
        str, typer.Option(envvar="ANXIN_DEVICE_PASSWORD", help="Its secret; better given by the variable.")
    ] = "",
    scenario: Annotated[str, typer.Option(help="A name of --list, or a file of your own ending in .yaml.")] = "sos",
    kind: Annotated[str, typer.Option(help=f"What it is: {', '.join(KINDS)}; else the scenario's first.")] = "",
    child: Annotated[
        list[str] | None, typer.Option(help="KIND=ID of a device behind the gateway; may be repeated.")
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="The scenarios there are.")] = False,
    describe: Annotated[str, typer.Option(help="What a scenario does, and what the hub is expected to do.")] = "",
    host: Annotated[str, typer.Option(help="The hub's front door.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port.")] = 1883,
    tls: Annotated[bool, typer.Option("--tls", help="Encrypt, and check the hub's certificate.")] = False,
    speed: Annotated[
        float | None, typer.Option(help="How many times as fast the life runs; stamps stay real, so the hub believes.")
    ] = None,
    history: Annotated[
        timedelta | None,
        typer.Option(
            parser=_a_duration, metavar="DURATION", help="First send so much past, such as 24h, with true stamps."
        ),
    ] = None,
    every: Annotated[
        timedelta | None,
        typer.Option(parser=_a_duration, metavar="DURATION", help="Between two readings; else each kind's own rhythm."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Presses and falls say that they are only a test.")] = False,
    wait_for: Annotated[
        Stage | None, typer.Option(help="End when the first call has come so far; for `sos` it is 'received'.")
    ] = None,
    timeout_s: Annotated[float, typer.Option("--timeout", help="How many seconds to wait for it.")] = 60,
    fleet: Annotated[int, typer.Option(help="So many devices at once, created by the API.")] = 0,
    url: Annotated[str, typer.Option(help="Fleet: the hub's address.")] = "http://127.0.0.1:8080",
    api_key: Annotated[str, typer.Option(envvar="ANXIN_API_KEY", help="Fleet: a key that may create devices.")] = "",
    register: Annotated[Path, typer.Option(help="Fleet: where its devices and secrets are kept.")] = Path(
        "fleet.jsonl"
    ),
    happens_every: Annotated[
        timedelta | None,
        typer.Option(parser=_a_duration, metavar="DURATION", help="Fleet: a press, a fall, a flat battery so often."),
    ] = None,
    lasts: Annotated[
        timedelta | None, typer.Option(parser=_a_duration, metavar="DURATION", help="Fleet: end after so long.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Simulate a device: it lives through a scenario, alone or in a fleet.

    A life runs at its own speed, the stamps are the wall's: a hub judges only what is stamped near its own clock. What
    lies hours back (--history, or a scenario's past) is sent in batches with its true times and becomes history.
    """
    address = HubAddress(
        host=(urlsplit(url).hostname or host) if fleet and host == "127.0.0.1" else host,
        port=port,
        tls=ssl.create_default_context() if tls else None,
    )
    try:
        if list_them:
            _list(as_json=as_json)
        elif describe:
            _describe(load_scenario(describe), as_json=as_json)
        elif fleet:
            _run_fleet(
                FleetOrder(
                    devices=fleet,
                    base_url=url,
                    api_key=_needed(api_key, "--api-key"),
                    address=address,
                    register=register,
                    speed=speed or 1.0,
                    past=history or timedelta(0),
                    happens_every=happens_every,
                    lasts=lasts,
                    report=_print_json if as_json else None,
                )
            )
        else:
            loaded = load_scenario(scenario)
            stage = Stage.RECEIVED if wait_for is None and scenario == "sos" else wait_for
            journal = Journal(as_json=as_json)
            play = Play(
                loaded,
                address=address,
                device=Credentials(
                    device_id=_needed(device, "--device"),
                    kind=kind or loaded.kinds[0],
                    password=_needed(password, "--password"),
                ),
                children=[_child(text) for text in child or ()],
                report=journal,
                speed=speed,
                past=history,
                measure_every=every,
                test=test,
            )
            _run_play(play, journal, stage, timeout_s)
    except ScenarioError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(code=2) from wrong


def _list(*, as_json: bool) -> None:
    for name in scenario_names():
        scenario = load_scenario(name)
        typer.echo(json.dumps(_fields(scenario), ensure_ascii=False) if as_json else f"{name:<20}{scenario.title}")


def _describe(scenario: Scenario, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_fields(scenario), ensure_ascii=False))
        return
    typer.echo(f"{scenario.title}\n\nExpected of the hub: {scenario.expects}\n")
    typer.echo(f"Played by: {', '.join(scenario.kinds)}{_behind(scenario)}")
    typer.echo(f"Lasts {scenario.ends_at} at speed {scenario.speed:g}.")
    if scenario.monitoring:
        typer.echo(f"To see it sooner: PATCH recipients/{{id}} {json.dumps({'monitoring': dict(scenario.monitoring)})}")
    for step in scenario.steps:
        parameters = "  ".join(f"{name}={str(value)[:60]!r}" for name, value in step.parameters.items())
        typer.echo(f"  {step.at!s:>9}  {step.act.value:<13}{parameters}")


def _behind(scenario: Scenario) -> str:
    return f", with {' and '.join(scenario.children)} behind it" if scenario.children else ""


def _fields(scenario: Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "expects": scenario.expects,
        "kinds": scenario.kinds,
        "children": scenario.children,
        "sends": scenario.sends,
        "lasts_s": scenario.ends_at.total_seconds(),
        "monitoring": scenario.monitoring,
    }


def _run_fleet(order: FleetOrder) -> None:
    try:
        run_fleet(order)
    except (HubAwayError, HubRefusedError) as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(code=1) from failure


def _run_play(play: Play, journal: Journal, stage: Stage | None, timeout_s: float) -> None:
    try:
        if not asyncio.run(_play(play, journal, stage, timeout_s)):
            typer.echo(f"The hub did not say '{stage}' within {timeout_s:g} s.", err=True)
            raise typer.Exit(code=1)
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None


async def _play(play: Play, journal: Journal, stage: Stage | None, timeout_s: float) -> bool:
    """Whether the stage was reached in time; without one the whole scenario is played."""
    if stage is None:
        await play.run()
        return True
    life = asyncio.create_task(play.run())
    decided = asyncio.create_task(journal.until_decided(stage))
    try:
        await asyncio.wait({life, decided}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (life, decided):
            task.cancel()
        await asyncio.gather(life, decided, return_exceptions=True)
    return journal.has_reached(stage)


def _needed(value: str, option: str) -> str:
    if not value:
        raise typer.BadParameter("is needed for this", param_hint=option)
    return value


def _child(text: str) -> Credentials:
    kind, _, device_id = text.partition("=")
    if kind not in KINDS or not device_id:
        raise typer.BadParameter(f"'{text}' is not KIND=ID", param_hint="--child")
    return Credentials(device_id=device_id, kind=kind)


def _print_json(note: Note) -> None:
    typer.echo(json.dumps(note.as_fields(), ensure_ascii=False))


if __name__ == "__main__":
    app()
