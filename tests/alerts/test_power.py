"""A power cut is one thing that happened to a place, and is told from one home's fuse and from dead devices."""

from typing import Any

from alerts.storms.power import PowerCut, Sign, SignKind, find_power_cuts, is_over
from tests.alerts.worlds import NOON, seconds

WILLOW, POPLAR = "990101001001", "990101001002"


def silent(number: int, at_s: float = 0, **changes: Any) -> Sign:
    fields = {
        "kind": SignKind.SILENT,
        "device_id": f"radar-{number}",
        "home": f"home-{number}",
        "place_id": WILLOW,
        "at": NOON + seconds(at_s),
    }
    return Sign(**{**fields, **changes})


def unplugged(number: int, at_s: float = 0, **changes: Any) -> Sign:
    return silent(number, at_s, kind=SignKind.UNPLUGGED, device_id=f"watch-{number}", **changes)


def found(*signs: Sign, powered: int = 0) -> tuple[PowerCut, ...]:
    return find_power_cuts(signs, {WILLOW: powered, POPLAR: powered})


def test_a_village_whose_radars_fall_silent_together_is_without_power_since_the_first() -> None:
    [cut] = found(silent(1, 40), silent(2, 10), silent(3, 200), powered=4)
    assert (cut.place_id, cut.homes, cut.since) == (WILLOW, 3, NOON + seconds(10))
    assert cut.device_ids == {"radar-1", "radar-2", "radar-3"}


def test_one_homes_fuse_is_no_power_cut_however_many_devices_it_has() -> None:
    assert found(*[silent(number, home="home-1") for number in range(9)], powered=9) == ()
    assert found(silent(1), silent(2), powered=2) == ()


def test_three_dead_ones_of_many_are_three_dead_devices() -> None:
    assert found(silent(1), silent(2), silent(3), powered=7) == ()
    assert len(found(silent(1), silent(2), silent(3), powered=6)) == 1


def test_what_falls_silent_over_an_hour_did_not_fall_silent_together() -> None:
    assert found(*[silent(number, 600 * number) for number in range(6)], powered=6) == ()


def test_chargers_that_go_out_within_a_minute_are_one_too_and_people_who_get_up_are_not() -> None:
    [cut] = found(unplugged(1), unplugged(2, 20), unplugged(3, 59), powered=90)
    assert (cut.kind, cut.homes) == (SignKind.UNPLUGGED, 3)
    assert found(unplugged(1), unplugged(2, 50), unplugged(3, 110)) == ()


def test_two_villages_are_two_power_cuts_and_neighbours_do_not_count_for_each_other() -> None:
    here = [silent(number) for number in range(3)]
    there = [silent(number + 3, place_id=POPLAR) for number in range(3)]
    assert {cut.place_id for cut in found(*here, *there)} == {WILLOW, POPLAR}
    assert found(*here[:2], *there[:2]) == ()


def test_a_place_has_one_power_cut_whatever_tells_it() -> None:
    assert len(found(*[silent(number) for number in range(3)], *[unplugged(number) for number in range(3)])) == 1


def test_it_is_over_when_most_are_back() -> None:
    assert not is_over(4, 2)
    assert is_over(4, 1)
    assert not is_over(1, 1)
    assert is_over(0, 0), "its devices are gone from the registry"
