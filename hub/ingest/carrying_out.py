"""Carrying out: what the core found becomes rows, in the transaction of what it was found in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from alerts.decisions import (
    ClearAlerts,
    ClearMaintenance,
    Finding,
    HoldAlert,
    RaiseAlert,
    Record,
    ReportMaintenance,
    RequestFollowUp,
)
from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.storage import follow_ups, incidents, maintenance
from hub.storage.database import Connection
from hub.storage.incidents import AckMessage, AlertRequest


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


async def carry_out(connection: Connection, cause: Cause, findings: Iterable[Finding], now: datetime) -> None:
    """Do what was found, in its order."""
    for finding in findings:
        await _carry_out(connection, cause, finding, now)


async def _carry_out(connection: Connection, cause: Cause, finding: Finding, now: datetime) -> None:
    match finding:
        case RaiseAlert():
            await _raise(connection, cause, finding, now)
        case HoldAlert():
            suspected = RaiseAlert(
                kind=finding.kind,
                severity=finding.severity,
                explanation=finding.explanation,
                device_id=finding.device_id,
            )
            await incidents.hold(connection, _request(cause, suspected), finding.due_at)
        case ClearAlerts():
            record = Record(code=finding.explanation.code, params=finding.explanation.params)
            await incidents.clear_alerts(connection, cause.subject, finding.kind, [record], now)
        case ReportMaintenance():
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
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
            await maintenance.clear(connection, finding.kind, owner_id, now)
        case RequestFollowUp():
            await follow_ups.request(
                connection,
                follow_ups.FollowUpRequest(
                    finding=finding,
                    division_id=cause.division_id,
                    recipient_id=cause.recipient_id,
                    device_id=_uuid(finding.device_id),
                ),
                now,
            )
        case _:
            assert_never(finding)


async def _raise(connection: Connection, cause: Cause, finding: RaiseAlert, now: datetime) -> None:
    opened = await incidents.open_or_join(connection, _request(cause, finding), now)
    device_id = _uuid(finding.device_id)
    if opened.stage is None or not cause.wants_ack or device_id is None or cause.device_event_id is None:
        return
    ref = cause.event_id or str(cause.device_event_id)
    await incidents.tell_device(connection, AckMessage(device_id, cause.division_id, ref, opened.stage, None), now)


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
