"""What users of other systems report, as far as the core can get it wrong: each sentence is a test here.

The sentences are those of DOMAIN.md section 5 and of what on-call users ask for; what only the hub around the core can
get wrong (texts, messages, receipts) is tested there.
"""

from dataclasses import replace

import pytest

from alerts.actors import Actor, ActorType
from alerts.decisions import CancelNotifications, Notify, Record
from alerts.escalation.policy import DEFAULT_POLICY
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.incidents import (
    RESPONDER_WITHIN,
    Deadline,
    Disposition,
    Incident,
    IncidentState,
    RefusedError,
    acknowledge,
    add_note,
    close,
    give_back,
    hand_over,
    join,
    log_contact_attempt,
    pass_hold_deadline,
    reopen,
    set_responding,
)
from alerts.incidents.applying import apply
from alerts.incidents.commands import Acknowledge, Decline, HandOver, LogContactAttempt, PassHoldDeadline, TakeStep
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.household import Household, people
from tests.alerts.worlds import NOON, WANG, ZHAO, opened, person, policy, seconds, sos_alert

LI = Actor(type=ActorType.CAREGIVER, id="li", name="李")
FAMILY = Reachable(contacts=(person("李", "10000000001"), person("马", "10000000002")))


def _told(incident: Incident, reachable: Reachable, at_s: float) -> list[str]:
    outcome = escalate(incident, reachable, NOON + seconds(at_s))
    return [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)]


def test_an_empty_escalation_step_does_not_wait_its_delay() -> None:
    incident = opened(policy((60, "helpers"), (900, "township"), (900, "contacts")))
    assert _told(incident, FAMILY, 60) == ["李", "马"]


def test_an_acknowledged_incident_is_not_forgotten() -> None:
    incident = acknowledge(opened(), WANG, NOON).incident
    for _ in range(2):  # the call nobody made, then the time-out
        assert incident.due_at is not None
        incident = pass_hold_deadline(incident, incident.due_at).incident
    assert (incident.state, incident.sounding) == (IncidentState.OPEN, True)
    assert incident.due_at is not None


def test_when_a_shift_ends_its_incidents_belong_to_somebody() -> None:
    held = acknowledge(opened(), WANG, NOON).incident
    given = hand_over(held, WANG, ZHAO, NOON + seconds(60), code="shift_ended").incident
    left = give_back(held, None, NOON + seconds(60), code="shift_ended").incident
    assert (given.state, given.acknowledged_by) == (IncidentState.ACKNOWLEDGED, ZHAO)
    assert (left.state, left.deadline) == (IncidentState.OPEN, Deadline.ESCALATE)
    assert None not in {given.due_at, left.due_at}


def test_who_takes_over_finds_what_was_done_so_far() -> None:
    called = log_contact_attempt(acknowledge(opened(), WANG, NOON).incident, WANG, {}, NOON + seconds(9)).incident
    given = hand_over(called, WANG, ZHAO, NOON + seconds(60)).incident
    assert (given.contacted_at, given.acknowledged_at) == (NOON + seconds(9), NOON)


@pytest.mark.parametrize("outcome", ["reached", "voicemail", "no_answer", "delivered"])
def test_a_voicemail_or_a_carriers_sent_does_not_count_as_reached(outcome: str) -> None:
    incident = opened(policy((60, "contacts"), (60, "contacts")))
    rung = log_contact_attempt(incident, LI, {"outcome": outcome}, NOON + seconds(30)).incident
    assert rung == incident
    assert _told(rung, FAMILY, 60) == ["李", "马"]


def test_nothing_is_sent_after_someone_took_it() -> None:
    taken = acknowledge(opened(policy((60, "contacts"))), WANG, NOON + seconds(59))
    assert CancelNotifications() in taken.duties
    with pytest.raises(RefusedError, match="not_due"):
        apply(taken.incident, TakeStep(reachable=FAMILY), NOON + seconds(60))


def test_a_step_that_was_decided_twice_is_sent_once() -> None:
    incident = opened(policy((60, "contacts")))
    twice = [escalate(incident, FAMILY, NOON + seconds(at_s)) for at_s in (60, 61)]
    keys = [{duty.dedup_key for duty in outcome.duties if isinstance(duty, Notify)} for outcome in twice]
    assert keys[0] == keys[1]


def test_the_201st_alert_is_not_rejected() -> None:
    incident = opened()
    for press in range(1, 1001):
        outcome = join(incident, sos_alert(), NOON + seconds(press))
        assert any(isinstance(duty, Record) and duty.code == "joined" for duty in outcome.duties)
        incident = outcome.incident
    assert incident.last_alert_at == NOON + seconds(1000)


