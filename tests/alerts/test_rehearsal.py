"""A rehearsal climbs the ladder as the real one does, and owes nothing."""

from dataclasses import replace

import pytest

from alerts.decisions import Notify, Record
from alerts.escalation.policy import DEFAULT_POLICY, Target
from alerts.escalation.reachable import Reachable
from alerts.escalation.rehearsal import rehearse_next
from alerts.escalation.steps import escalate
from tests.alerts.worlds import opened, person

TWO = Reachable(contacts=(person("李", "10000000001"), person("马", "10000000002")))


def test_each_step_names_whom_it_would_tell_at_its_own_time() -> None:
    incident = opened(DEFAULT_POLICY)
    seen = []
    for _ in range(3):
        due_at = incident.due_at
        incident, steps = rehearse_next(incident, TWO)
        assert all(step.at == due_at for step in steps)
        seen += [(step.code, step.params["target"], [one.name for one in step.people]) for step in steps]
    assert seen[:3] == [
        ("desk_sounded", Target.DESK, []),
        ("step_taken", Target.NEXT_CONTACT, ["李"]),
        ("step_taken", Target.CONTACTS, ["李", "马"]),
    ]


def test_it_is_the_real_ladder_step_by_step() -> None:
    rehearsed = real = opened(DEFAULT_POLICY)
    for _ in range(30):
        assert real.due_at is not None
        outcome = escalate(real, TWO, real.due_at)
        rehearsed, steps = rehearse_next(rehearsed, TWO)
        assert rehearsed == outcome.incident
        assert [step.code for step in steps] == [duty.code for duty in outcome.duties if isinstance(duty, Record)]
        told = [one for step in steps for one in step.people]
        assert told == [duty.person for duty in outcome.duties if isinstance(duty, Notify)]
        real = outcome.incident


def test_who_is_told_when_no_step_reaches_anybody_stands_with_the_line_that_says_so() -> None:
    above = Reachable(supervisor=(person("班长", "10000000003"),), desk_manned=False)
    _, steps = rehearse_next(opened(), above)
    assert [(step.code, [one.name for one in step.people]) for step in steps][-2:] == [
        ("ladder_empty", []),
        ("fallback_told", ["班长"]),
    ]


def test_what_has_no_deadline_cannot_be_rehearsed() -> None:
    with pytest.raises(ValueError, match="deadline"):
        rehearse_next(replace(opened(), due_at=None), TWO)
