"""What each alert of an incident did: which command took it in, or named it as superseded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from alerts.explanation import Explanation
from alerts.incidents.commands import Command, Join, Open
from alerts.incidents.replay import Happened
from hub.storage.kept_incidents import KeptAlert


class Part(StrEnum):
    """What an alert did."""

    OPENED = "opened"  #: 据此开始
    JOINED = "joined"  #: 合并
    EXPIRED = "expired"  #: A suspicion whose time passed without recovery. 疑似期满
    TAKEN_ALONG = "taken_along"  #: Another alert went on with it. 一并带入
    RECORDED = "recorded"  #: No command tells of it. 仅有记录


@dataclass(frozen=True, slots=True)
class Played:
    """The part of an alert, and the command that took it in."""

    part: Part
    command: int | None = None


def find_parts(alerts: Iterable[KeptAlert], happened: Iterable[Happened]) -> dict[UUID, Played]:
    """The part of every alert: each command that brings one is matched with the first that it can be of."""
    waiting = list(alerts)
    played = {alert.id: Played(Part.RECORDED) for alert in waiting}
    for one in happened:
        command = one.applied.command
        if not isinstance(command, Open | Join):
            continue
        for alert in [alert for alert in waiting if str(alert.id) in command.superseded]:
            waiting.remove(alert)
            played[alert.id] = Played(Part.TAKEN_ALONG)
        found = _brought_by(command, waiting)
        if found is not None:
            waiting.remove(found)
            played[found.id] = Played(_part_in(command, found), one.applied.n)
    return played


def commands_without_alert(happened: Sequence[Happened], played: Iterable[Played]) -> list[int]:
    """The commands that brought an alert which is not there."""
    there = {one.command for one in played}
    bringing = [one.applied.n for one in happened if isinstance(one.applied.command, Open | Join)]
    return [n for n in bringing if n not in there]


def _brought_by(command: Open | Join, waiting: Sequence[KeptAlert]) -> KeptAlert | None:
    said = command.alert.explanation
    same = next((alert for alert in waiting if alert.explanation == said), None)
    return same or next((alert for alert in waiting if _is_suspicion_of(alert.explanation, said)), None)


def _is_suspicion_of(suspicion: Explanation, said: Explanation) -> bool:
    """Whether this is the suspicion whose time passed: the same evidence under another code."""
    return (suspicion.params, suspicion.evidence) == (said.params, said.evidence)


def _part_in(command: Command, alert: KeptAlert) -> Part:
    if isinstance(command, Open | Join) and alert.explanation != command.alert.explanation:
        return Part.EXPIRED
    return Part.OPENED if isinstance(command, Open) else Part.JOINED
