"""The order of need: who is looked at first when there are more incidents than hands."""

from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.incidents import IncidentState
from alerts.incidents.need import TAKEN_WITHIN, Need, by_need, need_key, overdue_s
from alerts.severity import Severity
from tests.alerts.worlds import NOON, seconds


def need(name: str, *, age_s: float = 0, due_s: float = 60, **changes: Any) -> Need:
    fields: dict[str, Any] = {
        "state": IncidentState.OPEN,
        "severity": Severity.HIGH,
        "opened_at": NOON - seconds(age_s),
        "due_at": NOON + seconds(due_s),
    }
    return Need(id=name, **{**fields, **changes})


HELD: dict[str, Any] = {"state": IncidentState.ACKNOWLEDGED}


def names(*needs: Need) -> list[str]:
    """The order in which they come, whatever the order in which they are given."""
    orders = {tuple(one.id for one in by_need(given_order, NOON)) for given_order in permutations(needs)}
    assert len(orders) == 1
    return list(orders.pop())


def test_what_nobody_has_comes_before_what_somebody_has_however_grave() -> None:
    taken = need("taken", severity=Severity.CRITICAL, age_s=600, **HELD)
    assert names(taken, need("untaken", severity=Severity.LOW)) == ["untaken", "taken"]


def test_the_graver_comes_before_the_older() -> None:
    grave = need("grave", severity=Severity.CRITICAL)
    assert names(need("old", severity=Severity.HIGH, age_s=86_400), grave) == ["grave", "old"]


def test_what_is_furthest_past_its_clock_comes_first_and_then_the_oldest() -> None:
    limit_s = TAKEN_WITHIN[Severity.HIGH].total_seconds()
    late, later = need("late", age_s=limit_s + 5), need("later", age_s=limit_s + 50)
    young, old = need("young", age_s=10), need("old", age_s=20)
    assert names(late, later, young, old) == ["later", "late", "old", "young"]


def test_of_two_that_are_held_the_one_whose_holder_lets_its_deadline_pass_comes_first() -> None:
    old = need("old", age_s=900, due_s=30, **HELD)
    forgotten = need("forgotten", age_s=100, due_s=-3, **HELD)
    assert names(old, forgotten) == ["forgotten", "old"]
    assert overdue_s(forgotten, NOON) == 3


def test_an_alarm_is_past_its_clock_after_a_minute() -> None:
    press = need("press", severity=Severity.CRITICAL, age_s=59)
    assert overdue_s(press, NOON) == 0
    assert overdue_s(press, NOON + timedelta(seconds=2)) == 1


def test_what_is_closed_comes_after_all() -> None:
    closed = need("closed", state=IncidentState.CLOSED, severity=Severity.CRITICAL, due_at=None)
    assert names(closed, need("held", severity=Severity.LOW, **HELD)) == ["held", "closed"]


needs = st.builds(
    need,
    st.uuids().map(str),
    age_s=st.integers(0, 100_000),
    due_s=st.integers(-1000, 1000),
    state=st.sampled_from(IncidentState),
    severity=st.sampled_from(Severity),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(needs, unique_by=lambda one: one.id))
def test_every_incident_has_one_place_and_none_falls_out(some: list[Need]) -> None:
    ordered = by_need(some, NOON)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in some)
    keys = [need_key(one, NOON) for one in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
