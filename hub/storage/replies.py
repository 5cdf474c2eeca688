"""What caregivers write back: stored when it comes, settled once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text nobody has dealt with yet; `number` is bare: digits, without the country code of a Chinese number."""

    id: UUID
    number: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An incident a number has been told of. `destination` is the number as it is written on file."""

    incident_id: UUID
    code: int
    state: str
    division_id: str
    person: dict[str, Any]  #: {type, id, name} of whom the number belongs to, as the notification has it.
    told_at: datetime
    destination: str
    name: str | None
    sex: str | None
    birth_date: date | None
    timezone: str
    declined_since: bool


async def store(connection: Connection, channel: str, origin: str, text: str, provider_ref: str | None) -> None:
    """Store a text; a repetition is stored once."""
    text_id = new_id()
    statements = queries("replies")
    await connection.execute(statements.lock_origin, {"origin": origin})
    await connection.execute(
        statements.insert,
        {
            "id": text_id,
            "channel": channel,
            "origin": origin,
            "text": text,
            "dedup_key": f"{channel} {provider_ref}" if provider_ref else str(text_id),
            "identified": provider_ref is not None,
        },
    )


async def lock_unsettled(connection: Connection, skip: int) -> InboundText | None:
    """The oldest text that waits, after `skip` that could not be settled, locked."""
    async with connection.cursor(row_factory=class_row(InboundText)) as cursor:
        await cursor.execute(queries("replies").lock_unsettled, {"skip": skip})
        return await cursor.fetchone()


async def told(connection: Connection, number: str, timezone: str) -> list[Told]:
    """What this number has been told of, the newest first; `timezone` is the last resort."""
    async with connection.cursor(row_factory=class_row(Told)) as cursor:
        await cursor.execute(queries("replies").told, {"number": number, "timezone": timezone})
        return await cursor.fetchall()


async def family_of(connection: Connection, number: str) -> tuple[UUID, str] | None:
    """The one recipient whose contact has this number, as (recipient, division); None for none or several."""
    families = await (await connection.execute(queries("replies").families, {"number": number})).fetchall()
    return (families[0][0], families[0][1]) if len(families) == 1 else None


async def settle(connection: Connection, text_id: UUID, code: str, incident_ids: list[UUID]) -> None:
    """Record what was made of a text: `code`, and the incidents it was put to."""
    outcome = {"code": code, "params": {"incident_ids": [str(incident_id) for incident_id in incident_ids]}}
    await connection.execute(queries("replies").settle, {"id": text_id, "outcome": Jsonb(outcome)})
