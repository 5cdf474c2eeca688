"""What each device event means."""

from dataclasses import replace

import pytest

from alerts.decisions import ClearAlerts, ClearMaintenance, Finding, RaiseAlert, ReportMaintenance, RequestFollowUp
from alerts.engine import begin, judge_event
from alerts.kinds import FollowUpKind, IncidentKind, MaintenanceKind, SubjectType
from alerts.observations import DeviceEvent, EventKind, Subject
from alerts.severity import Severity
from tests.alerts.lives import circumstances
from tests.alerts.worlds import NOON, device_event, seconds


def judge(event: DeviceEvent) -> tuple[Finding, ...]:
    """What an event means to somebody of whom nothing else is known."""
    life = circumstances(event.received_at)
    return judge_event(begin(life, event.received_at), event, life, event.received_at).findings


def test_a_press_is_a_critical_alert() -> None:
    (finding,) = judge(device_event(EventKind.SOS_PRESSED))
    assert isinstance(finding, RaiseAlert)
    assert (finding.kind, finding.severity, finding.late) == (IncidentKind.SOS, Severity.CRITICAL, False)


def test_a_press_of_any_age_is_an_alert_and_an_old_one_is_marked_late() -> None:
    old = device_event(EventKind.SOS_PRESSED, occurred_at=NOON - seconds(7200), historical=True)
    (finding,) = judge(old)
    assert isinstance(finding, RaiseAlert)
    assert finding.late
    assert finding.explanation.params["delay_s"] == 7200


def test_a_press_of_a_device_nobody_has_says_who_had_it_last() -> None:
    event = device_event(
        EventKind.SOS_PRESSED, subject=Subject(type=SubjectType.DEVICE, id="device-1"), last_wearer_id="recipient-9"
    )
    (finding,) = judge(event)
    assert isinstance(finding, RaiseAlert)
    assert finding.explanation.code == "sos_unassigned_device"
    assert finding.explanation.params["last_wearer_id"] == "recipient-9"


@pytest.mark.parametrize("kind", [EventKind.SOS_PRESSED, EventKind.FALL_SUSPECTED, EventKind.FALL_CONFIRMED])
def test_what_says_it_is_a_test_is_noted_and_troubles_nobody(kind: EventKind) -> None:
    (finding,) = judge(device_event(kind, test=True))
    assert isinstance(finding, ReportMaintenance)
    assert (finding.kind, finding.momentary) == (MaintenanceKind.TEST_PRESS, True)


@pytest.mark.parametrize(
    ("kind", "incident"),
    [(EventKind.SOS_CANCELLED, IncidentKind.SOS), (EventKind.FALL_CANCELLED, IncidentKind.FALL)],
)
def test_a_cancellation_clears_the_alert_and_closes_nothing(kind: EventKind, incident: IncidentKind) -> None:
    (finding,) = judge(device_event(kind))
    assert isinstance(finding, ClearAlerts)
    assert finding.kind is incident


def test_the_green_key_is_a_call_to_make_and_no_emergency() -> None:
    (finding,) = judge(device_event(EventKind.SERVICE_REQUESTED))
    assert isinstance(finding, RequestFollowUp)
    assert finding.kind is FollowUpKind.SERVICE_REQUESTED


def test_a_fault_opens_an_item_of_its_kind_and_the_restore_clears_it() -> None:
    (fault,) = judge(device_event(EventKind.LOW_BATTERY))
    (restore,) = judge(device_event(EventKind.BATTERY_OK))
    assert isinstance(fault, ReportMaintenance)
    assert isinstance(restore, ClearMaintenance)
    assert fault.kind is restore.kind is MaintenanceKind.LOW_BATTERY


def test_a_buffered_fault_is_history() -> None:
    assert judge(replace(device_event(EventKind.LOW_BATTERY), historical=True)) == ()


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_of_the_protocol_is_judged_without_complaint(kind: EventKind) -> None:
    assert isinstance(judge(device_event(kind)), tuple)
