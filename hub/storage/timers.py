"""Deadlines as rows: what is due is decided by the core, and carried out in one transaction with the next deadline."""

from uuid import UUID

import structlog

from alerts.engine import judge_expired
from alerts.escalation import escalate
from alerts.explanation import Explanation
from alerts.incidents import IncidentState, Outcome, pass_hold_deadline
from hub.storage import held_alerts
from hub.storage.database import DATABASE_AWAY, Connection, database_now
from hub.storage.incident_rows import IncidentRow
from hub.storage.incidents import AlertRequest, carry_out, lock_if_free, open_or_join
from hub.storage.queries import queries
from hub.storage.reachable import who_is_reachable

_log = structlog.get_logger(__name__)


async def pass_due_timers(connection: Connection, limit: int) -> int:
    """Carry out up to `limit` deadlines that are due, in the caller's transaction; returns how many were.

    Two duty processes share the work row by row. A deadline that fails is undone alone and comes again later; a lost
    database is raised, and the whole transaction is as if it had not been.
    """
    statements = queries("timers")
    cursor = await connection.execute(statements.lock_due, {"limit": limit})
    passed = 0
    for (incident_id,) in await cursor.fetchall():
        try:
            async with connection.transaction():
                row = await lock_if_free(connection, incident_id)
                if row is not None:
                    await _pass_one(connection, row)
                    passed += 1
        except DATABASE_AWAY:
            raise
        except Exception:  # noqa: BLE001 - one bad deadline must not stop the others; it is counted and comes again
            pushed = await connection.execute(statements.push_back, {"owner_type": "incident", "owner_id": incident_id})
            failures = await pushed.fetchone()
            _log.exception("deadline_failed", incident_id=str(incident_id), failures=failures and failures[0])
    return passed


async def pass_due_alert(connection: Connection) -> bool:
    """Open the incident of one held alert whose time has come, in the caller's transaction; whether there was one.

    One a transaction: it may have to wait for an incident's lock, and then must hold no other deadline.
    """
    alert_id = await held_alerts.lock_due(connection)
    if alert_id is None:
        return False
    try:
        async with connection.transaction():
            await _open_held(connection, alert_id)
    except DATABASE_AWAY:
        raise
    except Exception:  # noqa: BLE001 - as above: it comes again
        await connection.execute(queries("timers").push_back, {"owner_type": "alert", "owner_id": alert_id})
        _log.exception("held_alert_failed", alert_id=str(alert_id))
    return True


async def _open_held(connection: Connection, alert_id: UUID) -> None:
    held = await held_alerts.read_pending(connection, alert_id)
    if held is None:
        await held_alerts.drop_timer(connection, alert_id)
        return
    request = AlertRequest(
        division_id=held.division_id,
        subject=held.subject,
        recipient_id=held.recipient_id,
        alert=judge_expired(Explanation(code=held.explanation["code"], params=held.explanation["params"])),
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
