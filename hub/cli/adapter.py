"""`hub adapter`: which device families the hub can read, and what an adapter makes of a captured message."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell, tell_list

if TYPE_CHECKING:
    from device_adapters import AdapterFactory
    from hub.ingest.adapters import BrokenAdapter

app = typer.Typer(help="Adapters of foreign devices: list, read, check.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The adapter's name.")]


@app.command("list")
def list_adapters(*, as_json: AsJson = False) -> None:
    """Show the adapters that are installed, and those that are broken."""
    from device_adapters import SourceOptions
    from hub.ingest.adapters import find_adapters

    found = find_adapters(tell=_in_the_list)
    rows: list[dict[str, object]] = [
        {"name": name, "topics": ", ".join(factory(SourceOptions()).topics), "broken": None}
        for name, factory in found.factories.items()
    ]
    rows += [{"name": one.name, "topics": None, "broken": f"{one.package}: {one.reason}"} for one in found.broken]
    tell_list(rows, ("name", "topics", "broken"), as_json=as_json)


@app.command()
def read(
    name: Name,
    topic: Annotated[str, typer.Option(help="The topic it came on.")],
    zone: Annotated[str | None, typer.Option(help="Time zone of times without one.")] = None,
) -> None:
    """Read one message from standard input, and show what the adapter makes of it, as payload files write it."""
    import json
    from zoneinfo import ZoneInfo, available_timezones

    from device_adapters import SourceOptions
    from device_adapters.captured import read_outcome
    from hub.clock import utc_now

    if zone is not None and zone not in available_timezones():
        raise CommandError(f"There is no time zone {zone!r}.")
    options = SourceOptions(zone=None if zone is None else ZoneInfo(zone))
    outcome = read_outcome(_factory(name), options, topic, sys.stdin.buffer.read(), utc_now())
    print(json.dumps(outcome, ensure_ascii=False, indent=1))


@app.command()
def check(
    name: Name,
    folder: Annotated[Path, typer.Argument(help="Payload files (*.json), also in folders below.", exists=True)],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what an adapter reads from a folder of payload files with what stands beside them."""
    from pydantic import ValidationError

    from device_adapters.captured import CapturedMessage

    factory = _factory(name)
    wrong: list[dict[str, object]] = []
    files = sorted(folder.rglob("*.json"))
    for path in files:
        try:
            message = CapturedMessage.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise CommandError(f"{path} is no payload file: {error}") from error
        if message.read(factory) != message.outcome:
            wrong.append({"file": str(path), "must be": message.outcome, "is": message.read(factory)})
    if wrong:
        tell_list(wrong, ("file", "must be", "is"), as_json=as_json)
    if wrong or not files:
        raise CommandError(f"{len(wrong)} of {len(files)} payload files are read otherwise than they say.")
    tell(f"{len(files)} payload files are read as they say.", {"files": len(files)}, as_json=as_json)


def _in_the_list(_broken: "BrokenAdapter") -> None:
    """`hub adapter list` shows the broken ones; a log line amid an answer helps nobody."""


def _factory(name: str) -> "AdapterFactory":
    from device_adapters import SourceOptions
    from hub.ingest.adapters import UnknownAdapterError, find_adapters

    found = find_adapters(tell=_in_the_list)
    try:
        found.create(name, SourceOptions())
    except UnknownAdapterError as error:
        raise CommandError(str(error)) from error
    return lambda options: found.create(name, options)
