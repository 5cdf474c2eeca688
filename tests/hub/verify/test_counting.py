"""Counts against rows: what may be missing, and what may not."""

from datetime import UTC, datetime, timedelta

from hub.verify.counting import Kept, Words, check_rows

HOUR = datetime(2026, 11, 22, 3, tzinfo=UTC)
WORDS = Words(missing="readings_missing", uncounted="readings_uncounted")


def codes(said: int, found: int, kept: Kept) -> list[str]:
    look = check_rows("readings", {HOUR: said}, {HOUR: found}, kept, WORDS)
    return [difference.code for difference in look.differences]


def kept(*, since: datetime = HOUR - timedelta(days=300), late: int = 0) -> Kept:
    return Kept(counted_since=HOUR, since=since, late={HOUR: late})


def test_as_many_rows_as_were_counted_are_no_difference() -> None:
    assert codes(5, 5, kept()) == []


def test_a_reading_that_was_old_when_it_came_may_be_gone_before_the_others() -> None:
    assert codes(5, 3, kept(late=2)) == ["late_kept_no_longer"]


def test_more_than_came_late_are_missing() -> None:
    assert codes(5, 2, kept(late=2)) == ["readings_missing"]
    assert codes(5, 4, kept()) == ["readings_missing"]


def test_rows_of_before_the_time_of_keeping_are_gone() -> None:
    assert codes(5, 0, kept(since=HOUR + timedelta(hours=1))) == ["kept_no_longer"]


def test_rows_that_nobody_counted_come_from_elsewhere() -> None:
    assert codes(5, 6, kept(late=2)) == ["readings_uncounted"]
