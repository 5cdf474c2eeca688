"""Who sends, and about whom: devices and their assignments, read in the transaction that takes the message in.

There is no cache: what was changed through the API or the command line holds for every message after it (rule 14).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True)
class Sender:
    """A device as the registry holds it now."""

    id: UUID
    division_id: str
    kind: str
    gateway_id: UUID | None
    revoked: bool
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Wearer:
    """Whom a device was about at a moment; all None when nobody had it. `last_wearer_id` had it before."""

    position: int  #: Of the asked (device, moment).
    recipient_id: UUID | None
    division_id: str | None
    location_consent: bool | None
    last_wearer_id: UUID | None


async def find_senders(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, Sender]:
    """The registered devices among those asked for."""
    async with connection.cursor(row_factory=class_row(Sender)) as cursor:
        await cursor.execute(queries("senders").find, {"ids": list(device_ids)})
        return {sender.id: sender for sender in await cursor.fetchall()}


async def find_by_keys(connection: Connection, keys: Sequence[str]) -> dict[str, list[Sender]]:
    """The registered devices whose serial number, in its canonical spelling, is one of `keys`."""
    cursor = await connection.execute(queries("senders").find_by_keys, {"keys": list(keys)})
    found: dict[str, list[Sender]] = {}
    for key, *columns in await cursor.fetchall():
        found.setdefault(key, []).append(Sender(*columns))
    return found


async def find_wearers(connection: Connection, asked: Sequence[tuple[UUID, datetime]]) -> list[Wearer]:
    """For each (device, moment), in the order asked: who had it then."""
    async with connection.cursor(row_factory=class_row(Wearer)) as cursor:
        await cursor.execute(
            queries("senders").wearers,
            {"devices": [device for device, _ in asked], "moments": [moment for _, moment in asked]},
        )
        return await cursor.fetchall()
