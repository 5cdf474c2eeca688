"""Who is on duty at a moment, in which order; when that changes next; and the hours that nobody has."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from alerts.rosters.patterns import shift_spans, utc
from alerts.rosters.roster import Entry, Member, Override, OverrideKind, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySpan:
    """[from_at, until_at) in which the same people are on duty; both UTC."""

    from_at: datetime
    until_at: datetime
    members: tuple[Member, ...]


def on_duty(roster: Roster, at: datetime) -> tuple[Member, ...]:
    """Who is on duty, in the order in which they are rung; nobody twice under one number."""
    moment = utc(at)
    return _present(roster, _courses(roster, moment, moment), moment)


def people_on_duty(rosters: Iterable[Roster], at: datetime) -> Mapping[str, tuple[Member, ...]]:
    """Who is on duty by role: the rosters' people in the order of the rosters; nobody twice under one number."""
    by_role: dict[str, list[Member]] = {}
    for roster in rosters:
        by_role.setdefault(roster.role, []).extend(on_duty(roster, at))
    return {role: _each_once(members) for role, members in by_role.items()}


def duty_spans(roster: Roster, since: datetime, until: datetime) -> tuple[DutySpan, ...]:
    """[since, until) cut where the people on duty change, without gap or overlap; nobody is an empty span."""
    since, until = utc(since), utc(until)
    begins = sorted({since, *_moments(roster, since, until)})
    courses = _courses(roster, since, until)
    spans: list[DutySpan] = []
    for begin, end in zip(begins, [*begins[1:], until], strict=True):
        members = _present(roster, courses, begin)
        if spans and spans[-1].members == members:
            spans[-1] = DutySpan(from_at=spans[-1].from_at, until_at=end, members=members)
        elif end > begin:
            spans.append(DutySpan(from_at=begin, until_at=end, members=members))
    return tuple(spans)


def gaps(roster: Roster, since: datetime, until: datetime) -> tuple[DutySpan, ...]:
    """The spans of [since, until) in which nobody is on duty."""
    return tuple(span for span in duty_spans(roster, since, until) if not span.members)


def next_change(roster: Roster, after: datetime, within: timedelta) -> DutySpan | None:
    """The first span after this moment in which others are on duty, as far as `within` shows it; None without one."""
    spans = duty_spans(roster, after, after + within)
    return spans[1] if len(spans) > 1 else None


def hours_of(roster: Roster, since: datetime, until: datetime) -> list[tuple[Member, datetime, datetime]]:
    """Each person's hours of [since, until) by their beginning: one span while they are on duty without pause."""
    return hours_in(duty_spans(roster, since, until))


def hours_in(spans: Iterable[DutySpan]) -> list[tuple[Member, datetime, datetime]]:
    """The same of spans that follow each other without gap."""
    found: list[tuple[Member, datetime, datetime]] = []
    going_on: dict[Member, int] = {}
    for span in spans:
        begun, going_on = going_on, {}
        for member in span.members:
            if member in begun:
                at = begun[member]
                found[at] = (member, found[at][1], span.until_at)
            else:
                at = len(found)
                found.append((member, span.from_at, span.until_at))
            going_on[member] = at
    return found


def members_of(roster: Roster) -> Sequence[Member]:
    """Everybody whom the roster names, in order, those of its overrides last."""
    named = [member for entry in roster.entries for member in entry.members]
    return [*named, *(override.present for override in roster.overrides if override.present is not None)]


def _each_once(members: Iterable[Member]) -> tuple[Member, ...]:
    """In their order; somebody with two numbers is rung under both."""
    unique: dict[tuple[str, str | None], Member] = {}
    for member in members:
        unique.setdefault((member.key, member.phone), member)
    return tuple(unique.values())


# --- Who is there --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Course:
    """An entry over some days: its shifts as spans, none of which touch, by their beginning; None: it has no shifts."""

    entry: Entry
    timezone: tzinfo
    spans: list[tuple[datetime, datetime]] | None

    def serving(self, at: datetime) -> Member | None:
        """Who of the entry is on duty."""
        entry = self.entry
        if (entry.from_at is not None and at < entry.from_at) or (entry.until_at is not None and entry.until_at <= at):
            return None
        if self.spans is not None:
            begun = bisect_right(self.spans, at, key=_begin)
            if not begun or self.spans[begun - 1][1] <= at:
                return None
        if entry.rotation is None:
            return entry.members[0]
        turn = entry.rotation.turn_at(at, self.timezone)
        return None if turn is None else entry.members[turn % len(entry.members)]


def _begin(span: tuple[datetime, datetime]) -> datetime:
    return span[0]


def _courses(roster: Roster, since: datetime, until: datetime) -> list[_Course]:
    return [
        _Course(
            entry,
            roster.timezone,
            _joined(shift_spans(entry.shifts, roster.calendar, roster.timezone, since, until))
            if entry.shifts
            else None,
        )
        for entry in roster.entries
    ]


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """What overlaps or touches is one span."""
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _present(roster: Roster, courses: Sequence[_Course], at: datetime) -> tuple[Member, ...]:
    """Those whom the plan has there, with what overrides make of it."""
    present = [member for course in courses if (member := course.serving(at)) is not None]
    for override in roster.overrides:
        if override.from_at <= at < override.until_at:
            present = _changed(present, override)
    return _each_once(present)


def _changed(present: list[Member], override: Override) -> list[Member]:
    """What an override makes of those on duty: a substitute takes the place of who is absent, if they were there."""
    if override.kind is OverrideKind.ADD:
        return present if override.present is None else [*present, override.present]
    changed = []
    for member in present:
        if member.key != override.absent:
            changed.append(member)
        elif override.present is not None:
            changed.append(override.present)
    return changed


# --- When it may change --------------------------------------------------------------------------------------------


def _moments(roster: Roster, since: datetime, until: datetime) -> Iterator[datetime]:
    """Every moment in (since, until) at which the people on duty may change."""
    for moment in _candidates(roster, since, until):
        if since < moment < until:
            yield utc(moment)


def _candidates(roster: Roster, since: datetime, until: datetime) -> Iterator[datetime]:
    for entry in roster.entries:
        yield from (bound for bound in (entry.from_at, entry.until_at) if bound is not None)
        for span in shift_spans(entry.shifts, roster.calendar, roster.timezone, since, until):
            yield from span
        if entry.rotation is not None:
            yield from entry.rotation.begins(since, until, roster.timezone)
    for override in roster.overrides:
        yield override.from_at
        yield override.until_at
