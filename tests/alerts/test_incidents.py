"""The life of an incident, move by move."""

from dataclasses import replace

import pytest

from alerts.decisions import CancelNotifications, Record, Stage, TellDevices
from alerts.incidents import (
    CONTACT_WITHIN,
    JOIN_WITHIN,
    RESPONDER_WITHIN,
    TRANSITIONS,
    Deadline,
    Disposition,
    IncidentState,
    Move,
    Outcome,
    RefusedError,
    acknowledge,
    add_note,
    close,
    current_stage,
    give_back,
    hand_over,
    join,
    log_contact_attempt,
    pass_hold_deadline,
    reopen,
    set_arrived,
    set_responding,
)
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.worlds import NOON, WANG, ZHAO, opened, policy, seconds, sos_alert


def _codes(outcome: Outcome) -> list[str]:
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)]


def _stages(outcome: Outcome) -> list[Stage]:
    return [duty.stage for duty in outcome.duties if isinstance(duty, TellDevices)]


def test_a_new_incident_sounds_and_its_ladder_is_due_after_the_first_step() -> None:
    incident = opened(policy((60, "desk")))
    assert (incident.state, incident.sounding) == (IncidentState.OPEN, True)
    assert (incident.deadline, incident.due_at) == (Deadline.ESCALATE, NOON + seconds(60))


def test_taking_stops_the_sound_the_texts_and_tells_the_device() -> None:
    outcome = acknowledge(opened(), WANG, NOON + seconds(5))
    assert outcome.incident.state is IncidentState.ACKNOWLEDGED
    assert outcome.incident.acknowledged_by == WANG
    assert not outcome.incident.sounding
    assert CancelNotifications() in outcome.duties
    assert _stages(outcome) == [Stage.TAKEN]


def test_who_comes_second_is_told_who_holds_it() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    with pytest.raises(RefusedError) as refused:
        acknowledge(taken, ZHAO, NOON)
    assert (refused.value.code, refused.value.holder) == ("held", WANG)


def test_taking_twice_oneself_changes_nothing_but_the_sound() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    again = acknowledge(replace(taken, sounding=True), WANG, NOON + seconds(9))
    assert again.incident == taken
    assert again.duties == ()


def test_an_sos_taken_without_a_call_sounds_again_and_then_goes_back() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    assert (taken.deadline, taken.due_at) == (Deadline.CONTACT_REMINDER, NOON + CONTACT_WITHIN)
    reminded = pass_hold_deadline(taken, NOON + CONTACT_WITHIN)
    assert reminded.incident.sounding
    assert reminded.incident.state is IncidentState.ACKNOWLEDGED
    assert (reminded.incident.deadline, reminded.incident.due_at) == (Deadline.ACK_TIMEOUT, NOON + seconds(300))
    returned = pass_hold_deadline(reminded.incident, NOON + seconds(300))
    assert returned.incident.state is IncidentState.OPEN
    assert returned.incident.acknowledged_by is None
    assert _codes(returned) == ["ack_timed_out"]
    assert _stages(returned) == [Stage.REQUEUED]
    assert returned.incident.ladder.run == 2


def test_a_note_after_the_reminder_does_not_bring_the_reminder_back() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    reminded = pass_hold_deadline(taken, NOON + CONTACT_WITHIN).incident
    noted = add_note(reminded, WANG, "正在查找电话", NOON + seconds(150)).incident
    assert (noted.deadline, noted.due_at) == (Deadline.ACK_TIMEOUT, NOON + seconds(450))


def test_a_contact_attempt_silences_the_reminder_and_restarts_the_time_out() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    called = log_contact_attempt(taken, WANG, {"outcome": "no_answer"}, NOON + seconds(30)).incident
    assert (called.deadline, called.due_at) == (Deadline.ACK_TIMEOUT, NOON + seconds(330))


def test_a_contact_attempt_on_an_open_incident_is_noted_and_stops_nothing() -> None:
    outcome = log_contact_attempt(opened(), WANG, {"outcome": "no_answer"}, NOON)
    assert outcome.incident == opened()
    assert _codes(outcome) == ["contact_attempt"]


def test_a_responder_on_the_way_holds_it_for_45_minutes_and_arriving_for_as_long_again() -> None:
    gone = set_responding(opened(), WANG, {"name": "小李"}, NOON)
    assert gone.incident.state is IncidentState.ACKNOWLEDGED
    assert _stages(gone) == [Stage.TAKEN, Stage.RESPONDING]
    assert (gone.incident.deadline, gone.incident.due_at) == (Deadline.RESPONDER_OVERDUE, NOON + RESPONDER_WITHIN)
    there = set_arrived(gone.incident, WANG, {}, NOON + seconds(600)).incident
    assert there.responder_name == "小李"
    assert there.due_at == NOON + seconds(600) + RESPONDER_WITHIN


def test_a_responder_who_never_arrives_puts_it_back() -> None:
    gone = set_responding(opened(), WANG, {"name": "小李"}, NOON).incident
    returned = pass_hold_deadline(gone, NOON + RESPONDER_WITHIN)
    assert returned.incident.state is IncidentState.OPEN
    assert returned.incident.responder_name is None
    assert _codes(returned) == ["responder_overdue"]


