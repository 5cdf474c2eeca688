"""Where channels put what comes back; each is committed before the gateway hears that we have it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from hub.notify.channels.port import Accepted, Receipt, Reply
from hub.notify.replies import ReplyDesk
from hub.stations.outbox import Settlement
from hub.storage import replies
from hub.storage.database import Pool
from hub.storage.outbox import SqlOutboxStore
from hub.storage.wakeup import Wakeup

#: Replies settled in one pass; more wait for the next.
BATCH = 50

#: Whether a text from a telephone was for somebody else than the desk, who has kept it.
Overhear = Callable[[Reply], Awaitable[bool]]


class StoringInbox:
    """The inbox of `channels/port.py` in front of the database."""

    def __init__(
        self,
        pool: Pool,
        settlement: Settlement,
        reply_desk: ReplyDesk,
        wakeup: Wakeup,
        overhear: Overhear | None = None,
    ) -> None:
        self._pool = pool
        self._overhear = overhear
        self._settlement = settlement
        self._reply_desk = reply_desk
        self._wakeup = wakeup

    async def receive_receipt(self, receipt: Receipt) -> None:
        """Store a receipt and apply it, or keep it until its attempt is known."""
        async with self._pool.connection() as connection:
            await self._settlement.take_receipt(SqlOutboxStore(connection), receipt)
        self._wakeup.wake()

    async def receive_reply(self, reply: Reply) -> None:
        """Store what somebody answered; what follows from it is settled in a transaction of its own."""
        if self._overhear is not None and await self._overhear(reply):
            return
        async with self._pool.connection() as connection:
            await replies.store(connection, reply.channel, reply.origin, reply.text, reply.provider_ref)
        self._wakeup.wake()

    async def receive_late_acceptance(self, attempt_id: UUID, provider_ref: str) -> None:
        """A submission that was given up as unknown has been accepted after all."""
        async with self._pool.connection() as connection:
            store = SqlOutboxStore(connection)
            await self._settlement.settle(store, attempt_id, Accepted(provider_ref=provider_ref))

    def readiness_changed(self) -> None:
        """What waited for the channel may leave now."""
        self._wakeup.wake()

    async def settle_replies(self) -> None:
        """Settle what has come, each in a transaction of its own; what cannot be settled does not keep the others."""
        skip = 0
        for _ in range(BATCH):
            async with self._pool.connection() as connection:
                settled = await self._reply_desk.settle_next(connection, skip)
            if settled is None:
                return
            if settled is False:
                skip += 1
