"""One transaction with everything that follows from a batch of messages; acknowledging is its caller's."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from hub.clock import monotonic_s
from hub.ingest.admission import Admitted, Refused, admit
from hub.ingest.flags import raise_flags
from hub.ingest.monitoring import Monitoring, Sitting
from hub.ingest.source import InboundMessage
from hub.ingest.strangers import take_in_strangers
from hub.ingest.tally import count_messages
from hub.storage import device_routes, ownership
from hub.storage.addresses import Patience
from hub.storage.database import DATABASE_AWAY, Connection, connect, database_now
from hub.storage.durability import require_durability
from hub.storage.mqtt_sessions import remember_received
from hub.storage.ownership import Epoch

#: What is done with the messages that were admitted, in the transaction.
Intake = Callable[[Connection, Sequence[Admitted], Sitting], Awaitable[None]]

#: A database that forgets is noticed within this, also when it is switched over while the hub runs (rule 9).
_DURABLE_FOR_S = 5.0


class Committer:
    """A connection of its own, and the transaction of one lane on it."""

    def __init__(self, dsn: str, name: str, lane: str, monitoring: Monitoring, patience: Patience) -> None:
        self._dsn = dsn
        self._name = name
        self._lane = lane
        self._monitoring = monitoring
        self._patience = patience
        self._connection: Connection | None = None
        self._durable_until_s = 0.0

    async def commit(self, epoch: Epoch, batch: Sequence[InboundMessage], take_in: Intake) -> list[Refused]:
        """Store a batch and all that follows from it; returns those whose sender may not say this.

        What it raises leaves everything as it was - except a COMMIT whose answer did not come: that is unknown, and
        the identity ledgers make the next try harmless.

        Raises:
            NotOwnerError: another has taken over.
        """
        connection = await self._connected()
        sitting: Sitting | None = None
        try:
            async with connection.transaction():
                await ownership.fence(connection, epoch)
                await self._require_durability(connection)
                sitting = Sitting(self._monitoring, await database_now(connection))
                admission = await admit(connection, batch)
                told = await raise_flags(connection, admission.admitted, sitting)
                count_messages(sitting.tally, batch, admission)
                if told:
                    await take_in(connection, told, sitting)
                await _note_routes(connection, admission.admitted)
                await take_in_strangers(connection, admission.strangers, sitting)
                await remember_received(connection, _exactly_once(admission.admitted))
                await sitting.save(connection)
                await sitting.tally.save(connection, self._lane, epoch)
            sitting.adopt()
        finally:
            if sitting is not None:
                sitting.leave()
        return admission.refused

    async def close(self) -> None:
        """Leave the connection; the next commit makes another."""
        self._durable_until_s = 0.0
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(*DATABASE_AWAY):
                await connection.close()

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._durable_until_s = 0.0
            self._connection = await connect(self._dsn, name=self._name, patience=self._patience)
        return self._connection

    async def _require_durability(self, connection: Connection) -> None:
        if monotonic_s() > self._durable_until_s:
            await require_durability(connection)
            self._durable_until_s = monotonic_s() + _DURABLE_FOR_S


async def _note_routes(connection: Connection, admitted: Sequence[Admitted]) -> None:
    """What is for these devices goes the way they came."""
    routes = {one.device.id: one.message.origin.source for one in admitted if one.message.origin is not None}
    if routes:
        await device_routes.note(connection, routes)


def _exactly_once(admitted: Sequence[Admitted]) -> list[tuple[UUID, int]]:
    """QoS 2: the packet ids of lasting sessions that are now received; committed before PUBREC (rule 12)."""
    return [
        (one.message.session_id, one.message.packet_id)
        for one in admitted
        if one.message.qos == 2 and one.message.session_id is not None and one.message.packet_id is not None
    ]
