"""The stations' store of incidents and deadlines, in memory (`hub.stations.store`)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from alerts.escalation.policy import PolicyRule
from alerts.escalation.steps import Reachable
from alerts.incidents import Incident, IncidentState
from alerts.kinds import IncidentKind
from alerts.observations import Subject
from hub.simulation.memory import NotUniqueError, whose
from hub.simulation.memory_beside import MemoryBeside
from hub.simulation.memory_owing import MemoryOwing
from hub.simulation.memory_rows import AlertRow, DeadlineRow, IncidentRow
from hub.simulation.memory_transaction import MemoryTransaction
from hub.simulation.resting import Resting
from hub.stations.records import AlertRequest, Asker, Entry, LockedIncident
from hub.stations.store import DeadlineOwner


class Registry(Protocol):
    """What the registry says, whenever it is asked."""

    def policy_rules(self) -> tuple[PolicyRule, ...]:
        """Every escalation policy."""
        ...

    def reachable(self, recipient_id: UUID | None, division_id: str, now: datetime) -> Reachable:
        """Who could be told now."""
        ...


class MemoryIncidents(MemoryBeside, MemoryOwing):
    """Bound to one transaction; `resting` is the memory of the process that it belongs to."""

    def __init__(self, transaction: MemoryTransaction, registry: Registry, resting: Resting | None = None) -> None:
        super().__init__(transaction)
        self._registry = registry
        self._resting = resting or Resting(transaction.memory.clock)

    # --- Reading -----------------------------------------------------------------------------------------------

    async def policy_rules(self) -> tuple[PolicyRule, ...]:
        """As the registry has them."""
        await self._tx.statement()
        return self._registry.policy_rules()

    async def reachable(self, locked: LockedIncident, now: datetime) -> Reachable:
        """As the registry has it."""
        await self._tx.statement()
        return self._registry.reachable(locked.recipient_id, locked.division_id, now)

    async def other_open(self, locked: LockedIncident) -> tuple[Incident, ...]:
        """By the recipient, else the subject."""
        await self._tx.statement()
        row = self._tx.incidents.get(locked.id)
        if row is None:
            return ()
        ids = dict.fromkeys([*self._memory.open_of(row), *self._tx.incidents.written])
        others = []
        for other_id in ids:
            other = self._tx.incidents.get(other_id)
            if other_id == locked.id or other is None or whose(other) != whose(row):
                continue
            if other.incident.state is IncidentState.OPEN:
                deadline = self._tx.deadlines.get((DeadlineOwner.INCIDENT, other_id))
                others.append(replace(other.incident, due_at=None if deadline is None else deadline.due_at))
        return tuple(sorted(others, key=lambda incident: (incident.opened_at, incident.id)))

    async def recent_incident(self, subject: Subject, kind: IncidentKind, alerted_since: datetime) -> UUID | None:
        """The one not closed, if it was alerted after that."""
        await self._tx.statement()
        found = self._find_not_closed(subject, kind)
        if found is None:
            return None
        row = self._tx.incidents.get(found)
        return found if row is not None and row.incident.last_alert_at > alerted_since else None

    # --- Incidents under their locks ---------------------------------------------------------------------------

    async def lock_not_closed(self, subject: Subject, kind: IncidentKind) -> LockedIncident | None:
        """Found, locked, and looked at again."""
        await self._tx.statement()
        incident_id = self._find_not_closed(subject, kind)
        if incident_id is None:
            return None
        await self._tx.lock(incident_id)
        locked = self._locked(incident_id)
        return None if locked is None or locked.incident.state is IncidentState.CLOSED else locked

    async def lock_incident(self, incident_id: UUID) -> LockedIncident | None:
        """Locked, then read."""
        await self._tx.statement()
        if self._tx.incidents.get(incident_id) is None:
            return None
        await self._tx.lock(incident_id)
        return self._locked(incident_id)

    async def lock_incident_if_free(self, incident_id: UUID) -> LockedIncident | None:
        """Locked, or passed over."""
        await self._tx.statement()
        return self._locked(incident_id) if self._tx.lock_if_free(incident_id) else None

    async def insert_incident(self, entry: Entry, request: AlertRequest, *, with_alert: bool) -> bool:
        """The unique key is locked, as an index would have it."""
        await self._tx.statement()
        incident = entry.incident
        await self._tx.lock(("not closed", incident.subject, incident.kind))
        if self._find_not_closed(incident.subject, incident.kind) is not None:
            return False
        self._tx.lock_if_free(entry.id)
        self._write(entry, request.recipient_id)
        if with_alert:
            await self.insert_alert(entry.id, request)
        return True

    async def save_incident(self, entry: Entry) -> None:
        """Under the lock."""
        await self._tx.statement()
        row = self._tx.incidents.get(entry.id)
        if row is None:
            raise LookupError(f"no incident {entry.id}")
        incident = entry.incident
        if row.incident.state is IncidentState.CLOSED and incident.state is not IncidentState.CLOSED:
            await self._tx.lock(("not closed", incident.subject, incident.kind))
            if self._find_not_closed(incident.subject, incident.kind) is not None:
                raise NotUniqueError(f"{incident.kind} of {incident.subject.id}")
        self._write(entry, row.recipient_id)

    def _write(self, entry: Entry, recipient_id: UUID | None) -> None:
        incident = entry.incident
        row = IncidentRow(incident, entry.division_id, recipient_id, entry.n)
        self._tx.incidents.put(entry.id, row)
        owner = (DeadlineOwner.INCIDENT, entry.id)
        if incident.state is IncidentState.CLOSED or incident.due_at is None:
            self._tx.deadlines.drop(owner)
        else:
            self._tx.deadlines.put(owner, DeadlineRow(incident.due_at))
        self._tx.entries.append(entry)
        self._tx.shown[entry.id] = None

    def _find_not_closed(self, subject: Subject, kind: IncidentKind) -> UUID | None:
        for incident_id, row in self._tx.incidents.written.items():
            if row is not None and row.incident.subject == subject and row.incident.kind is kind:
                return None if row.incident.state is IncidentState.CLOSED else incident_id
        return self._memory.not_closed.get((subject, kind))

    def _locked(self, incident_id: UUID) -> LockedIncident | None:
        row = self._tx.incidents.get(incident_id)
        if row is None:
            return None
        deadline = self._tx.deadlines.get((DeadlineOwner.INCIDENT, incident_id))
        due_at = None if deadline is None else deadline.due_at
        incident = row.incident if row.incident.due_at == due_at else replace(row.incident, due_at=due_at)
        return LockedIncident(
            id=incident_id,
            incident=incident,
            division_id=row.division_id,
            recipient_id=row.recipient_id,
            commands=row.commands,
            at=self._memory.clock(),
        )

    # --- What hangs on them ------------------------------------------------------------------------------------

    async def insert_alert(self, incident_id: UUID, request: AlertRequest) -> None:
        """Active at once."""
        self._tx.alerts.put(self.new_id(), AlertRow(request, incident_id, "active"))

    async def clear_alerts(self, incident_id: UUID, now: datetime) -> bool:  # noqa: ARG002 - the port's
        """Those that are active."""
        await self._tx.statement()
        active = [
            (alert_id, row)
            for alert_id in dict.fromkeys([*self._memory.alerts_of[incident_id], *self._tx.alerts.written])
            if (row := self._tx.alerts.get(alert_id)) is not None
            and row.incident_id == incident_id
            and row.state == "active"
        ]
        for alert_id, row in active:
            self._tx.alerts.put(alert_id, AlertRow(row.request, incident_id, "cleared"))
        return bool(active)

    async def askers(self, incident_id: UUID) -> Sequence[Asker]:
        """Once for each event; those of what was merged into it as well."""
        await self._tx.statement()
        asking: dict[Asker, None] = {}
        one_matter = self._one_matter(incident_id)
        alerts = [alert_id for each in one_matter for alert_id in self._memory.alerts_of[each]]
        for alert_id in dict.fromkeys([*alerts, *self._tx.alerts.written]):
            row = self._tx.alerts.get(alert_id)
            if row is None or row.incident_id not in one_matter:
                continue
            request = row.request
            if request.wants_ack and request.device_id is not None:
                ref = request.event_id or str(request.device_event_id)
                asking[Asker(device_id=request.device_id, division_id=request.division_id, event_ref=ref)] = None
        return list(asking)

    def _one_matter(self, incident_id: UUID) -> list[UUID]:
        """The incident, and all that was merged into it or into one of those."""
        matter = [incident_id]
        for each in matter:
            merged = dict.fromkeys([*self._memory.merged_into.get(str(each), ()), *self._tx.incidents.written])
            for other in merged:
                row = self._tx.incidents.get(other)
                if row is not None and row.incident.duplicate_of == str(each) and other not in matter:
                    matter.append(other)
        return matter
