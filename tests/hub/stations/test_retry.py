"""When a text is tried again, by which channel, and what its tries add up to."""

from datetime import timedelta

import pytest

from alerts.severity import Severity
from hub.notify.breaker import FAILURES_TO_OPEN, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker
from hub.stations.retry import (
    BACKOFF_MAX,
    UNKNOWN_REPEATS_MAX,
    AttemptState,
    NextAttempt,
    NotificationState,
    Try,
    first_channel,
    next_attempt,
    summarise,
)

A, B = "smpp:a", "smpp:b"
BOTH = frozenset({A, B})
QUEUED, SUBMITTING, ACCEPTED, DELIVERED, FAILED, UNKNOWN = AttemptState


def ended(channel: str, state: AttemptState, *, permanent: bool = False) -> Try:
    return Try(channel=channel, state=state, permanent=permanent)


def following(
    *tries: Try, severity: Severity = Severity.CRITICAL, channels: tuple[str, ...] = (A, B)
) -> NextAttempt | None:
    return next_attempt(tries, tries[-1], severity, channels, BOTH)


def test_a_failure_that_may_pass_goes_to_the_next_channel_at_once() -> None:
    assert following(ended(A, FAILED)) == NextAttempt(channel=B, delay=timedelta(0))


def test_a_channel_that_failed_before_is_waited_for_longer_each_time() -> None:
    delays = []
    tries: list[Try] = []
    for _ in range(14):
        tries.append(ended(A, FAILED))
        attempt = following(*tries, channels=(A,))
        assert attempt is not None
        delays.append(attempt.delay)
    assert delays[:4] == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert delays[-1] == BACKOFF_MAX


def test_a_failure_for_good_is_tried_once_by_every_other_channel_and_then_given_up() -> None:
    first = ended(A, FAILED, permanent=True)
    assert following(first) == NextAttempt(channel=B, delay=timedelta(0))
    assert following(first, ended(B, FAILED, permanent=True)) is None


def test_a_channel_that_refused_for_good_is_not_asked_again_after_another_failed() -> None:
    attempt = following(ended(A, FAILED, permanent=True), ended(B, FAILED))
    assert attempt is not None
    assert attempt.channel == B


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.HIGH])
def test_a_grave_text_whose_outcome_is_unknown_is_sent_again_and_marked(severity: Severity) -> None:
    assert following(ended(A, UNKNOWN), severity=severity) == NextAttempt(
        channel=B, delay=timedelta(0), repeats_unknown=True
    )
    alone = following(ended(A, UNKNOWN), severity=severity, channels=(A,))
    assert alone is not None
    assert alone.repeats_unknown


@pytest.mark.parametrize("severity", [Severity.MEDIUM, Severity.LOW])
def test_a_text_of_little_weight_is_not_sent_twice(severity: Severity) -> None:
    assert following(ended(A, UNKNOWN), severity=severity) is None


def test_a_gateway_that_never_answers_does_not_send_for_ever() -> None:
    tries = [ended(A, UNKNOWN)] * (UNKNOWN_REPEATS_MAX + 1)
    assert following(*tries, channels=(A,)) is None


def test_a_failure_after_an_unknown_try_still_may_arrive_twice() -> None:
    attempt = following(ended(A, UNKNOWN), ended(B, FAILED))
    assert attempt is not None
    assert attempt.repeats_unknown


def test_a_missing_receipt_sends_only_critical_texts_by_another_channel() -> None:
    assert following(ended(A, ACCEPTED)) == NextAttempt(channel=B, delay=timedelta(0), repeats_unknown=True)
    assert following(ended(A, ACCEPTED), severity=Severity.HIGH) is None
    assert following(ended(A, ACCEPTED), channels=(A,)) is None


@pytest.mark.parametrize("state", [QUEUED, SUBMITTING])
def test_nothing_follows_while_another_try_is_under_way(state: AttemptState) -> None:
    first = ended(A, FAILED)
    assert next_attempt([first, ended(B, state)], first, Severity.CRITICAL, (A, B), BOTH) is None


def test_a_channel_that_cannot_send_is_passed_over() -> None:
    assert first_channel((A, B), frozenset({B})) == B
    assert first_channel((A, B), frozenset()) == A
    attempt = next_attempt([ended(A, FAILED)], ended(A, FAILED), Severity.CRITICAL, (A, B, "c"), frozenset({"c"}))
    assert attempt is not None
    assert attempt.channel == "c"


@pytest.mark.parametrize(
    ("states", "cancelled", "expected"),
    [
        ([], False, NotificationState.OWED),
        ([], True, NotificationState.CANCELLED),
        ([QUEUED], False, NotificationState.SENDING),
        ([SUBMITTING], False, NotificationState.SENDING),
        ([FAILED, QUEUED], True, NotificationState.CANCELLED),
        ([ACCEPTED], True, NotificationState.SENT),
        ([ACCEPTED, QUEUED], False, NotificationState.SENDING),
        ([UNKNOWN, FAILED], False, NotificationState.UNKNOWN),
        ([UNKNOWN], True, NotificationState.UNKNOWN),
        ([FAILED, FAILED], False, NotificationState.FAILED),
        ([FAILED, DELIVERED], False, NotificationState.DELIVERED),
        ([DELIVERED, QUEUED], True, NotificationState.DELIVERED),
    ],
)
def test_the_tries_add_up(states: list[AttemptState], cancelled: bool, expected: NotificationState) -> None:
    assert summarise(states, cancelled=cancelled) is expected


def test_the_breaker_opens_after_failures_in_a_row_and_pauses_longer_each_time() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN - 1):
        assert not breaker.record_failure(0)
    assert breaker.allows(0)
    assert breaker.record_failure(0)
    assert not breaker.allows(FIRST_PAUSE_S - 0.1)
    assert breaker.allows(FIRST_PAUSE_S)
    breaker.record_failure(FIRST_PAUSE_S)
    assert not breaker.allows(2 * FIRST_PAUSE_S)
    for _ in range(50):
        breaker.record_failure(100)
    assert breaker.allows(100 + LONGEST_PAUSE_S)


def test_one_success_closes_the_breaker() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN):
        breaker.record_failure(0)
    breaker.record_success()
    assert breaker.allows(0)
    assert not breaker.record_failure(0)
