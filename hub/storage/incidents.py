"""Incidents under their row lock: opening, joining, changing - and the carrying out of what the core decides.

Whoever changes an incident (a press in ingest, an operator through the API, a deadline in duty, a caregiver's reply)
goes through `open_or_join` or `change`, so that the incident, its log, its one timer, its notifications, the devices'
acknowledgements and the stream move together in the caller's transaction.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import LiteralString, assert_never
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from alerts.decisions import (
    CancelNotifications,
    Notify,
    RaiseAlert,
    Record,
    ReportLadderEmpty,
    Stage,
    TellDevices,
)
from alerts.incidents import Incident, IncidentState, Outcome, current_stage, join, open_incident
from alerts.kinds import IncidentKind, MaintenanceKind
from alerts.observations import Subject
from alerts.policy import choose_policy
from hub.identity import new_id
from hub.storage import held_alerts, maintenance, stream
from hub.storage.database import Connection, database_now
from hub.storage.incident_rows import (
    IncidentRow,
    actor_to_json,
    changing_columns,
    explanation_to_json,
    policy_to_json,
)
from hub.storage.mqtt_sessions import queue_down_message
from hub.storage.policy_rules import load_policy_rules
from hub.storage.queries import queries
from hub.storage.scope import Scope

#: Staged acknowledgements wait so long for a device that is away (DESIGN.md section 2, rule 12).
ACKNOWLEDGEMENT_EXPIRES = timedelta(hours=24)
#: Two openers race at most once a round; more rounds than this would be a mistake of ours.
_OPEN_ROUNDS_MAX = 10


class NotFoundError(LookupError):
    """No such row within the caller's scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRequest:
    """An alert and what caused it, ready to open an incident or to join one."""

    division_id: str
    subject: Subject
    recipient_id: UUID | None
    alert: RaiseAlert
    occurred_at: datetime
    received_at: datetime
    device_id: UUID | None = None
    device_event_id: UUID | None = None
    event_id: str | None = None
    test: bool = False
    wants_ack: bool = False
    caller_phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What became of an alert: its incident, and what its device must be told besides `received`."""

    incident_id: UUID
    opened: bool
    stage: Stage | None


async def open_or_join(
    connection: Connection, request: AlertRequest, now: datetime, *, with_alert: bool = True
) -> Opened:
    """Open an incident, or join the one of this subject and kind that is not closed; held alerts are taken along.

    Decided under that incident's row lock: an incident that is being closed meanwhile is not seen any more, and a new
    one opens. A press cannot vanish between the two. `with_alert` False: the held ones are its alerts.
    """
    held = await held_alerts.release(connection, request.subject, request.alert.kind)
    opened = await _open_or_join(connection, request, now, with_alert=with_alert)
    await held_alerts.attach(connection, held, opened.incident_id)
    return opened


async def hold(connection: Connection, request: AlertRequest, due_at: datetime) -> UUID:
    """Keep a suspicion: an alert without an incident, and its deadline, in the caller's transaction (rule 5)."""
    alert_id = await _insert_alert(connection, None, request)
    await connection.execute(
        queries("timers").set_alert_deadline,
        {"owner_id": alert_id, "division_id": request.division_id, "due_at": due_at},
    )
    return alert_id


async def _open_or_join(connection: Connection, request: AlertRequest, now: datetime, *, with_alert: bool) -> Opened:
    for _ in range(_OPEN_ROUNDS_MAX):
        row = await _lock_not_closed(connection, request)
        if row is not None:
            incident = row.to_incident()
            if with_alert:
                await _insert_alert(connection, row.id, request)
            outcome = join(incident, request.alert, now)
            await _carry_out(connection, row, outcome, now)
            return Opened(incident_id=row.id, opened=False, stage=current_stage(outcome.incident))
        opened_id = await _try_open(connection, request, now)
        if opened_id is not None:
            if with_alert:
                await _insert_alert(connection, opened_id, request)
            return Opened(incident_id=opened_id, opened=True, stage=None)
    raise RuntimeError("an incident was neither there nor could it be opened")


async def change(
    connection: Connection, incident_id: UUID, scope: Scope, decide: Callable[[Incident, datetime], Outcome]
) -> UUID:
    """Change one incident: `decide` gets it as it stands under its lock, and the database's now.

    Raises:
        NotFoundError: there is no such incident in the scope.
        alerts.incidents.RefusedError: the core refuses; nothing was changed.
    """
    row = await _lock(connection, queries("incidents").lock_one, {"id": incident_id, "scope": scope.sql})
    if row is None:
        raise NotFoundError(f"incident {incident_id}")
    now = await database_now(connection)
    await _carry_out(connection, row, decide(row.to_incident(), now), now)
    return row.id


