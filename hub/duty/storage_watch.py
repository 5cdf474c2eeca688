"""Tells the maintenance queue what threatens the database, or is in trouble in it, before a person misses anything."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.storage import maintenance
from hub.storage.addresses import names_several_hosts
from hub.storage.database import DATABASE_AWAY, Connection, Pool, database_now
from hub.storage.disk import Room, database_room
from hub.storage.durability import is_confirmed_elsewhere
from hub.storage.faults import name_of
from hub.storage.troubled import Troubled

_log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 10.0
#: A row that fails once or twice - a lock, a moment - is nobody's business.
_FAILURES_TOLD = 3

#: What is wrong now; None when nothing is.
Look = Callable[[Connection], Awaitable[Explanation | None]]


class StorageWatch:
    """Looks for ever, and keeps one item for each thing that is wrong."""

    def __init__(
        self,
        pool: Pool,
        division_id: str,
        troubled: Troubled,
        *,
        dsn: str,
        data_dir: Path,
        measure: Callable[[Path], Room | None] = database_room,
        look_every_s: float = _LOOK_EVERY_S,
    ) -> None:
        self._pool = pool
        self._division_id = division_id
        self._troubled = troubled
        self._expects_standby = names_several_hosts(dsn)
        self._data_dir = data_dir
        self._measure = measure
        self._look_every_s = look_every_s
        self._said: dict[MaintenanceKind, bool] = {}
        self._looks: dict[MaintenanceKind, Look] = {
            MaintenanceKind.DISK_LOW: self._look_at_disk,
            MaintenanceKind.STANDBY_MISSING: self._look_for_standby,
            MaintenanceKind.DUTY_STUCK: self._look_at_troubles,
        }

    async def run(self) -> None:
        """Look, and say what has changed."""
        while True:
            for kind, look in self._looks.items():
                try:
                    async with self._pool.connection() as connection:
                        await self._say(connection, kind, await look(connection))
                except DATABASE_AWAY as error:  # said at the next look
                    _log.debug("storage_not_looked_at", kind=kind, error=name_of(error))
                except Exception:  # noqa: BLE001 - one look that fails does not end the others
                    _log.exception("storage_look_failed", kind=kind)
            await asyncio.sleep(self._look_every_s)

    async def _say(self, connection: Connection, kind: MaintenanceKind, wrong: Explanation | None) -> None:
        if self._said.get(kind) is (wrong is not None):
            return
        now = await database_now(connection)
        if wrong is None:  # said after a restart, too: the item of the process before may still be open
            await maintenance.clear(connection, kind, None, now)
        else:
            _log.error("storage_in_danger", kind=kind, **wrong.params)
            report = maintenance.MaintenanceReport(
                kind=kind, division_id=self._division_id, device_id=None, recipient_id=None, explanation=wrong
            )
            await maintenance.report(connection, report, now)
        self._said[kind] = wrong is not None

    async def _look_at_disk(self, _connection: Connection) -> Explanation | None:
        room = await asyncio.to_thread(self._measure, self._data_dir)
        if room is None or not room.is_low:
            return None
        return Explanation(code=MaintenanceKind.DISK_LOW, params={"free_mib": room.free_mib, "free_pct": room.free_pct})

    async def _look_for_standby(self, connection: Connection) -> Explanation | None:
        if not self._expects_standby or await is_confirmed_elsewhere(connection):
            return None
        return Explanation(code=MaintenanceKind.STANDBY_MISSING)

    async def _look_at_troubles(self, _connection: Connection) -> Explanation | None:
        self._troubled.forget_silent()
        worst = self._troubled.worst()
        if worst is None or worst.failures < _FAILURES_TOLD:
            return None
        return Explanation(
            code=MaintenanceKind.DUTY_STUCK,
            params={"count": self._troubled.count, "error": worst.error, "failures": worst.failures},
        )
