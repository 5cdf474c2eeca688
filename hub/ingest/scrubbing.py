"""Scrubbing: what this process has in memory is compared with the rows, some subjects every moment and all in a round.

A difference should be impossible - memory follows a commit, and nothing else writes the rows - and would be silent:
a person would be judged by what never happened. The rows win, and the maintenance queue says so.
"""

import asyncio
import contextlib
import math
from dataclasses import dataclass
from uuid import UUID

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.observations import Subject
from hub.clock import monotonic_s
from hub.ingest.monitoring import Monitoring
from hub.ingest.outage_log import OutageLog
from hub.storage import comparisons, maintenance, monitoring, ownership
from hub.storage.comparisons import Comparison
from hub.storage.database import DATABASE_AWAY, Connection, connect, database_now
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

#: Between two slices; also how long a request waits whose notification was missed.
_EVERY_S = 2.0
#: Everybody has been compared within this.
_ROUND_S = 600.0
#: Subjects a transaction: they are claimed together, and a press of one of them waits for two statements.
_TOGETHER = 25
#: A sleep that took this much longer was a process that was stopped: everything is compared before it is believed.
_STOPPED_S = 5.0
_RETRY_S = 1.0
#: Ids that an answer names.
_NAMED_MAX = 20


@dataclass(slots=True)
class ScrubCounters:
    """Since the start; for metrics."""

    compared: int = 0
    different: int = 0
    rounds: int = 0


class Scrubber:
    """Compares; `run` works until it is cancelled, or ownership is lost (`NotOwnerError`)."""

    def __init__(self, live: Monitoring, dsn: str, name: str, division_id: str) -> None:
        self.counters = ScrubCounters()
        self._live = live
        self._dsn = dsn
        self._name = name
        self._division_id = division_id
        self._left: list[Subject] = []  #: Of this round.
        self._woken = asyncio.Event()
        self._connection: Connection | None = None
        self._outage = OutageLog("comparison_waits_for_database")

    def wake(self) -> None:
        """Somebody asks for a round now, or may have asked."""
        self._woken.set()

    async def run(self, epoch: Epoch) -> None:
        """Compare, for ever."""
        await self._live.loaded.wait()
        stopped = False
        try:
            while True:
                try:
                    await self._look(epoch, everything=stopped)
                except DATABASE_AWAY as error:
                    self._outage.tell(error=type(error).__name__)
                    await self._disconnect()
                    await asyncio.sleep(_RETRY_S)
                    continue
                self._outage.end()
                stopped = await self._rest()
        finally:
            await self._disconnect()

    async def _rest(self) -> bool:
        """Sleep until the next slice or a request; whether it took so long that this process must have been stopped."""
        began_s = monotonic_s()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_S):
                await self._woken.wait()
        self._woken.clear()
        return monotonic_s() - began_s > _EVERY_S + _STOPPED_S

    async def _look(self, epoch: Epoch, *, everything: bool) -> None:
        if self._connection is None:
            self._connection = await connect(self._dsn, name=f"ingest {self._name} comparison")
        asked = await self._asked(self._connection)
        if asked or everything:
            found = await self._compare_all(self._connection, epoch)
            if asked:
                async with self._connection.transaction():
                    await comparisons.answer(self._connection, asked, epoch, found)
            return
        if not self._left:
            self._left = self._live.subjects()
            self.counters.rounds += 1
        share = max(_TOGETHER, math.ceil(len(self._live) * _EVERY_S / _ROUND_S))
        for _ in range(0, share, _TOGETHER):
            some, self._left = self._left[:_TOGETHER], self._left[_TOGETHER:]
            await self._compare(self._connection, epoch, some)

    async def _asked(self, connection: Connection) -> list[UUID]:
        async with connection.transaction():
            return await comparisons.asked(connection)

    async def _compare_all(self, connection: Connection, epoch: Epoch) -> Comparison:
        """A whole round now."""
        subjects, compared, different = self._live.subjects(), 0, list[Subject]()
        for start in range(0, len(subjects), _TOGETHER):
            count, differing = await self._compare(connection, epoch, subjects[start : start + _TOGETHER])
            compared += count
            different += differing
        self.counters.rounds += 1
        named = tuple(subject.id for subject in different[:_NAMED_MAX])
        return Comparison(compared, len(different), named)

    async def _compare(
        self, connection: Connection, epoch: Epoch, subjects: list[Subject]
    ) -> tuple[int, list[Subject]]:
        """How many of these were in memory, and those that differed; from now on they are as their rows say."""
        claimed: set[Subject] = set()
        try:
            async with connection.transaction():
                await ownership.fence(connection, epoch)
                await self._live.claim(set(subjects))
                claimed = set(subjects)
                saved = {one.subject: one.state for one in await monitoring.load_states(connection, subjects)}
                held = {subject: state for subject in subjects if (state := self._live.find(subject)) is not None}
                gone = await self._gone(connection, [subject for subject in held if subject not in saved])
                different = [
                    subject
                    for subject, state in held.items()
                    if subject not in gone and state.to_json() != saved.get(subject)
                ]
                if different:
                    await self._report(connection, different)
            self._live.forget(gone)
            for subject in different:
                _log.error("state_differed", subject_id=subject.id, saved=subject in saved)
                self._live.restore(subject, saved.get(subject))
        finally:
            self._live.release(claimed)
        self.counters.compared += len(held)
        self.counters.different += len(different)
        return len(held), different

    async def _gone(self, connection: Connection, missing: list[Subject]) -> set[Subject]:
        """Those whose row went with them: erased, or a device that is no more."""
        if not missing:
            return set()
        return set(missing) - set(await monitoring.find_lives(connection, missing, await database_now(connection)))

    async def _report(self, connection: Connection, different: list[Subject]) -> None:
        explanation = Explanation(
            code=MaintenanceKind.STATE_DIFFERED, params={"count": len(different), "subject_id": different[0].id}
        )
        item = maintenance.MaintenanceReport(
            kind=MaintenanceKind.STATE_DIFFERED,
            division_id=self._division_id,
            device_id=None,
            recipient_id=None,
            explanation=explanation,
        )
        await maintenance.report(connection, item, await database_now(connection))

    async def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(*DATABASE_AWAY):
                await connection.close()
