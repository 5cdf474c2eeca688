"""What `hub verify` reads: counts and ids, in one picture of the database; nothing here judges."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.heartbeats import ALIVE_WITHIN
from hub.storage.queries import queries
from hub.storage.tallies import IntakeCounts

#: Identities that are asked for at once.
_PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Period:
    """Whole hours of receipt, [from, until)."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """When the picture was taken, and which roles worked then."""

    now: datetime
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class StoredIdentity:
    """What an event says about which one it is."""

    id: UUID
    device_id: UUID
    event_id: str | None
    boot_id: str | None
    seq: int | None


class Picture:
    """Everything as it was at one moment; use within one transaction, which `take` begins."""

    def __init__(self, connection: Connection, period: Period) -> None:
        self.connection = connection
        self._params: dict[str, Any] = {"from": period.from_at, "until": period.until_at}

    async def take(self) -> Present:
        """The first statements of the transaction."""
        await self.connection.execute(queries("verification").begin)
        await self.connection.execute(queries("verification").take_time)
        (row,) = await self._rows("present", within_s=ALIVE_WITHIN.total_seconds())
        return Present(row[0], frozenset(row[1]))

    async def intake(self) -> dict[datetime, IntakeCounts]:
        """What was counted, by hour."""
        return {hour: IntakeCounts(*counts) for hour, *counts in await self._rows("intake")}

    async def first_hour(self) -> datetime | None:
        """Before it nothing was counted."""
        ((hour,),) = await self._rows("first_hour")
        return hour if isinstance(hour, datetime) else None

    async def by_hour(self, what: str) -> dict[datetime, int]:
        """Rows of `readings`, `events` or `quarantined`, by hour of receipt."""
        return {hour: int(count) for hour, count in await self._rows(what)}

    async def by_hour_and_kind(self, what: str) -> dict[tuple[datetime, str], int]:
        """`alerts`, or `alerts_found`."""
        return {(hour, kind): int(count) for hour, kind, count in await self._rows(what)}

    async def ids(self, what: str, **params: object) -> list[str]:
        """The ids that a statement of one column finds."""
        return [str(row[0]) for row in await self._rows(what, **params)]

    async def number(self, what: str) -> int:
        """The count that a statement of one row gives."""
        ((count,),) = await self._rows(what)
        return int(count)

    async def rows(self, what: str, **params: object) -> list[tuple[Any, ...]]:
        """The rows of a statement, for those who know its columns."""
        return await self._rows(what, **params)

    async def identities(self) -> list[StoredIdentity]:
        """Events that say which one they are."""
        return [StoredIdentity(*row) for row in await self._rows("identities")]

    async def missing_identities(self, identities: Iterable[tuple[UUID, UUID, bytes]]) -> list[str]:
        """Events, of (event, device, identity), that the ledger does not know."""
        asked = list(identities)
        missing: list[str] = []
        for start in range(0, len(asked), _PORTION):
            events, devices, digests = zip(*asked[start : start + _PORTION], strict=True)
            missing += await self.ids(
                "missing_identities", events=list(events), devices=list(devices), identities=list(digests)
            )
        return missing

    async def _rows(self, name: str, **params: object) -> list[tuple[Any, ...]]:
        statement = getattr(queries("verification"), name)
        cursor = await self.connection.execute(statement, {**self._params, **params}, prepare=False)
        return await cursor.fetchall()
