"""What reports are reckoned from: the facts of a period, read as they are; `hub.reports` makes figures of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg.rows import class_row

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Period:
    """[from_at, until_at)."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFact:
    """One incident that was opened in the period; times are the first of their kind, None: never.

    `reached_at` is the first attempt to reach the wearer or the family, or a caregiver's own word that they go: what
    answering means. `told` are the targets of its ladder that were told; `presses` all its alerts.
    """

    id: UUID
    code: int
    kind: str
    severity: str
    division_id: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    disposition: str | None
    outcome: str | None
    cause: str | None
    taken_at: datetime | None
    reached_at: datetime | None
    set_out_at: datetime | None
    arrived_at: datetime | None
    timed_out: int
    given_back: int
    reopened: int
    told: list[str]
    presses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFact:
    """One item of a queue beside the desk: maintenance or a follow-up."""

    kind: str
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanned:
    """A time in which nobody sat at the desk."""

    since: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A division by name."""

    id: str
    name: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFacts:
    """Everything about one period and one scope. `left_open`: when what was open at its end had been opened."""

    period: Period
    now: datetime
    incidents: Sequence[IncidentFact]
    left_open: Sequence[datetime]
    texts: dict[str, int]
    maintenance: Sequence[QueueFact]
    follow_ups: Sequence[QueueFact]
    unmanned: Sequence[Unmanned]
    places: Sequence[Place]


async def gather_facts(connection: Connection, scope: Scope, period: Period, now: datetime) -> PeriodFacts:
    """Read a period. What is in the future of `now` has not happened: the end is now at the latest."""
    until_at = min(period.until_at, now)
    asked: dict[str, Any] = {"scope": scope.sql, "from_at": period.from_at, "until_at": until_at, "now": now}
    named = queries("reports")
    left_open = await connection.execute(named.left_open, {"scope": scope.sql, "at": until_at})
    texts = await connection.execute(named.texts, asked)
    return PeriodFacts(
        period=Period(period.from_at, until_at),
        now=now,
        incidents=await _rows(connection, IncidentFact, named.incidents, asked),
        left_open=[opened_at for (opened_at,) in await left_open.fetchall()],
        texts=dict(await texts.fetchall()),
        maintenance=await _rows(connection, QueueFact, named.maintenance, asked),
        follow_ups=await _rows(connection, QueueFact, named.follow_ups, asked),
        unmanned=await _rows(connection, Unmanned, named.unmanned, asked),
        places=await _rows(connection, Place, named.places, asked),
    )


async def find_people(connection: Connection, scope: Scope, incident_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of those whom the incidents are about, where there is a file in scope."""
    asked = {"ids": list(incident_ids), "scope": scope.sql}
    found = await connection.execute(queries("reports").people, asked)
    return dict(await found.fetchall())


async def _rows(connection: Connection, shape: type[Fact], query: Any, asked: dict[str, Any]) -> list[Fact]:
    async with connection.cursor(row_factory=class_row(shape)) as cursor:
        return await (await cursor.execute(query, asked)).fetchall()
