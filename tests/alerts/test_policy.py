"""Policies: which one an incident is escalated by, and what no ladder can follow."""

from dataclasses import replace
from itertools import permutations

import pytest

from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy, PolicyRule, Step, Target, choose_policy
from tests.alerts.worlds import policy, seconds


def test_the_narrowest_policy_is_chosen_and_the_default_one_otherwise() -> None:
    county = PolicyRule(policy=policy((1, "desk")), kinds=frozenset({"sos"}), division_prefix="990101")
    village = PolicyRule(policy=policy((2, "desk")), division_prefix="990101001001")
    rules = (county, village)
    assert choose_policy(rules, kind="sos", severity="critical", division_id="990101001001") is village.policy
    assert choose_policy(rules, kind="sos", severity="critical", division_id="990101002001") is county.policy
    assert choose_policy(rules, kind="fall", severity="high", division_id="990101002001") is DEFAULT_POLICY


@pytest.mark.parametrize(
    "wrong",
    [{"steps": ()}, {"repeat": -1}, {"then_every": seconds(0)}, {"ack_timeout": seconds(0.1)}],
)
def test_a_policy_no_ladder_can_follow_is_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {
        "name": "x",
        "steps": (Step(after=seconds(1), notify="desk"),),
        "repeat": 0,
        "then_every": seconds(60),
        "ack_timeout": seconds(60),
    }
    with pytest.raises(ValueError, match=r"policy|least"):
        EscalationPolicy(**{**good, **wrong})  # type: ignore[arg-type]


def _named(name: str, **conditions: object) -> PolicyRule:
    return PolicyRule(policy=replace(policy((1, "desk")), name=name), **conditions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ([_named("place", division_prefix="990101001"), _named("kind", kinds=frozenset({"sos"}))], "place"),
        ([_named("severity", severities=frozenset({"high"})), _named("kind", kinds=frozenset({"sos"}))], "kind"),
        ([_named("severity", severities=frozenset({"high"})), _named("always")], "severity"),
        ([_named("two", kinds=frozenset({"sos", "fall"})), _named("one", kinds=frozenset({"sos"}))], "one"),
        ([_named("a", severities=frozenset({"high"})), _named("b", severities=frozenset({"high", "low"}))], "a"),
        ([_named("b"), _named("a"), _named("c")], "a"),
        ([_named("fall", kinds=frozenset({"fall"})), _named("low", severities=frozenset({"low"}))], "default"),
        ([_named("elsewhere", division_prefix="990102")], "default"),
    ],
)
def test_of_the_policies_that_apply_the_most_precise_one_is_chosen_in_whatever_order_they_come(
    rules: list[PolicyRule], chosen: str
) -> None:
    for order in permutations(rules):
        found = choose_policy(order, kind="sos", severity="high", division_id="990101001001")
        assert found.name == chosen


def test_what_a_step_says_is_a_role_or_a_number() -> None:
    assert Step(after=seconds(0), notify="leader").target is Target.LEADER
    assert Step(after=seconds(0), notify="10000000001").target == "number"


def test_the_built_in_ladder_reaches_whom_the_design_names_in_its_order() -> None:
    assert [step.notify for step in DEFAULT_POLICY.steps] == [
        "desk",
        "next_contact",
        "contacts",
        "helpers",
        "township",
        "leader",
    ]
    assert DEFAULT_POLICY.version == 0
