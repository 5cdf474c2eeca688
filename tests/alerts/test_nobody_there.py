"""Steps that reach nobody: skipped at once and said so; a ladder without anybody; a desk at which nobody sits."""

from dataclasses import replace

import pytest

from alerts.actors import Person
from alerts.decisions import ClearLadderEmpty, Notify, Record, ReportLadderEmpty
from alerts.escalation.linked import LinkedIncident
from alerts.escalation.policy import Target
from alerts.escalation.reachable import Reachable
from alerts.escalation.steps import escalate
from alerts.explanation import Param
from alerts.incidents import Incident, Outcome
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from tests.alerts.worlds import NOON, opened, person, policy, seconds


def _member(role: str, phone: str | None = "10000000009") -> tuple[Person, ...]:
    return (Person(type=role, id=role, name=role, phone=phone),)


def _only(role: str, people: tuple[Person, ...]) -> Reachable:
    return Reachable(**{role: people})  # type: ignore[arg-type]


def _told(outcome: Outcome) -> list[str]:
    return [duty.person.name for duty in outcome.duties if isinstance(duty, Notify)]


def _codes(outcome: Outcome) -> list[str]:
    return [duty.code for duty in outcome.duties if isinstance(duty, Record)]


def _because(outcome: Outcome) -> list[Param]:
    return [
        duty.params["because"] for duty in outcome.duties if isinstance(duty, Record) and duty.code == "step_skipped"
    ]


def _tries(incident: Incident, reachable: Reachable, count: int) -> list[Outcome]:
    outcomes = []
    for _ in range(count):
        assert incident.due_at is not None
        outcomes.append(escalate(incident, reachable, incident.due_at))
        incident = outcomes[-1].incident
    return outcomes


# --- One step ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", [None, "", "无", "12", "00000000000"])
@pytest.mark.parametrize("role", ["contacts", "next_contact", "helpers", "township", "supervisor", "leader"])
def test_a_person_without_a_number_that_can_be_dialled_is_nobody(role: str, phone: str | None) -> None:
    field = "contacts" if role == "next_contact" else role
    reachable = _only(field, _member(role, phone))
    outcome = escalate(opened(policy((10, role), (3600, "desk"))), reachable, NOON + seconds(10))
    assert (_codes(outcome), _because(outcome)) == (["step_skipped", "desk_sounded"], ["no_number"])


@pytest.mark.parametrize("role", [target for target in Target if target is not Target.DESK])
def test_a_role_in_which_nobody_is_is_empty(role: Target) -> None:
    outcome = escalate(opened(policy((10, role), (3600, "desk"))), Reachable(), NOON + seconds(10))
    assert (_codes(outcome), _because(outcome)) == (["step_skipped", "desk_sounded"], ["nobody"])


@pytest.mark.parametrize("role", ["contacts", "helpers", "township", "supervisor", "leader"])
def test_each_role_tells_its_people(role: str) -> None:
    outcome = escalate(opened(policy((10, role))), _only(role, _member(role)), NOON + seconds(10))
    assert _told(outcome) == [role]


def test_a_number_of_the_policy_that_cannot_be_dialled_is_an_empty_step() -> None:
    outcome = escalate(opened(policy((10, "000"), (5, "desk"))), Reachable(), NOON + seconds(10))
    assert _because(outcome) == ["no_number"]


def test_when_every_contact_was_told_in_this_round_the_next_one_is_nobody() -> None:
    incident = opened(policy((10, "next_contact"), (10, "next_contact"), (10, "helpers")))
    one = Reachable(contacts=(person("李"),), helpers=_member("helper", "10000000008"))
    second = _tries(incident, one, 2)[1]
    assert (_because(second), _told(second)) == (["all_told"], ["helper"])


def test_the_next_contact_passes_over_one_without_a_number_and_comes_past_each_once_a_round() -> None:
    contacts = (person("甲", None), person("乙", "10000000001"), person("丙", "无"), person("丁", "10000000002"))
    steps = policy((10, "next_contact"), (10, "next_contact"), (10, "next_contact"), (10, "desk"), repeat=1)
    told = [_told(outcome) for outcome in _tries(opened(steps), Reachable(contacts=contacts), 6)]
    assert told == [["乙"], ["丁"], [], ["乙"], ["丁"], []]


def test_a_contact_who_is_given_a_number_meanwhile_is_told_in_their_turn() -> None:
    incident = opened(policy((10, "next_contact"), (10, "next_contact"), repeat=1))
    before = (person("甲", None), person("乙", "10000000001"))
    first = escalate(incident, Reachable(contacts=before), NOON + seconds(10))
    now_three = (*before, person("丙", "10000000002"))
    second = escalate(first.incident, Reachable(contacts=now_three), NOON + seconds(20))
    assert (_told(first), _told(second)) == (["乙"], ["丙"])


