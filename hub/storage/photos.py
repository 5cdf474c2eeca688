"""A person's photo: shown to whoever goes there, as long as the person agrees to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.scope import Scope

#: Enough for a face; the check of the column says the same.
PHOTO_BYTES_MAX = 512 * 1024


class PhotoType(StrEnum):
    """What a browser shows, and nothing that could hold a script."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """The bytes, and what they are."""

    type: PhotoType
    content: bytes


def photo_type(content: bytes) -> PhotoType | None:
    """By how the bytes begin, whatever they were said to be; None: no photo."""
    if content.startswith(b"\xff\xd8\xff"):
        return PhotoType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoType.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PhotoType.WEBP
    return None


async def put_photo(connection: Connection, recipient_id: UUID, scope: Scope, photo: Photo) -> datetime | None:
    """Put it in the place of the one before; None when the person has not agreed to one."""
    cursor = await connection.execute(
        queries("photos").put,
        {
            "recipient_id": recipient_id,
            "scope": scope.sql,
            "media_type": photo.type,
            "content": photo.content,
        },
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def find_photo(connection: Connection, recipient_id: UUID, scope: Scope) -> Photo | None:
    """What may be shown of the person."""
    cursor = await connection.execute(queries("photos").find, {"recipient_id": recipient_id, "scope": scope.sql})
    row = await cursor.fetchone()
    return None if row is None else Photo(type=PhotoType(row[0]), content=bytes(row[1]))


async def delete_photo(connection: Connection, recipient_id: UUID, scope: Scope) -> bool:
    """Whether there was one."""
    cursor = await connection.execute(queries("photos").delete, {"recipient_id": recipient_id, "scope": scope.sql})
    return cursor.rowcount > 0
