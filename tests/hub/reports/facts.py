"""Facts by hand, as the storage would read them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from hub.storage.divisions import DivisionView
from hub.storage.reports import IncidentFact, Period, PeriodFacts, Place

BEGAN = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
COUNTY = DivisionView(id="990101000000", name="示例县", level="county", timezone="Asia/Shanghai", center=None)
VILLAGE = "990101001001"
PLACES = (
    Place(id="990101000000", name="示例县", level="county"),
    Place(id="990101001000", name="青石镇", level="township"),
    Place(id=VILLAGE, name="东坡村", level="village"),
    Place(id="990101001002", name="石桥村", level="village"),
)


def incident(
    after: timedelta = timedelta(0),
    *,
    taken_s: float | None = None,
    reached_s: float | None = None,
    arrived_min: float | None = None,
    **given: Any,
) -> IncidentFact:
    """An SOS of one village, opened so long after the beginning; answered after so many seconds."""
    opened_at = BEGAN + after
    fields: dict[str, Any] = {
        "id": uuid4(),
        "code": 123,
        "kind": "sos",
        "severity": "critical",
        "division_id": VILLAGE,
        "state": "open",
        "opened_at": opened_at,
        "closed_at": None,
        "disposition": None,
        "outcome": None,
        "cause": None,
        "taken_at": None if taken_s is None else opened_at + timedelta(seconds=taken_s),
        "reached_at": None if reached_s is None else opened_at + timedelta(seconds=reached_s),
        "set_out_at": None if arrived_min is None else opened_at + timedelta(seconds=30),
        "arrived_at": None if arrived_min is None else opened_at + timedelta(minutes=arrived_min),
        "timed_out": 0,
        "given_back": 0,
        "reopened": 0,
        "told": [],
        "presses": 1,
    }
    return IncidentFact(**{**fields, **given})


def closed(disposition: str, **given: Any) -> IncidentFact:
    """One that is over."""
    return incident(state="closed", disposition=disposition, closed_at=BEGAN + timedelta(hours=1), **given)


def facts(
    incidents: Sequence[IncidentFact] = (), *, lasting: timedelta = timedelta(days=30), **given: Any
) -> PeriodFacts:
    """A period with these incidents and nothing beside them, looked at long after."""
    period = Period(BEGAN, BEGAN + lasting)
    fields: dict[str, Any] = {
        "period": period,
        "now": period.until_at + timedelta(days=1),
        "incidents": sorted(incidents, key=lambda one: one.opened_at),
        "left_open": [],
        "texts": {},
        "maintenance": [],
        "follow_ups": [],
        "unmanned": [],
        "places": PLACES,
    }
    return PeriodFacts(**{**fields, **given})