def test_a_contact_list_that_shrinks_keeps_the_ladder_going() -> None:
    incident = opened(policy((10, "next_contact"), (10, "next_contact"), (10, "desk"), repeat=3))
    three = tuple(person(name, f"1000000000{number}") for number, name in enumerate("甲乙丙"))
    first = escalate(incident, Reachable(contacts=three), NOON + seconds(10)).incident
    told = [_told(outcome) for outcome in _tries(first, Reachable(contacts=three[:1]), 4)]
    assert told == [[], ["甲"], [], ["甲"]]


# --- One moment ----------------------------------------------------------------------------------------------------


def test_who_has_two_roles_in_one_moment_is_told_once() -> None:
    both = Reachable(contacts=(person("李", "10000000001"),), helpers=_member("李", "+86 100 0000 0001"))
    outcome = escalate(opened(policy((10, "contacts"), (0, "helpers"), (60, "desk"))), both, NOON + seconds(10))
    assert _told(outcome) == ["李"]
    assert _codes(outcome) == ["step_taken", "step_told_already"]
    assert outcome.incident.due_at == NOON + seconds(70)


def test_a_helper_who_is_also_a_contact_is_told_again_when_the_helpers_turn_comes() -> None:
    both = Reachable(contacts=(person("李", "10000000001"),), helpers=_member("李", "10000000001"))
    outcomes = _tries(opened(policy((10, "contacts"), (60, "helpers"))), both, 2)
    assert [_told(outcome) for outcome in outcomes] == [["李"], ["李"]]


def test_two_contacts_with_one_telephone_are_told_once() -> None:
    couple = Reachable(contacts=(person("李", "10000000001"), person("马", "100 0000 0001")))
    assert _told(escalate(opened(policy((10, "contacts"))), couple, NOON + seconds(10))) == ["李"]


def test_an_empty_step_at_the_end_of_a_moment_leaves_the_next_one_its_time() -> None:
    incident = opened(policy((10, "contacts"), (0, "helpers"), (60, "desk")))
    outcome = escalate(incident, Reachable(contacts=(person("李"),)), NOON + seconds(10))
    assert (_codes(outcome), outcome.incident.due_at) == (["step_taken", "step_skipped"], NOON + seconds(70))


# --- The desk ------------------------------------------------------------------------------------------------------


def test_a_desk_at_which_nobody_sits_is_passed_over_at_once_and_sounds_all_the_same() -> None:
    quiet = replace(opened(policy((0, "desk"), (60, "contacts"))), sounding=False)
    outcome = escalate(quiet, Reachable(contacts=(person("李"),), desk_manned=False), NOON)
    assert (_codes(outcome), _because(outcome), _told(outcome)) == (
        ["step_skipped", "step_taken"],
        ["unmanned"],
        ["李"],
    )
    assert outcome.incident.sounding


def test_when_the_desk_is_the_last_step_and_nobody_sits_there_the_step_before_recurs() -> None:
    unmanned = Reachable(contacts=(person("李"),), desk_manned=False)
    outcomes = _tries(opened(policy((10, "contacts"), (60, "desk"), then_every_s=30)), unmanned, 4)
    assert [_told(outcome) for outcome in outcomes] == [["李"]] * 4


def test_a_ladder_of_the_desk_alone_at_which_nobody_sits_reaches_nobody() -> None:
    outcome = escalate(opened(policy((0, "desk"))), Reachable(desk_manned=False, leader=_member("leader")), NOON)
    assert _told(outcome) == ["leader"]


# --- Nobody at all -------------------------------------------------------------------------------------------------


def test_when_no_step_reaches_anybody_whoever_is_in_charge_is_told() -> None:
    in_charge = Reachable(
        supervisor=_member("supervisor", "10000000001"),
        leader=_member("leader", "10000000002"),
        fallback=_member("admin", "10000000003"),
    )
    outcome = escalate(opened(policy((10, "contacts"), (60, "helpers"))), in_charge, NOON + seconds(10))
    assert _told(outcome) == ["supervisor", "leader"]
    assert _codes(outcome) == ["step_skipped", "step_skipped", "ladder_empty", "fallback_told"]
    (report,) = [duty for duty in outcome.duties if isinstance(duty, ReportLadderEmpty)]
    assert (report.explanation.code, report.nobody) == ("ladder_empty", False)
    assert report.explanation.params == {"policy": "test"}
    assert outcome.incident.due_at == NOON + seconds(10 + 300)
    assert {duty.target for duty in outcome.duties if isinstance(duty, Notify)} == {"fallback"}
    told = next(duty for duty in outcome.duties if isinstance(duty, Record) and duty.code == "fallback_told")
    assert told.params == {"step": 1, "round": 1, "target": "fallback", "people": "supervisor、leader"}


