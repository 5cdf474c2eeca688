"""A report's figures as the lines of a spreadsheet: section, figure, value, of how many, share, target."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.reports.shapes import QueueFigures, Report, Share, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One line; `code` is its word in the vocabulary `report`. `seconds`: the value is a duration."""

    section: str
    code: str
    value: float | None
    of: int | None = None
    share: float | None = None
    target: float | None = None
    seconds: bool = False


def figure_rows(report: Report) -> list[FigureRow]:
    """All figures that are one number, in the order of a printed page."""
    return [
        *_answering(report),
        *_responding(report),
        *_escalating(report),
        *_load(report),
        *_endings(report),
        *_queue("texts", report),
        *_beside("maintenance", report.maintenance),
        *_beside("follow_ups", report.follow_ups),
        _plain("unmanned", "unmanned_times", report.unmanned.times),
        _time("unmanned", "unmanned_total", report.unmanned.total_s),
    ]


def _plain(section: str, code: str, value: float) -> FigureRow:
    return FigureRow(section=section, code=code, value=value)


def _time(section: str, code: str, value: float | None) -> FigureRow:
    return FigureRow(section=section, code=code, value=value, seconds=True)


def _share(section: str, code: str, share: Share) -> FigureRow:
    return FigureRow(section=section, code=code, value=share.hits, of=share.of, share=share.share, target=share.target)


def _spread(section: str, name: str, spread: Spread) -> Iterator[FigureRow]:
    yield _time(section, f"{name}_median", spread.median_s)
    yield _time(section, f"{name}_p90", spread.p90_s)
    yield _time(section, f"{name}_max", spread.max_s)


def _answering(report: Report) -> Iterator[FigureRow]:
    part, section = report.answering, "answering"
    yield _plain(section, "asked", part.asked)
    yield _share(section, "taken_in_60_s", part.taken_in_60_s)
    yield _share(section, "taken_in_180_s", part.taken_in_180_s)
    yield _share(section, "reached_in_60_s", part.reached_in_60_s)
    yield _share(section, "reached_in_180_s", part.reached_in_180_s)
    yield from _spread(section, "taken", part.taken)
    yield from _spread(section, "reached", part.reached)
    yield _plain(section, "never_taken", part.never_taken)


def _responding(report: Report) -> Iterator[FigureRow]:
    part, section = report.responding, "responding"
    yield _plain(section, "set_out", part.set_out)
    yield _share(section, "arrived_in_45_min", part.arrived_in_45_min)
    yield _share(section, "arrived_in_60_min", part.arrived_in_60_min)
    yield _time(section, "arrived_median", part.arrived.median_s)
    yield _time(section, "arrived_max", part.arrived.max_s)


def _escalating(report: Report) -> Iterator[FigureRow]:
    part, section = report.escalating, "escalating"
    yield _plain(section, "past_desk", part.past_desk)
    yield _plain(section, "timed_out", part.timed_out)
    yield _plain(section, "given_back", part.given_back)
    yield _plain(section, "reopened", part.reopened)


def _load(report: Report) -> Iterator[FigureRow]:
    part, section = report.load, "load"
    yield _plain(section, "incidents", part.incidents)
    yield _plain(section, "presses", part.presses)
    yield _plain(section, "busiest_hour", 0 if part.busiest_hour is None else part.busiest_hour.count)
    yield _plain(section, "hours_above", part.hours_above)
    yield _plain(section, "floods", len(part.floods))
    for name, share in part.mix.items():
        yield _share(section, name, share)


def _endings(report: Report) -> Iterator[FigureRow]:
    part, section = report.endings, "endings"
    yield _plain(section, "closed", part.closed)
    yield _plain(section, "open_at_end", part.open_at_end)
    yield _plain(section, "stale_at_end", part.stale_at_end)
    yield _share(section, "real", part.real)


def _queue(section: str, report: Report) -> Iterator[FigureRow]:
    yield _plain(section, "owed", report.texts.owed)
    yield _share(section, "delivered", report.texts.delivered)


def _beside(section: str, queue: QueueFigures) -> Iterator[FigureRow]:
    yield _plain(section, "opened", queue.opened)
    yield _plain(section, "open_at_end", queue.open_at_end)
    yield _share(section, "ended_in_24_h", queue.ended_in_24_h)
