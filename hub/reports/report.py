"""A report put together from a period's facts."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.reports.answering import figure_answering, figure_escalating, figure_responding
from hub.reports.endings import counts_of, figure_endings, figure_places, place_name
from hub.reports.load import figure_load
from hub.reports.queues import figure_queue, figure_texts, figure_unmanned
from hub.reports.shapes import IncidentLine, Report, ShiftReport
from hub.storage.divisions import DivisionView
from hub.storage.reports import IncidentFact, Period, PeriodFacts


def make_report(facts: PeriodFacts, asked_for: Period, division: DivisionView) -> Report:
    """All figures; `complete` says whether the period is over."""
    timezone = ZoneInfo(division.timezone)
    until_at, now = facts.period.until_at, facts.now
    return Report(
        division_id=division.id,
        division_name=division.name,
        timezone=division.timezone,
        from_at=asked_for.from_at,
        until_at=asked_for.until_at,
        made_at=now,
        complete=asked_for.until_at <= now,
        answering=figure_answering(facts.incidents, now),
        responding=figure_responding(facts.incidents, now),
        escalating=figure_escalating(facts.incidents),
        load=figure_load(facts.incidents, facts.period, timezone),
        endings=figure_endings(facts),
        kinds=counts_of(fact.kind for fact in facts.incidents),
        severities=counts_of(fact.severity for fact in facts.incidents),
        places=figure_places(facts),
        texts=figure_texts(facts.texts),
        maintenance=figure_queue(facts.maintenance, until_at, now),
        follow_ups=figure_queue(facts.follow_ups, until_at, now),
        unmanned=figure_unmanned(facts.unmanned),
    )


def make_shift_report(
    facts: PeriodFacts, asked_for: Period, division: DivisionView, names: Mapping[UUID, str]
) -> ShiftReport:
    """The same with each incident; `names` holds those that the reader may see."""
    lines = [_line(fact, facts, names) for fact in facts.incidents]
    return ShiftReport(**dict(make_report(facts, asked_for, division)), incidents=lines)


def _line(fact: IncidentFact, facts: PeriodFacts, names: Mapping[UUID, str]) -> IncidentLine:
    return IncidentLine(
        id=fact.id,
        code=fact.code,
        kind=fact.kind,
        severity=fact.severity,
        name=names.get(fact.id),
        place=place_name(facts, fact.division_id),
        opened_at=fact.opened_at,
        taken_after_s=_seconds(fact.opened_at, fact.taken_at),
        reached_after_s=_seconds(fact.opened_at, fact.reached_at),
        state=fact.state,
        disposition=fact.disposition,
        ending=fact.outcome or fact.cause,
    )


def _seconds(opened_at: datetime, at: datetime | None) -> float | None:
    return None if at is None else max(0.0, (at - opened_at).total_seconds())
