"""Storms: what came because of one thing is shown together, grows in peace, and hides nobody."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.kinds import IncidentKind
from alerts.storms.groups import (
    MEMBERS_MIN,
    NEARER_WITHIN,
    TAKEN_SINGLY,
    WITHIN,
    Cause,
    Group,
    Member,
    explain_group,
    gather,
)
from tests.alerts.worlds import NOON, seconds

#: Long after all have waited for what is nearer.
LATER = NOON + seconds(86_400)
COUNTY, WILLOW, POPLAR = "990101000000", "990101001001", "990101001002"
_numbers = count()


def member(at_s: float = 0, **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "incident_id": f"incident-{next(_numbers):05}",
        "kind": IncidentKind.INACTIVITY,
        "opened_at": NOON + seconds(at_s),
        "county_id": COUNTY,
    }
    return Member(**{**fields, **changes})


def members(number: int, *, every_s: float = 10, **changes: Any) -> list[Member]:
    return [member(every_s * index, **changes) for index in range(number)]


def ids(some: Iterable[Member]) -> set[str]:
    return {one.incident_id for one in some}


def test_three_of_one_village_within_minutes_are_a_group_and_two_are_none() -> None:
    assert gather([], members(2, village_id=WILLOW), LATER) == ()
    together = members(3, village_id=WILLOW)
    [group] = gather([], together, LATER)
    assert (group.cause, group.key) == (Cause.VILLAGE, WILLOW)
    assert set(group.incident_ids) == ids(together)


def test_what_comes_further_apart_than_minutes_has_nothing_to_do_with_each_other() -> None:
    apart = WITHIN.total_seconds() + 1
    assert gather([], members(6, every_s=apart, village_id=WILLOW), LATER) == ()
    assert len(gather([], members(6, every_s=apart - 2, village_id=WILLOW), LATER)) == 1


def test_two_villages_at_once_are_two_groups() -> None:
    groups = gather([], members(4, village_id=WILLOW) + members(3, village_id=POPLAR), LATER)
    assert {(group.key, len(group.incident_ids)) for group in groups} == {(WILLOW, 4), (POPLAR, 3)}


def test_the_nearest_thing_explains_first_and_nobody_is_in_two_groups() -> None:
    behind = members(3, village_id=WILLOW, gateway_id="gateway-1")
    others = members(3, village_id=WILLOW)
    groups = {group.cause: set(group.incident_ids) for group in gather([], behind + others, LATER)}
    assert groups == {Cause.GATEWAY: ids(behind), Cause.VILLAGE: ids(others)}


@pytest.mark.parametrize("cause", list(Cause))
def test_each_cause_needs_as_many_as_chance_does_not_explain(cause: Cause) -> None:
    fields: dict[Cause, dict[str, Any]] = {
        Cause.GATEWAY: {"gateway_id": "gateway-1"},
        Cause.VILLAGE: {"village_id": WILLOW},
        Cause.SOURCE: {"source": "vendor-cloud"},
        Cause.MODEL: {"model": "K9"},
        Cause.DIVISION: {"division_id": COUNTY},
        Cause.KIND: {},
    }
    enough = MEMBERS_MIN[cause]
    [group] = gather([], members(enough, **fields[cause]), LATER)
    assert group.cause is cause
    assert gather([], members(enough - 1, **fields[cause]), LATER) == ()


def test_a_village_is_not_lost_to_a_flood_of_the_whole_county() -> None:
    [flood] = gather([], members(10), LATER)
    assert flood.cause is Cause.KIND
    here = [member(100 + index, village_id=WILLOW) for index in range(3)]
    assert gather([flood], here[:1], NOON + seconds(101)) == (), "two neighbours may follow"
    [village] = gather([flood], here, NOON + seconds(103))
    assert (village.cause, set(village.incident_ids)) == (Cause.VILLAGE, ids(here))
    alone_s = 100 + NEARER_WITHIN.total_seconds()
    [grown] = gather([flood], here[:1], NOON + seconds(alone_s))
    assert grown.id == flood.id, "nobody followed: it is one of the flood"


def test_the_same_kind_in_two_counties_is_no_common_cause() -> None:
    assert gather([], members(9) + members(9, county_id="990102000000"), LATER) == ()


def test_a_group_grows_and_keeps_its_id() -> None:
    [group] = gather([], members(3, village_id=WILLOW), LATER)
    later = member(100, village_id=WILLOW)
    [grown] = gather([group], [later], LATER)
    assert grown.id == group.id
    assert grown.incident_ids == (*group.incident_ids, later.incident_id)
    assert grown.last_at == later.opened_at
    too_late = member(100 + WITHIN.total_seconds() + 1, village_id=WILLOW)
    assert gather([grown], [too_late], LATER) == ()


def test_the_same_members_give_the_same_id_in_whatever_order_they_are_read() -> None:
    some = members(8, village_id=WILLOW)
    shuffled = list(some)
    Random(1).shuffle(shuffled)
    assert gather([], shuffled, LATER) == gather([], some, LATER)
    [other] = gather([], members(8, village_id=WILLOW), LATER)
    assert other.id != gather([], some, LATER)[0].id


def test_a_village_that_had_a_storm_this_morning_begins_a_new_one() -> None:
    [morning] = gather([], members(3, village_id=WILLOW), LATER)
    evening = [member(36_000 + index, village_id=WILLOW) for index in range(3)]
    [group] = gather([morning], evening, LATER)
    assert group.id != morning.id
    assert set(group.incident_ids) == ids(evening)


def test_a_press_a_fall_and_what_nobody_can_read_are_taken_singly() -> None:
    assert {IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT} == TAKEN_SINGLY


def test_the_reason_says_how_many_within_what_time_and_by_what() -> None:
    [group] = gather([], members(12, source="vendor-cloud"), LATER)
    reason = explain_group(group.cause, group.key, count=12, spread=seconds(200), place=None)
    assert reason.code == "group_source"
    assert reason.params == {"count": 12, "within_min": 4, "source": "vendor-cloud"}
    village = explain_group(Cause.VILLAGE, WILLOW, count=3, spread=seconds(0), place="柳村")
    assert village.params == {"count": 3, "within_min": 1, "village": WILLOW, "place": "柳村"}


_some = st.builds(
    member,
    st.integers(0, 3000),
    kind=st.sampled_from(IncidentKind),
    village_id=st.sampled_from([None, WILLOW, POPLAR]),
    gateway_id=st.sampled_from([None, "gateway-1", "gateway-2"]),
    source=st.sampled_from([None, "vendor-cloud"]),
    model=st.sampled_from([None, "K9"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_some, max_size=40))
def test_told_one_by_one_nobody_is_in_two_groups_and_no_group_is_ever_smaller(some: list[Member]) -> None:
    standing: dict[str, Group] = {}
    loose: dict[str, Member] = {}
    for newcomer in sorted(some, key=lambda one: (one.opened_at, one.incident_id)):
        loose[newcomer.incident_id] = newcomer
        for group in gather(list(standing.values()), loose.values(), newcomer.opened_at):
            assert set(group.incident_ids) >= set(standing[group.id].incident_ids if group.id in standing else ())
            standing[group.id] = group
            for incident_id in group.incident_ids:
                loose.pop(incident_id, None)
    grouped = [incident_id for group in standing.values() for incident_id in group.incident_ids]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) | set(loose) == ids(some)
    _check_each_group_has_one_cause(standing.values(), {one.incident_id: one for one in some})


def _check_each_group_has_one_cause(groups: Iterable[Group], by_id: dict[str, Member]) -> None:
    for group in groups:
        assert len(group.incident_ids) >= MEMBERS_MIN[group.cause]
        times: list[datetime] = sorted(by_id[incident_id].opened_at for incident_id in group.incident_ids)
        assert (group.began_at, group.last_at) == (times[0], times[-1])
        assert all(later - earlier <= WITHIN for earlier, later in pairwise(times))
