"""What the store contract is tried on: a ground makes transactions, arranges what only the registry can, and looks."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from alerts.decisions import Record
from alerts.incidents import Incident
from alerts.incidents.replay import AppliedCommand
from hub.stations.intake_store import IntakeStore
from hub.stations.outbox_store import OutboxStore
from hub.stations.store import DeadlineStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The ports, bound to one transaction."""

    incidents: DeadlineStore
    outbox: OutboxStore
    intake: IntakeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is committed of one incident."""

    incident: Incident
    commands: tuple[AppliedCommand, ...]
    log: tuple[tuple[datetime, Record], ...]
    alerts: tuple[tuple[str | None, str], ...]  #: (the device's id of the event, state), in the order of receipt.
    texts: tuple[tuple[str, str], ...]  #: (number, state), in the order in which they were owed.
    shown: int  #: How often the desk was shown it: once at least for each transaction that changed it.

    @property
    def codes(self) -> list[str]:
        """The codes of its log."""
        return [record.code for _, record in self.log]


class Ground(Protocol):
    """One implementation, empty when a test begins."""

    def transaction(self, *, process: str = "one") -> AbstractAsyncContextManager[Stores]:
        """A transaction: committed at its end, undone when that is an error.

        Those of one `process` know of each other which rows have failed. Several may be open at once.
        """
        ...

    async def until_waiting(self, task: "asyncio.Task[Any]") -> None:
        """Return once the task waits for a lock of somebody else."""
        ...

    async def recipient(self) -> UUID:
        """A person of the county."""
        ...

    async def device(self) -> UUID:
        """A device of the county."""
        ...

    async def contact(self, recipient_id: UUID, phone: str) -> None:
        """One more contact of the person."""
        ...

    async def ladder(self, *steps: tuple[float, str]) -> None:
        """The policy of all incidents opened from now on: (seconds, whom), no repeats, then every 600 s."""
        ...

    async def kept(self, incident_id: UUID) -> Kept:
        """What is committed of this incident."""
        ...

    async def incidents(self) -> Sequence[UUID]:
        """All there are, in the order of opening."""
        ...

    async def acks(self) -> Sequence[tuple[str, str]]:
        """(event, stage) of the acknowledgements queued, in order."""
        ...

    async def maintenance(self) -> Sequence[tuple[str, int]]:
        """(kind, occurrences) of the open items, in the order of opening."""
        ...

    async def deadlines(self) -> int:
        """How many there are, of whomever."""
        ...
