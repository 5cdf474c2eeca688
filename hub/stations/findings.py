"""Findings: what the core found becomes incidents, items and follow-ups, in the transaction it was found in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from alerts.decisions import (
    ClearAlerts,
    ClearMaintenance,
    EndMode,
    Finding,
    HoldAlert,
    RaiseAlert,
    ReportMaintenance,
    RequestFollowUp,
)
from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.stations import incidents
from hub.stations.records import AckMessage, AlertRequest, FollowUpRequest, MaintenanceReport
from hub.stations.shelving import set_aside
from hub.stations.store import IncidentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What findings follow from: a device event with its own id and wish to be answered, a reading, or only time."""

    subject: Subject
    division_id: str
    occurred_at: datetime
    received_at: datetime
    device_event_id: UUID | None = None
    event_id: str | None = None  #: The device's own.
    test: bool = False
    wants_ack: bool = False

    @property
    def recipient_id(self) -> UUID | None:
        """The person, if it is one."""
        return UUID(self.subject.id) if self.subject.type is SubjectType.RECIPIENT else None


async def carry_out(store: IncidentStore, cause: Cause, findings: Iterable[Finding], now: datetime) -> None:
    """Do what was found, in its order."""
    for finding in findings:
        await _carry_out(store, cause, finding, now)


async def _carry_out(store: IncidentStore, cause: Cause, finding: Finding, now: datetime) -> None:
    match finding:
        case RaiseAlert():
            await _raise(store, cause, finding, now)
        case HoldAlert():
            suspected = RaiseAlert(
                kind=finding.kind,
                severity=finding.severity,
                explanation=finding.explanation,
                device_id=finding.device_id,
            )
            request = _request(cause, suspected)
            if not await set_aside(store, request, finding, now):
                await incidents.hold(store, request, finding.due_at)
        case ClearAlerts():
            await store.clear_shelved(cause.subject, finding.kind, now)
            await incidents.clear(store, cause.subject, finding.kind, finding.explanation, now)
        case ReportMaintenance():
            await store.report_maintenance(
                MaintenanceReport(
                    kind=finding.kind,
                    division_id=cause.division_id,
                    device_id=_uuid(finding.device_id),
                    recipient_id=cause.recipient_id,
                    explanation=finding.explanation,
                    momentary=finding.momentary,
                ),
                now,
            )
        case ClearMaintenance():
            owner_id = _uuid(finding.device_id) or cause.recipient_id
            await store.clear_maintenance(finding.kind, owner_id, now)
        case RequestFollowUp():
            await store.request_follow_up(
                FollowUpRequest(
                    finding=finding,
                    division_id=cause.division_id,
                    recipient_id=cause.recipient_id,
                    device_id=_uuid(finding.device_id),
                ),
                now,
            )
        case EndMode(span=span, explanation=why) if cause.recipient_id is not None:
            await store.end_mode(cause.recipient_id, span, why, now)
        case EndMode():
            pass  # a device that nobody has is in no mode
        case _:
            assert_never(finding)


async def _raise(store: IncidentStore, cause: Cause, finding: RaiseAlert, now: datetime) -> None:
    request = _request(cause, finding)
    if await set_aside(store, request, finding, now):
        return
    opened = await incidents.open_or_join(store, request, now)
    device_id = _uuid(finding.device_id)
    if opened.stage is None or not cause.wants_ack or device_id is None or cause.device_event_id is None:
        return
    ref = cause.event_id or str(cause.device_event_id)
    ack = AckMessage(device_id=device_id, division_id=cause.division_id, event_ref=ref, stage=opened.stage)
    await store.tell_devices([ack], now)


def _request(cause: Cause, alert: RaiseAlert) -> AlertRequest:
    return AlertRequest(
        division_id=cause.division_id,
        subject=cause.subject,
        recipient_id=cause.recipient_id,
        alert=alert,
        occurred_at=cause.occurred_at,
        received_at=cause.received_at,
        device_id=_uuid(alert.device_id),
        device_event_id=cause.device_event_id,
        event_id=cause.event_id,
        test=cause.test,
        wants_ack=cause.wants_ack,
    )


def _uuid(device_id: str | None) -> UUID | None:
    return None if device_id is None else UUID(device_id)