def test_handing_over_restarts_the_clock_of_the_new_holder() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    given = hand_over(taken, WANG, ZHAO, NOON + seconds(200)).incident
    assert given.acknowledged_by == ZHAO
    assert given.due_at is not None
    assert given.due_at > NOON + seconds(200)


def test_what_nobody_holds_cannot_be_handed_over() -> None:
    with pytest.raises(RefusedError, match="not_held"):
        hand_over(opened(), WANG, ZHAO, NOON)


def test_a_press_soon_after_joins_a_held_incident_and_sounds_again() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    joined = join(taken, sos_alert(), NOON + JOIN_WITHIN)
    assert joined.incident.state is IncidentState.ACKNOWLEDGED
    assert joined.incident.sounding
    assert current_stage(joined.incident) is Stage.TAKEN


def test_a_press_long_after_the_last_one_opens_a_held_incident_again() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    called = log_contact_attempt(taken, WANG, {}, NOON + seconds(400)).incident
    again = join(called, sos_alert(), NOON + JOIN_WITHIN + seconds(1))
    assert again.incident.state is IncidentState.OPEN
    assert _codes(again) == ["joined", "returned_by_alert"]
    assert _stages(again) == [Stage.REQUEUED]


def test_a_graver_alert_raises_and_a_milder_one_never_lowers() -> None:
    mild = replace(opened(), severity=Severity.HIGH)
    raised = join(mild, sos_alert(Severity.CRITICAL), NOON)
    assert raised.incident.severity is Severity.CRITICAL
    assert "raised" in _codes(raised)
    kept = join(opened(), sos_alert(Severity.LOW), NOON)
    assert kept.incident.severity is Severity.CRITICAL


def test_closing_records_how_it_ended_and_leaves_no_deadline() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    closed = close(taken, WANG, Disposition.FALSE, "误触", NOON + seconds(60))
    assert closed.incident.state is IncidentState.CLOSED
    assert (closed.incident.deadline, closed.incident.due_at) == (None, None)
    assert closed.incident.disposition is Disposition.FALSE
    assert _stages(closed) == [Stage.CLOSED]


def test_an_open_incident_is_taken_and_closed_in_one() -> None:
    closed = close(opened(), WANG, Disposition.TEST, None, NOON)
    assert _codes(closed) == ["acknowledged", "closed"]


def test_anothers_incident_is_closed_only_by_one_who_may_override() -> None:
    taken = acknowledge(opened(), WANG, NOON).incident
    with pytest.raises(RefusedError, match="held"):
        close(taken, ZHAO, Disposition.REAL, None, NOON)
    overridden = close(taken, ZHAO, Disposition.REAL, None, NOON, may_override=True)
    assert overridden.incident.state is IncidentState.CLOSED


def test_reopening_starts_the_ladder_anew() -> None:
    closed = close(opened(), WANG, Disposition.REAL, None, NOON).incident
    reopened = reopen(closed, WANG, "又来电", NOON + seconds(60))
    assert reopened.incident.state is IncidentState.OPEN
    assert reopened.incident.disposition is None
    assert reopened.incident.ladder.run == 2
    assert _codes(reopened) == ["reopened"]


@pytest.mark.parametrize("state", list(IncidentState))
@pytest.mark.parametrize("move", list(Move))
def test_every_move_is_either_in_the_table_or_refused(state: IncidentState, move: Move) -> None:
    incident = {
        IncidentState.OPEN: opened(),
        IncidentState.ACKNOWLEDGED: acknowledge(opened(), WANG, NOON).incident,
        IncidentState.CLOSED: close(opened(), WANG, Disposition.REAL, None, NOON).incident,
    }[state]
    moves = {
        Move.ACKNOWLEDGE: lambda: acknowledge(incident, ZHAO, NOON),
        Move.HAND_OVER: lambda: hand_over(incident, WANG, ZHAO, NOON),
        Move.GIVE_BACK: lambda: give_back(incident, WANG, NOON),
        Move.CLOSE: lambda: close(incident, WANG, Disposition.REAL, None, NOON),
        Move.REOPEN: lambda: reopen(incident, WANG, None, NOON),
        Move.JOIN: lambda: join(incident, sos_alert(), NOON),
        Move.RETURN_BY_ALERT: lambda: join(incident, sos_alert(), NOON + JOIN_WITHIN * 2),
        Move.TIME_OUT: lambda: pass_hold_deadline(incident, NOON),
    }
    if (state, move) in TRANSITIONS and (state, move) != (IncidentState.ACKNOWLEDGED, Move.TIME_OUT):
        assert moves[move]().incident.state is TRANSITIONS[state, move]
    elif move in {Move.ACKNOWLEDGE, Move.HAND_OVER, Move.GIVE_BACK, Move.REOPEN}:
        with pytest.raises(RefusedError):
            moves[move]()


def test_a_follow_up_kind_without_a_call_goes_straight_to_the_time_out() -> None:
    quiet = replace(opened(), kind=IncidentKind.INACTIVITY)
    assert acknowledge(quiet, WANG, NOON).incident.deadline is Deadline.ACK_TIMEOUT
