"""Each figure of a report, on incidents made by hand (docs/reports.md has the definitions)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.reports.answering import figure_answering, figure_escalating, figure_responding
from hub.reports.endings import figure_endings, figure_places
from hub.reports.load import figure_load, floods_in
from hub.reports.periods import LONGEST, BadPeriodError, month_of, stretch
from hub.reports.queues import figure_queue, figure_texts
from hub.reports.report import make_report, make_shift_report
from hub.reports.rows import figure_rows
from hub.storage.reports import Period, QueueFact
from tests.hub.reports.facts import BEGAN, COUNTY, VILLAGE, closed, facts, incident

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = BEGAN + timedelta(days=40)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_clicking_is_not_answering() -> None:
    figures = figure_answering([incident(taken_s=5), incident(taken_s=5, reached_s=200)], LATER)
    assert (figures.taken_in_60_s.hits, figures.taken_in_60_s.of) == (2, 2)
    assert (figures.reached_in_60_s.hits, figures.reached_in_180_s.hits) == (0, 0)
    assert figures.taken_in_60_s.target == 0.975
    assert figures.reached_in_180_s.target == 0.99


def test_an_answer_on_the_second_is_in_time_and_one_that_never_came_is_not() -> None:
    figures = figure_answering([incident(taken_s=60), incident(taken_s=60.001), incident()], LATER)
    assert (figures.taken_in_60_s.hits, figures.taken_in_60_s.of, figures.never_taken) == (1, 3, 1)


def test_what_rang_a_moment_ago_is_not_judged_yet() -> None:
    asked_at = BEGAN + timedelta(seconds=59)
    assert figure_answering([incident()], asked_at).taken_in_60_s.of == 0
    assert figure_answering([incident()], asked_at + timedelta(seconds=1)).taken_in_60_s.of == 1
    assert figure_answering([incident(taken_s=3)], asked_at).taken_in_60_s.share == 1.0


def test_a_confirmed_test_is_not_asked_of_the_desk_but_a_duplicate_rang_too() -> None:
    figures = figure_answering([closed("test"), closed("duplicate", taken_s=10), closed("false", taken_s=20)], LATER)
    assert (figures.asked, figures.taken_in_60_s.hits) == (2, 2)


def test_the_times_are_times_that_somebody_did_wait() -> None:
    figures = figure_answering([incident(taken_s=second) for second in range(1, 11)], LATER)
    assert (figures.taken.median_s, figures.taken.p90_s, figures.taken.max_s) == (5, 9, 10)
    assert figure_answering([], LATER).taken.median_s is None


def test_a_responder_counts_from_the_opening_to_the_door() -> None:
    went = [incident(arrived_min=44), incident(arrived_min=50), incident(set_out_at=BEGAN + MINUTE), incident()]
    figures = figure_responding(went, LATER)
    assert (figures.set_out, figures.arrived_in_45_min.hits, figures.arrived_in_45_min.of) == (3, 1, 3)
    assert figures.arrived_in_60_min.hits == 2
    assert figure_responding([incident(set_out_at=BEGAN)], BEGAN + MINUTE).arrived_in_45_min.of == 0


def test_the_desk_itself_is_not_past_the_desk() -> None:
    figures = figure_escalating([incident(told=["desk"]), incident(told=["desk", "contacts"], timed_out=2, reopened=1)])
    assert (figures.past_desk, figures.told, figures.timed_out, figures.reopened) == (1, {"contacts": 1}, 2, 1)


def test_eleven_within_ten_minutes_are_a_flood_and_ten_are_none() -> None:
    ten = [BEGAN + timedelta(seconds=30 * number) for number in range(10)]
    assert floods_in(ten) == []
    [flood] = floods_in([*ten, BEGAN + timedelta(seconds=599)])
    assert (flood.since, flood.count) == (BEGAN, 11)
    assert floods_in([*ten, BEGAN + timedelta(minutes=10)]) == []


def test_a_flood_that_goes_on_is_one_and_the_next_is_another() -> None:
    long = [BEGAN + timedelta(seconds=20 * number) for number in range(60)]
    again = [BEGAN + 3 * HOUR + timedelta(seconds=number) for number in range(11)]
    assert [flood.count for flood in floods_in([*long, *again])] == [60, 11]


def test_a_shift_has_all_its_hours_and_a_month_all_its_days() -> None:
    opened = [incident(), incident(90 * MINUTE), incident(91 * MINUTE, severity="low")]
    shift = figure_load(opened, Period(BEGAN, BEGAN + 8 * HOUR), SHANGHAI)
    assert [slot.count for slot in shift.slots] == [1, 2, 0, 0, 0, 0, 0, 0]
    assert shift.busiest_hour is not None
    assert (shift.busiest_hour.starts_at, shift.busiest_hour.count) == (BEGAN + HOUR, 2)
    month = month_of("2026-11", SHANGHAI)
    days = figure_load(opened, month, SHANGHAI).slots
    assert (len(days), days[0].count, days[0].starts_at) == (30, 3, month.from_at)


def test_seven_in_an_hour_are_more_than_one_operator_can_bear() -> None:
    def load(count: int) -> int:
        opened = [incident(timedelta(minutes=5 * number)) for number in range(count)]
        return figure_load(opened, Period(BEGAN, BEGAN + 8 * HOUR), SHANGHAI).hours_above

    assert (load(6), load(7)) == (0, 1)


def test_the_mix_holds_critical_and_high_together() -> None:
    severities = ["critical", "high", "medium", "low"]
    mix = figure_load([incident(severity=one) for one in severities], Period(BEGAN, LATER), SHANGHAI).mix
    assert {part: share.hits for part, share in mix.items()} == {"grave": 2, "medium": 1, "low": 1}
    assert [share.target for share in mix.values()] == [0.05, 0.15, 0.80]


def test_a_day_of_25_hours_is_one_day_and_its_repeated_hour_two() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    october = month_of("2026-10", berlin)
    assert october.until_at - october.from_at == timedelta(days=31, hours=1)
    assert len(figure_load([], october, berlin).slots) == 31
    night = Period(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 4, tzinfo=UTC))
    assert len(figure_load([], night, berlin).slots) == 6


def test_real_is_of_real_and_false_alone() -> None:
    ended = [
        closed("real", outcome="taken_to_hospital"),
        closed("false", cause="pressed_by_mistake"),
        closed("false", cause="pressed_by_mistake"),
        closed("duplicate"),
        closed("test"),
        incident(),
    ]
    figures = figure_endings(facts(ended, left_open=[BEGAN, BEGAN + timedelta(days=29, hours=1)]))
    assert (figures.real.hits, figures.real.of, figures.closed) == (1, 3, 5)
    assert [(one.code, one.count) for one in figures.causes] == [("pressed_by_mistake", 2)]
    assert [one.code for one in figures.outcomes] == ["taken_to_hospital"]
    assert (figures.open_at_end, figures.stale_at_end) == (2, 1)


def test_a_township_holds_its_villages() -> None:
    opened = [incident(reached_s=30), incident(reached_s=90), incident(division_id="990101001002")]
    places = {place.name: place for place in figure_places(facts(opened))}
    assert list(places) == ["青石镇", "东坡村", "石桥村"]
    assert (places["青石镇"].incidents, places["东坡村"].incidents) == (3, 2)
    assert (places["东坡村"].reached_in_60_s.hits, places["东坡村"].reached_median_s) == (1, 60)
    assert places["石桥村"].reached_median_s is None


def test_only_a_receipt_says_that_a_text_was_delivered() -> None:
    figures = figure_texts({"delivered": 3, "sent": 2, "unknown": 1, "cancelled": 9})
    assert (figures.owed, figures.delivered.hits, figures.delivered.of) == (6, 3, 6)


def test_equipment_is_judged_when_its_day_is_over() -> None:
    day = timedelta(hours=24)
    until_at = BEGAN + timedelta(days=2)
    items = [
        QueueFact(kind="offline", opened_at=BEGAN, ended_at=BEGAN + day),
        QueueFact(kind="offline", opened_at=BEGAN, ended_at=BEGAN + day + MINUTE),
        QueueFact(kind="low_battery", opened_at=BEGAN, ended_at=None),
        QueueFact(kind="offline", opened_at=until_at - HOUR, ended_at=None),
    ]
    figures = figure_queue(items, until_at, until_at)
    assert (figures.opened, figures.open_at_end) == (4, 2)
    assert (figures.ended_in_24_h.hits, figures.ended_in_24_h.of) == (1, 3)


def test_december_ends_with_the_year() -> None:
    december = month_of("2026-12", SHANGHAI)
    assert december.until_at.astimezone(SHANGHAI) == datetime(2027, 1, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("hours", "fault"), [(0, "after"), (-1, "after"), (24 * 401, "400 days")])
def test_a_time_that_is_none_is_refused(hours: int, fault: str) -> None:
    with pytest.raises(BadPeriodError, match=fault):
        stretch(BEGAN, BEGAN + timedelta(hours=hours), LONGEST)


def test_a_report_of_nothing_says_nothing_and_breaks_nothing() -> None:
    nothing = facts()
    report = make_report(nothing, nothing.period, COUNTY)
    assert report.answering.taken_in_60_s.share is None
    assert report.load.busiest_hour is None
    assert len(report.load.slots) == 31  # the month's beginning in UTC is eight o'clock there
    assert all(row.share is None for row in figure_rows(report))


def test_a_period_that_lasts_is_said_to_be_incomplete() -> None:
    asked_for = Period(BEGAN, BEGAN + timedelta(days=30))
    until_now = facts(lasting=timedelta(days=3), now=BEGAN + timedelta(days=3))
    report = make_report(until_now, asked_for, COUNTY)
    assert not report.complete
    assert report.until_at == asked_for.until_at
    assert len(report.load.slots) == 4


def test_a_shift_names_those_alone_whom_its_reader_may_see() -> None:
    known, unknown = incident(taken_s=4), incident(division_id="990101001000")
    told = facts([known, unknown])
    report = make_shift_report(told, told.period, COUNTY, {known.id: "李示例"})
    assert [(line.name, line.place, line.taken_after_s) for line in report.incidents] == [
        ("李示例", "青石镇东坡村", 4.0),
        (None, "青石镇", None),
    ]
    assert VILLAGE not in {line.place for line in report.incidents}
