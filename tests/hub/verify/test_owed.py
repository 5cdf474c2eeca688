"""Ladders and texts: who was passed over, and what was left lying."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.escalation.policy import EscalationPolicy, Step
from hub.stations.retry import AttemptState, NotificationState
from hub.verify.ladders import Climb, Entry, Owed, check_ladders
from hub.verify.texts import Text, check_texts
from tests.hub.ingest.worlds import NOW

POLICY = EscalationPolicy(
    name="test",
    steps=(
        Step(after=timedelta(0), notify="desk"),
        Step(after=timedelta(seconds=60), notify="contacts"),
        Step(after=timedelta(seconds=60), notify="helpers"),
    ),
    repeat=1,
    then_every=timedelta(seconds=300),
    ack_timeout=timedelta(seconds=300),
)
OPENED = Entry("opened", None, None, "0")
DESK = Entry("desk_sounded", 1, 1, "1")
CONTACTS = Entry("step_taken", 2, 1, "2")
NO_HELPERS = Entry("step_skipped", 3, None, "3")
TEXT = Owed(1, 0, "2")
SECOND_ROUND = Climb(
    incident_id="i",
    policy=POLICY,
    round=1,
    step=0,
    recurrence=0,
    log=[OPENED, DESK, CONTACTS, NO_HELPERS],
    owed=[TEXT],
)


def codes_of(climb: Climb) -> list[str]:
    """What differs."""
    return [difference.code for difference in check_ladders([climb]).differences]


def test_a_ladder_with_everything_on_record_is_clean() -> None:
    assert codes_of(SECOND_ROUND) == []


@pytest.mark.parametrize("missing", [DESK, CONTACTS, NO_HELPERS])
def test_a_step_that_is_not_on_record_is_found(missing: Entry) -> None:
    log = [entry for entry in SECOND_ROUND.log if entry is not missing]
    owed = [] if missing is CONTACTS else [TEXT]
    assert codes_of(replace(SECOND_ROUND, log=log, owed=owed)) == ["step_not_taken"]


def test_a_step_of_an_earlier_run_does_not_count_for_this_one() -> None:
    log = [*SECOND_ROUND.log, Entry("ack_timed_out", None, None, "9")]
    assert codes_of(replace(SECOND_ROUND, log=log)) == ["step_not_taken"]
    assert codes_of(replace(SECOND_ROUND, log=log, round=0)) == []


def test_a_step_without_its_text_and_a_text_without_its_step_are_found() -> None:
    assert codes_of(replace(SECOND_ROUND, owed=[])) == ["step_without_text"]
    assert codes_of(replace(SECOND_ROUND, owed=[TEXT, Owed(1, 0, "7")])) == ["text_without_step"]


def test_while_the_last_step_recurs_every_round_is_asked_for() -> None:
    assert codes_of(replace(SECOND_ROUND, step=2, recurrence=1)) == ["step_not_taken"]
    second = [Entry("desk_sounded", 1, 2, "4"), Entry("step_taken", 2, 2, "5")]
    whole = replace(SECOND_ROUND, log=[*SECOND_ROUND.log, *second], owed=[TEXT, Owed(1, 1, "5")])
    assert codes_of(replace(whole, step=2, recurrence=1)) == []


def test_where_nobody_can_be_reached_nobody_was_passed_over() -> None:
    empty = [OPENED, Entry("ladder_empty", None, None, "1")]
    assert codes_of(replace(SECOND_ROUND, log=empty, owed=[])) == []


def test_a_step_that_was_led_counts_as_taken_and_owes_no_text() -> None:
    for code in ("step_led", "step_told_already"):
        led = [entry if entry is not CONTACTS else Entry(code, 2, 1, "2") for entry in SECOND_ROUND.log]
        assert codes_of(replace(SECOND_ROUND, log=led, owed=[])) == []
        assert codes_of(replace(SECOND_ROUND, log=led)) == ["text_without_step"]


def test_those_above_are_owed_their_text_too() -> None:
    fallback = [OPENED, Entry("ladder_empty", None, None, "1"), Entry("fallback_told", 1, 1, "1")]
    assert codes_of(replace(SECOND_ROUND, round=0, log=fallback, owed=[Owed(0, 0, "1")])) == []
    assert codes_of(replace(SECOND_ROUND, round=0, log=fallback, owed=[])) == ["step_without_text"]


def test_a_policy_that_was_adopted_begins_a_new_run() -> None:
    log = [*SECOND_ROUND.log, Entry("policy_adopted", None, None, "9")]
    assert codes_of(replace(SECOND_ROUND, log=log)) == ["step_not_taken"]
    assert codes_of(replace(SECOND_ROUND, log=log, round=0)) == []


def a_text(state: str, *tries: str, age_s: float = 0, may_leave: bool = True, stuck: bool = False) -> Text:
    """A notification and its tries."""
    return Text(
        id="n",
        state=NotificationState(state),
        created_at=NOW - timedelta(seconds=age_s),
        may_leave=may_leave,
        tries=[AttemptState(one) for one in tries],
        last_number=len(tries),
        stuck=stuck,
    )


@pytest.mark.parametrize(
    "text",
    [
        a_text("owed"),
        a_text("owed", age_s=99, may_leave=False),
        a_text("sending", "failed", "queued"),
        a_text("sent", "unknown", "accepted"),
        a_text("delivered", "delivered"),
        a_text("failed", "failed"),
        a_text("cancelled", "failed"),
        a_text("cancelled", "unknown", "failed"),
        a_text("unknown", "unknown"),
    ],
)
def test_a_text_may_stand_where_its_tries_put_it(text: Text) -> None:
    assert check_texts([text], NOW, timedelta(seconds=30), duty_works=True).differences == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (a_text("sent"), "text_state_unlawful"),
        (a_text("owed", "queued"), "text_state_unlawful"),
        (a_text("failed", "delivered"), "text_state_unlawful"),
        (a_text("cancelled", "accepted"), "text_state_unlawful"),
        (replace(a_text("failed", "failed"), last_number=2), "try_missing"),
        (a_text("owed", age_s=99), "text_left_lying"),
        (a_text("sending", "submitting", stuck=True), "text_left_lying"),
    ],
)
def test_a_text_that_stands_elsewhere_is_found(text: Text, code: str) -> None:
    (difference,) = check_texts([text], NOW, timedelta(seconds=30), duty_works=True).differences
    assert (difference.code, difference.explained) == (code, False)


def test_without_duty_a_text_waits_and_that_is_said() -> None:
    (difference,) = check_texts([a_text("owed", age_s=99)], NOW, timedelta(seconds=30), duty_works=False).differences
    assert (difference.code, difference.explained) == ("texts_wait_for_duty", True)
