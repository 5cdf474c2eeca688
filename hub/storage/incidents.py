"""Incidents as rows, under their row lock: `hub.stations.store.IncidentStore` in the transaction of a connection.

What a command changes is written in one statement: a press or an operator's click is a handful of round trips.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from alerts.decisions import Notify, Record
from alerts.escalation.linked import Told
from alerts.escalation.policy import PolicyRule
from alerts.escalation.steps import Reachable
from alerts.incidents import Incident
from alerts.incidents.commands import INCIDENT_RULES_VERSION
from alerts.incidents.written import write_command
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from alerts.severity import Severity
from alerts.storms.shelving import Shelf
from hub.identity import new_id
from hub.stations.records import AlertRequest, Asker, Entry, LockedIncident
from hub.storage import held_alerts, shelved_alerts
from hub.storage.beside import SqlBesideStore
from hub.storage.database import Connection
from hub.storage.incident_rows import (
    IncidentRow,
    actor_to_json,
    alert_columns,
    changing_columns,
)
from hub.storage.policy_rules import load_policy_rules
from hub.storage.queries import queries
from hub.storage.reachable import whom_a_place_reaches, with_contacts
from hub.storage.scope import Scope

_EVERYTHING = Scope.everything()


class SqlIncidentStore(SqlBesideStore):
    """Incidents of a scope; the hub's own work sees them all."""

    def __init__(self, connection: Connection, scope: Scope = _EVERYTHING) -> None:
        super().__init__(connection)
        self._scope = scope
        #: By place, for this transaction: in a storm it is asked for the same village fifty times in a moment.
        self._places: dict[str, Reachable] = {}

    # --- What is read -----------------------------------------------------------------------------------------------

    async def policy_rules(self) -> tuple[PolicyRule, ...]:
        """See the port."""
        return await load_policy_rules(self._connection)

    async def reachable(self, locked: LockedIncident, now: datetime) -> Reachable:
        """See the port."""
        of_place = self._places.get(locked.division_id)
        if of_place is None:
            of_place = await whom_a_place_reaches(self._connection, locked.division_id, now)
            self._places[locked.division_id] = of_place
        return await with_contacts(self._connection, of_place, locked.recipient_id)

    async def other_open(self, locked: LockedIncident) -> tuple[Incident, ...]:
        """See the port."""
        statements = queries("incidents")
        of_recipient = locked.recipient_id is not None
        statement = statements.other_open_of_recipient if of_recipient else statements.other_open_of_subject
        async with self._connection.cursor(row_factory=class_row(IncidentRow)) as cursor:
            await cursor.execute(statement, _siblings_of(locked))
            return tuple(row.to_incident() for row in await cursor.fetchall())

    async def told_lately(self, locked: LockedIncident, since: datetime) -> tuple[Told, ...]:
        """See the port."""
        statements = queries("incidents")
        statement = statements.told_of_recipient if locked.recipient_id is not None else statements.told_of_subject
        cursor = await self._connection.execute(statement, {**_siblings_of(locked), "since": since})
        return tuple(
            Told(number=number, severity=Severity(severity), at=at) for number, severity, at in await cursor.fetchall()
        )

    async def askers(self, incident_id: UUID) -> Sequence[Asker]:
        """See the port."""
        async with self._connection.cursor(row_factory=class_row(Asker)) as cursor:
            await cursor.execute(queries("incidents").asking_alerts, {"incident_id": incident_id})
            return await cursor.fetchall()

    async def recent_incident(self, subject: Subject, kind: IncidentKind, alerted_since: datetime) -> UUID | None:
        """See the port."""
        cursor = await self._connection.execute(
            queries("incidents").recent,
            {"subject_type": subject.type, "subject_id": subject.id, "kind": kind, "since": alerted_since},
        )
        row = await cursor.fetchone()
        return None if row is None else row[0]

    # --- What is locked ---------------------------------------------------------------------------------------------

    async def lock_not_closed(self, subject: Subject, kind: IncidentKind) -> LockedIncident | None:
        """See the port."""
        return await self._lock(
            queries("incidents").lock_not_closed,
            {"subject_type": subject.type, "subject_id": subject.id, "kind": kind},
        )

    async def lock_incident(self, incident_id: UUID) -> LockedIncident | None:
        """See the port."""
        return await self._lock(queries("incidents").lock_one, {"id": incident_id, "scope": self._scope.sql})

    async def lock_incident_if_free(self, incident_id: UUID) -> LockedIncident | None:
        """See the port."""
        return await self._lock(queries("incidents").lock_one_if_free, {"id": incident_id})

    async def _lock(self, statement: LiteralString, params: Mapping[str, object]) -> LockedIncident | None:
        """One incident under its lock, and then its deadline.

        Not in one statement: it may have waited for the lock, and would show the incident as its last holder left it
        beside the deadline from before.
        """
        async with self._connection.cursor(row_factory=class_row(IncidentRow)) as cursor:
            await cursor.execute(statement, params)
            row = await cursor.fetchone()
        if row is None:
            return None
        timer = await self._connection.execute(queries("timers").deadline_of, {"owner_id": row.id})
        deadline = await timer.fetchone()
        if deadline is None:
            raise RuntimeError("a SELECT FROM VALUES returned nothing")
        purpose, due_at, at = deadline
        return row.under_lock(purpose, due_at, at)

    # --- What is written --------------------------------------------------------------------------------------------

    async def insert_incident(self, entry: Entry, request: AlertRequest, *, with_alert: bool) -> bool:
        """See the port."""
        incident = entry.incident
        cursor = await self._connection.execute(
            queries("incidents").open,
            {
                **changing_columns(incident),
                **_entry_columns(entry),
                **alert_columns(new_id() if with_alert else None, request),
                "kind": incident.kind,
                "subject_type": incident.subject.type,
                "subject_id": incident.subject.id,
                "opened_at": incident.opened_at,
                "caller_phone": request.caller_phone,
            },
        )
        return await cursor.fetchone() is not None

    async def save_incident(self, entry: Entry) -> None:
        """See the port."""
        await self._connection.execute(
            queries("incidents").save, {**changing_columns(entry.incident), **_entry_columns(entry)}
        )

    async def insert_alert(self, incident_id: UUID, request: AlertRequest) -> None:
        """See the port."""
        await self._connection.execute(
            queries("incidents").insert_alert, {**alert_columns(new_id(), request), "id": incident_id}
        )

    async def clear_alerts(self, incident_id: UUID, now: datetime) -> bool:
        """See the port."""
        cursor = await self._connection.execute(
            queries("incidents").clear_alerts, {"incident_id": incident_id, "now": now}
        )
        return cursor.rowcount > 0

    async def owe(self, entry: Entry, duties: Sequence[Notify]) -> None:
        """See the port."""
        await self._connection.execute(
            queries("incidents").owe_notifications,
            {
                "division_id": entry.division_id,
                "incident_id": entry.id,
                "severity": entry.incident.severity,
                "now": entry.at,
                "ids": [new_id() for _ in duties],
                "steps": [
                    Jsonb({"run": duty.run, "round": duty.round, "step": duty.step, "target": duty.target})
                    for duty in duties
                ],
                "people": [
                    Jsonb({"type": duty.person.type, "id": duty.person.id, "name": duty.person.name}) for duty in duties
                ],
                "destinations": [duty.person.phone for duty in duties],
                "dedup_keys": [duty.dedup_key for duty in duties],
            },
        )

    async def cancel_notifications(self, incident_id: UUID) -> None:
        """See the port."""
        await self._connection.execute(queries("incidents").cancel_notifications, {"incident_id": incident_id})

    # --- Held alerts ------------------------------------------------------------------------------------------------

    async def hold_alert(self, request: AlertRequest, due_at: datetime) -> UUID:
        """See the port."""
        return await held_alerts.hold(self._connection, request, due_at)

    async def release_held(self, subject: Subject, kind: IncidentKind, *, waits: bool = True) -> Sequence[UUID]:
        """See the port."""
        return await held_alerts.release(self._connection, subject, kind, waits=waits)

    async def attach_held(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """See the port."""
        await held_alerts.attach(self._connection, alert_ids, incident_id)

    async def clear_held(self, alert_ids: Sequence[UUID], now: datetime) -> None:
        """See the port."""
        await held_alerts.clear(self._connection, alert_ids, now)

    # --- Shelves ----------------------------------------------------------------------------------------------------

    async def shelves_over(self, subject: Subject, device_id: UUID | None) -> Sequence[Shelf]:
        """See the port."""
        return await shelved_alerts.shelves_over(self._connection, subject, device_id)

    async def shelve_alert(self, request: AlertRequest, shelf_id: UUID) -> None:
        """See the port."""
        await shelved_alerts.shelve(self._connection, request, shelf_id)

    async def clear_shelved(self, subject: Subject, kind: IncidentKind, now: datetime) -> None:
        """See the port."""
        await shelved_alerts.clear(self._connection, subject, kind, now)


def _siblings_of(locked: LockedIncident) -> dict[str, object]:
    """Which incidents share its ladder: those of its recipient, else of its subject, without itself."""
    subject = locked.incident.subject
    return {
        "id": locked.id,
        "recipient_id": locked.recipient_id,
        "subject_type": subject.type,
        "subject_id": subject.id,
    }


def _entry_columns(entry: Entry) -> dict[str, object]:
    """The command that was applied, the deadline it set, and its lines of the log."""
    incident = entry.incident
    return {
        "id": entry.id,
        "division_id": entry.division_id,
        "n": entry.n,
        "at": entry.at,
        "rules_version": INCIDENT_RULES_VERSION,
        "command": Jsonb(write_command(entry.command)),
        "purpose": incident.deadline,
        "due_at": incident.due_at,
        "stream_id": new_id(),
        **_log_columns(entry.log),
    }


def _log_columns(lines: Sequence[Record]) -> dict[str, object]:
    return {
        "log_ids": [new_id() for _ in lines],
        "log_codes": [line.code for line in lines],
        "log_params": [Jsonb(dict(line.params)) for line in lines],
        "log_actors": [actor_to_json(line.actor) for line in lines],
    }
