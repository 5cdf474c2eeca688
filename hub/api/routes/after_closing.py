"""What remains to be done when an incident is closed: a visit to the person, a device to be looked at."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from alerts.decisions import RequestFollowUp
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind, MaintenanceKind
from hub.api.callers import DESK_ROLES, Caller, requires
from hub.api.problems import unacceptable
from hub.api.routes.incidents import read_incident
from hub.api.shapes import Body, LongText
from hub.storage import follow_ups, maintenance
from hub.storage.database import database_now
from hub.storage.devices import DeviceView, find_device
from hub.storage.follow_ups import FollowUpRequest
from hub.storage.incident_views import IncidentView
from hub.storage.maintenance import MaintenanceReport

router = APIRouter(prefix="/incidents/{incident_id}", tags=["incidents"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]


class VisitAsked(Body):
    """What to look for."""

    note: LongText | None = None


class RepairAsked(Body):
    """Which device, and what is wrong with it."""

    device_id: UUID
    note: LongText | None = None


@router.post("/visit", status_code=202)
async def ask_for_visit(incident_id: UUID, caller: DeskCaller, body: VisitAsked | None = None) -> IncidentView:
    """Somebody should call on the person afterwards: a follow-up, once however often it is asked for."""
    incident = await read_incident(caller, incident_id)
    if incident.recipient is None:
        raise unacceptable("incident_id", "nobody_on_file", "is about nobody who could be visited")
    note = "" if body is None else body.note or ""
    wanted = FollowUpRequest(
        finding=RequestFollowUp(
            kind=FollowUpKind.VISIT_ASKED,
            explanation=Explanation(code="visit_asked", params={**_about(caller, incident), "note": note}),
        ),
        division_id=incident.division_id,
        recipient_id=incident.recipient.id,
        device_id=None,
    )
    await follow_ups.request(caller.connection, wanted, await database_now(caller.connection))
    await caller.record("ask_for_visit", "incident", incident_id, incident.division_id)
    return incident


@router.post("/repair", status_code=202)
async def ask_for_repair(incident_id: UUID, body: RepairAsked, caller: DeskCaller) -> IncidentView:
    """A device of the incident or its person should be looked at: a maintenance item, once however often asked for."""
    incident = await read_incident(caller, incident_id)
    device = await find_device(caller.connection, body.device_id, caller.scope)
    if device is None or not _belongs(device, incident):
        raise unacceptable("device_id", "unknown_reference", "names no device of this incident or its person")
    item = MaintenanceReport(
        kind=MaintenanceKind.REPAIR_ASKED,
        division_id=device.division_id,
        device_id=body.device_id,
        recipient_id=None,
        explanation=Explanation(code="repair_asked", params={**_about(caller, incident), "note": body.note or ""}),
    )
    await maintenance.report(caller.connection, item, await database_now(caller.connection))
    await caller.record("ask_for_repair", "incident", incident_id, incident.division_id)
    return incident


def _belongs(device: DeviceView, incident: IncidentView) -> bool:
    """It cried, or the person of the incident has it now."""
    if device.recipient is not None and incident.recipient is not None and device.recipient.id == incident.recipient.id:
        return True
    return any(alert.device_id == device.id for alert in incident.alerts)


def _about(caller: Caller, incident: IncidentView) -> dict[str, str | int]:
    return {"incident_id": str(incident.id), "incident_code": incident.code, "by": caller.actor.name}