def test_a_paused_escalation_resumes() -> None:
    incident = opened(policy((60, "contacts")))
    paused = set_responding(incident, LI, {"name": "李"}, NOON).incident
    resumed = pass_hold_deadline(paused, NOON + RESPONDER_WITHIN).incident
    assert resumed.due_at is not None
    assert _told(resumed, FAMILY, (resumed.due_at - NOON).total_seconds()) == ["李", "马"]


def test_a_person_on_the_roster_without_a_telephone_number_does_not_hold_the_ladder_up() -> None:
    incident = opened(policy((60, "helpers"), (60, "contacts")))
    assert _told(incident, replace(FAMILY, helpers=(person("村", None),)), 60) == ["李", "马"]


def test_a_shift_that_changes_between_two_rounds_is_noticed() -> None:
    incident = opened(policy((60, "helpers"), repeat=1, then_every_s=60))
    early, late = people("早"), people("晚")
    first = escalate(incident, Reachable(helpers=early), NOON + seconds(60))
    second = _told(first.incident, Reachable(helpers=late), 120)
    assert second == ["晚"]


def test_an_edited_policy_does_not_change_an_incident_behind_its_back() -> None:
    incident = opened(policy((60, "contacts")))
    passed = escalate(incident, FAMILY, NOON + seconds(60)).incident
    assert passed.policy is incident.policy


def test_a_no_sends_the_ladder_on_at_once_and_unsubscribes_nobody() -> None:
    incident = escalate(opened(policy((60, "contacts"), (600, "contacts"))), FAMILY, NOON + seconds(60)).incident
    declined = apply(incident, Decline(actor=LI), NOON + seconds(70)).incident
    assert (declined.state, declined.due_at) == (IncidentState.OPEN, NOON + seconds(70))
    assert _told(declined, FAMILY, 70) == ["李", "马"]


def test_each_incident_has_one_owner_and_can_be_handed_on() -> None:
    held = acknowledge(opened(), WANG, NOON).incident
    with pytest.raises(RefusedError) as refused:
        acknowledge(held, ZHAO, NOON)
    assert refused.value.holder == WANG
    given = apply(held, HandOver(actor=WANG, to=ZHAO, note="李奶奶的女儿在路上"), NOON)
    assert given.incident.acknowledged_by == ZHAO
    assert [duty.code for duty in given.duties if isinstance(duty, Record)] == ["handed_over", "note"]


def test_a_closed_incident_can_be_annotated_and_reopened() -> None:
    closed = close(opened(), WANG, Disposition.FALSE, "误触", NOON).incident
    assert add_note(closed, ZHAO, "家属来电", NOON + seconds(60)).incident == closed
    assert reopen(closed, ZHAO, None, NOON + seconds(61)).incident.state is IncidentState.OPEN


def test_the_ladder_never_ends_by_itself() -> None:
    house = Household(FAMILY)
    house.open("sos", IncidentKind.SOS, Severity.CRITICAL, DEFAULT_POLICY)
    house.run_until(24 * 3600)
    told = [at_s for at_s, _ in house.told("sos")]
    assert 24 * 3600 - told[-1] <= DEFAULT_POLICY.then_every.total_seconds()
    assert len(told) > 280


def test_a_step_that_was_due_an_hour_ago_is_taken_once_at_once_and_the_next_keeps_its_distance() -> None:
    incident = opened(policy((60, "contacts"), (90, "contacts"), (120, "contacts")))
    hour_late = NOON + seconds(3660)
    outcome = escalate(incident, FAMILY, hour_late)
    assert [duty.step for duty in outcome.duties if isinstance(duty, Notify)] == [0, 0]
    assert outcome.incident.due_at == hour_late + seconds(90)


def test_a_reminder_and_a_time_out_that_an_outage_swallowed_come_one_after_the_other() -> None:
    house = Household(FAMILY)
    house.open("sos", IncidentKind.SOS, Severity.CRITICAL, policy((60, "contacts")))
    house.do("sos", Acknowledge(actor=WANG), 10)
    outcome = apply(house.incidents["sos"], PassHoldDeadline(), NOON + seconds(7200))
    assert outcome.incident.state is IncidentState.ACKNOWLEDGED
    assert outcome.incident.due_at is not None
    assert outcome.incident.due_at > NOON + seconds(7200)


def test_a_call_that_is_only_noted_is_no_sign_that_somebody_goes() -> None:
    incident = opened(policy((60, "contacts")))
    noted = apply(incident, LogContactAttempt(actor=WANG, params={"outcome": "reached"}), NOON).incident
    assert (noted.state, noted.due_at) == (IncidentState.OPEN, incident.due_at)
