"""What the front door notices besides messages: who is connected, who was refused, who floods.

Noted at once on the event loop, written a moment later, many at a time; nothing here delays a message or is lost for a
database that is away a while: the latest word on each device is kept until it is written.
"""

import asyncio
from uuid import UUID

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.storage import maintenance, readings, senders
from hub.storage.database import DATABASE_AWAY, Connection, Pool, database_now
from hub.storage.mqtt_records import RefusedBecause
from hub.storage.senders import Sender

_log = structlog.get_logger(__name__)

#: Presence is a courtesy to the desk: half a second late is early enough, and spares a row per reconnect.
_WRITE_EVERY_S = 0.5


class FrontDoorWatch:
    """Implements the front door's `Watcher`; `run` writes what was noted."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._connections: dict[str, int] = {}
        self._presence: dict[str, bool] = {}
        self._troubles: dict[tuple[str, MaintenanceKind], str] = {}

    def on_refused_connect(self, device_id: str, reason: RefusedBecause) -> None:
        """A device of the registry was not let in."""
        self._troubles[device_id, MaintenanceKind.REFUSED_CONNECT] = reason

    def on_flood(self, device_id: str, *, discards: bool) -> None:
        """A device sends faster than its rate."""
        self._troubles[device_id, MaintenanceKind.FLOOD] = "discarded" if discards else "rate"

    def on_reconnect_loop(self, device_id: str) -> None:
        """A device connects and disconnects without end."""
        self._troubles[device_id, MaintenanceKind.RECONNECT_LOOP] = "rate"

    def on_contested(self, device_id: str) -> None:
        """Two clients take one session of this device from each other."""
        self._troubles[device_id, MaintenanceKind.CLIENT_DOUBLED] = "take_over"

    def on_connected(self, device_id: str) -> None:
        """A device has a connection more."""
        self._connections[device_id] = self._connections.get(device_id, 0) + 1
        self._presence[device_id] = True

    def is_connected(self, device_id: str) -> bool:
        """Whether it is at the front door now."""
        return device_id in self._connections

    def on_disconnected(self, device_id: str) -> None:
        """A device has a connection less."""
        left = self._connections.get(device_id, 1) - 1
        if left > 0:
            self._connections[device_id] = left
            return
        self._connections.pop(device_id, None)
        self._presence[device_id] = False

    async def run(self) -> None:
        """Write what was noted, for ever."""
        while True:
            await asyncio.sleep(_WRITE_EVERY_S)
            if self._presence or self._troubles:
                await self._write()

    async def _write(self) -> None:
        presence, self._presence = self._presence, {}
        troubles, self._troubles = self._troubles, {}
        try:
            async with self._pool.connection() as connection:
                known = await senders.find_senders(
                    connection, [UUID(device) for device in {*presence, *(device for device, _ in troubles)}]
                )
                await _write_presence(connection, presence, known)
                await _write_troubles(connection, troubles, known)
        except DATABASE_AWAY as error:
            self._presence = {**presence, **self._presence}
            self._troubles = {**troubles, **self._troubles}
            _log.warning("watch_waits_for_database", error=type(error).__name__)


async def _write_presence(connection: Connection, presence: dict[str, bool], known: dict[UUID, Sender]) -> None:
    now = await database_now(connection)
    await readings.see_devices(
        connection,
        [
            readings.DeviceSighting(
                device_id=known[UUID(device)].id,
                division_id=known[UUID(device)].division_id,
                seen_at=now,
                online=online,
            )
            for device, online in presence.items()
            if UUID(device) in known
        ],
    )


async def _write_troubles(
    connection: Connection, troubles: dict[tuple[str, MaintenanceKind], str], known: dict[UUID, Sender]
) -> None:
    now = await database_now(connection)
    for (device, kind), reason in sorted(troubles.items()):
        sender = known.get(UUID(device))
        if sender is not None:
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=kind,
                    division_id=sender.division_id,
                    device_id=sender.id,
                    recipient_id=None,
                    explanation=Explanation(code=kind, params={"reason": reason}),
                ),
                now,
            )
