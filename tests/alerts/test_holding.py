"""The clocks of whoever holds an incident: the call that is owed, the time-out, the responder on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decisions import Record, Stage, TellDevices
from alerts.incidents import (
    CONTACT_WITHIN,
    RESPONDER_WITHIN,
    Deadline,
    Incident,
    IncidentState,
    Outcome,
    acknowledge,
    add_note,
    adopt_policy,
    change_severity,
    give_back,
    hand_over,
    join,
    log_contact_attempt,
    pass_hold_deadline,
    set_arrived,
    set_responding,
)
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.worlds import NOON, WANG, ZHAO, opened, policy, seconds, sos_alert

REMINDED, TIMED_OUT, OVERDUE = Deadline.CONTACT_REMINDER, Deadline.ACK_TIMEOUT, Deadline.RESPONDER_OVERDUE


def _taken() -> Incident:
    return acknowledge(opened(), WANG, NOON).incident


def _due(incident: Incident) -> tuple[Deadline | None, float]:
    """The deadline, in seconds since noon."""
    assert incident.due_at is not None
    return incident.deadline, (incident.due_at - NOON).total_seconds()


def _codes(outcome: Outcome) -> list[str]:
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)]


# --- The call that is owed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT])
def test_a_cry_that_is_taken_without_a_contact_attempt_in_120_s_sounds_again(kind: IncidentKind) -> None:
    taken = acknowledge(replace(opened(), kind=kind), WANG, NOON).incident
    assert (taken.sounding, _due(taken)) == (False, (REMINDED, 120))
    assert pass_hold_deadline(taken, NOON + CONTACT_WITHIN).incident.sounding


def test_handing_over_does_not_put_the_call_off() -> None:
    given = hand_over(_taken(), WANG, ZHAO, NOON + seconds(100)).incident
    assert _due(given) == (REMINDED, 120)
    again = hand_over(given, ZHAO, WANG, NOON + seconds(110)).incident
    assert _due(again) == (REMINDED, 120)


def test_a_call_that_the_last_holder_let_pass_is_owed_by_the_next_one() -> None:
    reminded = pass_hold_deadline(_taken(), NOON + CONTACT_WITHIN).incident
    given = hand_over(reminded, WANG, ZHAO, NOON + seconds(130)).incident
    assert given.sounding  # until the next holder does something
    heard = acknowledge(given, ZHAO, NOON + seconds(131)).incident
    assert (heard.sounding, _due(heard)) == (False, (REMINDED, 250))


def test_whoever_takes_over_after_a_call_owes_none() -> None:
    called = log_contact_attempt(_taken(), WANG, {"outcome": "reached"}, NOON + seconds(60)).incident
    given = hand_over(called, WANG, ZHAO, NOON + seconds(100)).incident
    assert _due(given) == (TIMED_OUT, 400)


def test_handing_over_while_somebody_is_on_the_way_changes_who_holds_it_and_no_clock() -> None:
    gone = set_responding(_taken(), WANG, {"name": "小李"}, NOON + seconds(30)).incident
    given = hand_over(gone, WANG, ZHAO, NOON + seconds(100)).incident
    assert given.acknowledged_by == ZHAO
    assert _due(given) == _due(gone) == (OVERDUE, 30 + RESPONDER_WITHIN.total_seconds())


def test_a_further_press_owes_a_further_call() -> None:
    called = log_contact_attempt(_taken(), WANG, {"outcome": "reached"}, NOON + seconds(60)).incident
    pressed = join(called, sos_alert(), NOON + seconds(90)).incident
    assert (pressed.sounding, _due(pressed)) == (True, (REMINDED, 210))
    heard = acknowledge(pressed, WANG, NOON + seconds(95)).incident
    assert (heard.sounding, _due(heard)) == (False, (REMINDED, 210))
    assert pass_hold_deadline(heard, NOON + seconds(210)).incident.sounding


def test_a_further_press_does_not_put_off_a_call_that_is_owed() -> None:
    pressed = join(_taken(), sos_alert(), NOON + seconds(100)).incident
    assert _due(pressed) == (REMINDED, 120)


def test_a_press_while_somebody_is_on_the_way_owes_a_call_and_then_the_way_goes_on() -> None:
    gone = set_responding(_taken(), WANG, {"name": "小李"}, NOON).incident
    pressed = join(gone, sos_alert(), NOON + seconds(300)).incident
    assert (pressed.sounding, _due(pressed)) == (True, (REMINDED, 420))
    reminded = pass_hold_deadline(pressed, NOON + seconds(420)).incident
    assert (reminded.sounding, _due(reminded)) == (True, (OVERDUE, RESPONDER_WITHIN.total_seconds()))


def test_a_further_alert_of_a_kind_that_needs_no_call_only_sounds() -> None:
    quiet = acknowledge(replace(opened(), kind=IncidentKind.BED), WANG, NOON).incident
    joined = join(quiet, sos_alert(), NOON + seconds(60)).incident
    assert (joined.sounding, _due(joined)) == (True, (TIMED_OUT, 300))


def test_who_goes_owes_no_call() -> None:
    assert set_responding(_taken(), WANG, {}, NOON).incident.call_due_at is None
    assert set_arrived(_taken(), WANG, {}, NOON).incident.call_due_at is None


def test_a_time_out_that_comes_before_the_call_is_owed_comes_alone() -> None:
    hasty = replace(opened(), policy=replace(policy((0, "desk")), ack_timeout=seconds(90)))
    assert _due(acknowledge(hasty, WANG, NOON).incident) == (TIMED_OUT, 90)


# --- Somebody on the way -------------------------------------------------------------------------------------------


def test_who_is_on_the_way_for_45_minutes_without_a_word_puts_it_back_up_and_it_sounds() -> None:
    gone = set_responding(_taken(), WANG, {"name": "小李"}, NOON + seconds(60)).incident
    due_at = NOON + seconds(60) + RESPONDER_WITHIN
    assert (gone.deadline, gone.due_at) == (OVERDUE, due_at)
    returned = pass_hold_deadline(gone, due_at)
    assert _codes(returned) == ["responder_overdue"]
    assert (returned.incident.state, returned.incident.sounding) == (IncidentState.OPEN, True)
    assert (returned.incident.deadline, returned.incident.due_at) == (Deadline.ESCALATE, due_at)
    assert (returned.incident.responding_at, returned.incident.acknowledged_by) == (None, None)
    assert TellDevices(stage=Stage.REQUEUED, reason="responder_overdue") in returned.duties


def test_each_word_of_the_responder_restarts_the_45_minutes() -> None:
    gone = set_responding(_taken(), WANG, {"name": "小李"}, NOON).incident
    told = set_responding(gone, WANG, {"name": "小李"}, NOON + seconds(1800)).incident
    assert _due(told) == (OVERDUE, 1800 + 2700)
    there = set_arrived(told, WANG, {}, NOON + seconds(2000)).incident
    again = set_arrived(there, WANG, {}, NOON + seconds(3000)).incident
    assert (_due(there), _due(again)) == ((OVERDUE, 2000 + 2700), (OVERDUE, 3000 + 2700))


def test_a_second_responder_after_the_first_arrived_is_on_the_way() -> None:
    there = set_arrived(set_responding(_taken(), WANG, {"name": "小李"}, NOON).incident, WANG, {}, NOON).incident
    second = set_responding(there, WANG, {"name": "医生"}, NOON + seconds(600)).incident
    assert (second.responder_name, second.arrived_at, _due(second)) == ("医生", None, (OVERDUE, 600 + 2700))


def test_a_note_or_a_call_does_not_hurry_whoever_is_on_the_way() -> None:
    gone = set_responding(_taken(), WANG, {}, NOON).incident
    noted = add_note(gone, WANG, "门没锁", NOON + seconds(100)).incident
    called = log_contact_attempt(noted, WANG, {"outcome": "no_answer"}, NOON + seconds(200)).incident
    assert _due(gone) == _due(noted) == _due(called)


# --- Nobody any more -----------------------------------------------------------------------------------------------


def test_what_is_given_back_belongs_to_nobody_and_sounds_and_its_ladder_begins() -> None:
    returned = give_back(_taken(), None, NOON + seconds(500), code="shift_ended")
    incident = returned.incident
    assert (incident.state, incident.acknowledged_by, incident.sounding) == (IncidentState.OPEN, None, True)
    assert (incident.deadline, incident.due_at, incident.ladder.run) == (Deadline.ESCALATE, NOON + seconds(500), 2)
    (log,) = [duty for duty in returned.duties if isinstance(duty, Record)]
    assert (log.code, log.params["holder"], log.actor) == ("shift_ended", "王", None)
    assert TellDevices(stage=Stage.REQUEUED, reason="shift_ended") in returned.duties


def test_who_gives_it_back_by_hand_is_on_record() -> None:
    (log,) = [duty for duty in give_back(_taken(), WANG, NOON).duties if isinstance(duty, Record)]
    assert (log.code, log.actor) == ("given_back", WANG)


def test_what_ends_with_a_shift_says_so() -> None:
    (log,) = hand_over(_taken(), WANG, ZHAO, NOON, code="shift_ended").duties
    assert isinstance(log, Record)
    assert (log.code, log.params["to"]) == ("shift_ended", "赵")


def test_when_it_was_taken_stays_when_it_is_handed_over() -> None:
    given = hand_over(_taken(), WANG, ZHAO, NOON + seconds(3600)).incident
    assert (given.acknowledged_at, given.acknowledged_by) == (NOON, ZHAO)


# --- What restarts the holder's clock, and what does not -----------------------------------------------------------


def test_every_word_about_a_held_incident_restarts_its_time_out_but_a_press_does_not() -> None:
    called = log_contact_attempt(_taken(), WANG, {}, NOON + seconds(10)).incident
    now = NOON + seconds(100)
    assert _due(called) == (TIMED_OUT, 310)
    for touched in (
        add_note(called, ZHAO, "女儿在路上", now),
        log_contact_attempt(called, WANG, {}, now),
        change_severity(called, WANG, Severity.HIGH, "无大碍", now),
        adopt_policy(called, WANG, policy((5, "desk")), now),
        hand_over(called, WANG, ZHAO, now),
    ):
        assert _due(touched.incident) == (TIMED_OUT, 400)
    pressed = join(called, sos_alert(), now).incident
    assert _due(pass_hold_deadline(pressed, NOON + seconds(220)).incident) == (TIMED_OUT, 310)


def test_after_an_outage_the_reminder_is_given_and_the_time_out_keeps_its_distance() -> None:
    late = NOON + timedelta(hours=1)
    reminded = pass_hold_deadline(_taken(), late).incident
    assert (reminded.sounding, reminded.deadline) == (True, TIMED_OUT)
    assert reminded.due_at == late + seconds(300 - 120)


def test_a_reminder_that_is_a_little_late_leaves_the_time_out_where_it_was() -> None:
    assert _due(pass_hold_deadline(_taken(), NOON + seconds(121)).incident) == (TIMED_OUT, 300)


def test_a_note_while_nobody_passed_the_time_puts_the_time_out_off_by_no_more_than_its_length() -> None:
    """The reminder waited from 120 s on; a note at 40 min, and at 60 min time goes on."""
    noted = add_note(_taken(), WANG, "?", NOON + timedelta(minutes=40)).incident
    reminded = pass_hold_deadline(noted, NOON + timedelta(hours=1)).incident
    assert _due(reminded) == (TIMED_OUT, 3600 + reminded.policy.ack_timeout.total_seconds())
