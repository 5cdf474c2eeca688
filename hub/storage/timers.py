"""Deadlines as rows: what is due is decided by the core, and carried out in one transaction with the next deadline."""

from uuid import UUID

import structlog

from alerts.engine import judge_expired
from alerts.escalation import escalate
from alerts.explanation import Explanation
from alerts.incidents import IncidentState, Outcome, pass_hold_deadline
from hub.storage import held_alerts
from hub.storage.database import Connection, database_now
from hub.storage.faults import Fault, fault_of, name_of
from hub.storage.incident_rows import IncidentRow
from hub.storage.incidents import AlertRequest, carry_out, lock_if_free, open_or_join
from hub.storage.queries import queries
from hub.storage.reachable import who_is_reachable
from hub.storage.troubled import Troubled

_log = structlog.get_logger(__name__)


async def pass_due_timers(connection: Connection, limit: int, troubled: Troubled) -> int:
    """Carry out up to `limit` deadlines that are due, in the caller's transaction; returns how many were.

    Two duty processes share the work row by row. A deadline that fails is undone alone and comes again later; a
    database that is away is raised, and the whole transaction is as if it had not been.
    """
    cursor = await connection.execute(queries("timers").lock_due, {"limit": limit, "resting": troubled.resting()})
    passed = 0
    for (incident_id,) in await cursor.fetchall():
        async with troubled.turn(connection, incident_id, "deadline"):
            row = await lock_if_free(connection, incident_id)
            if row is not None:
                await _pass_one(connection, row)
                passed += 1
        await _put_off_failed(connection, "incident", incident_id, troubled)
    return passed


async def pass_due_alert(connection: Connection, troubled: Troubled) -> bool:
    """Open the incident of one held alert whose time has come, in the caller's transaction; whether there was one.

    One a transaction: it may have to wait for an incident's lock, and then must hold no other deadline.
    """
    alert_id = await held_alerts.lock_due(connection, troubled.resting())
    if alert_id is None:
        return False
    async with troubled.turn(connection, alert_id, "held alert"):
        await _open_held(connection, alert_id)
    await _put_off_failed(connection, "alert", alert_id, troubled)
    return True


async def _put_off_failed(connection: Connection, owner_type: str, owner_id: UUID, troubled: Troubled) -> None:
    """A deadline that has failed rests in its row, too, for other processes; if even that fails, in this one alone."""
    if not troubled.rests(owner_id):
        return
    try:
        async with connection.transaction():
            await connection.execute(queries("timers").push_back, {"owner_type": owner_type, "owner_id": owner_id})
    except Exception as error:
        if fault_of(error) is Fault.AWAY:
            raise
        _log.warning("deadline_not_put_off", owner_id=str(owner_id), error=name_of(error))


async def _open_held(connection: Connection, alert_id: UUID) -> None:
    held = await held_alerts.read_pending(connection, alert_id)
    if held is None:
        await held_alerts.drop_timer(connection, alert_id)
        return
    request = AlertRequest(
        division_id=held.division_id,
        subject=held.subject,
        recipient_id=held.recipient_id,
        alert=judge_expired(Explanation.from_json(held.explanation)),
        occurred_at=held.occurred_at,
        received_at=held.received_at,
    )
    await open_or_join(connection, request, await database_now(connection), with_alert=False)


async def next_due_s(connection: Connection) -> float | None:
    """Seconds until the next deadline (negative when overdue); None when there is none."""
    cursor = await connection.execute(queries("timers").next_due)
    row = await cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


async def _pass_one(connection: Connection, row: IncidentRow) -> None:
    now = await database_now(connection)
    incident = row.to_incident()
    outcome: Outcome
    if incident.state is IncidentState.OPEN:
        reachable = await who_is_reachable(connection, row.recipient_id, row.division_id, now)
        outcome = escalate(incident, reachable, now)
    else:
        outcome = pass_hold_deadline(incident, now)
    await carry_out(connection, row, outcome, now)
