"""Who is told when that the hub is blind, and that it sees again. Pure: every rule of this alarm is here.

Operators on duty first, then supervisors, then the leader; a role of which nobody is on duty is skipped at once. Each
number is told again until the hub sees, or somebody has answered; an answer holds for a while, not for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.storage.on_duty import OnDuty
from hub.storage.sight import BlindBecause

_ROLES = ("operator", "supervisor", "leader")


class Word(StrEnum):
    """What a text says."""

    BLIND = "blind"  #: Nobody's call for help arrives. 平台中断
    SEEING = "seeing"  #: It is over. 平台恢复


class Outcome(StrEnum):
    """What became of a text."""

    LEAVING = "leaving"  #: Given to a channel; a process that died here leaves it so: it may have left.
    LEFT = "left"  #: A gateway has it.
    FAILED = "failed"  #: No channel took it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One text to one number."""

    phone: str
    role: str
    word: Word
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Something that people on duty must know from its first moment, with everything that was sent about it."""

    since: datetime
    until: datetime | None = None  #: When it was over.
    answered_at: datetime | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Telling):
    """One blindness; it is over when the hub sees again."""

    because: BlindBecause


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTiming:
    """When what is sent."""

    #: A restart of the database, or of ingest, takes a fraction of it; a wearer does not wait much longer.
    alarm_after: timedelta = timedelta(seconds=60)
    next_role_after: timedelta = timedelta(minutes=10)
    again_after: timedelta = timedelta(minutes=15)
    #: A text that no channel took.
    retry_after: timedelta = timedelta(seconds=30)
    #: A text of which nobody knows whether it has left.
    doubt_after: timedelta = timedelta(minutes=2)
    #: Who said that they look after it is asked again after this.
    answer_holds: timedelta = timedelta(hours=1)
    #: A database that comes and goes is not back yet.
    steady_after: timedelta = timedelta(seconds=10)
    #: Later than this nobody needs to be told that it is over.
    farewell_within: timedelta = timedelta(minutes=10)
    #: Shorter ones are not put on record.
    recorded_after: timedelta = timedelta(seconds=10)


DEFAULT_TIMING = BlindTiming()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A number that is to be told something now."""

    phone: str
    role: str
    word: Word = field(default=Word.BLIND)


def calls_due(
    episode: Telling,
    people: Sequence[OnDuty],
    now: datetime,
    timing: BlindTiming = DEFAULT_TIMING,
    roles: Sequence[str] = _ROLES,
) -> list[Call]:
    """Who is to be told now, each number once."""
    if episode.until is not None:
        return _farewells_due(episode, now, timing)
    if episode.answered_at is not None and now - episode.answered_at < timing.answer_holds:
        return []
    due: dict[str, Call] = {}
    for step, (role, phones) in enumerate(_roles_on_duty(people, now, roles)):
        if now >= episode.since + timing.alarm_after + step * timing.next_role_after:
            for phone in phones:
                if _may_be_told(episode, phone, now, timing):
                    due.setdefault(phone, Call(phone=phone, role=role))
    return list(due.values())


def is_over(episode: Telling, now: datetime, timing: BlindTiming = DEFAULT_TIMING) -> bool:
    """Whether nothing is left to be said about it, so that it can go on record."""
    if episode.until is None or now - episode.until < timing.steady_after:
        return False
    return now - episode.until >= timing.farewell_within or not any(
        Outcome.LEFT not in _outcomes(episode, phone, Word.SEEING) for phone in _numbers_told(episode)
    )


def _roles_on_duty(people: Sequence[OnDuty], now: datetime, in_order: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The roles somebody is on duty for, in the order of the ladder, each with its nearest numbers."""
    roles = []
    for role in in_order:
        present = [one for one in people if one.role == role and _is_on_duty(one, now)]
        nearest = min((one.distance for one in present), default=0)
        phones = list(dict.fromkeys(one.phone for one in present if one.distance == nearest))
        if phones:
            roles.append((role, phones))
    return roles


def _is_on_duty(one: OnDuty, now: datetime) -> bool:
    return (one.from_at is None or one.from_at <= now) and (one.until_at is None or now < one.until_at)


def _may_be_told(episode: Telling, phone: str, now: datetime, timing: BlindTiming) -> bool:
    last = next((told for told in reversed(episode.told) if told.phone == phone and told.word is Word.BLIND), None)
    if last is None:
        return True
    return now - last.at >= _pause_after(last.outcome, timing)


def _pause_after(outcome: Outcome, timing: BlindTiming) -> timedelta:
    match outcome:
        case Outcome.LEFT:
            return timing.again_after
        case Outcome.LEAVING:
            return timing.doubt_after
        case Outcome.FAILED:
            return timing.retry_after


def _farewells_due(episode: Telling, now: datetime, timing: BlindTiming) -> list[Call]:
    """Whoever may have been told that it is blind is told once that it sees."""
    if episode.until is None or not timing.steady_after <= now - episode.until < timing.farewell_within:
        return []
    due = []
    for phone, role in _numbers_told(episode).items():
        tries = [told for told in episode.told if told.phone == phone and told.word is Word.SEEING]
        if any(told.outcome is Outcome.LEFT for told in tries):
            continue
        if not tries or now - tries[-1].at >= _pause_after(tries[-1].outcome, timing):
            due.append(Call(phone=phone, role=role, word=Word.SEEING))
    return due


def _numbers_told(episode: Telling) -> dict[str, str]:
    return {
        told.phone: told.role for told in episode.told if told.word is Word.BLIND and told.outcome is not Outcome.FAILED
    }


def _outcomes(episode: Telling, phone: str, word: Word) -> set[Outcome]:
    return {told.outcome for told in episode.told if told.phone == phone and told.word is word}
