"""Processes say that they are alive, and readiness believes them only for a moment."""

from datetime import timedelta

from hub.storage.database import Connection
from hub.storage.queries import queries

#: How often a process says so, and how long it is believed: three beats may be late on a busy machine.
BEAT_EVERY = timedelta(seconds=2)
ALIVE_WITHIN = timedelta(seconds=8)


async def beat(connection: Connection, role: str, holder: str, *, ready: bool, reason: str | None = None) -> None:
    """Process `holder` of this role works; `ready` when it also does its duty (ingest: it owns, its doors are open)."""
    await connection.execute(
        queries("heartbeats").beat, {"role": role, "holder": holder, "ready": ready, "reason": reason}
    )


async def why_not_ready(connection: Connection, role: str) -> str | None:
    """None when some process of the role is alive and ready; otherwise the sentence for `/readyz`."""
    cursor = await connection.execute(
        queries("heartbeats").freshest, {"role": role, "within_s": ALIVE_WITHIN.total_seconds()}
    )
    row = await cursor.fetchone()
    if row is None:
        return f"{role} is not running"
    ready, reason = row
    return None if ready else f"{role} is not ready: {reason or 'starting'}"
