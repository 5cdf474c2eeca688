"""What only people decide: how grave it is, and by which policy it is escalated."""

from dataclasses import replace

import pytest

from alerts.decisions import Notify, Record
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.incidents import (
    Disposition,
    Incident,
    Outcome,
    RefusedError,
    acknowledge,
    adopt_policy,
    change_severity,
    close,
    give_back,
    join,
)
from alerts.severity import Severity
from tests.alerts.worlds import NOON, WANG, opened, person, policy, seconds, sos_alert

TWO = Reachable(contacts=(person("李", "10000000001"), person("马", "10000000002")))


def _log(outcome: Outcome) -> list[Record]:
    return [duty for duty in outcome.duties if isinstance(duty, Record)]


# --- How grave -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_nobody_lowers_silently(reason: str | None) -> None:
    with pytest.raises(RefusedError, match="reason_missing"):
        change_severity(opened(), WANG, Severity.HIGH, reason, NOON)


def test_lowering_is_on_record_with_who_and_why_and_changes_nothing_else() -> None:
    incident = opened()
    lowered = change_severity(incident, WANG, Severity.LOW, "本人说误触", NOON)
    assert lowered.incident == replace(incident, severity=Severity.LOW)
    (log,) = _log(lowered)
    assert (log.code, log.actor) == ("lowered_by_hand", WANG)
    assert log.params == {"from": "critical", "to": "low", "reason": "本人说误触"}


def test_raising_needs_no_reason() -> None:
    mild = replace(opened(), severity=Severity.MEDIUM)
    raised = change_severity(mild, WANG, Severity.HIGH, None, NOON)
    assert (raised.incident.severity, [log.code for log in _log(raised)]) == (Severity.HIGH, ["raised_by_hand"])


def test_the_same_severity_again_is_no_change() -> None:
    assert change_severity(opened(), WANG, Severity.CRITICAL, None, NOON) == Outcome(incident=opened())


def test_what_was_lowered_rises_with_the_next_graver_alert() -> None:
    lowered = change_severity(opened(), WANG, Severity.LOW, "误触", NOON).incident
    again = join(lowered, sos_alert(), NOON + seconds(60))
    assert again.incident.severity is Severity.CRITICAL
    assert "raised" in [log.code for log in _log(again)]


@pytest.mark.parametrize("severity", list(Severity))
def test_a_closed_incident_keeps_its_severity_and_its_policy(severity: Severity) -> None:
    closed = close(opened(), WANG, Disposition.REAL, None, NOON).incident
    with pytest.raises(RefusedError, match="closed"):
        change_severity(closed, WANG, severity, "改", NOON)
    with pytest.raises(RefusedError, match="closed"):
        adopt_policy(closed, WANG, policy((9, "desk")), NOON)


# --- By which policy -----------------------------------------------------------------------------------------------


def _at_step_two() -> Incident:
    """A minute after opening: the next step is due at 660 s."""
    ladder = policy((60, "next_contact"), (600, "contacts"))
    return escalate(opened(ladder), TWO, NOON + seconds(60)).incident


def test_adopting_begins_the_new_ladder_from_its_first_step() -> None:
    adopted = adopt_policy(_at_step_two(), WANG, policy((30, "next_contact")), NOON + seconds(100)).incident
    assert (adopted.ladder.run, adopted.ladder.step, adopted.due_at) == (2, 0, NOON + seconds(130))
    outcome = escalate(adopted, TWO, NOON + seconds(130))
    # Who was told last is not told first again.
    assert [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)] == ["马"]


def test_adopting_a_slower_policy_puts_no_step_off() -> None:
    adopted = adopt_policy(_at_step_two(), WANG, policy((7200, "contacts")), NOON + seconds(100)).incident
    assert adopted.due_at == NOON + seconds(660)


def test_adopting_is_on_record_with_both_versions() -> None:
    new = replace(policy((5, "desk")), name="night", version=4)
    (log,) = _log(adopt_policy(opened(), WANG, new, NOON))
    assert (log.code, log.actor) == ("policy_adopted", WANG)
    assert log.params == {"policy": "night", "version": 4, "policy_before": "test", "version_before": 0}


def test_adopting_what_it_runs_on_already_changes_nothing() -> None:
    incident = _at_step_two()
    assert adopt_policy(incident, WANG, incident.policy, NOON + seconds(100)) == Outcome(incident=incident)


def test_a_held_incident_keeps_its_holder_and_climbs_the_adopted_ladder_when_it_comes_back() -> None:
    held = acknowledge(_at_step_two(), WANG, NOON + seconds(90)).incident
    short = replace(policy((30, "contacts")), ack_timeout=seconds(60))
    adopted = adopt_policy(held, WANG, short, NOON + seconds(100)).incident
    assert adopted.acknowledged_by == WANG
    assert adopted.due_at == NOON + seconds(160)  # the new policy's time, from now: never from the past
    returned = give_back(adopted, WANG, NOON + seconds(120)).incident
    assert (returned.ladder.step, returned.due_at) == (0, NOON + seconds(150))


def test_the_same_person_told_by_two_runs_is_owed_two_messages() -> None:
    ladder = policy((60, "contacts"))
    first = escalate(opened(ladder), TWO, NOON + seconds(60))
    adopted = adopt_policy(first.incident, WANG, replace(ladder, version=1), NOON + seconds(70)).incident
    second = escalate(adopted, TWO, NOON + seconds(130))
    keys = [duty.dedup_key for outcome in (first, second) for duty in outcome.duties if isinstance(duty, Notify)]
    assert len(keys) == len(set(keys)) == 4
