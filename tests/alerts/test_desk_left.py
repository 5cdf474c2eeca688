"""Stepping away alone hands the sound on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.actors import Actor, ActorType, Person
from alerts.decisions import Notify, RaiseAlert, Record
from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy, Step, Target
from alerts.escalation.reachable import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Incident, RefusedError, open_incident
from alerts.incidents.applying import apply
from alerts.incidents.commands import Acknowledge, LeaveDesk, TakeStep
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAUGHTER = Person(type="contact", id="1", name="王芳", phone="10000000001")
REACHABLE = Reachable(contacts=(DAUGHTER,))
ALERT = RaiseAlert(kind=IncidentKind.SOS, severity=Severity.CRITICAL, explanation=Explanation(code="sos_pressed"))


def opened(policy: EscalationPolicy = DEFAULT_POLICY) -> Incident:
    return open_incident("i", Subject(type=SubjectType.RECIPIENT, id="r"), ALERT, policy, NOON).incident


def after_a_step(incident: Incident, at: datetime, reachable: Reachable = REACHABLE) -> Incident:
    return apply(incident, TakeStep(reachable=reachable), at).incident


def test_a_ladder_that_has_just_sounded_the_desk_goes_on_at_once_when_nobody_is_left_there() -> None:
    sounding = after_a_step(opened(), NOON)
    left_at = NOON + timedelta(seconds=10)
    assert sounding.due_at == NOON + timedelta(seconds=60)
    outcome = apply(sounding, LeaveDesk(), left_at)
    assert (outcome.incident.due_at, outcome.incident.sounding) == (left_at, True)
    assert outcome.duties == (Record(code="desk_left"),)
    next_step = apply(outcome.incident, TakeStep(reachable=replace(REACHABLE, desk_manned=False)), left_at)
    assert [duty.person for duty in next_step.duties if isinstance(duty, Notify)] == [DAUGHTER]


def test_a_ladder_that_waits_for_a_person_gives_them_their_time() -> None:
    told = after_a_step(after_a_step(opened(), NOON), NOON + timedelta(seconds=60))
    with pytest.raises(RefusedError, match="not_due"):
        apply(told, LeaveDesk(), NOON + timedelta(seconds=70))


def test_what_is_taken_or_has_not_sounded_yet_stays_as_it_is() -> None:
    operator = Actor(type=ActorType.OPERATOR, id="1", name="值班员")
    for incident in (opened(), apply(after_a_step(opened(), NOON), Acknowledge(actor=operator), NOON).incident):
        with pytest.raises(RefusedError, match="not_due"):
            apply(incident, LeaveDesk(), NOON)


def test_a_ladder_that_ends_with_the_desk_is_sent_on_from_there_too() -> None:
    policy = replace(DEFAULT_POLICY, steps=(Step(after=timedelta(0), notify=Target.DESK),), repeat=0)
    sounding = after_a_step(opened(policy), NOON)
    assert sounding.ladder.recurrence
    assert apply(sounding, LeaveDesk(), NOON).incident.due_at == NOON


def test_a_step_that_is_overdue_does_not_come_later_for_it() -> None:
    sounding = after_a_step(opened(), NOON)
    late = NOON + timedelta(hours=1)
    assert apply(sounding, LeaveDesk(), late).incident.due_at == sounding.due_at
