"""A roster that is written, changed by hand and lived through: the past stays, each hour is somebody's or a gap."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from alerts.rosters import (
    DayKind,
    DayName,
    DutyCalendar,
    DutySpan,
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
    hours_of,
    next_change,
    next_holder,
    on_duty,
    overrides_of,
    shift_has_ended,
)
from tests.alerts.machines.effort import LONG, SHORT

#: A week with the night in which clocks go back, one without any such night, and the year's end.
BEGINNINGS = [
    datetime(2026, 10, 22, 6, 0, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 3, 27, 6, 0, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime(2026, 12, 29, 6, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
]
PEOPLE = [
    Member(key=name, id=name, name=name, phone=phone, account_id=account, disabled=name == "丁")
    for name, phone, account in (
        ("甲", "10000000001", "account-1"),
        ("乙", "10000000002", "account-2"),
        ("丙", "10000000003", None),
        ("丁", None, "account-4"),
    )
]
AHEAD = timedelta(days=5)

members = st.sampled_from(PEOPLE)
times = st.builds(time, st.sampled_from([0, 2, 8, 20, 22]), st.sampled_from([0, 30]))
shifts = st.lists(
    st.builds(Shift, start=times, end=times, days=st.frozensets(st.sampled_from(DayName), max_size=3)), max_size=2
).map(tuple)
#: Hours from now: a change of the past is not made.
later = st.integers(0, 90).map(lambda hours: timedelta(hours=hours))
lengths = st.integers(1, 30).map(lambda hours: timedelta(hours=hours))


class RosterLife(RuleBasedStateMachine):
    """One roster and its place, with somebody who holds an incident."""

    @initialize(began_at=st.sampled_from(BEGINNINGS))
    def begins(self, began_at: datetime) -> None:
        self.began_at = self.now = began_at.astimezone(ZoneInfo("UTC"))
        zone = began_at.tzinfo
        assert zone is not None
        self.roster = Roster(division_id="990101000000", role="operator", timezone=zone)
        self.was: list[tuple[datetime, tuple[Member, ...]]] = []

    # --- What people write -------------------------------------------------------------------------------------------

    @rule(member=members, shifts=shifts)
    def somebody_gets_hours(self, member: Member, shifts: tuple[Shift, ...]) -> None:
        """From now on: what was is not written anew."""
        self._add(Entry(members=(member,), shifts=shifts, from_at=self.now))

    @rule(
        turns=st.lists(members, min_size=1, max_size=3),
        handover=times,
        hours=st.sampled_from([1, 8, 12, 24, 168]),
        shifts=shifts,
    )
    def some_take_turns(self, turns: list[Member], handover: time, hours: int, shifts: tuple[Shift, ...]) -> None:
        first = self.now.astimezone(self.roster.timezone).date() - timedelta(days=2)
        rotation = Rotation(starts_on=first, handover=handover, turn=timedelta(hours=hours))
        self._add(Entry(members=tuple(turns), rotation=rotation, shifts=shifts, from_at=self.now))

    @rule(number=st.integers(0, 5))
    def an_entry_ends(self, number: int) -> None:
        if self.roster.entries:
            number %= len(self.roster.entries)
            ended = [*self.roster.entries]
            ended[number] = replace(ended[number], until_at=min(self.now, ended[number].until_at or self.now))
            self.roster = replace(self.roster, entries=tuple(ended))

    @rule(kind=st.sampled_from(OverrideKind), absent=members, present=members, begins_in=later, lasts=lengths)
    def it_is_changed_by_hand(
        self, kind: OverrideKind, absent: Member, present: Member, begins_in: timedelta, lasts: timedelta
    ) -> None:
        begin = self.now + begins_in
        override = Override(
            kind=kind,
            from_at=begin,
            until_at=begin + lasts,
            absent=None if kind is OverrideKind.ADD else absent.key,
            present=None if kind is OverrideKind.REMOVE else present,
        )
        self._override(override)

    @rule(day=st.integers(0, 6), kind=st.sampled_from(DayKind))
    def a_day_becomes_another_kind_of_day(self, day: int, kind: DayKind) -> None:
        """Two days ahead at least: what a shift of today is was settled when it began."""
        local: date = self.now.astimezone(self.roster.timezone).date() + timedelta(days=day + 2)
        special = {**self.roster.calendar.special, local: kind}
        self.roster = replace(self.roster, calendar=DutyCalendar(special=special))

    @rule(hours=st.sampled_from([1, 7, 12, 24, 36]))
    def time_passes(self, hours: int) -> None:
        self._note()
        self.now += timedelta(hours=hours)

    @rule()
    def two_exchange_shifts(self) -> None:
        """Alone in their hours, and never in the other's: then each has what the other had."""
        ahead = duty_spans(self.roster, self.now, self.now + AHEAD)
        alone = [span for span in ahead if len(span.members) == 1]
        couples = [
            (one, other)
            for one in alone
            for other in alone
            if one.members != other.members and one.until_at <= other.from_at
        ]
        if couples and not self.roster.overrides:
            one, other = couples[0]
            (first,), (second,) = one.members, other.members
            spans = ((one.from_at, one.until_at), (other.from_at, other.until_at))
            swap = Swap(one=first, other=second, shift_of_one=spans[0], shift_of_other=spans[1])
            for override in overrides_of(swap):
                self._override(override)
            changed = duty_spans(self.roster, self.now, self.now + AHEAD)
            assert _hours(changed, first) - _hours(ahead, first) == _lasts(spans[1]) - _lasts(spans[0])
            assert _hours(changed, second) - _hours(ahead, second) == _lasts(spans[0]) - _lasts(spans[1])
            assert on_duty(self.roster, one.from_at) == (second,)
            assert on_duty(self.roster, other.from_at) == (first,)

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def every_hour_is_somebodys_or_a_gap(self) -> None:
        until = self.now + AHEAD
        spans = duty_spans(self.roster, self.now, until)
        assert (spans[0].from_at, spans[-1].until_at) == (self.now, until)
        assert all(one.until_at == other.from_at and one.members != other.members for one, other in pairwise(spans))
        assert [span for span in spans if not span.members] == list(gaps(self.roster, self.now, until))
        for span in spans:
            middle = span.from_at + (span.until_at - span.from_at) / 2
            assert on_duty(self.roster, span.from_at) == on_duty(self.roster, middle) == span.members
        following = next_change(self.roster, self.now, AHEAD)
        assert following == (spans[1] if len(spans) > 1 else None)
        people = [(member.key, member.phone) for span in spans[:1] for member in span.members]
        assert len(set(people)) == len(people)

    @invariant()
    def the_hours_of_people_are_those_of_the_spans(self) -> None:
        spans = duty_spans(self.roster, self.now, self.now + AHEAD)
        told = hours_of(self.roster, self.now, self.now + AHEAD)
        for member in PEOPLE:
            own = sum((until - since for one, since, until in told if one == member), timedelta(0))
            assert own == _hours(spans, member)

    @invariant()
    def who_was_on_duty_is_answered_as_it_was(self) -> None:
        for at, expected in self.was:
            assert on_duty(self.roster, at) == expected

    @invariant()
    def what_somebody_holds_goes_to_somebody_who_is_there(self) -> None:
        there = on_duty(self.roster, self.now)
        for member in PEOPLE:
            if member.account_id is None:
                continue
            ended = shift_has_ended([self.roster], [self.roster], member.account_id, self.began_at, self.now)
            was_there = any(member in people for _, people in self.was)
            assert not (ended and member in there)
            assert ended or member in there or not was_there
            follower = next_holder([self.roster], self.now, leaving=member.account_id)
            able = [one for one in there if one.account_id and one != member and not one.disabled]
            assert follower == (able[0] if able else None)

    # --- Writing -----------------------------------------------------------------------------------------------------

    def _add(self, entry: Entry) -> None:
        if len(self.roster.entries) < 4:
            self.roster = replace(self.roster, entries=(*self.roster.entries, entry))

    def _override(self, override: Override) -> None:
        if len(self.roster.overrides) < 5:
            self.roster = replace(self.roster, overrides=(*self.roster.overrides, override))

    def _note(self) -> None:
        self.was.append((self.now, on_duty(self.roster, self.now)))


def _hours(spans: tuple[DutySpan, ...], member: Member) -> timedelta:
    return sum((_lasts((span.from_at, span.until_at)) for span in spans if member in span.members), timedelta(0))


def _lasts(span: tuple[datetime, datetime]) -> timedelta:
    return span[1] - span[0]


def test_whatever_is_written_into_a_roster_every_hour_is_somebodys_or_a_gap() -> None:
    run_state_machine_as_test(RosterLife, settings=SHORT)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_whatever_is_written_into_a_roster_for_long_every_hour_is_somebodys_or_a_gap() -> None:
    run_state_machine_as_test(RosterLife, settings=LONG)
