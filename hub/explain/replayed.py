"""Whether an incident's commands, applied again by the core, give its row, its deadline, its log and its alerts.

`hub.storage.kept_incidents` reads what is kept; nothing here reads anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from alerts.decisions import Record
from alerts.incidents import Incident
from alerts.incidents.replay import REPLAYED_VERSIONS, AppliedCommand, Happened, ReplayError, log_of, replay
from alerts.incidents.written import UnreadableCommandError, read_command
from hub.explain.parts import Part, commands_without_alert, find_parts
from hub.storage.kept_incidents import CommandRow, KeptIncident


class ReplayEnd(StrEnum):
    """What a replay came to."""

    SAME = "same"  #: 一致
    DIFFERS = "differs"  #: 不一致
    OTHER_RULES = "other_rules"  #: Decided by rules of a version this code does not have. 规则版本不同
    NOT_REPLAYABLE = "not_replayable"  #: A command is missing, unreadable, or refused. 无法重放
    NOT_KEPT = "not_kept"  #: There are none, as before commands were kept. 没有指令记录


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first thing that is not the same: where, what the replay says of it, and what is kept."""

    where: str
    replayed: str
    kept: str

    def __str__(self) -> str:
        return f"{self.where}: replayed {self.replayed}, kept {self.kept}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How a replay ended, and what each command did as far as it went."""

    end: ReplayEnd
    happened: tuple[Happened, ...] = ()
    difference: Difference | None = None
    reason: str | None = None  #: Why it cannot be replayed.

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.end, self.difference, self.reason) if part is not None)


def replay_kept(kept: KeptIncident) -> Replayed:
    """Apply the commands again, and compare with what is kept."""
    if not kept.commands:
        return Replayed(end=ReplayEnd.NOT_KEPT)
    other_versions = {written.rules_version for written in kept.commands} - REPLAYED_VERSIONS
    if other_versions:
        return Replayed(end=ReplayEnd.OTHER_RULES, reason=", ".join(str(one) for one in sorted(other_versions)))
    try:
        happened = tuple(replay([_read(written) for written in kept.commands]))
    except (ReplayError, UnreadableCommandError) as error:
        return Replayed(end=ReplayEnd.NOT_REPLAYABLE, reason=str(error))
    difference = next(_differences(kept, happened), None)
    end = ReplayEnd.SAME if difference is None else ReplayEnd.DIFFERS
    return Replayed(end=end, happened=happened, difference=difference)


def _read(written: CommandRow) -> AppliedCommand:
    return AppliedCommand(
        n=written.n, at=written.at, rules_version=written.rules_version, command=read_command(written.command)
    )


def _differences(kept: KeptIncident, happened: Sequence[Happened]) -> Iterator[Difference]:
    if kept.version != len(kept.commands):
        yield Difference(where="version", replayed=str(len(kept.commands)), kept=str(kept.version))
    incident = happened[-1].incident
    for one in fields(Incident):
        replayed, there = getattr(incident, one.name), getattr(kept.incident, one.name)
        if replayed != there:
            yield Difference(where=one.name, replayed=str(replayed), kept=str(there))
    log = log_of(happened)
    for number, ((replayed_at, replayed), (at, line)) in enumerate(zip(log, kept.log, strict=False), start=1):
        if replayed_at != at or not _is_same_line(replayed, line):
            yield Difference(where=f"log line {number}", replayed=_line(replayed_at, replayed), kept=_line(at, line))
    yield from _differing_alerts(kept, happened)
    if len(log) != len(kept.log):
        yield Difference(where="lines in the log", replayed=str(len(log)), kept=str(len(kept.log)))


def _differing_alerts(kept: KeptIncident, happened: Sequence[Happened]) -> Iterator[Difference]:
    """Every alert came by a command, and every command that brought one has it."""
    played = find_parts(kept.alerts, happened)
    for alert in kept.alerts:
        if played[alert.id].part is Part.RECORDED:
            yield Difference(where=f"alert {alert.id}", replayed="no such alert", kept=alert.explanation.code)
    for n in commands_without_alert(happened, played.values()):
        yield Difference(where=f"alert of command {n}", replayed="an alert", kept="none")


def _is_same_line(replayed: Record, kept: Record) -> bool:
    return (replayed.code, dict(replayed.params), replayed.actor) == (kept.code, dict(kept.params), kept.actor)


def _line(at: datetime, line: Record) -> str:
    return f"{at.isoformat()} {line.code} {dict(line.params)} by {'the hub' if line.actor is None else line.actor.id}"
