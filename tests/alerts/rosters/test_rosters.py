"""Shifts, turns, overrides, swaps, holidays and 调休: who is on duty, as a duty plan on paper says it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.rosters import (
    NOTHING_SPECIAL,
    Account,
    DayKind,
    DayName,
    DutyCalendar,
    Entry,
    Member,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    Shift,
    Swap,
    duty_spans,
    gaps,
    members_of,
    next_change,
    next_holder,
    on_duty,
    overrides_of,
    people_on_duty,
    recognise,
    recognise_people,
    shift_has_ended,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset({DayName.WORKDAY})


def member(name: str, phone: str = "10000000001", account_id: str | None = None) -> Member:
    return Member(key=name, id=name, name=name, phone=phone, account_id=account_id)


JIA, YI, BING = member("甲", "10000000001", "a"), member("乙", "10000000002", "b"), member("丙", "10000000003", "c")


def roster(*entries: Entry, zone: ZoneInfo = SHANGHAI, overrides: tuple[Override, ...] = ()) -> Roster:
    return Roster(division_id="990101000000", role="operator", timezone=zone, entries=entries, overrides=overrides)


def always(who: Member, **bounds: datetime) -> Entry:
    return Entry(members=(who,), **bounds)  # type: ignore[arg-type]


def at(day: str, clock: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone).astimezone(UTC)


def names(plan: Roster, when: datetime, calendar: DutyCalendar = NOTHING_SPECIAL) -> list[str]:
    return [one.name for one in on_duty(replace(plan, calendar=calendar), when)]


# --- Shifts --------------------------------------------------------------------------------------------------------


def test_a_night_shift_goes_on_after_midnight_and_belongs_to_the_day_it_began() -> None:
    plan = roster(Entry(members=(JIA,), shifts=(Shift(start=time(22), end=time(6), days=frozenset({DayName.FRI})),)))
    shown = [names(plan, at("2026-11-20", "21:59")), names(plan, at("2026-11-20", "22:00"))]
    shown += [names(plan, at("2026-11-21", "05:59")), names(plan, at("2026-11-21", "06:00"))]
    assert shown == [[], ["甲"], ["甲"], []]
    assert names(plan, at("2026-11-21", "22:00")) == []


@pytest.mark.parametrize(("night", "hours"), [("2026-10-24", 9), ("2026-03-28", 7), ("2026-06-01", 8)])
def test_a_shift_from_22_to_6_is_as_long_as_its_night(night: str, hours: int) -> None:
    plan = roster(Entry(members=(JIA,), shifts=(Shift(start=time(22), end=time(6)),)), zone=BERLIN)
    since = at(night, "12:00", BERLIN)
    [span] = [span for span in duty_spans(plan, since, since + timedelta(days=1)) if span.members]
    assert span.until_at - span.from_at == timedelta(hours=hours)


def test_a_handover_in_the_hour_that_is_left_out_is_when_clocks_jump_over_it() -> None:
    early, late = Shift(start=time(22), end=time(2, 30)), Shift(start=time(2, 30), end=time(6))
    plan = roster(Entry(members=(JIA,), shifts=(early,)), Entry(members=(YI,), shifts=(late,)), zone=BERLIN)
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert names(plan, jump - timedelta(seconds=1)) == ["甲"]
    assert names(plan, jump) == ["乙"]


def test_a_handover_in_the_hour_that_comes_twice_is_at_its_first_coming() -> None:
    early, late = Shift(start=time(22), end=time(2, 30)), Shift(start=time(2, 30), end=time(6))
    plan = roster(Entry(members=(JIA,), shifts=(early,)), Entry(members=(YI,), shifts=(late,)), zone=BERLIN)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert names(plan, first - timedelta(seconds=1)) == ["甲"]
    for shown_again in (first, first + timedelta(minutes=45)):  # 02:30, and 02:15 for the second time
        assert names(plan, shown_again) == ["乙"]


def test_somebody_with_overlapping_shifts_is_on_duty_once() -> None:
    shifts = (Shift(start=time(8), end=time(20)), Shift(start=time(12), end=time(23)))
    plan = roster(Entry(members=(JIA,), shifts=shifts), always(JIA), always(YI))
    assert names(plan, at("2026-11-20", "13:00")) == ["甲", "乙"]


def test_an_entry_without_shifts_is_on_duty_always_within_its_bounds() -> None:
    plan = roster(always(JIA, from_at=at("2026-11-20", "08:00"), until_at=at("2026-11-20", "20:00")), always(YI))
    assert names(plan, at("2026-11-20", "07:59")) == ["乙"]
    assert names(plan, at("2026-11-20", "08:00")) == ["甲", "乙"]
    assert names(plan, at("2026-11-20", "20:00")) == ["乙"]


# --- Holidays and 调休 ---------------------------------------------------------------------------------------------

#: 2026-02-14 is a Saturday on which people work for a day of the Spring Festival, 2026-02-17 a Tuesday that is free.
SPRING = DutyCalendar(special={date(2026, 2, 14): DayKind.WORKDAY, date(2026, 2, 17): DayKind.HOLIDAY})


def test_a_weekend_day_that_makes_up_for_a_holiday_is_a_workday() -> None:
    plan = roster(Entry(members=(JIA,), shifts=(Shift(start=time(8), end=time(18), days=WORKDAYS),)))
    assert names(plan, at("2026-02-14", "09:00"), SPRING) == ["甲"]
    assert names(plan, at("2026-02-14", "09:00")) == []
    assert names(plan, at("2026-02-17", "09:00"), SPRING) == []


def test_a_holiday_is_a_day_with_its_own_pattern() -> None:
    daily = Shift(start=time(8), end=time(18), days=frozenset({DayName.TUE, DayName.SAT}))
    festive = Shift(start=time(10), end=time(12), days=frozenset({DayName.HOLIDAY}))
    plan = roster(Entry(members=(JIA,), shifts=(daily, festive)))
    assert names(plan, at("2026-02-17", "09:00"), SPRING) == []
    assert names(plan, at("2026-02-17", "11:00"), SPRING) == ["甲"]
    assert names(plan, at("2026-02-17", "09:00")) == ["甲"]


def test_where_nothing_is_said_about_holidays_the_weekday_counts() -> None:
    plan = roster(Entry(members=(JIA,), shifts=(Shift(start=time(8), end=time(18), days=frozenset({DayName.TUE})),)))
    assert names(plan, at("2026-02-17", "09:00"), SPRING) == ["甲"]


def test_the_night_before_a_holiday_goes_on_into_it() -> None:
    plan = roster(Entry(members=(JIA,), shifts=(Shift(start=time(22), end=time(6), days=WORKDAYS),)))
    assert names(plan, at("2026-02-17", "05:00"), SPRING) == ["甲"]
    assert names(plan, at("2026-02-17", "22:30"), SPRING) == []


# --- Rotations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (timedelta(days=1), "甲乙丙甲乙丙甲乙"),
        (timedelta(days=7), "甲甲甲甲甲甲甲乙"),
        (timedelta(days=3), "甲甲甲乙乙乙丙丙"),
    ],
)
def test_people_take_turns_in_their_order(turn: timedelta, expected: str) -> None:
    rotation = Rotation(starts_on=date(2026, 11, 2), handover=time(8), turn=turn)
    plan = roster(Entry(members=(JIA, YI, BING), rotation=rotation))
    shown = [names(plan, at("2026-11-02", "08:00") + timedelta(days=day)) for day in range(8)]
    assert "".join(name for [name] in shown) == expected
    assert names(plan, at("2026-11-02", "07:59")) == []


def test_twelve_hour_turns_are_handed_over_at_the_same_times_all_year() -> None:
    rotation = Rotation(starts_on=date(2026, 3, 27), handover=time(8), turn=timedelta(hours=12))
    plan = roster(Entry(members=(JIA, YI), rotation=rotation), zone=BERLIN)
    for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-07-01"):
        assert names(plan, at(day, "19:59", BERLIN)) == ["甲"]
        assert names(plan, at(day, "20:00", BERLIN)) == ["乙"]


def test_a_turn_that_began_when_clocks_showed_its_time_first_does_not_end_when_they_show_it_again() -> None:
    rotation = Rotation(starts_on=date(2026, 10, 20), handover=time(2, 30), turn=timedelta(days=1))
    plan = roster(Entry(members=(JIA, YI), rotation=rotation), zone=BERLIN)
    begun = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    shown = [names(plan, begun + timedelta(minutes=minutes)) for minutes in (-1, 0, 29, 45, 60, 24 * 60)]
    assert shown == [["甲"], ["乙"], ["乙"], ["乙"], ["乙"], ["乙"]]
    assert names(plan, begun + timedelta(hours=25)) == ["甲"]


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (
            ("2026-10-30", "12:00"),
            ("2026-11-04", "08:00"),
            [2, 3],
        ),  # from before the first: it begins, the last does not
        (("2026-11-02", "08:00"), ("2026-11-05", "08:00"), [3, 4]),  # from the very beginning of one
        (("2026-11-02", "09:00"), ("2026-11-03", "08:00"), []),
    ],
)
def test_turns_begin_after_a_moment_and_before_another(
    since: tuple[str, str], until: tuple[str, str], days: list[int]
) -> None:
    rotation = Rotation(starts_on=date(2026, 11, 2), handover=time(8), turn=timedelta(days=1))
    begun = list(rotation.begins(at(*since), at(*until), SHANGHAI))
    assert begun == [at(f"2026-11-{day:02}", "08:00") for day in days]


def test_a_turn_of_less_than_an_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="one hour"):
        Rotation(starts_on=date(2026, 1, 1), handover=time(8), turn=timedelta(minutes=59))


def test_several_people_without_turns_are_no_entry() -> None:
    with pytest.raises(ValueError, match="take turns"):
        Entry(members=(JIA, YI))


# --- Overrides and swaps -------------------------------------------------------------------------------------------

MORNING, EVENING = at("2026-11-20", "08:00"), at("2026-11-20", "20:00")


def override(kind: OverrideKind, absent: Member | None = None, present: Member | None = None) -> Override:
    return Override(
        kind=kind, from_at=MORNING, until_at=EVENING, absent=absent.key if absent else None, present=present
    )


def test_a_substitute_is_rung_in_the_place_of_who_is_ill_and_only_meanwhile() -> None:
    plan = roster(always(JIA), always(YI), overrides=(override(OverrideKind.REPLACE, JIA, BING),))
    assert names(plan, MORNING) == ["丙", "乙"]
    assert names(plan, EVENING) == ["甲", "乙"]


def test_a_substitute_serves_no_hours_that_the_absent_one_has_not() -> None:
    night = Entry(members=(JIA,), shifts=(Shift(start=time(22), end=time(6)),))
    plan = roster(night, overrides=(override(OverrideKind.REPLACE, JIA, BING),))
    assert names(plan, at("2026-11-20", "12:00")) == []


def test_somebody_may_be_added_and_somebody_removed() -> None:
    plan = roster(always(JIA), overrides=(override(OverrideKind.ADD, present=BING),))
    assert names(plan, MORNING) == ["甲", "丙"]
    plan = roster(always(JIA), overrides=(override(OverrideKind.REMOVE, JIA),))
    assert names(plan, MORNING) == []


def test_a_later_override_goes_by_what_the_earlier_made() -> None:
    first, second = override(OverrideKind.REPLACE, JIA, YI), override(OverrideKind.REPLACE, YI, BING)
    assert names(roster(always(JIA), overrides=(first, second)), MORNING) == ["丙"]
    assert names(roster(always(JIA), overrides=(second, first)), MORNING) == ["乙"]


def test_a_substitute_who_is_on_duty_anyway_is_rung_once() -> None:
    plan = roster(always(JIA), always(YI), overrides=(override(OverrideKind.REPLACE, JIA, YI),))
    assert names(plan, MORNING) == ["乙"]


def test_two_people_exchange_their_shifts() -> None:
    rotation = Rotation(starts_on=date(2026, 11, 20), handover=time(8), turn=timedelta(hours=12))
    plan = Entry(members=(JIA, YI), rotation=rotation)
    swap = Swap(
        one=JIA,
        other=YI,
        shift_of_one=(at("2026-11-20", "08:00"), at("2026-11-20", "20:00")),
        shift_of_other=(at("2026-11-21", "20:00"), at("2026-11-22", "08:00")),
    )
    swapped = roster(plan, overrides=overrides_of(swap))
    shown = [names(swapped, at("2026-11-20", "08:00") + timedelta(hours=12 * half)) for half in range(5)]
    assert shown == [["乙"], ["乙"], ["甲"], ["甲"], ["甲"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": OverrideKind.ADD, "absent": "甲", "present": JIA},
        {"kind": OverrideKind.REPLACE, "present": JIA},
        {"kind": OverrideKind.REMOVE, "absent": "甲", "present": JIA},
        {"kind": OverrideKind.ADD},
        {"kind": OverrideKind.REMOVE, "absent": "甲", "until_at": MORNING},
    ],
)
def test_an_override_says_whom_it_is_about(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"override|absent|present"):
        Override(**{"from_at": MORNING, "until_at": EVENING, **wrong})  # type: ignore[arg-type]


# --- Gaps, changes, roles ------------------------------------------------------------------------------------------


def test_hours_that_nobody_has_are_found() -> None:
    shifts = (Shift(start=time(8), end=time(18)), Shift(start=time(20), end=time(8)))
    plan = roster(Entry(members=(JIA,), shifts=shifts))
    since = at("2026-11-20", "00:00")
    found = gaps(plan, since, since + timedelta(days=2))
    assert [(gap.from_at, gap.until_at) for gap in found] == [
        (at("2026-11-20", "18:00"), at("2026-11-20", "20:00")),
        (at("2026-11-21", "18:00"), at("2026-11-21", "20:00")),
    ]


def test_an_empty_roster_is_one_gap() -> None:
    assert [gap.members for gap in gaps(roster(), MORNING, EVENING)] == [()]


def test_the_next_change_is_when_others_are_on_duty() -> None:
    rotation = Rotation(starts_on=date(2026, 11, 2), handover=time(8), turn=timedelta(days=1))
    plan = roster(Entry(members=(JIA, YI), rotation=rotation))
    change = next_change(plan, at("2026-11-02", "09:00"), timedelta(days=2))
    assert change is not None
    assert (change.from_at, [one.name for one in change.members]) == (at("2026-11-03", "08:00"), ["乙"])
    assert next_change(roster(always(JIA)), MORNING, timedelta(days=7)) is None


def test_the_nearer_place_is_rung_first_and_nobody_twice() -> None:
    village, township = roster(always(YI)), roster(always(JIA), always(YI))
    assert people_on_duty((village, township), MORNING) == {"operator": (YI, JIA)}


def test_everybody_a_roster_names_is_found_substitutes_included() -> None:
    plan = roster(always(JIA), overrides=(override(OverrideKind.ADD, present=BING),))
    assert list(members_of(plan)) == [JIA, BING]


# --- The end of a shift --------------------------------------------------------------------------------------------


def _days_and_nights() -> Roster:
    day = Entry(members=(JIA,), shifts=(Shift(start=time(8), end=time(20)),))
    night = Entry(members=(YI,), shifts=(Shift(start=time(20), end=time(8)),))
    return roster(day, night)


def test_a_shift_has_ended_for_who_had_duty_and_has_none_now() -> None:
    plan, taken = _days_and_nights(), at("2026-11-20", "19:50")
    assert not shift_has_ended([plan], [plan], "a", taken, at("2026-11-20", "19:59"))
    assert shift_has_ended([plan], [plan], "a", taken, at("2026-11-20", "20:00"))


def test_who_took_it_before_their_hours_has_ended_their_shift_after_them() -> None:
    plan, taken = _days_and_nights(), at("2026-11-20", "07:00")
    assert not shift_has_ended([plan], [plan], "a", taken, at("2026-11-20", "07:59"))
    assert shift_has_ended([plan], [plan], "a", taken, at("2026-11-20", "21:00"))


def test_who_is_on_no_roster_or_took_it_outside_of_their_hours_keeps_it() -> None:
    plan, taken = _days_and_nights(), at("2026-11-20", "21:00")
    assert not shift_has_ended([plan], [plan], "a", taken, at("2026-11-20", "22:00"))
    assert not shift_has_ended([plan], [plan], "elsewhere", taken, at("2026-11-22", "22:00"))


def test_who_is_on_duty_in_another_role_goes_on() -> None:
    plan, taken = _days_and_nights(), at("2026-11-20", "19:50")
    assert not shift_has_ended([plan, roster(always(JIA))], [plan], "a", taken, at("2026-11-20", "20:00"))


def test_the_next_holder_is_on_duty_has_an_account_and_is_somebody_else() -> None:
    nobody = member("无账号", "10000000009")
    plan = roster(always(nobody), always(JIA), always(YI), always(BING))
    chosen = next_holder([plan], MORNING, leaving="a")
    assert chosen == YI
    assert next_holder([plan], MORNING, leaving="a", at_desk={"c"}) == BING
    assert next_holder([roster(always(nobody), always(JIA))], MORNING, leaving="a") is None


def test_who_was_on_a_roster_that_was_written_anew_without_them_has_ended_their_shift() -> None:
    before, after, taken = roster(always(JIA)), roster(always(YI)), at("2026-11-20", "19:50")
    assert shift_has_ended([after], [before], "a", taken, taken + timedelta(minutes=10))
    assert not shift_has_ended([after], [after], "a", taken, taken + timedelta(minutes=10))


ACCOUNTS = (
    Account(id="a", name="甲", phone="+86 100 0000 0001"),
    Account(id="b", name="乙", phone=None),
    Account(id="c", name="丙", phone="10000000003"),
)


@pytest.mark.parametrize(
    ("name", "phone", "account_id"),
    [
        ("别名", "10000000001", "a"),
        ("乙", "10000000009", "b"),
        ("丙", None, "c"),
        ("丙", "10000000009", None),
        ("丁", None, None),
    ],
)
def test_somebody_of_a_roster_is_known_by_their_number_or_else_by_their_name(
    name: str, phone: str | None, account_id: str | None
) -> None:
    assert recognise(Member(key=name, id=name, name=name, phone=phone), ACCOUNTS).account_id == account_id


def test_whom_two_accounts_fit_is_not_known() -> None:
    twice = (*ACCOUNTS, Account(id="d", name="乙", phone=None))
    assert recognise(Member(key="乙", id="乙", name="乙"), twice).account_id is None
    assert recognise(Member(key="乙", id="乙", name="乙", account_id="b"), twice).account_id == "b"


def test_substitutes_and_those_who_take_turns_are_recognised_too() -> None:
    plain = Member(key="丙", id="丙", name="丙")
    plan = roster(always(plain), overrides=(override(OverrideKind.ADD, present=plain),))
    assert [one.account_id for one in members_of(recognise_people(plan, ACCOUNTS))] == ["c", "c"]
