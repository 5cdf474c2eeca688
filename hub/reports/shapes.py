"""A report as it is shown outside. Durations in seconds, shares from 0 to 1; null where there is nothing to reckon."""

from datetime import datetime
from uuid import UUID

from hub.storage.views import View


class Share(View):
    """How many of how many, beside what the field asks for."""

    of: int
    hits: int
    share: float | None
    target: float | None


class Spread(View):
    """Times by their middle, their tenth worst part and their worst."""

    count: int
    median_s: float | None
    p90_s: float | None
    max_s: float | None


class AnsweringFigures(View):
    """How soon somebody answered. `taken`: somebody held it; `reached`: somebody tried to reach the person."""

    asked: int
    taken_in_60_s: Share
    taken_in_180_s: Share
    reached_in_60_s: Share
    reached_in_180_s: Share
    taken: Spread
    reached: Spread
    never_taken: int


class RespondingFigures(View):
    """Whoever went: from the opening until they stood there."""

    set_out: int
    arrived: Spread
    arrived_in_45_min: Share
    arrived_in_60_min: Share


class EscalatingFigures(View):
    """What the desk did not take by itself. `told`: incidents by the targets of their ladder that were told."""

    past_desk: int
    told: dict[str, int]
    timed_out: int
    given_back: int
    reopened: int


class Slot(View):
    """Incidents that came within one hour, or on one local day."""

    starts_at: datetime
    count: int


class Flood(View):
    """A time in which more than ten came within ten minutes."""

    since: datetime
    until: datetime
    count: int


class LoadFigures(View):
    """What came to one desk. `hours_above` counts hours with more than six; `mix` is of graver, medium and low ones."""

    incidents: int
    presses: int
    slots: list[Slot]
    busiest_hour: Slot | None
    hours_above: int
    floods: list[Flood]
    mix: dict[str, Share]


class CodeCount(View):
    """A code and how many."""

    code: str
    count: int


class EndingFigures(View):
    """How incidents ended. `real` is of those that ended as real or false."""

    closed: int
    open_at_end: int
    stale_at_end: int
    dispositions: list[CodeCount]
    outcomes: list[CodeCount]
    causes: list[CodeCount]
    real: Share


class PlaceFigures(View):
    """One township or village."""

    division_id: str
    name: str
    level: str
    incidents: int
    real: int
    false: int
    reached_in_60_s: Share
    reached_median_s: float | None


class TextFigures(View):
    """Texts by how they ended."""

    owed: int
    delivered: Share
    by_state: list[CodeCount]


class QueueFigures(View):
    """A queue beside the desk."""

    opened: int
    open_at_end: int
    ended_in_24_h: Share
    kinds: list[CodeCount]


class UnmannedFigures(View):
    """How often and how long nobody sat at the desk."""

    times: int
    total_s: float


class Report(View):
    """All figures of one period and one division. Without names: what is in a month is sent upward."""

    division_id: str
    division_name: str
    timezone: str
    from_at: datetime
    until_at: datetime
    made_at: datetime
    complete: bool
    answering: AnsweringFigures
    responding: RespondingFigures
    escalating: EscalatingFigures
    load: LoadFigures
    endings: EndingFigures
    kinds: list[CodeCount]
    severities: list[CodeCount]
    places: list[PlaceFigures]
    texts: TextFigures
    maintenance: QueueFigures
    follow_ups: QueueFigures
    unmanned: UnmannedFigures


class IncidentLine(View):
    """One incident of a shift."""

    id: UUID
    code: int
    kind: str
    severity: str
    name: str | None
    place: str
    opened_at: datetime
    taken_after_s: float | None
    reached_after_s: float | None
    state: str
    disposition: str | None
    ending: str | None


class ShiftReport(Report):
    """A shift's figures, and its incidents one by one, for those who may see the files."""

    incidents: list[IncidentLine]
