"""What each sort of event raises, and why the others raise nothing: as the core says, not as a second list says."""

from datetime import timedelta
from itertools import product

import pytest

from alerts.observations import EventKind
from hub.verify.judging import Sort, check_judged, check_raised, expect
from hub.verify.sentences import SENTENCES
from tests.hub.ingest.worlds import NOW


def a_sort(event: str, kinds: tuple[str, ...], *, test: bool = False, doubled: bool = False) -> Sort:
    """Three events alike."""
    return Sort(event=event, test=test, historical=False, kinds=kinds, doubled=doubled, count=3, examples=("e",))


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        ("sos_pressed", {"sos"}),
        ("fall_suspected", {"fall"}),
        ("fall_confirmed", {"fall"}),
        ("bed_absence", {"bed"}),
        ("motion", set()),
    ],
)
def test_the_core_is_asked_what_an_event_raises(event: str, kinds: set[str]) -> None:
    assert expect(EventKind(event), test=False, historical=False)[0] == kinds


def test_a_press_raises_whatever_its_age_and_a_bed_only_now() -> None:
    assert expect(EventKind.SOS_PRESSED, test=False, historical=True)[0] == {"sos"}
    assert expect(EventKind.BED_ABSENCE, test=False, historical=True) == (frozenset(), "only_history")


def test_every_sort_that_raises_nothing_has_its_reason() -> None:
    for event, test, historical in product(EventKind, (False, True), (False, True)):
        kinds, why_none = expect(event, test=test, historical=historical)
        assert bool(kinds) is (why_none == "")
        assert kinds or SENTENCES[why_none].explained


@pytest.mark.parametrize(
    ("sort", "codes"),
    [
        (a_sort("sos_pressed", ("sos",)), []),
        (a_sort("sos_pressed", ("fall", "sos")), []),
        (a_sort("sos_pressed", ()), ["alert_missing"]),
        (a_sort("sos_pressed", ("sos",), doubled=True), ["alert_doubled"]),
        (a_sort("sos_pressed", (), test=True), ["only_a_test"]),
        (a_sort("motion", ("sos",)), ["alert_unexpected"]),
        (a_sort("motion", ()), ["raises_none"]),
        (a_sort("service_requested", ()), ["asks_for_follow_up"]),
        (a_sort("tamper", ()), ["concerns_equipment"]),
        (a_sort("sos_cancelled", ()), ["takes_back"]),
    ],
)
def test_an_events_alerts_are_those_of_its_sort(sort: Sort, codes: list[str]) -> None:
    look = check_judged([sort])
    assert [difference.code for difference in look.differences] == codes
    assert look.counted == 3


def test_sorts_with_one_reason_are_one_line() -> None:
    (line,) = check_judged([a_sort("motion", ()), a_sort("motion", ())]).differences
    assert (line.code, line.count) == ("raises_none", 6)


def test_alerts_are_compared_by_hour_and_kind() -> None:
    found = {(NOW, "sos"): 2, (NOW, "fall"): 1}
    there = {(NOW, "sos"): 1, (NOW, "fall"): 1, (NOW + timedelta(hours=1), "bed"): 1}
    assert [(one.code, one.count) for one in check_raised(found, there).differences] == [
        ("alerts_missing", 1),
        ("alerts_undecided", 1),
    ]
