"""Endings: what incidents turned out to be, where, and what was still open.

A merged incident ended as a duplicate: it counts as load, and neither as real nor as false, for what it was about is
counted where it was merged into. An incident older than 24 h is stale (EEMUA 191, DOMAIN.md section 3).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median

from hub.reports.answering import answered_within, asked_of, reached_at
from hub.reports.shapes import CodeCount, EndingFigures, PlaceFigures
from hub.reports.shares import share_of
from hub.storage.reports import IncidentFact, PeriodFacts
from hub.storage.scope import division_prefix

STALE_AFTER = timedelta(hours=24)
_TOWNSHIP_DIGITS = 9


def counts_of(codes: Iterable[str | None]) -> list[CodeCount]:
    """Codes by how often they come, the most frequent first."""
    counted = Counter(code for code in codes if code is not None)
    return [
        CodeCount(code=code, count=count) for code, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    ]


def figure_endings(facts: PeriodFacts) -> EndingFigures:
    """The whole part."""
    closed = [fact for fact in facts.incidents if fact.state == "closed"]
    real = sum(1 for fact in closed if fact.disposition == "real")
    false = sum(1 for fact in closed if fact.disposition == "false")
    end = facts.period.until_at
    return EndingFigures(
        closed=len(closed),
        open_at_end=len(facts.left_open),
        stale_at_end=sum(1 for opened_at in facts.left_open if end - opened_at > STALE_AFTER),
        dispositions=counts_of(fact.disposition for fact in closed),
        outcomes=counts_of(fact.outcome for fact in closed if fact.disposition == "real"),
        causes=counts_of(fact.cause for fact in closed if fact.disposition == "false"),
        real=share_of(real, real + false),
    )


def figure_places(facts: PeriodFacts) -> list[PlaceFigures]:
    """Each township and village in which something happened, a township before its villages."""
    by_place: defaultdict[str, list[IncidentFact]] = defaultdict(list)
    for fact in facts.incidents:
        for division_id in {_township_of(fact.division_id), fact.division_id}:
            by_place[division_id].append(fact)
    known = {place.id: place for place in facts.places}
    return [
        _figure_place(place.id, place.name, place.level, by_place[place.id], facts)
        for division_id in sorted(by_place)
        if (place := known.get(division_id)) is not None and place.level in {"township", "village"}
    ]


def _township_of(division_id: str) -> str:
    return division_id[:_TOWNSHIP_DIGITS].ljust(len(division_id), "0")


def _figure_place(
    division_id: str, name: str, level: str, there: Sequence[IncidentFact], facts: PeriodFacts
) -> PlaceFigures:
    asked = asked_of(there)
    waits = [(fact.reached_at - fact.opened_at).total_seconds() for fact in asked if fact.reached_at is not None]
    return PlaceFigures(
        division_id=division_id,
        name=name,
        level=level,
        incidents=len(there),
        real=sum(1 for fact in there if fact.disposition == "real"),
        false=sum(1 for fact in there if fact.disposition == "false"),
        reached_in_60_s=answered_within(asked, reached_at, 60, facts.now),
        reached_median_s=median(waits) if waits else None,
    )


def place_name(facts: PeriodFacts, division_id: str) -> str:
    """Township and village, as one says it."""
    known = {place.id: place.name for place in facts.places}
    township = _township_of(division_id)
    if len(division_prefix(division_id)) <= _TOWNSHIP_DIGITS:
        return known.get(division_id, "")
    return known.get(township, "") + known.get(division_id, "")
