"""Messages down to devices behind a broker: published there, and delivered when the broker has acknowledged them.

Only the hub's own protocol has a `down/`; a device that is connected to the front door itself is not written to here.
What the broker does not acknowledge is published again: devices know a repeated acknowledgement by its `ref`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from hub.broker_addresses import OWN_PROTOCOL
from hub.clock import monotonic_s
from hub.ingest.subscriber.source import BrokerSource
from hub.storage import device_routes
from hub.storage.database import DATABASE_AWAY, Pool, listen

_log = structlog.get_logger(__name__)

#: A wake-up is a courtesy; what it missed is found by looking.
_LOOK_EVERY_S = 5.0
#: Wake-ups within this are one look.
_GATHER_S = 0.02
_AT_ONCE_MAX = 200
#: Without a PUBACK by then it is published again.
_AGAIN_AFTER_S = 20.0


class BrokerPost:
    """The courier to the devices behind brokers."""

    def __init__(
        self, dsn: str, pool: Pool, sources: Sequence[BrokerSource], is_at_the_door: Callable[[str], bool]
    ) -> None:
        self._dsn = dsn
        self._pool = pool
        self._sources = {source.name: source for source in sources if source.adapter_name == OWN_PROTOCOL}
        self._is_at_the_door = is_at_the_door
        self._sent_s: dict[UUID, float] = {}
        self._acknowledged: set[UUID] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled; without such a source there is nothing to do."""
        if not self._sources:
            return
        async with asyncio.TaskGroup() as work:
            work.create_task(self._listen())
            work.create_task(self._deliver())

    async def _listen(self) -> None:
        async for _ in listen(self._dsn, ["down_message"], name="broker post"):
            self._woken.set()

    async def _deliver(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()
            await asyncio.sleep(_GATHER_S)
            self._woken.clear()
            try:
                await self._look()
            except DATABASE_AWAY as error:
                _log.warning("broker_post_waits_for_database", error=type(error).__name__)

    async def _look(self) -> None:
        expired = monotonic_s() - _AGAIN_AFTER_S
        self._sent_s = {message_id: sent_s for message_id, sent_s in self._sent_s.items() if sent_s > expired}
        heard = [source.name for source in self._sources.values() if source.away_for_s == 0]
        delivered, self._acknowledged = self._acknowledged, set()
        try:
            async with self._pool.connection() as connection:
                if delivered:
                    await device_routes.mark_delivered(connection, delivered)
                waiting = await device_routes.find_waiting(
                    connection, heard, but=self._sent_s.keys() | delivered, limit=_AT_ONCE_MAX
                )
        except DATABASE_AWAY:
            self._acknowledged |= delivered
            raise
        for message in waiting:
            if not self._is_at_the_door(str(message.device_id)):
                self._publish(message)

    def _publish(self, message: device_routes.WaitingMessage) -> None:
        topic = f"anxin/v1/{message.device_id}/down/{message.leaf}"
        if self._sources[message.source].publish(topic, message.payload, lambda: self._note_delivered(message.id)):
            self._sent_s[message.id] = monotonic_s()

    def _note_delivered(self, message_id: UUID) -> None:
        self._acknowledged.add(message_id)
        self._woken.set()
