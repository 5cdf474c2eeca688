"""Incidents as the outside sees them: one builder for lists, single answers and the stream.

The shape of `IncidentView` is the contract's (DESIGN.md section 4); fields may be added, never renamed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.incidents import IncidentState
from alerts.incidents.need import Need, need_key
from alerts.severity import Severity
from hub.storage.database import Connection, database_now
from hub.storage.groups import GroupRefView
from hub.storage.notification_views import NotificationView, notifications_of_incident
from hub.storage.queries import queries
from hub.storage.recipients import WornDeviceView
from hub.storage.scope import Scope
from hub.storage.views import (
    ActorView,
    ExplanationView,
    NamedView,
    Page,
    View,
    cut_page,
    decode_need_cursor,
    decode_time_cursor,
    encode_cursor,
    fetch_view,
    fetch_views,
)


class SubjectView(View):
    """Whom it is about: a recipient, a device nobody has, a caller on no file."""

    type: str
    id: str


class AlertView(View):
    """The machine's side: one press, one fall, one call.

    `quality` says where `occurred_at` of a device event comes from: `device`, `corrected` by what its clock is known to
    be off by, or the time of receipt because the device's is `missing`, in the `future` or `implausible`. `late`: the
    event is older than the profile's `late_after` allows.
    """

    id: UUID
    kind: str
    severity: str
    state: str
    device_id: UUID | None
    event_id: str | None
    occurred_at: datetime
    received_at: datetime
    test: bool
    late: bool
    quality: str | None
    device_occurred_at: datetime | None


class IncidentView(View):
    """An incident, whole: what lists, single answers and the stream carry."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    subject: SubjectView
    recipient: NamedView | None
    division_id: str
    place: str
    explanation: ExplanationView
    caller_phone: str | None
    opened_at: datetime
    last_alert_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: ActorView | None
    contacted_at: datetime | None
    responding_at: datetime | None
    responder_name: str | None
    arrived_at: datetime | None
    test_pending_until: datetime | None
    closed_at: datetime | None
    disposition: str | None
    outcome: str | None
    cause: str | None
    duplicate_of: UUID | None
    sounding: bool
    due_at: datetime | None
    due_kind: str | None
    press_count: int
    version: int
    alerts: list[AlertView]
    group: GroupRefView | None


class LogEntryView(View):
    """One thing that happened to an incident; `actor` null: the hub itself."""

    id: UUID
    at: datetime
    code: str
    params: dict[str, Any]
    actor: ActorView | None


class IncidentFile(IncidentView):
    """An incident with everything beside it."""

    log: list[LogEntryView]
    notifications: list[NotificationView]
    devices: list[WornDeviceView]
    policy: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Which incidents a list shows; an empty condition shows all."""

    states: Sequence[str] = field(default_factory=tuple)
    kinds: Sequence[str] = field(default_factory=tuple)
    recipient_id: UUID | None = None


async def incidents_by_id(
    connection: Connection, incident_ids: Sequence[UUID], scope: Scope
) -> dict[UUID, IncidentView]:
    """These incidents as they stand now; those out of scope are left out."""
    views = await fetch_views(
        connection, IncidentView, queries("incident_views").by_id, {"ids": list(incident_ids), "scope": scope.sql}
    )
    return {view.id: view for view in views}


async def find_incident(connection: Connection, incident_id: UUID, scope: Scope) -> IncidentView | None:
    """One incident in scope."""
    return (await incidents_by_id(connection, [incident_id], scope)).get(incident_id)


async def find_incident_file(connection: Connection, incident_id: UUID, scope: Scope) -> IncidentFile | None:
    """One incident with its log, notifications, devices and policy."""
    incident = await find_incident(connection, incident_id, scope)
    beside = await fetch_view(connection, _Beside, queries("incident_views").beside, {"id": incident_id})
    if incident is None or beside is None:
        return None
    return IncidentFile(
        **incident.model_dump(),
        **beside.model_dump(),
        notifications=await notifications_of_incident(connection, incident_id),
    )


class _Beside(View):
    log: list[LogEntryView]
    devices: list[WornDeviceView]
    policy: dict[str, Any]


async def list_incidents(
    connection: Connection, scope: Scope, wanted: IncidentFilter, *, cursor: str | None, limit: int
) -> Page[IncidentView]:
    """Incidents in scope, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        IncidentView,
        queries("incident_views").list_in_scope,
        {
            "scope": scope.sql,
            "states": list(wanted.states),
            "kinds": list(wanted.kinds),
            "recipient_id": wanted.recipient_id,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda incident: (incident.opened_at, incident.id))


async def list_by_need(
    connection: Connection, scope: Scope, wanted: IncidentFilter, *, cursor: str | None, limit: int
) -> Page[IncidentView]:
    """Incidents in scope that are not closed, by need (`alerts.incidents.need`) as of the first page's moment.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    as_of, after = decode_need_cursor(cursor)
    as_of = as_of or await database_now(connection)
    keys = [need_key(need, as_of) for need in await _read_needs(connection, scope, wanted)]
    following = sorted(key for key in keys if after is None or key > after)
    shown = following[:limit]
    views = await incidents_by_id(connection, [UUID(key[-1]) for key in shown], scope)
    return Page(
        items=[views[UUID(key[-1])] for key in shown if UUID(key[-1]) in views],
        next=encode_cursor(as_of, *shown[-1]) if len(following) > limit else None,
    )


async def _read_needs(connection: Connection, scope: Scope, wanted: IncidentFilter) -> list[Need]:
    cursor = await connection.execute(
        queries("incident_views").needs,
        {
            "scope": scope.sql,
            "states": list(wanted.states),
            "kinds": list(wanted.kinds),
            "recipient_id": wanted.recipient_id,
        },
    )
    return [
        Need(id=id_, state=IncidentState(state), severity=Severity(severity), opened_at=opened_at, due_at=due_at)
        for id_, state, severity, opened_at, due_at in await cursor.fetchall()
    ]
