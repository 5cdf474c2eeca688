"""`hub judge`: recorded traffic through the adapters and the core of this version, without a database."""

import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.errors import CommandError

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def judge(
    *,
    people: Annotated[Path, typer.Option(help="JSON Lines: who has which devices, profile and modes.")],
    traffic: Annotated[Path, typer.Option(help="JSON Lines, sorted by `at`: what was received. Also .gz and .zst.")],
    until: Annotated[str | None, typer.Option(help="Where the clock ends; otherwise with the last message.")] = None,
    close_after: Annotated[str, typer.Option(help="An incident closes so long after its last alert.")] = "30m",
) -> None:
    """Judge recorded traffic in recorded time; prints one verdict a line.

    The same history gives the same verdicts: to see what a new profile or a new version would have done.
    """
    from hub.ingest.adapters import find_adapters  # finds vendors' packages, which no other command needs
    from hub.judge.recordings import read_moment, read_people, read_traffic
    from hub.judge.replay import Replay
    from hub.judge.verdicts import Verdict

    def report(verdict: Verdict) -> None:
        sys.stdout.write(json.dumps(verdict, ensure_ascii=False) + "\n")

    try:
        ends_at = None if until is None else read_moment(until)
        replay = Replay(read_people(people), report, read_duration(close_after), find_adapters())
        for line in read_traffic(traffic):
            if ends_at is not None and line.at > ends_at:
                break
            replay.take(line)
        replay.finish(ends_at)
    except ValueError as error:
        raise CommandError(str(error)) from error
    sys.stdout.flush()


def read_duration(text: str) -> timedelta:
    """A length of time: `30m`, `1h30m`, `90s`, or seconds alone.

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"{text!r} is no length of time; write 30m, 1h30m or 90s")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