async def lock_if_free(connection: Connection, incident_id: UUID) -> IncidentRow | None:
    """The incident under its lock, or None while somebody else has it: duty never waits, so it cannot deadlock."""
    return await _lock(connection, queries("incidents").lock_one_if_free, {"id": incident_id})


async def carry_out(connection: Connection, row: IncidentRow, outcome: Outcome, now: datetime) -> None:
    """Make rows of an outcome that was decided about `row` under its lock."""
    await _carry_out(connection, row, outcome, now)


async def _lock_not_closed(connection: Connection, request: AlertRequest) -> IncidentRow | None:
    return await _lock(
        connection,
        queries("incidents").lock_not_closed,
        {"subject_type": request.subject.type, "subject_id": request.subject.id, "kind": request.alert.kind},
    )


async def _lock(connection: Connection, statement: LiteralString, params: Mapping[str, object]) -> IncidentRow | None:
    """One incident under its lock, and then its deadline.

    Not in one statement: it may have waited for the lock, and would show the incident as its last holder left it
    beside the deadline from before.
    """
    async with connection.cursor(row_factory=class_row(IncidentRow)) as cursor:
        await cursor.execute(statement, params)
        row = await cursor.fetchone()
    if row is None:
        return None
    timer = await connection.execute(queries("timers").deadline_of, {"owner_id": row.id})
    deadline = await timer.fetchone()
    return row if deadline is None else replace(row, purpose=deadline[0], due_at=deadline[1])


async def _try_open(connection: Connection, request: AlertRequest, now: datetime) -> UUID | None:
    policy = choose_policy(
        await load_policy_rules(connection),
        kind=request.alert.kind,
        severity=request.alert.severity,
        division_id=request.division_id,
    )
    incident_id = new_id()
    outcome = open_incident(str(incident_id), request.subject, request.alert, policy, now)
    incident = outcome.incident
    cursor = await connection.execute(
        queries("incidents").insert,
        {
            "id": incident_id,
            "division_id": request.division_id,
            "kind": incident.kind,
            "severity": incident.severity,
            "state": incident.state,
            "subject_type": incident.subject.type,
            "subject_id": incident.subject.id,
            "recipient_id": request.recipient_id,
            "explanation": explanation_to_json(incident.explanation),
            "opened_at": incident.opened_at,
            "last_alert_at": incident.last_alert_at,
            "sounding": incident.sounding,
            "policy": Jsonb(policy_to_json(policy)),
            "ladder": Jsonb(asdict(incident.ladder)),
            "caller_phone": request.caller_phone,
        },
    )
    if await cursor.fetchone() is None:
        return None
    await _after_change(connection, incident_id, request.division_id, outcome, now)
    return incident_id


async def _insert_alert(connection: Connection, incident_id: UUID | None, request: AlertRequest) -> UUID:
    """An active alert of an incident, or a pending one of none."""
    alert_id = new_id()
    await connection.execute(
        queries("incidents").insert_alert,
        {
            "id": alert_id,
            "division_id": request.division_id,
            "incident_id": incident_id,
            "kind": request.alert.kind,
            "severity": request.alert.severity,
            "recipient_id": request.recipient_id,
            "device_id": request.device_id,
            "device_event_id": request.device_event_id,
            "event_id": request.event_id,
            "occurred_at": request.occurred_at,
            "received_at": request.received_at,
            "late": request.alert.late,
            "test": request.test,
            "wants_ack": request.wants_ack,
            "explanation": explanation_to_json(request.alert.explanation),
        },
    )
    return alert_id


# --- Carrying out --------------------------------------------------------------------------------------------------


async def _carry_out(connection: Connection, row: IncidentRow, outcome: Outcome, now: datetime) -> None:
    await connection.execute(queries("incidents").save, changing_columns(outcome.incident))
    await _after_change(connection, row.id, row.division_id, outcome, now)


async def _after_change(
    connection: Connection, incident_id: UUID, division_id: str, outcome: Outcome, now: datetime
) -> None:
    await _set_timer(connection, incident_id, division_id, outcome.incident)
    await _do_duties(connection, incident_id, division_id, outcome, now)
    await stream.append(connection, "incident", incident_id, division_id)


async def _set_timer(connection: Connection, incident_id: UUID, division_id: str, incident: Incident) -> None:
    """The one deadline of an incident that is not closed; a closed one has none."""
    if incident.state is IncidentState.CLOSED or incident.deadline is None:
        await connection.execute(queries("timers").drop, {"owner_id": incident_id})
        return
    await connection.execute(
        queries("timers").set_deadline,
        {
            "owner_id": incident_id,
            "division_id": division_id,
            "purpose": incident.deadline,
            "due_at": incident.due_at,
        },
    )


