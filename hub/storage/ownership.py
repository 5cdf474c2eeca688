"""Who owns the taking in: one ingest at a time, proven in every one of its transactions.

An owner holds a lease that it renews each second. Whoever takes over - because the lease ran out, or because the
owner's own connection is gone - counts the epoch up under the exclusive lock that every ingest transaction holds
shared. So a commit of the old owner either came before the take-over, or finds another epoch and is undone. A paused
owner's connections are ended by the one that takes over, so that it cannot hold the lock for ever.
"""

from dataclasses import dataclass
from datetime import timedelta

from hub.storage.database import Connection
from hub.storage.queries import queries

#: How long an owner that says nothing stays the owner. Longer than a stall of a busy disk, shorter than a patience.
LEASE = timedelta(seconds=5)


class NotOwnerError(RuntimeError):
    """Somebody else owns the taking in now: close every socket, acknowledge nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Proof of ownership: the number that this owner's transactions must find."""

    role: str
    number: int


async def try_own(connection: Connection, role: str, holder: str) -> Epoch | None:
    """Become the owner if nobody is; `connection` is the one whose end says that this owner is gone.

    Commits by itself (the connection is in autocommit mode). None while another owner is alive.

    Raises:
        psycopg.errors.LockNotAvailable: the owner is gone, and one of its transactions is not yet: try again.
    """
    statements = queries("ownership")
    await connection.execute(statements.end_dead_owner, {"role": role})
    vacant = await (await connection.execute(statements.is_vacant, {"role": role})).fetchone()
    if vacant is None or not vacant[0]:
        return None
    async with connection.transaction():
        await connection.execute(statements.wait_briefly)
        await connection.execute(statements.lock_exclusive)
        cursor = await connection.execute(
            statements.take_over, {"role": role, "holder": holder, "lease_s": LEASE.total_seconds()}
        )
        row = await cursor.fetchone()
    return None if row is None else Epoch(role=role, number=row[0])


async def renew(connection: Connection, epoch: Epoch) -> None:
    """Extend the lease.

    Raises:
        NotOwnerError: it is another's now.
    """
    cursor = await connection.execute(
        queries("ownership").renew,
        {"role": epoch.role, "epoch": epoch.number, "lease_s": LEASE.total_seconds()},
    )
    if await cursor.fetchone() is None:
        raise NotOwnerError(epoch.role)


async def reclaim(connection: Connection, epoch: Epoch) -> None:
    """Stand for this epoch by another connection, after the database was away.

    Raises:
        NotOwnerError: somebody has taken over meanwhile.
    """
    cursor = await connection.execute(
        queries("ownership").reclaim,
        {"role": epoch.role, "epoch": epoch.number, "lease_s": LEASE.total_seconds()},
    )
    if await cursor.fetchone() is None:
        raise NotOwnerError(epoch.role)


async def release(connection: Connection, epoch: Epoch) -> None:
    """Give it up at once, so that a standby need not wait for the lease."""
    await connection.execute(queries("ownership").release, {"role": epoch.role, "epoch": epoch.number})


async def fence(connection: Connection, epoch: Epoch) -> None:
    """First statement of every ingest transaction: holds off a take-over until it ends.

    Raises:
        NotOwnerError: the epoch is another's.
    """
    statements = queries("ownership")
    await connection.execute(statements.lock_shared)
    cursor = await connection.execute(statements.current_epoch, {"role": epoch.role})
    row = await cursor.fetchone()
    if row is None or row[0] != epoch.number:
        raise NotOwnerError(epoch.role)
