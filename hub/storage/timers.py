"""Deadlines as rows: what is due is decided by the core, and carried out in one transaction with the next deadline."""

import structlog

from alerts.escalation import escalate
from alerts.incidents import IncidentState, Outcome, pass_hold_deadline
from hub.storage.database import DATABASE_AWAY, Connection, database_now
from hub.storage.incident_rows import IncidentRow
from hub.storage.incidents import carry_out, lock_if_free
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
            pushed = await connection.execute(statements.push_back, {"owner_id": incident_id})
            failures = await pushed.fetchone()
            _log.exception("deadline_failed", incident_id=str(incident_id), failures=failures and failures[0])
    return passed


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