async def _do_duties(
    connection: Connection, incident_id: UUID, division_id: str, outcome: Outcome, now: datetime
) -> None:
    for duty in outcome.duties:
        match duty:
            case Record():
                await _write_log(connection, incident_id, division_id, duty, now)
            case Notify():
                await _owe(connection, incident_id, division_id, outcome.incident, duty, now)
            case CancelNotifications():
                await connection.execute(queries("incidents").cancel_notifications, {"incident_id": incident_id})
            case TellDevices():
                await tell_devices(connection, incident_id, duty, now)
            case ReportLadderEmpty():
                await maintenance.report(
                    connection,
                    maintenance.MaintenanceReport(
                        kind=MaintenanceKind.LADDER_EMPTY,
                        division_id=division_id,
                        device_id=None,
                        recipient_id=None,
                        explanation=replace(
                            duty.explanation,
                            params={**duty.explanation.params, "incident_id": str(incident_id)},
                        ),
                    ),
                    now,
                )
            case _:
                assert_never(duty)


async def _write_log(
    connection: Connection, incident_id: UUID, division_id: str, record: Record, now: datetime
) -> None:
    await connection.execute(
        queries("incidents").write_log,
        {
            "id": new_id(),
            "division_id": division_id,
            "incident_id": incident_id,
            "at": now,
            "code": record.code,
            "params": Jsonb(dict(record.params)),
            "actor": actor_to_json(record.actor),
        },
    )


async def _owe(
    connection: Connection, incident_id: UUID, division_id: str, incident: Incident, duty: Notify, now: datetime
) -> None:
    await connection.execute(
        queries("incidents").owe_notification,
        {
            "id": new_id(),
            "division_id": division_id,
            "incident_id": incident_id,
            "step": Jsonb({"run": duty.run, "round": duty.round, "step": duty.step, "target": duty.target}),
            "person": Jsonb({"type": duty.person.type, "id": duty.person.id, "name": duty.person.name}),
            "destination": duty.person.phone,
            "severity": incident.severity,
            "now": now,
            "dedup_key": duty.dedup_key,
        },
    )


async def tell_devices(connection: Connection, incident_id: UUID, duty: TellDevices, now: datetime) -> None:
    """Queue the stage for every device whose alert of this incident asked for staged acknowledgement."""
    cursor = await connection.execute(queries("incidents").asking_alerts, {"incident_id": incident_id})
    for device_id, division_id, event_ref in await cursor.fetchall():
        await tell_device(connection, AckMessage(device_id, division_id, event_ref, duty.stage, duty.reason), now)


@dataclass(frozen=True, slots=True)
class AckMessage:
    """One staged acknowledgement for one device."""

    device_id: UUID
    division_id: str
    event_ref: str
    stage: Stage
    reason: str | None


async def tell_device(connection: Connection, ack: AckMessage, now: datetime) -> None:
    """Queue one staged acknowledgement on the device's `down/ack`."""
    payload = {"ref": ack.event_ref, "stage": ack.stage, "at": now.isoformat(), "reason": ack.reason}
    await queue_down_message(
        connection,
        ack.device_id,
        ack.division_id,
        "ack",
        json.dumps(payload, ensure_ascii=False).encode(),
        now + ACKNOWLEDGEMENT_EXPIRES,
    )


async def recent_incident(connection: Connection, subject: Subject, kind: str, alerted_since: datetime) -> UUID | None:
    """The incident of this subject and kind that is not closed and was alerted since then: nothing new to say."""
    cursor = await connection.execute(
        queries("incidents").recent,
        {"subject_type": subject.type, "subject_id": subject.id, "kind": kind, "since": alerted_since},
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def clear_alerts(
    connection: Connection, subject: Subject, kind: IncidentKind, records: Iterable[Record], now: datetime
) -> UUID | None:
    """The cause is gone or was taken back: its alerts are cleared, the incident stays for people to close."""
    await held_alerts.clear(connection, await held_alerts.release(connection, subject, kind), now)
    cursor = await connection.execute(
        queries("incidents").clear_alerts,
        {"subject_type": subject.type, "subject_id": subject.id, "kind": kind, "now": now},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    incident_id, division_id = row
    for record in records:
        await _write_log(connection, incident_id, division_id, record, now)
    await stream.append(connection, "incident", incident_id, division_id)
    return UUID(str(incident_id))
