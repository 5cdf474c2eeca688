"""Shelving: a nuisance can be set aside for a while, a cry for help never."""

from datetime import timedelta

import pytest

from alerts.decisions import HoldAlert, RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from alerts.storms.shelving import (
    LONGEST,
    LONGEST_FOR_OPERATOR,
    NotShelvableError,
    Shelf,
    Shelvable,
    check_shelving,
    shelf_for,
    shelvable_as,
)
from tests.alerts.worlds import NOON, RECIPIENT

OTHER = Subject(type=SubjectType.RECIPIENT, id="recipient-2")
HOUR = timedelta(hours=1)


def raised(kind: IncidentKind, code: str = "x", device_id: str | None = "device-1") -> RaiseAlert:
    return RaiseAlert(kind=kind, severity=Severity.HIGH, explanation=Explanation(code=code), device_id=device_id)


def suspected() -> HoldAlert:
    return HoldAlert(
        kind=IncidentKind.FALL,
        severity=Severity.HIGH,
        explanation=Explanation(code="fall_suspected"),
        due_at=NOON,
        device_id="device-1",
    )


def everything_of(device_id: str | None = "device-1", subject: Subject | None = None) -> Shelf:
    """A shelf of all there is, as nobody but a mistake of ours could make it."""
    return Shelf(id="s", subject=subject, device_id=device_id, kinds=frozenset(Shelvable), until_at=NOON + HOUR)


@pytest.mark.parametrize(
    "finding",
    [
        raised(IncidentKind.SOS),
        raised(IncidentKind.FALL, "fall_confirmed"),
        raised(IncidentKind.FALL, "fall_seen_twice"),
        raised(IncidentKind.FALL, "fall_with_sos"),
        raised(IncidentKind.FALL, "fall_not_recovered"),
        raised(IncidentKind.UNREADABLE_EVENT),
        raised(IncidentKind.PHONE_REPORT),
        raised(IncidentKind.HUB_PROBE),
    ],
)
def test_a_cry_for_help_cannot_be_set_aside_whatever_is_on_the_shelf(finding: RaiseAlert) -> None:
    assert shelvable_as(finding) is None
    assert shelf_for([everything_of(), everything_of(None, RECIPIENT)], RECIPIENT, finding, NOON) is None


def test_every_kind_of_incident_is_either_shelvable_or_always_goes_to_the_desk() -> None:
    shelvable = {kind for kind in IncidentKind if shelvable_as(raised(kind)) is not None}
    assert shelvable == {IncidentKind.INACTIVITY, IncidentKind.VITALS, IncidentKind.BED, IncidentKind.WANDERING}


def test_a_suspicion_of_a_fall_can_be_set_aside() -> None:
    assert shelf_for([everything_of()], RECIPIENT, suspected(), NOON) is not None


def test_a_shelf_of_a_device_holds_back_what_this_device_saw_and_nothing_else() -> None:
    shelf = everything_of("device-1")
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED), NOON) is shelf
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED, device_id="device-2"), NOON) is None
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED, device_id=None), NOON) is None


def test_a_shelf_of_a_person_holds_back_what_any_device_saw_of_them() -> None:
    shelf = everything_of(None, RECIPIENT)
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED, device_id=None), NOON) is shelf
    assert shelf_for([shelf], OTHER, raised(IncidentKind.BED), NOON) is None


def test_a_shelf_holds_back_only_its_kinds_and_only_until_its_end() -> None:
    shelf = Shelf(id="s", subject=None, device_id="device-1", kinds=frozenset({Shelvable.BED}), until_at=NOON + HOUR)
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.INACTIVITY), NOON) is None
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED), NOON + HOUR) is None
    assert shelf_for([shelf], RECIPIENT, raised(IncidentKind.BED), NOON + HOUR - timedelta(microseconds=1)) is shelf


def refusal(
    until: timedelta, *, by_supervisor: bool = False, kinds: frozenset[Shelvable] = frozenset(Shelvable)
) -> str:
    try:
        check_shelving(kinds, NOON + until, NOON, by_supervisor=by_supervisor)
    except NotShelvableError as error:
        return error.code
    return ""


def test_an_operator_sets_aside_for_an_hour_and_a_supervisor_for_a_day() -> None:
    moment = timedelta(microseconds=1)
    assert refusal(LONGEST_FOR_OPERATOR) == ""
    assert refusal(LONGEST_FOR_OPERATOR + moment) == "needs_supervisor"
    assert refusal(LONGEST, by_supervisor=True) == ""
    assert refusal(LONGEST + moment, by_supervisor=True) == "longer_than_a_day"


def test_a_shelf_needs_a_future_and_something_on_it() -> None:
    assert refusal(timedelta(0)) == "already_over"
    assert refusal(HOUR, kinds=frozenset()) == "nothing_to_shelve"
