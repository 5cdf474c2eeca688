"""`hub verify`: is everything that was acknowledged still there, judged and owed? Works with the hub and without it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.context import open_database, read_settings
from hub.cli.errors import CommandError
from hub.cli.judge import read_duration
from hub.cli.language import LanguageOption
from hub.cli.output import AsJson, tell, tell_list
from hub.clock import utc_now
from hub.words.language import Language

if TYPE_CHECKING:
    from hub.storage.verification import Period
    from hub.verify.differences import Look

#: Exit codes: everything is explained, something is not, nobody could look.
_UNEXPLAINED = 1
_COULD_NOT_LOOK = 2
_HOUR = timedelta(hours=1)


def verify(
    *,
    last: Annotated[str, typer.Option(help="How far back to look: 24h, 90m.")] = "24h",
    from_at: Annotated[str | None, typer.Option("--from", help="Look from this moment (RFC 3339) instead.")] = None,
    until: Annotated[str | None, typer.Option(help="Look until this moment; otherwise until now.")] = None,
    states: Annotated[int, typer.Option(help="Rebuild so many live states from readings and events; 0: all.")] = 200,
    language: LanguageOption = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Recount what was acknowledged, stored, judged and owed; each difference is one line with its reason.

    Periods are whole hours of receipt. Exit code 0: everything is explained. 1: something is not. 2: it could not look.
    """
    try:
        period = _read_period(last, from_at, until)
        with open_database(read_settings()) as dsn:
            looks = asyncio.run(_look(dsn, period, states))
    except (CommandError, ValueError) as failure:
        typer.echo(f"Could not look: {failure}", err=True)
        raise typer.Exit(_COULD_NOT_LOOK) from failure
    unexplained = _tell(looks, period, language, as_json=as_json)
    if unexplained:
        typer.echo(f"Not explained: {unexplained}.", err=True)
        raise typer.Exit(_UNEXPLAINED)


def _read_period(last: str, from_at: str | None, until: str | None) -> "Period":
    from hub.judge.recordings import read_moment
    from hub.storage.verification import Period

    end = utc_now() if until is None else read_moment(until)
    begin = end - read_duration(last) if from_at is None else read_moment(from_at)
    if begin >= end:
        raise ValueError("the period ends before it begins")
    return Period(_hour_before(begin), _hour_before(end - timedelta(microseconds=1)) + _HOUR)


def _hour_before(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


async def _look(dsn: str, period: "Period", states: int) -> "list[Look]":
    from hub.storage.addresses import UNHURRIED
    from hub.storage.database import connect
    from hub.verify.verification import verify_installation

    async with await connect(dsn, name="verify", autocommit=True, patience=UNHURRIED) as connection:
        return await verify_installation(connection, period, states or None)


def _tell(looks: "Sequence[Look]", period: "Period", language: Language, *, as_json: bool) -> int:
    lines = [_line(look, difference, language) for look in looks for difference in look.differences]
    unexplained = sum(look.unexplained for look in looks)
    span = {"from": period.from_at.isoformat(), "until": period.until_at.isoformat()}
    checked = {look.check: look.counted for look in looks}
    if as_json:
        tell_list(lines, [], as_json=True)
    else:
        print(f"Hours of receipt from {span['from']} until {span['until']}.")
        tell_list(
            [{"check": look.check, "looked at": look.counted, "unexplained": look.unexplained} for look in looks],
            ["check", "looked at", "unexplained"],
            as_json=False,
        )
        for line in lines:
            print(_as_text(line))
    if as_json or not unexplained:
        summary = {**span, "checked": checked, "unexplained": unexplained}
        tell("Every difference is explained.", summary, as_json=as_json)
    return unexplained


def _line(look: "Look", difference: Any, language: Language) -> dict[str, Any]:
    return {
        "check": look.check,
        "code": difference.code,
        "explained": difference.explained,
        "count": difference.count,
        "sentence": difference.sentence(language),
        "params": dict(difference.params),
        "examples": list(difference.examples),
    }


def _as_text(line: dict[str, Any]) -> str:
    mark = "ok " if line["explained"] else "!! "
    which = f" [{', '.join(line['examples'])}]" if line["examples"] and not line["explained"] else ""
    return f"{mark}{line['check']}: {line['sentence']}{which}"
