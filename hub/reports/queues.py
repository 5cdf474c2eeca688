"""What is beside the desk: texts, equipment, people to be asked after, and the desk itself when nobody sat there.

Equipment faults are to be worked within 24 h (DOMAIN.md section 3); a follow-up is given the same time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.reports.endings import counts_of
from hub.reports.shapes import CodeCount, QueueFigures, TextFigures, UnmannedFigures
from hub.reports.shares import share_of
from hub.storage.reports import QueueFact, Unmanned

WORKED_WITHIN = timedelta(hours=24)
#: Neither reached anybody nor was to: taken back before it left.
_NOT_SENT = frozenset({"cancelled"})


def figure_texts(by_state: Mapping[str, int]) -> TextFigures:
    """How the texts of a period ended. Only a receipt says that one was delivered."""
    owed = sum(count for state, count in by_state.items() if state not in _NOT_SENT)
    ordered = sorted(by_state.items(), key=lambda one: (-one[1], one[0]))
    return TextFigures(
        owed=owed,
        delivered=share_of(by_state.get("delivered", 0), owed),
        by_state=[CodeCount(code=state, count=count) for state, count in ordered],
    )


def figure_queue(facts: Sequence[QueueFact], until_at: datetime, now: datetime) -> QueueFigures:
    """A queue's items of a period; one that is younger than 24 h and not over is not judged yet."""
    judged = [fact for fact in facts if fact.ended_at is not None or now - fact.opened_at >= WORKED_WITHIN]
    in_time = sum(1 for fact in judged if fact.ended_at is not None and fact.ended_at - fact.opened_at <= WORKED_WITHIN)
    return QueueFigures(
        opened=len(facts),
        open_at_end=sum(1 for fact in facts if fact.ended_at is None or fact.ended_at >= until_at),
        ended_in_24_h=share_of(in_time, len(judged), 1.0),
        kinds=counts_of(fact.kind for fact in facts),
    )


def figure_unmanned(times: Sequence[Unmanned]) -> UnmannedFigures:
    """How often and how long."""
    return UnmannedFigures(times=len(times), total_s=sum((one.until_at - one.since).total_seconds() for one in times))
