"""The ladder: who is told when, and what an empty step does."""

import pytest

from alerts.decisions import Notify, Record, ReportLadderEmpty
from alerts.escalation.steps import Reachable, escalate
from alerts.incidents import Incident, Outcome
from tests.alerts.worlds import NOON, opened, person, policy, seconds

LI, MA = person("李", "10000000001"), person("马", "10000000002")
FAMILY = Reachable(contacts=(LI, MA), helpers=(person("村", "10000000003"),))


def _climb(incident: Incident, reachable: Reachable, steps: int) -> list[tuple[float, list[str]]]:
    """(seconds since opening, who is told) of each step taken at its due time."""
    told = []
    for _ in range(steps):
        assert incident.due_at is not None
        now = incident.due_at
        outcome = escalate(incident, reachable, now)
        names = [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)]
        if any(isinstance(duty, Record) and duty.code == "desk_sounded" for duty in outcome.duties):
            names.append("desk")
        told.append(((now - NOON).total_seconds(), names))
        incident = outcome.incident
    return told


def _codes(outcome: Outcome) -> list[str]:
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)]


def test_each_step_waits_its_delay_after_the_one_before() -> None:
    incident = opened(policy((5, "desk"), (10, "next_contact"), (20, "helpers")))
    assert _climb(incident, FAMILY, 3) == [(5, ["desk"]), (15, ["李"]), (35, ["村"])]


def test_an_empty_step_is_skipped_at_once_and_said_so() -> None:
    incident = opened(policy((10, "helpers"), (30, "contacts")))
    outcome = escalate(incident, Reachable(contacts=(LI,)), NOON + seconds(10))
    assert _codes(outcome) == ["step_skipped", "step_taken"]
    assert [duty.person for duty in outcome.duties if isinstance(duty, Notify)] == [LI]


def test_people_without_a_number_count_as_nobody() -> None:
    incident = opened(policy((10, "contacts"), (30, "desk")))
    outcome = escalate(incident, Reachable(contacts=(person("无", None),)), NOON + seconds(10))
    assert _codes(outcome) == ["step_skipped", "desk_sounded"]


def test_the_ladder_repeats_and_then_the_last_step_recurs_for_ever() -> None:
    incident = opened(policy((1, "desk"), (2, "contacts"), repeat=1, then_every_s=60))
    climbed = _climb(incident, Reachable(contacts=(LI,)), 7)
    assert [at for at, _ in climbed] == [1, 3, 4, 6, 66, 126, 186]
    assert [names for _, names in climbed][4:] == [["李"], ["李"], ["李"]]


def test_each_round_tells_the_next_contact() -> None:
    incident = opened(policy((1, "next_contact"), repeat=3, then_every_s=5))
    assert [names for _, names in _climb(incident, FAMILY, 6)] == [["李"], ["马"], ["李"], ["马"], ["李"], ["马"]]


@pytest.mark.parametrize("repeat", [0, 1])
def test_the_only_contact_is_told_in_every_round_and_recurrence(repeat: int) -> None:
    incident = opened(policy((1, "next_contact"), repeat=repeat, then_every_s=5))
    assert [names for _, names in _climb(incident, Reachable(contacts=(LI,)), 5)] == [["李"]] * 5


def test_the_position_counts_rounds_and_recurrences_from_where_people_count_them() -> None:
    incident = opened(policy((1, "desk"), repeat=1, then_every_s=5))
    positions = []
    for _ in range(4):
        assert incident.due_at is not None
        positions.append((incident.ladder.round, incident.ladder.step, incident.ladder.recurrence))
        incident = escalate(incident, FAMILY, incident.due_at).incident
    assert positions == [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 0, 2)]


def test_one_round_tells_no_contact_twice() -> None:
    incident = opened(policy((1, "next_contact"), (1, "next_contact"), (1, "helpers")))
    only_li = Reachable(contacts=(LI,), helpers=FAMILY.helpers)
    assert [names for _, names in _climb(incident, only_li, 2)] == [["李"], ["村"]]


def test_a_last_step_that_reaches_nobody_gives_way_to_the_one_before_it() -> None:
    incident = opened(policy((1, "contacts"), (1, "helpers"), then_every_s=30))
    climbed = _climb(incident, Reachable(contacts=(LI,)), 4)
    assert [names for _, names in climbed] == [["李"]] * 4


def test_a_step_on_record_says_where_it_stands_and_whom_it_told() -> None:
    incident = opened(policy((1, "desk"), (1, "contacts"), repeat=1))
    lines = []
    for _ in range(3):
        assert incident.due_at is not None
        outcome = escalate(incident, FAMILY, incident.due_at)
        lines += [dict(duty.params) for duty in outcome.duties if isinstance(duty, Record)]
        incident = outcome.incident
    assert lines == [
        {"step": 1, "round": 1, "target": "desk"},
        {"step": 2, "round": 1, "target": "contacts", "people": "李、马"},
        {"step": 1, "round": 2, "target": "desk"},
    ]


def test_whoever_can_be_reached_is_found_from_everywhere_on_the_ladder() -> None:
    incident = opened(policy((1, "contacts"), (1, "helpers"), (1, "township"), (1, "leader"), then_every_s=30))
    assert _climb(incident, Reachable(contacts=(LI,)), 3) == [(1, ["李"]), (2, ["李"]), (32, ["李"])]


def test_a_ladder_that_reaches_nobody_is_reported_and_tried_again() -> None:
    incident = opened(policy((1, "contacts"), (1, "helpers"), then_every_s=30))
    outcome = escalate(incident, Reachable(), NOON + seconds(1))
    assert any(isinstance(duty, ReportLadderEmpty) for duty in outcome.duties)
    assert outcome.incident.sounding
    assert outcome.incident.due_at == NOON + seconds(31)
    later = escalate(outcome.incident, FAMILY, NOON + seconds(31))
    assert any(isinstance(duty, Notify) for duty in later.duties)


def test_an_outside_number_is_told_as_itself() -> None:
    outcome = escalate(opened(policy((1, "10000000009"))), Reachable(), NOON + seconds(1))
    assert [duty.person.phone for duty in outcome.duties if isinstance(duty, Notify)] == ["10000000009"]


def test_a_ladder_without_delays_does_not_send_without_end() -> None:
    incident = opened(policy((0, "desk"), (0, "contacts"), repeat=2, then_every_s=30))
    assert _climb(incident, FAMILY, 3) == [(at, ["李", "马", "desk"]) for at in (0, 30, 60)]


def test_the_same_step_taken_twice_owes_the_same_message() -> None:
    incident = opened(policy((1, "contacts")))
    first, second = (escalate(incident, FAMILY, NOON + seconds(at)) for at in (1, 2))
    keys = [[duty.dedup_key for duty in outcome.duties if isinstance(duty, Notify)] for outcome in (first, second)]
    assert keys[0] == keys[1]


def test_every_step_owes_different_messages() -> None:
    incident = opened(policy((1, "contacts"), repeat=2, then_every_s=3))
    keys: list[str] = []
    for _ in range(8):
        assert incident.due_at is not None
        outcome = escalate(incident, FAMILY, incident.due_at)
        keys += [duty.dedup_key for duty in outcome.duties if isinstance(duty, Notify)]
        incident = outcome.incident
    assert len(keys) == len(set(keys)) == 16
