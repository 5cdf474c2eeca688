"""What a step of the ladder says of itself: to the log, to the outbox, and to the steps of the same moment."""

from alerts.actors import Person
from alerts.decisions import Notify, Record
from alerts.escalation.linked import Told
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.explanation import Param
from alerts.incidents import Outcome
from alerts.severity import Severity
from tests.alerts.worlds import NOON, opened, person, policy, seconds

LI, CHEN = person("李", "10000000001"), person("陈", "10000000002")


def _said(outcome: Outcome, code: str) -> list[dict[str, Param]]:
    return [dict(duty.params) for duty in outcome.duties if isinstance(duty, Record) and duty.code == code]


def _told(outcome: Outcome) -> list[Person]:
    return [duty.person for duty in outcome.duties if isinstance(duty, Notify)]


def test_a_skipped_step_is_named_as_people_count_it() -> None:
    outcome = escalate(opened(policy((0, "helpers"), (60, "leader"), (60, "desk"))), Reachable(), NOON)
    assert _said(outcome, "step_skipped") == [
        {"step": 1, "target": "helpers", "because": "nobody"},
        {"step": 2, "target": "leader", "because": "nobody"},
    ]


def test_a_message_names_the_step_it_was_owed_by() -> None:
    incident = opened(policy((10, "contacts"), (60, "helpers"), repeat=1))
    reachable, owed = Reachable(contacts=(LI,), helpers=(CHEN,)), []
    for _ in range(4):
        assert incident.due_at is not None
        outcome = escalate(incident, reachable, incident.due_at)
        owed += [duty for duty in outcome.duties if isinstance(duty, Notify)]
        incident = outcome.incident
    assert [(one.person.name, one.target, one.run, one.round, one.step) for one in owed] == [
        ("李", "contacts", 1, 0, 0),
        ("陈", "helpers", 1, 0, 1),
        ("李", "contacts", 1, 1, 0),
        ("陈", "helpers", 1, 1, 1),
    ]


def test_who_was_told_by_any_step_of_a_moment_is_not_told_again_in_it() -> None:
    incident = opened(policy((0, "contacts"), (0, "helpers"), (0, "township"), (60, "desk")))
    outcome = escalate(incident, Reachable(contacts=(LI,), helpers=(CHEN,), township=(LI,)), NOON)
    assert _told(outcome) == [LI, CHEN]
    assert _said(outcome, "step_told_already") == [{"step": 3, "round": 1, "target": "township", "people": "李"}]


def test_who_knows_already_has_their_time_from_when_the_last_of_them_was_told() -> None:
    incident = opened(policy((0, "contacts"), (0, "helpers"), (300, "leader")))
    told = tuple(
        Told(number=one.phone or "", severity=Severity.CRITICAL, at=NOON - seconds(ago_s))
        for one, ago_s in ((LI, 100), (CHEN, 200))
    )
    outcome = escalate(incident, Reachable(contacts=(LI,), helpers=(CHEN,)), NOON, told=told)
    assert _told(outcome) == []
    assert outcome.incident.due_at == NOON - seconds(100) + seconds(300)
