"""Passing time: subjects whose moment has come are judged by the database's clock, in a transaction of their own.

What the registry changes about somebody is looked at here too, at once: a mode, a threshold, another device.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import structlog

from alerts.observations import Subject
from hub.clock import monotonic_s, utc_now
from hub.ingest.attribution import subject_of
from hub.ingest.monitoring import Monitoring, Sitting
from hub.stations.findings import Cause, carry_out
from hub.storage import ownership, senders
from hub.storage.database import DATABASE_AWAY, Connection, connect, database_now
from hub.storage.faults import Fault, fault_of
from hub.storage.incidents import SqlIncidentStore
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

#: Subjects a transaction: short enough that a press of one of them does not wait.
_TOGETHER = 100
#: The longest sleep: a safety net for a clock that is set.
_POLL_S = 1.0
#: The hub's clock may be ahead of the database's: what is not due there yet is asked again after this.
_NOT_YET_S = 0.05
_RETRY_S = 0.5
#: A subject that cannot be judged is looked at again after this; the others go on.
_FAILED_AGAIN_AFTER = timedelta(minutes=1)
#: A clock that jumped further than this says nothing about anybody's silence (DESIGN.md section 2, rule 13).
_JUMP_S = 5.0
#: Who could not look for longer than this - the database was away, the process stood still - was blind: what was sent
#: meanwhile is still on its way, and graces begin anew as after a restart.
_GAP_S = 5.0


class TimePasser:
    """Judges what does not happen; `run` works until it is cancelled, or ownership is lost (`NotOwnerError`)."""

    def __init__(self, monitoring: Monitoring, dsn: str, name: str) -> None:
        self._monitoring = monitoring
        self._dsn = dsn
        self._name = name
        self._connection: Connection | None = None
        self._clocks: tuple[datetime, float] | None = None
        self._looked_s: float | None = None  # when a look was last committed, by the steady clock

    async def run(self, epoch: Epoch) -> None:
        """Look at whoever is due, for ever."""
        try:
            while True:
                try:
                    if not await self._pass(epoch):
                        await self._wait()
                except DATABASE_AWAY as error:
                    if self._connection is not None:  # once an outage
                        _log.warning("time_waits_for_database", error=type(error).__name__)
                    await self._disconnect()
                    await asyncio.sleep(_RETRY_S)
        finally:
            await self._disconnect()

    async def _wait(self) -> None:
        earliest = self._monitoring.deadlines.earliest
        wait_s = _POLL_S if earliest is None else (earliest - utc_now()).total_seconds()
        self._monitoring.woken.clear()
        if self._monitoring.rechecks:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(wait_s, _NOT_YET_S), _POLL_S)):
                await self._monitoring.woken.wait()

    def _is_due(self) -> bool:
        earliest = self._monitoring.deadlines.earliest
        return bool(self._monitoring.rechecks) or (earliest is not None and earliest <= utc_now())

    def _is_long_ago(self) -> bool:
        return self._clocks is None or monotonic_s() - self._clocks[1] >= _POLL_S

    async def _pass(self, epoch: Epoch) -> bool:
        """Judge some of those who are due; whether there were any. Looks now and then though nobody is due."""
        if not self._is_due() and not self._is_long_ago():
            return False
        if self._connection is None:
            self._connection = await connect(self._dsn, name=f"ingest {self._name} time")
        rechecks = set(islice(self._monitoring.rechecks, _TOGETHER))
        self._monitoring.rechecks -= rechecks
        taken: list[Subject] = []
        try:
            async with self._connection.transaction():
                now = await database_now(self._connection)
                self._notice_gap(now)
                taken = self._monitoring.deadlines.take_due(now, _TOGETHER)
                taken += await self._changed_subjects(self._connection, rechecks, now)
            if not taken:
                self._looked_s = monotonic_s()
            await self._judge_all(self._connection, epoch, list(dict.fromkeys(taken)), now)
        except DATABASE_AWAY:
            self._monitoring.rechecks |= rechecks
            for subject in taken:
                self._monitoring.deadlines.set(subject, utc_now())
            raise
        return bool(taken)

    async def _judge_all(self, connection: Connection, epoch: Epoch, subjects: list[Subject], now: datetime) -> None:
        if not subjects:
            return
        try:
            await self._judge(connection, epoch, subjects)
        except ownership.NotOwnerError:
            raise
        except Exception as error:
            if fault_of(error) is Fault.AWAY:
                raise
            if len(subjects) > 1:
                for subject in subjects:
                    await self._judge_all(connection, epoch, [subject], now)
                return
            _log.exception("time_not_judged", subject_id=subjects[0].id, error=type(error).__name__)
            self._monitoring.deadlines.set(subjects[0], now + _FAILED_AGAIN_AFTER)

    async def _judge(self, connection: Connection, epoch: Epoch, subjects: list[Subject]) -> None:
        sitting: Sitting | None = None
        try:
            async with connection.transaction():
                await ownership.fence(connection, epoch)
                now = await database_now(connection)
                self._notice_gap(now)
                sitting = Sitting(self._monitoring, now)
                await sitting.claim(connection, subjects)
                for subject in subjects:
                    await self._judge_one(connection, sitting, subject)
                await sitting.save(connection)
                await sitting.tally.save(connection, "time", epoch)
            self._looked_s = monotonic_s()
            sitting.adopt()
        finally:
            if sitting is not None:
                sitting.leave()

    async def _judge_one(self, connection: Connection, sitting: Sitting, subject: Subject) -> None:
        division_id = sitting.division_of(subject)
        if division_id is None:
            return  # erased: nothing is left to watch
        findings = sitting.judge_time(subject)
        cause = Cause(subject=subject, division_id=division_id, occurred_at=sitting.now, received_at=sitting.now)
        await carry_out(SqlIncidentStore(connection), cause, findings, sitting.now)

    async def _changed_subjects(self, connection: Connection, devices: set[str], now: datetime) -> list[Subject]:
        """Whoever has one of these devices now, and whoever had it."""
        known = [UUID(device) for device in sorted(devices) if device]
        wearers = await senders.find_wearers(connection, [(device_id, now) for device_id in known])
        changed: list[Subject] = []
        for device_id, wearer in zip(known, wearers, strict=True):
            before = self._monitoring.subject_of(str(device_id))
            if wearer.recipient_id is not None:
                changed.append(subject_of(device_id, wearer.recipient_id))
            if before is not None:
                changed.append(before)
        return changed

    def _notice_gap(self, now: datetime) -> None:
        """After a jump of the clock, or a time in which nobody looked, no silence is believed that began before it.

        Nobody looked since the last look was committed: the time that a look takes is no time without one.
        """
        steady_s = monotonic_s()
        if self._clocks is not None:
            before, before_s = self._clocks
            blind_s = steady_s - (before_s if self._looked_s is None else self._looked_s)
            jumped = abs((now - before).total_seconds() - (steady_s - before_s)) > _JUMP_S
            if jumped or blind_s > _GAP_S:
                _log.error("grace_restarted", because="clock" if jumped else "blind", blind_s=round(blind_s, 1))
                self._monitoring.watching_since = now
        self._clocks = (now, steady_s)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(*DATABASE_AWAY):
                await connection.close()
