"""Bundling: a telephone that is told of many at once gets a few texts, the first of them at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.stations.bundling import PAUSE_FIRST, PAUSE_LONGEST, SINGLY_MAX, WITHIN, plan_texts, tells_many
from hub.stations.outbox_store import Claimable, LeftText

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def waiting(kind: IncidentKind = IncidentKind.SOS, incident_id: UUID | None = None, **changes: Any) -> Claimable:
    fields: dict[str, Any] = {
        "attempt_id": uuid4(),
        "channel": "sms",
        "notification_id": uuid4(),
        "incident_id": incident_id or uuid4(),
        "division_id": "990101001001",
        "destination": "10000000001",
        "number": "10000000001",
        "severity": Severity.CRITICAL if kind is IncidentKind.SOS else Severity.MEDIUM,
        "answers": False,
        "text": None,
        "kind": kind,
        "subject_type": "recipient",
        "code": 123,
        "opened_at": NOW,
        "name": None,
        "sex": None,
        "birth_date": None,
        "group_name": None,
        "timezone": "Asia/Shanghai",
        "village": None,
        "occurred_at": None,
        "call_unanswered": False,
        "told_of_another": False,
    }
    return Claimable(**{**fields, **changes})


def left(seconds_ago: float, kind: IncidentKind = IncidentKind.SOS, incident_id: UUID | None = None) -> LeftText:
    severity = Severity.CRITICAL if kind is IncidentKind.SOS else Severity.MEDIUM
    at = NOW - timedelta(seconds=seconds_ago)
    return LeftText(incident_id=incident_id or uuid4(), kind=kind, severity=severity, at=at)


def presses(count: int) -> list[Claimable]:
    return [waiting() for _ in range(count)]


def test_forty_at_once_are_three_texts_and_one_that_tells_of_the_rest_and_none_waits() -> None:
    forty = presses(40)
    plan = plan_texts(forty, [], NOW)
    assert (len(plan.singly), len(plan.together), plan.from_at) == (SINGLY_MAX, 37, NOW)
    assert {row.attempt_id for row in plan.singly + plan.together} == {row.attempt_id for row in forty}


def test_a_few_incidents_are_told_singly() -> None:
    assert plan_texts(presses(3), [], NOW).together == ()
    assert plan_texts(presses(1), [left(50), left(40)], NOW).together == ()


def test_the_gravest_are_told_singly_and_lead_what_is_told_together() -> None:
    beds = [waiting(IncidentKind.BED) for _ in range(5)]
    falls = [waiting(IncidentKind.FALL, severity=Severity.HIGH) for _ in range(4)]
    plan = plan_texts([*beds, *falls], [], NOW)
    assert [row.kind for row in plan.singly] == [IncidentKind.FALL] * 3
    assert [row.kind for row in plan.together] == [IncidentKind.FALL] + [IncidentKind.BED] * 5


def test_a_press_never_waits_behind_what_is_less_grave() -> None:
    beds_told = [left(seconds, IncidentKind.BED) for seconds in range(1, 20)]
    assert plan_texts(presses(3), beds_told, NOW).together == ()
    fourth = plan_texts(presses(4), beds_told, NOW)
    assert (len(fourth.singly), fourth.from_at) == (3, NOW)


def test_texts_about_the_same_incident_are_never_held_back() -> None:
    incident_id = uuid4()
    told = [left(seconds, incident_id=incident_id) for seconds in range(2, 60, 2)]
    assert plan_texts([waiting(incident_id=incident_id)], told, NOW).together == ()
    assert not tells_many({incident_id}, told)


def test_the_pauses_between_texts_that_tell_of_many_grow_and_end() -> None:
    told = [left(30), left(20), left(10)]
    pauses = []
    for _ in range(5):
        plan = plan_texts(presses(1), told, NOW)
        assert plan.from_at is not None
        pauses.append(plan.from_at - told[-1].at)
        told.append(left(1))
    assert pauses[0] == NOW - (NOW - timedelta(seconds=10)), "the first goes at once"
    assert pauses[1:] == [PAUSE_FIRST, 2 * PAUSE_FIRST, PAUSE_LONGEST, PAUSE_LONGEST]


def test_after_a_minute_everything_is_told_singly_again() -> None:
    told = [left(WITHIN.total_seconds() + seconds) for seconds in range(30)]
    assert plan_texts(presses(3), told, NOW).together == ()


_kinds = st.sampled_from([IncidentKind.SOS, IncidentKind.FALL, IncidentKind.BED])


@settings(max_examples=60, deadline=None)
@given(st.lists(_kinds, max_size=30), st.lists(st.tuples(st.integers(0, 90), _kinds), max_size=30))
def test_whatever_was_told_nothing_is_lost_and_nothing_waits_long(
    kinds: Sequence[IncidentKind], told: Sequence[tuple[int, IncidentKind]]
) -> None:
    rows = [waiting(kind) for kind in kinds]
    history = sorted((left(ago, kind) for ago, kind in told), key=lambda text: text.at)
    plan = plan_texts(rows, history, NOW)
    assert sorted(row.attempt_id for row in plan.singly + plan.together) == sorted(row.attempt_id for row in rows)
    assert len(plan.singly) <= 2 * SINGLY_MAX
    if plan.together:
        assert plan.from_at is not None
        assert plan.from_at <= NOW + PAUSE_LONGEST
