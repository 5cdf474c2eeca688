"""Processes say that they are alive, and readiness believes them only for a moment."""

import os
import socket
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from psycopg.types.json import Jsonb

from hub.storage.database import Connection
from hub.storage.figures import Figure, FigureKind
from hub.storage.queries import queries

#: How often a process says so, and how long it is believed: three beats may be late on a busy machine.
BEAT_EVERY = timedelta(seconds=2)
ALIVE_WITHIN = timedelta(seconds=8)


#: A host name may be longer than anyone wants to read in a log.
_HOST_CHARACTERS_MAX = 40


def host_name() -> str:
    """This machine or container, as the names of its processes begin."""
    return socket.gethostname()[:_HOST_CHARACTERS_MAX]


def process_name() -> str:
    """This process among all that work on the database."""
    return f"{host_name()}-{os.getpid()}"


async def beat(
    connection: Connection,
    role: str,
    holder: str,
    *,
    ready: bool,
    reason: str | None = None,
    figures: Sequence[Figure] = (),
) -> None:
    """Process `holder` of this role works; `ready` when it also does its duty (ingest: it owns, its doors are open).

    `figures` are what it counts in its own memory; the web role shows them as long as it believes the beat.
    """
    await connection.execute(
        queries("heartbeats").beat,
        {
            "role": role,
            "holder": holder,
            "ready": ready,
            "reason": reason,
            "figures": Jsonb([asdict(figure) for figure in figures]),
        },
    )


async def is_alive_here(connection: Connection, role: str, host: str) -> bool:
    """Whether a process of the role on this machine has spoken lately, ready or standing by."""
    cursor = await connection.execute(
        queries("heartbeats").alive_on_host,
        {"role": role, "host": host, "within_s": ALIVE_WITHIN.total_seconds()},
    )
    return await cursor.fetchone() is not None


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


async def count_processes(connection: Connection) -> list[Figure]:
    """Whether each role is ready, and what the processes that are alive count in their own memory."""
    within = {"within_s": ALIVE_WITHIN.total_seconds()}
    cursor = await connection.execute(queries("heartbeats").roles_ready, within)
    ready = [Figure("role_ready", {"role": role}, float(is_ready)) for role, is_ready in await cursor.fetchall()]
    cursor = await connection.execute(queries("heartbeats").told_by_processes, within)
    told = [
        Figure(one["name"], one["labels"], float(one["value"]), kind=FigureKind(one["kind"]))
        for (figures,) in await cursor.fetchall()
        for one in figures
    ]
    return [*ready, *told]
