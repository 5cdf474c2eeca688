"""Owning the taking in: become the owner, stay it, and stop at once when another is.

The standby waits in `become_owner`; it listens only once it owns (rule 6).
"""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from hub.storage import ownership
from hub.storage.database import DATABASE_AWAY, Connection, connect
from hub.storage.ownership import Epoch

_log = structlog.get_logger(__name__)

ROLE = "ingest"
_ASK_EVERY_S = 0.25
_RENEW_EVERY_S = 1.0


@dataclass(slots=True)
class Owner:
    """This process's claim on the taking in; `connection` is the one whose end says that the owner is gone."""

    dsn: str
    holder: str
    _connection: Connection | None = None

    async def become_owner(self) -> Epoch:
        """Wait, as the standby, until this process owns the taking in."""
        standing_by = False
        while True:
            with contextlib.suppress(*DATABASE_AWAY):
                epoch = await ownership.try_own(await self._connected(), ROLE, self.holder)
                if epoch is not None:
                    _log.info("owner", role=ROLE, epoch=epoch.number, holder=self.holder)
                    return epoch
                if not standing_by:
                    _log.info("standby", role=ROLE, holder=self.holder)
                    standing_by = True
            await asyncio.sleep(_ASK_EVERY_S)

    async def stay_owner(self, epoch: Epoch) -> None:
        """Renew the lease for ever.

        While the database is away nobody can take over, and every commit is fenced by the epoch: the sockets stay open.

        Raises:
            NotOwnerError: another has taken over.
        """
        while True:
            await asyncio.sleep(_RENEW_EVERY_S)
            try:
                if self._connection is None or self._connection.closed:
                    await ownership.reclaim(await self._connected(), epoch)
                else:
                    await ownership.renew(self._connection, epoch)
            except DATABASE_AWAY as error:
                if self._connection is not None:  # once an outage
                    _log.warning("owner_renewal_failed", role=ROLE, error=type(error).__name__)
                await self._disconnect()

    async def release(self, epoch: Epoch) -> None:
        """Give it up, so that a standby need not wait."""
        with contextlib.suppress(*DATABASE_AWAY):
            await ownership.release(await self._connected(), epoch)
        await self._disconnect()

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self.dsn, name=f"ingest {self.holder} owner", autocommit=True)
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(*DATABASE_AWAY):
                await connection.close()
