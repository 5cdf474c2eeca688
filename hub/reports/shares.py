"""Shares and spreads: the two ways in which a report says how well something was done."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import ceil

from hub.reports.shapes import Share, Spread


def share_of(hits: int, of: int, target: float | None = None) -> Share:
    """`hits` of `of`; no share of nothing."""
    return Share(of=of, hits=hits, share=hits / of if of else None, target=target)


def spread_of(times: Iterable[timedelta]) -> Spread:
    """Of durations; the nearest rank, so that each figure is a time that somebody did wait."""
    seconds = sorted(max(0.0, time.total_seconds()) for time in times)
    return Spread(
        count=len(seconds), median_s=_rank(seconds, 0.5), p90_s=_rank(seconds, 0.9), max_s=_rank(seconds, 1.0)
    )


def _rank(ordered: Sequence[float], part: float) -> float | None:
    return ordered[max(0, ceil(part * len(ordered)) - 1)] if ordered else None
