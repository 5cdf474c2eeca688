"""What every read model shares: rows are parsed into a `View` at the edge of storage and rendered as they are.

A view is the shape of the outside contract (DESIGN.md section 4); the same one serves lists, single answers and the
stream. Pages are cut by keyset, never by offset: what was read cannot shift under the reader.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from alerts.incidents.need import NeedKey
from hub.storage.database import Connection

V = TypeVar("V", bound="View")


class View(BaseModel):
    """One row as it is shown."""

    model_config = ConfigDict(frozen=True)


class BadCursorError(ValueError):
    """A cursor that none of our lists gave out."""


class ExplanationView(View):
    """Why the hub said so: the code names the sentence, the parameters fill it."""

    code: str
    params: dict[str, Any]


class ActorView(View):
    """Who did something: an operator, a caregiver or a machine."""

    type: str
    id: str
    name: str


class NamedView(View):
    """Somebody or something, by name."""

    id: UUID
    name: str


class Page(BaseModel, Generic[V]):
    """One page of a list; `next` is the cursor of the following one."""

    model_config = ConfigDict(frozen=True)

    items: list[V]
    next: str | None = None


def cut_page(rows: Sequence[V], limit: int, position: Callable[[V], tuple[object, ...]]) -> Page[V]:
    """A page of at most `limit` of the `limit + 1` rows that were asked for."""
    shown = list(rows[:limit])
    following = encode_cursor(*position(shown[-1])) if len(rows) > limit else None
    return Page(items=shown, next=following)


def encode_cursor(*position: object) -> str:
    """The position of the last row of a page, opaque to its reader."""
    parts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in position]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_text_cursor(cursor: str | None) -> str | None:
    """The cursor of a list in the order of a unique text: codes, names."""
    return None if cursor is None else _decode(cursor, 1)[0]


def decode_id_cursor(cursor: str | None) -> UUID | None:
    """The cursor of a list in the order of identities."""
    if cursor is None:
        return None
    (part,) = _decode(cursor, 1)
    return _parse(UUID, part)


def decode_place_cursor(cursor: str | None) -> tuple[str, str, UUID] | None:
    """The cursor of a list in the order of divisions, then names, then identities."""
    if cursor is None:
        return None
    division_id, name, identity = _decode(cursor, 3)
    return division_id, name, _parse(UUID, identity)


def decode_time_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """The cursor of a list in the order of time, then identity."""
    if cursor is None:
        return None, None
    at, identity = _decode(cursor, 2)
    return _parse_moment(at), _parse(UUID, identity)


def decode_rank_cursor(cursor: str | None) -> tuple[float | None, UUID | None]:
    """The cursor of a list in the order of a number, then identity."""
    if cursor is None:
        return None, None
    rank, identity = _decode(cursor, 2)
    return _parse(_parse_finite, rank), _parse(UUID, identity)


def _parse_finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def decode_moment_cursor(cursor: str | None) -> datetime | None:
    """The cursor of a list in the order of time alone."""
    return None if cursor is None else _parse_moment(_decode(cursor, 1)[0])


def decode_reading_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None, str | None]:
    """The cursor of a list of readings: time, device, identity (hexadecimal)."""
    if cursor is None:
        return None, None, None
    at, device_id, identity = _decode(cursor, 3)
    return _parse_moment(at), _parse(UUID, device_id), _parse(bytes.fromhex, identity).hex()


def decode_need_cursor(cursor: str | None) -> tuple[datetime | None, NeedKey | None]:
    """The cursor of a list in the order of need: the moment of its first page, and the last place that was shown."""
    if cursor is None:
        return None, None
    as_of, taken, rank, overdue, opened_at, identity = _decode(cursor, 6)
    key = (taken == "True", _parse(int, rank), _parse(float, overdue), opened_at, identity)
    return _parse_moment(as_of), key


def _parse_moment(text: str) -> datetime:
    moment = _parse(datetime.fromisoformat, text)
    if moment.tzinfo is None:
        raise BadCursorError(text)
    return moment


def _decode(cursor: str, count: int) -> list[str]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise BadCursorError(cursor) from error
    if (
        not isinstance(parts, list)
        or len(parts) != count
        or not all(isinstance(part, str) and part.isprintable() for part in parts)
    ):
        raise BadCursorError(cursor)
    return parts


T = TypeVar("T")


def _parse(parse: Callable[[str], T], part: str) -> T:
    try:
        return parse(part)
    except ValueError as error:
        raise BadCursorError(part) from error


async def fetch_views(
    connection: Connection, model: type[V], statement: LiteralString, params: dict[str, Any]
) -> list[V]:
    """All rows of a statement as views."""
    cursor = await connection.execute(statement, params)
    names = [column.name for column in cursor.description or ()]
    return [model.model_validate(dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]


async def fetch_view(
    connection: Connection, model: type[V], statement: LiteralString, params: dict[str, Any]
) -> V | None:
    """The one row of a statement as a view, if there is one."""
    views = await fetch_views(connection, model, statement, params)
    return views[0] if views else None
