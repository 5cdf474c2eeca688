"""Shelving (暂停提醒): a nuisance is set aside for a limited time, with a reason (ISA-18.2, OPC UA Part 9).

What is set aside is still recorded and counted, the shelf is listed while it holds, and what still lasts when it ends
is raised anew. A cry for help cannot be set aside: only what is in `Shelvable` can, and no value there stands for a
press, a confirmed fall, an event nobody can read or a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.decisions import HoldAlert, RaiseAlert
from alerts.kinds import IncidentKind
from alerts.observations import Subject


class Shelvable(StrEnum):
    """What may be set aside; whatever is not here always goes to the desk."""

    FALL_SUSPECTED = "fall_suspected"  #: A suspicion only; a fall that is confirmed, or seen twice, is none. 疑似跌倒
    INACTIVITY = "inactivity"  #: 长时间无活动
    VITALS = "vitals"  #: 体征异常
    BED = "bed"  #: 夜间离床
    WANDERING = "wandering"  #: 走失风险


#: A shelf that nobody ends must end within a day: the next shift looks at it anew.
LONGEST = timedelta(hours=24)
#: What an operator may do alone, without a supervisor.
LONGEST_FOR_OPERATOR = timedelta(hours=1)

_BY_KIND = {
    IncidentKind.INACTIVITY: Shelvable.INACTIVITY,
    IncidentKind.VITALS: Shelvable.VITALS,
    IncidentKind.BED: Shelvable.BED,
    IncidentKind.WANDERING: Shelvable.WANDERING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A shelf that holds: of one device, or - `device_id` None - of all that is found about one person."""

    id: str
    subject: Subject | None  #: The person, for a shelf of a person.
    device_id: str | None
    kinds: frozenset[Shelvable]
    until_at: datetime


class NotShelvableError(Exception):
    """It cannot be set aside so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def shelvable_as(finding: RaiseAlert | HoldAlert) -> Shelvable | None:
    """What a finding would be set aside as; None: never."""
    if isinstance(finding, HoldAlert):
        return Shelvable.FALL_SUSPECTED if finding.kind is IncidentKind.FALL else None
    return _BY_KIND.get(finding.kind)


def shelf_for(
    shelves: Iterable[Shelf], subject: Subject, finding: RaiseAlert | HoldAlert, now: datetime
) -> Shelf | None:
    """The shelf that sets this finding aside, the one that ends last; None: it goes to the desk."""
    kind = shelvable_as(finding)
    if kind is None:
        return None
    holding = [
        shelf
        for shelf in shelves
        if kind in shelf.kinds and now < shelf.until_at and _is_about(shelf, subject, finding)
    ]
    return max(holding, key=lambda shelf: (shelf.until_at, shelf.id), default=None)


def check_shelving(kinds: Iterable[Shelvable], until_at: datetime, now: datetime, *, by_supervisor: bool) -> None:
    """Whether these may be set aside until then.

    Raises:
        NotShelvableError: `nothing_to_shelve`, `already_over`, `longer_than_a_day`, or `needs_supervisor` for more than
            `LONGEST_FOR_OPERATOR`.
    """
    if not frozenset(kinds):
        raise NotShelvableError("nothing_to_shelve")
    if until_at <= now:
        raise NotShelvableError("already_over")
    if until_at - now > LONGEST:
        raise NotShelvableError("longer_than_a_day")
    if until_at - now > LONGEST_FOR_OPERATOR and not by_supervisor:
        raise NotShelvableError("needs_supervisor")


def _is_about(shelf: Shelf, subject: Subject, finding: RaiseAlert | HoldAlert) -> bool:
    if shelf.device_id is not None:
        return shelf.device_id == finding.device_id
    return shelf.subject == subject
