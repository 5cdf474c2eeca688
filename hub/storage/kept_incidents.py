"""Incidents with all that a replay is compared with: row, deadline, commands, log and alerts, of one moment each."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from alerts.decisions import Record
from alerts.explanation import Explanation
from alerts.incidents import Incident
from hub.storage.database import Connection
from hub.storage.incident_rows import IncidentRow, actor_from_json
from hub.storage.queries import queries

#: So many at once: a command is a kilobyte at the most.
PORTION = 500
_COLUMNS = tuple(one.name for one in fields(IncidentRow))
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command as it was written."""

    n: int
    at: datetime
    rules_version: int
    command: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAlert:
    """An alert of the incident: which one, and what its rule said."""

    id: UUID
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIncident:
    """An incident as its rows hold it; log and alerts are in their order."""

    incident: Incident
    division_id: str
    version: int  #: How many commands it has had.
    commands: tuple[CommandRow, ...]
    log: tuple[tuple[datetime, Record], ...]
    alerts: tuple[KeptAlert, ...]


async def find_kept(connection: Connection, incident_id: UUID) -> KeptIncident | None:
    """One incident; the caller has checked the scope."""
    async for kept in _read(connection, {"ids": [incident_id], "after": _FIRST, "since": None, "limit": 1}):
        return kept
    return None


async def all_kept(connection: Connection, since: datetime | None) -> AsyncIterator[KeptIncident]:
    """Every incident that is not closed or has changed since then (None: every one), a portion at a time."""
    after = _FIRST
    while True:
        found = 0
        async for kept in _read(connection, {"ids": None, "after": after, "since": since, "limit": PORTION}):
            found += 1
            after = UUID(kept.incident.id)
            yield kept
        if found < PORTION:
            return


async def _read(connection: Connection, params: Mapping[str, object]) -> AsyncIterator[KeptIncident]:
    """Each incident in one statement: a row of one moment beside the commands of another would differ."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(queries("kept_incidents").read, params, prepare=False)
        rows = await cursor.fetchall()
    for row in rows:
        yield KeptIncident(
            incident=IncidentRow(**{name: row[name] for name in _COLUMNS}).to_incident(),
            division_id=row["division_id"],
            version=row["version"],
            commands=tuple(
                CommandRow(n=n, at=_moment(at), rules_version=version, command=command)
                for n, at, version, command in row["commands"]
            ),
            log=tuple(
                (_moment(at), Record(code=code, params=params, actor=actor_from_json(actor)))
                for at, code, params, actor in row["log"]
            ),
            alerts=tuple(
                KeptAlert(id=UUID(alert_id), explanation=Explanation.from_json(said))
                for alert_id, said in row["alerts"]
            ),
        )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
