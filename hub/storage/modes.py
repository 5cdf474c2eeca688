"""Modes (守护状态) of a recipient: set and ended by people, ended by the hub where the person is evidently back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor
from alerts.explanation import Explanation
from alerts.modes import Mode, ModeSpan
from alerts.profile import read_profile
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.recipients import ModeView, tell_devices_of
from hub.storage.scope import Scope
from hub.storage.views import Page, cut_page, decode_time_cursor, fetch_views


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMode:
    """A mode to be set; `until_at` None: until further notice, an installation as long as one usually lasts."""

    mode: Mode
    from_at: datetime
    until_at: datetime | None
    set_by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSet:
    """The mode as it is, and where its person is."""

    view: ModeView
    division_id: str


async def set_mode(connection: Connection, recipient_id: UUID, scope: Scope, new: NewMode) -> ModeSet | None:
    """From then on the person is in this mode; ingest hears of it. None: nobody in scope has this id."""
    person = await _lock_person(connection, recipient_id, scope)
    if person is None:
        return None
    division_id, monitoring = person
    until_at = new.until_at
    if until_at is None and new.mode is Mode.INSTALL:
        until_at = new.from_at + read_profile(monitoring).mode_install_usual
    params = {
        "id": new_id(),
        "recipient_id": recipient_id,
        "division_id": division_id,
        "mode": new.mode,
        "from": new.from_at,
        "until": until_at,
        "actor": actor_to_json(new.set_by),
    }
    await connection.execute(queries("modes").make_way, params)
    [view] = await fetch_views(connection, ModeView, queries("modes").insert, params)
    await tell_devices_of(connection, recipient_id)
    return ModeSet(view=view, division_id=division_id)


async def end_current_modes(
    connection: Connection, recipient_id: UUID, scope: Scope, actor: Actor
) -> list[ModeSet] | None:
    """Whatever holds now is over: the person is at home. None: nobody in scope has this id."""
    person = await _lock_person(connection, recipient_id, scope)
    if person is None:
        return None
    ended = await fetch_views(
        connection,
        ModeView,
        queries("modes").end_current,
        {"recipient_id": recipient_id, "actor": actor_to_json(actor)},
    )
    await tell_devices_of(connection, recipient_id)
    return [ModeSet(view=view, division_id=person[0]) for view in ended]


async def end_span(
    connection: Connection, recipient_id: UUID, span: ModeSpan, explanation: Explanation, now: datetime
) -> None:
    """The hub has seen that the person is back: this span ends now, with the reason, unless somebody was first."""
    cursor = await connection.execute(
        queries("modes").end_span,
        {
            "recipient_id": recipient_id,
            "mode": span.mode,
            "from": span.from_at,
            "why": Jsonb(explanation.to_json()),
            "now": now,
        },
    )
    if await cursor.fetchone() is not None:
        await tell_devices_of(connection, recipient_id)


async def list_modes(connection: Connection, recipient_id: UUID, *, cursor: str | None, limit: int) -> Page[ModeView]:
    """All that were ever set of this person, the newest first; the caller has looked whether they may be seen.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    rows = await fetch_views(
        connection,
        ModeView,
        queries("modes").list_of_person,
        {"recipient_id": recipient_id, "before_at": before_at, "before_id": before_id, "limit": limit + 1},
    )
    return cut_page(rows, limit, lambda mode: (mode.from_, mode.id))


async def _lock_person(connection: Connection, recipient_id: UUID, scope: Scope) -> tuple[str, dict[str, Any]] | None:
    cursor = await connection.execute(queries("modes").lock_person, {"recipient_id": recipient_id, "scope": scope.sql})
    return await cursor.fetchone()
