"""Who is on duty at a moment, in which order; when that changes next; and the hours that nobody has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    present = [member for entry in roster.entries if (member := _serving(entry, roster, moment)) is not None]
    for override in roster.overrides:
        if override.from_at <= moment < override.until_at:
            present = _changed(present, override)
    return _each_once(present)


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
    spans: list[DutySpan] = []
    for begin, end in zip(begins, [*begins[1:], until], strict=True):
        members = on_duty(roster, begin)
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
    found: list[tuple[Member, datetime, datetime]] = []
    going_on: dict[Member, int] = {}
    for span in duty_spans(roster, since, until):
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


# --- One entry -----------------------------------------------------------------------------------------------------


def _serving(entry: Entry, roster: Roster, at: datetime) -> Member | None:
    """Who of an entry is on duty."""
    if (entry.from_at is not None and at < entry.from_at) or (entry.until_at is not None and entry.until_at <= at):
        return None
    if entry.shifts and not any(
        begin <= at < end for begin, end in shift_spans(entry.shifts, roster.calendar, roster.timezone, at, at)
    ):
        return None
    if entry.rotation is None:
        return entry.members[0]
    turn = entry.rotation.turn_at(at, roster.timezone)
    return None if turn is None else entry.members[turn % len(entry.members)]


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
