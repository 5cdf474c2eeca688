"""Texts: each notification stands where its tries put it, and none that may leave is left lying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.stations.retry import AttemptState, NotificationState, summarise
from hub.verify.differences import Look, differ

#: These two a text that was called back may not have: it has left.
_LEFT = frozenset({AttemptState.ACCEPTED, AttemptState.DELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A notification with the states of its tries, in order; `stuck`: a try whose lease ran out long ago."""

    id: str
    state: NotificationState
    created_at: datetime
    may_leave: bool
    tries: Sequence[AttemptState]
    last_number: int
    stuck: bool


def check_texts(texts: Iterable[Text], now: datetime, margin: timedelta, *, duty_works: bool) -> Look:
    """What is owed goes out, and what went out is on record."""
    looked = list(texts)
    waiting = [text.id for text in looked if _is_left_lying(text, now, margin)]
    return Look(
        check="texts",
        counted=len(looked),
        differences=(
            *differ("text_state_unlawful", [text.id for text in looked if not _is_lawful(text)]),
            *differ("try_missing", [text.id for text in looked if text.last_number != len(text.tries)]),
            *differ("text_left_lying" if duty_works else "texts_wait_for_duty", waiting),
        ),
    )


def _is_lawful(text: Text) -> bool:
    if text.state is NotificationState.OWED:
        return not text.tries
    if text.state is NotificationState.CANCELLED:
        return _LEFT.isdisjoint(text.tries)
    return text.state in {summarise(text.tries, cancelled=cancelled) for cancelled in (False, True)}


def _is_left_lying(text: Text, now: datetime, margin: timedelta) -> bool:
    nobody_began = text.state is NotificationState.OWED and text.may_leave and now - text.created_at > margin
    return nobody_began or text.stuck
