"""Reports: a month's figures without names, a shift's with its incidents; as JSON and as a spreadsheet."""

from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found, unacceptable
from hub.api.shapes import DivisionId, Instant
from hub.reports.periods import LONGEST, LONGEST_SHIFT, BadPeriodError, month_of, stretch
from hub.reports.report import make_report, make_shift_report
from hub.reports.shapes import Report, ShiftReport
from hub.reports.spreadsheet import write_spreadsheet
from hub.storage.database import database_now
from hub.storage.divisions import DivisionView, find_division
from hub.storage.reports import Period, find_people, gather_facts
from hub.storage.scope import Scope
from hub.words.language import Language

router = APIRouter(prefix="/reports", tags=["reports"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Month = Annotated[str, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])]
Division = Annotated[DivisionId | None, Query(description="A place below the caller's own; that one if left out.")]
From = Annotated[Instant, Query(alias="from")]
Until = Annotated[Instant, Query(alias="to")]
AsLanguage = Annotated[Language, Query()]
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/month")
async def month_report(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)], month: Month, division_id: Division = None
) -> Report:
    """All figures of one month, as that division's clocks count it. Nothing in it names a person."""
    return await _of_month(caller, month, division_id)


@router.get("/month.xlsx", response_class=Response, responses=_FILE)
async def month_spreadsheet(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    month: Month,
    division_id: Division = None,
    language: AsLanguage = Language.ZH,
) -> Response:
    """The same as a spreadsheet."""
    report = await _of_month(caller, month, division_id)
    return _file(report, language, f"{report.division_id}-{month}")


@router.get("/range")
async def range_report(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)], from_at: From, until_at: Until, division_id: Division = None
) -> Report:
    """The figures of a month for any stretch of at most 400 days."""
    division = await _division(caller, division_id)
    return await _figures(caller, division, _period("to", lambda: stretch(from_at, until_at, LONGEST)))


@router.get("/shift")
async def shift_report(
    caller: Annotated[Caller, requires(*DESK_ROLES)], from_at: From, until_at: Until, division_id: Division = None
) -> ShiftReport:
    """A shift, or any stretch of at most a week: figures and every incident. The look is on record."""
    return await _of_shift(caller, from_at, until_at, division_id)


@router.get("/shift.xlsx", response_class=Response, responses=_FILE)
async def shift_spreadsheet(
    caller: Annotated[Caller, requires(*DESK_ROLES)],
    from_at: From,
    until_at: Until,
    division_id: Division = None,
    language: AsLanguage = Language.ZH,
) -> Response:
    """The same as a spreadsheet. The look is on record."""
    report = await _of_shift(caller, from_at, until_at, division_id)
    return _file(report, language, f"{report.division_id}-{report.from_at:%Y%m%dT%H%MZ}")


async def _of_month(caller: Caller, month: str, division_id: str | None) -> Report:
    division = await _division(caller, division_id)
    return await _figures(caller, division, _period("month", lambda: month_of(month, ZoneInfo(division.timezone))))


async def _figures(caller: Caller, division: DivisionView, asked_for: Period) -> Report:
    now = await database_now(caller.connection)
    facts = await gather_facts(caller.connection, Scope.of_division(division.id), asked_for, now)
    await caller.record("look", "report", _named(asked_for), division.id)
    return make_report(facts, asked_for, division)


async def _of_shift(caller: Caller, from_at: Instant, until_at: Instant, division_id: str | None) -> ShiftReport:
    division = await _division(caller, division_id)
    asked_for = _period("to", lambda: stretch(from_at, until_at, LONGEST_SHIFT))
    scope = Scope.of_division(division.id)
    facts = await gather_facts(caller.connection, scope, asked_for, await database_now(caller.connection))
    names = await find_people(caller.connection, scope, [fact.id for fact in facts.incidents])
    await caller.record("look", "report", _named(asked_for), division.id)
    return make_shift_report(facts, asked_for, division, names)


async def _division(caller: Caller, division_id: str | None) -> DivisionView:
    chosen = caller.choose_division(division_id)
    found = await find_division(caller.connection, chosen)
    if found is None:
        raise not_found("division")
    return found


def _period(field: str, reckon: Callable[[], Period]) -> Period:
    try:
        return reckon()
    except BadPeriodError as bad:
        raise unacceptable(field, "bad_period", str(bad)) from None


def _named(period: Period) -> str:
    return f"{period.from_at.isoformat()}/{period.until_at.isoformat()}"


def _file(report: Report, language: Language, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="anxin-{name}.xlsx"'}
    return Response(write_spreadsheet(report, language), media_type=XLSX, headers=headers)
