"""Rows whose turn failed: they rest for a while that grows, so that others have theirs, and are shown at the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog

from hub.clock import monotonic_s
from hub.storage.database import Connection
from hub.storage.faults import Fault, fault_of, name_of

_log = structlog.get_logger(__name__)

_PAUSE_FIRST_S = 1.0
#: A step of a ladder that mends itself - a lock that is given back, a row that is corrected - is at most so late.
_PAUSE_MAX_S = 60.0
#: Longer than the hour that housekeeping takes to come back to a step of its own.
_FORGOTTEN_AFTER_S = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one row."""

    error: str
    failures: int
    rests_until_s: float


class Troubled:
    """In this process's memory: after a restart each is tried at once."""

    def __init__(self) -> None:
        self._troubles: dict[UUID, Trouble] = {}

    @property
    def count(self) -> int:
        """How many rows are in trouble."""
        return len(self._troubles)

    def fail(self, row: UUID, error: BaseException) -> int:
        """Its turn has failed; returns how often now. It rests for 1, 2, 4 ... 60 s."""
        known = self._troubles.get(row)
        failures = 1 if known is None else known.failures + 1
        pause_s = min(_PAUSE_FIRST_S * 2 ** min(failures - 1, 10), _PAUSE_MAX_S)
        self._troubles[row] = Trouble(name_of(error), failures, monotonic_s() + pause_s)
        return failures

    @asynccontextmanager
    async def turn(self, connection: Connection, row: UUID, what: str) -> AsyncIterator[None]:
        """One row's turn in the caller's transaction: if it fails it is undone alone, and rests.

        Raises:
            psycopg.OperationalError: the database is away; it is not the row.
        """
        try:
            async with connection.transaction():
                yield
        except Exception as error:
            if fault_of(error) is Fault.AWAY:
                raise
            failures = self.fail(row, error)
            first = error if failures == 1 else None
            _log.error(
                "turn_failed", what=what, row_id=str(row), failures=failures, error=name_of(error), exc_info=first
            )
        else:
            self.settle(row)

    def settle(self, row: UUID) -> None:
        """Its turn has gone well, or there is none any more."""
        self._troubles.pop(row, None)

    def rests(self, row: UUID) -> bool:
        """Whether its last turn has failed."""
        return row in self._troubles

    def resting(self) -> list[UUID]:
        """Those that are not to have a turn now."""
        now_s = monotonic_s()
        return [row for row, one in self._troubles.items() if one.rests_until_s > now_s]

    def worst(self) -> Trouble | None:
        """The one that has failed most often."""
        return max(self._troubles.values(), key=lambda trouble: trouble.failures, default=None)

    def forget_silent(self) -> None:
        """Drop those that have not come back although their rest is long over: their rows have gone."""
        long_ago_s = monotonic_s() - _FORGOTTEN_AFTER_S
        self._troubles = {row: one for row, one in self._troubles.items() if one.rests_until_s > long_ago_s}