def test_where_nobody_is_in_charge_the_administrators_are_told() -> None:
    alone = Reachable(leader=_member("leader", None), fallback=_member("admin"))
    assert _told(escalate(opened(policy((10, "contacts"))), alone, NOON + seconds(10))) == ["admin"]


def test_if_truly_nobody_has_a_number_the_desk_sounds_and_the_worst_is_reported() -> None:
    quiet = replace(opened(policy((10, "contacts"))), sounding=False)
    outcome = escalate(quiet, Reachable(fallback=_member("admin", "无")), NOON + seconds(10))
    assert _codes(outcome) == ["step_skipped", "ladder_empty", "nobody_reachable"]
    (report,) = [duty for duty in outcome.duties if isinstance(duty, ReportLadderEmpty)]
    assert (report.explanation.code, report.nobody) == ("nobody_reachable", True)
    assert outcome.incident.sounding


def test_an_empty_ladder_is_tried_again_and_each_try_is_a_message_of_its_own() -> None:
    only_admin = Reachable(fallback=_member("admin"))
    outcomes = _tries(opened(policy((10, "contacts"), then_every_s=30)), only_admin, 3)
    keys = [duty.dedup_key for outcome in outcomes for duty in outcome.duties if isinstance(duty, Notify)]
    assert len(set(keys)) == 3
    assert [outcome.incident.ladder.empty_tries for outcome in outcomes] == [1, 2, 3]
    assert [_codes(outcome).count("step_skipped") for outcome in outcomes] == [1, 0, 0]  # why it is empty is said once


def test_a_ladder_that_is_empty_again_after_it_reached_somebody_tells_those_in_charge_again() -> None:
    fallback, helpers = _only("fallback", _member("admin")), _only("helpers", _member("helper", "10000000008"))
    incident, told = opened(policy((0, "helpers"))), []
    for reachable in (fallback, helpers, fallback):
        outcome = escalate(incident, reachable, NOON)
        told += [(duty.person.name, duty.dedup_key) for duty in outcome.duties if isinstance(duty, Notify)]
        incident = outcome.incident
    assert [name for name, _ in told] == ["admin", "helper", "admin"]
    assert told[0] != told[2], "the second message would be taken for the first"


def test_whoever_comes_meanwhile_is_told_by_the_step_that_was_due() -> None:
    incident = opened(policy((10, "helpers"), (60, "contacts"), then_every_s=30))
    waiting = _tries(incident, Reachable(), 2)[1].incident
    outcome = escalate(waiting, Reachable(helpers=_member("村"), contacts=(person("李"),)), NOON + seconds(70))
    assert (_told(outcome), outcome.incident.due_at) == (["村"], NOON + seconds(130))
    assert ClearLadderEmpty() in outcome.duties
    following = _tries(outcome.incident, Reachable(helpers=_member("村"), contacts=(person("李"),)), 1)[0]
    assert ClearLadderEmpty() not in following.duties  # said once


def test_beside_a_leader_that_reaches_nobody_either_each_tells_those_in_charge() -> None:
    leader = LinkedIncident(
        id="s",
        kind=IncidentKind.SOS,
        severity=Severity.CRITICAL,
        opened_at=NOON,
        tells=("contacts",),
        due_at=NOON + seconds(10),
    )
    milder = replace(opened(policy((10, "contacts"))), severity=Severity.LOW)
    outcome = escalate(milder, Reachable(leader=_member("leader")), NOON + seconds(10), (leader,))
    assert _told(outcome) == ["leader"]


def test_a_follower_that_reaches_nobody_leaves_those_in_charge_to_its_leader() -> None:
    leader = LinkedIncident(
        id="s",
        kind=IncidentKind.SOS,
        severity=Severity.CRITICAL,
        opened_at=NOON,
        tells=("leader",),
        due_at=NOON + seconds(10),
    )
    milder = replace(opened(policy((10, "contacts"))), severity=Severity.LOW)
    outcome = escalate(milder, Reachable(leader=_member("leader")), NOON + seconds(10), (leader,))
    assert _told(outcome) == []
    assert _codes(outcome) == ["step_skipped", "ladder_empty"]
    assert not any(isinstance(duty, ReportLadderEmpty) and duty.nobody for duty in outcome.duties)
