"""Answering, responding and escalating: how soon somebody took it, tried to reach the person, and stood at the door.

Clicking is not answering: an incident that was taken counts as answered when somebody tried to reach the person or the
family, or a caregiver said that they go (DESIGN.md section 5). Targets: 97.5 % within 60 s and 99 % within 180 s (TEC
Quality / TSA); 9 of 10 responders on site within 45 min, the rest within 60 (DOMAIN.md section 3).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hub.reports.shapes import AnsweringFigures, EscalatingFigures, RespondingFigures, Share
from hub.reports.shares import share_of, spread_of
from hub.storage.reports import IncidentFact

ANSWER_TARGETS = {60: 0.975, 180: 0.99}
ARRIVAL_TARGETS = {45: 0.9, 60: 1.0}
#: Nobody hurried to answer what was known to be a test.
_NOT_ASKED = frozenset({"test"})
_DESK = "desk"

When = Callable[[IncidentFact], datetime | None]


def taken_at(fact: IncidentFact) -> datetime | None:
    """When somebody held it first."""
    return fact.taken_at


def reached_at(fact: IncidentFact) -> datetime | None:
    """When somebody first tried to reach the person."""
    return fact.reached_at


def asked_of(facts: Sequence[IncidentFact]) -> list[IncidentFact]:
    """The incidents that were to be answered: all but confirmed tests. A duplicate rang as the others did."""
    return [fact for fact in facts if fact.disposition not in _NOT_ASKED]


def answered_within(facts: Sequence[IncidentFact], when: When, seconds: int, now: datetime) -> Share:
    """Of those whose time is over or who were answered: how many in time. One that is younger is not judged yet."""
    limit = timedelta(seconds=seconds)
    judged = [fact for fact in facts if when(fact) is not None or now - fact.opened_at >= limit]
    hits = sum(1 for fact in judged if (at := when(fact)) is not None and at - fact.opened_at <= limit)
    return share_of(hits, len(judged), ANSWER_TARGETS.get(seconds))


def figure_answering(facts: Sequence[IncidentFact], now: datetime) -> AnsweringFigures:
    """The whole part."""
    asked = asked_of(facts)
    return AnsweringFigures(
        asked=len(asked),
        taken_in_60_s=answered_within(asked, taken_at, 60, now),
        taken_in_180_s=answered_within(asked, taken_at, 180, now),
        reached_in_60_s=answered_within(asked, reached_at, 60, now),
        reached_in_180_s=answered_within(asked, reached_at, 180, now),
        taken=spread_of(fact.taken_at - fact.opened_at for fact in asked if fact.taken_at is not None),
        reached=spread_of(fact.reached_at - fact.opened_at for fact in asked if fact.reached_at is not None),
        never_taken=sum(1 for fact in asked if fact.taken_at is None),
    )


def figure_responding(facts: Sequence[IncidentFact], now: datetime) -> RespondingFigures:
    """From the opening until somebody stood at the door, where somebody set out."""
    went = [fact for fact in facts if fact.set_out_at is not None or fact.arrived_at is not None]
    return RespondingFigures(
        set_out=len(went),
        arrived=spread_of(fact.arrived_at - fact.opened_at for fact in went if fact.arrived_at is not None),
        arrived_in_45_min=_arrived_within(went, 45, now),
        arrived_in_60_min=_arrived_within(went, 60, now),
    )


def _arrived_within(went: Sequence[IncidentFact], minutes: int, now: datetime) -> Share:
    limit = timedelta(minutes=minutes)
    judged = [fact for fact in went if fact.arrived_at is not None or now - fact.opened_at >= limit]
    hits = sum(1 for fact in judged if fact.arrived_at is not None and fact.arrived_at - fact.opened_at <= limit)
    return share_of(hits, len(judged), ARRIVAL_TARGETS[minutes])


def figure_escalating(facts: Sequence[IncidentFact]) -> EscalatingFigures:
    """How far ladders went."""
    told = Counter(target for fact in facts for target in fact.told if target != _DESK)
    return EscalatingFigures(
        past_desk=sum(1 for fact in facts if any(target != _DESK for target in fact.told)),
        told=dict(sorted(told.items())),
        timed_out=sum(fact.timed_out for fact in facts),
        given_back=sum(fact.given_back for fact in facts),
        reopened=sum(fact.reopened for fact in facts),
    )
