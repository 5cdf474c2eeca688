"""What gateways say of a text afterwards: stored first, and matched to its attempt when both are there."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReceipt:
    """A receipt that waited for its attempt."""

    state: str
    reason: str | None


async def store(connection: Connection, channel: str, provider_ref: str, state: str, reason: str | None) -> UUID | None:
    """Store a receipt; returns its attempt, or None while that is not known, or when it was a repetition."""
    statements = queries("receipts")
    reference = {"channel": channel, "provider_ref": provider_ref}
    await connection.execute(statements.lock_reference, reference)
    found = await (await connection.execute(statements.attempt_of_reference, reference)).fetchone()
    attempt_id: UUID | None = found[0] if found else None
    cursor = await connection.execute(
        statements.insert,
        {**reference, "id": new_id(), "state": state, "reason": reason, "attempt_id": attempt_id},
    )
    return attempt_id if await cursor.fetchone() else None


async def match_early(connection: Connection, attempt_id: UUID, channel: str, provider_ref: str) -> list[StoredReceipt]:
    """The receipts that overtook the response naming this attempt; they are its from now on."""
    statements = queries("receipts")
    reference = {"channel": channel, "provider_ref": provider_ref}
    await connection.execute(statements.lock_reference, reference)
    async with connection.cursor(row_factory=class_row(StoredReceipt)) as cursor:
        await cursor.execute(statements.match_early, {**reference, "attempt_id": attempt_id})
        return await cursor.fetchall()
