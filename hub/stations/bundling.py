"""Bundling: one telephone that is told of many incidents at once gets a few texts, and not forty.

A village's helper at three in the morning needs to know that it is many, which is the gravest, and where the others
are. So the first incidents of a minute are told singly and at once; what comes on top goes together into one text, led
by the gravest, and the pauses between such texts grow to `PAUSE_LONGEST`. Nothing else waits: repeated texts about the
same incident never count, what somebody has taken counts no more, and nothing less grave can use up what is kept for
the grave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.stations.outbox_store import Claimable, LeftText

#: What is looked back on.
WITHIN = timedelta(minutes=1)
#: Of so many incidents a minute a telephone is told singly; of the grave ones again so many, whatever else it was told.
SINGLY_MAX = 3
#: After the first text that bundles the next one waits so long, then twice as long, to gather what else comes.
PAUSE_FIRST = timedelta(seconds=5)
PAUSE_LONGEST = timedelta(seconds=20)

_GRAVE_KINDS = frozenset({IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What leaves by itself, what leaves together, its leader first, and from when on it may."""

    singly: tuple[Claimable, ...]
    together: tuple[Claimable, ...] = ()
    from_at: datetime | None = None


def plan_texts(waiting: Sequence[Claimable], left: Sequence[LeftText], now: datetime) -> Plan:
    """What becomes of the texts that wait for one telephone, given those that have left for it lately."""
    told = [text for text in left if now - text.at < WITHIN]
    grave_told = {text.incident_id for text in told if _is_grave(text)}
    all_told = {text.incident_id for text in told}
    singly: list[Claimable] = []
    together: list[Claimable] = []
    for row in sorted(waiting, key=lambda row: (not _is_grave(row), row.severity.rank)):
        others = (grave_told if _is_grave(row) else all_told) - {row.incident_id}
        if len(others) < SINGLY_MAX:
            singly.append(row)
            all_told.add(row.incident_id)
            if _is_grave(row):
                grave_told.add(row.incident_id)
        else:
            together.append(row)
    return Plan(singly=tuple(singly), together=tuple(together), from_at=_from_when(together, told, now))


def tells_many(incident_ids: set[UUID], left: Sequence[LeftText]) -> bool:
    """Whether these and what has left lately are so many incidents that something may have to be bundled."""
    return len(incident_ids | {text.incident_id for text in left}) > SINGLY_MAX


def _from_when(together: Sequence[Claimable], told: Sequence[LeftText], now: datetime) -> datetime | None:
    if not together:
        return None
    grave = any(_is_grave(row) for row in together)
    counted = sorted(text.at for text in told if _is_grave(text) or not grave)
    bundles = len(counted) - SINGLY_MAX
    if bundles <= 0:
        return now
    return counted[-1] + min(PAUSE_FIRST * (1 << min(bundles - 1, 8)), PAUSE_LONGEST)


def _is_grave(text: Claimable | LeftText) -> bool:
    return text.severity is Severity.CRITICAL or text.kind in _GRAVE_KINDS
