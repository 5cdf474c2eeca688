"""The queues beside the emergency one: maintenance (维护事项) for equipment, follow-ups (问候核实) for silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, Self
from uuid import UUID

from alerts.actors import Actor
from hub.storage import stream
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.queue_notes import NewQueueNote, QueueNoteView, note_columns
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.views import (
    ActorView,
    ExplanationView,
    NamedView,
    Page,
    View,
    cut_page,
    decode_time_cursor,
    fetch_view,
    fetch_views,
)


class ConcernedView(View):
    """A device of which a power cut is told, and whose it is."""

    device_id: UUID
    device_kind: str
    sign: str
    recipient: NamedView | None


class MaintenanceView(View):
    """Something wrong with equipment; `occurrences` counts how often it was reported.

    `folded_into` is the item of the place that this one is part of; `concerned` are the devices of such an item.
    `overdue`: it is open and has waited longer than it may.
    """

    id: UUID
    kind: str
    state: str
    division_id: str
    place: str | None
    device_id: UUID | None
    device_kind: str | None
    device_model: str | None
    device_serial: str | None
    recipient: NamedView | None
    explanation: ExplanationView
    opened_at: datetime
    last_seen_at: datetime
    occurrences: int
    cleared_at: datetime | None
    closed_by: ActorView | None
    note: str | None
    folded_into: UUID | None
    concerned: list[ConcernedView]
    due_at: datetime
    overdue: bool
    notes: list[QueueNoteView]

    def without_people(self) -> Self:
        """As vendors see it: what the desk noted may name people."""
        concerned = [one.model_copy(update={"recipient": None}) for one in self.concerned]
        return self.model_copy(update={"recipient": None, "concerned": concerned, "notes": []})


class FollowUpView(View):
    """Somebody to call, then to visit. `overdue`: nobody took it in time, or it is not settled in time."""

    id: UUID
    kind: str
    state: str
    division_id: str
    place: str | None
    recipient: NamedView | None
    device_id: UUID | None
    device_kind: str | None
    explanation: ExplanationView
    opened_at: datetime
    last_seen_at: datetime
    occurrences: int
    acknowledged_at: datetime | None
    acknowledged_by: ActorView | None
    closed_at: datetime | None
    disposition: str | None
    note: str | None
    due_at: datetime
    overdue: bool
    notes: list[QueueNoteView]


class OverdueView(View):
    """How many of each queue have waited longer than they may."""

    maintenance: int
    follow_ups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMaintenance:
    """What of the list is asked for; `people`: whether names may be searched."""

    states: Sequence[str] = ()
    kinds: Sequence[str] = ()
    device_id: UUID | None = None
    overdue: bool = False
    search: str | None = None
    people: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFollowUps:
    """What of the list is asked for."""

    states: Sequence[str] = ()
    kinds: Sequence[str] = ()
    recipient_id: UUID | None = None
    overdue: bool = False
    search: str | None = None


async def list_maintenance(
    connection: Connection, scope: Scope, wanted: WantedMaintenance, *, cursor: str | None, limit: int
) -> Page[MaintenanceView]:
    """Items in scope, the newest first; no state given: all.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = _maintenance_params(scope, wanted) | {
        "before_at": before_at, "before_id": before_id, "limit": limit + 1,
    }  # fmt: skip
    rows = await fetch_views(connection, MaintenanceView, queries("queues").maintenance, params)
    return cut_page(rows, limit, lambda item: (item.opened_at, item.id))


async def maintenance_by_id(
    connection: Connection, item_ids: Sequence[UUID], scope: Scope
) -> dict[UUID, MaintenanceView]:
    """These items as they stand now; those out of scope are left out."""
    params = _maintenance_params(scope, WantedMaintenance()) | {"ids": list(item_ids), "limit": len(item_ids)}
    rows = await fetch_views(connection, MaintenanceView, queries("queues").maintenance, params)
    return {row.id: row for row in rows}


def _maintenance_params(scope: Scope, wanted: WantedMaintenance) -> dict[str, Any]:
    return {
        "scope": scope.sql, "states": list(wanted.states), "kinds": list(wanted.kinds), "device_id": wanted.device_id,
        "overdue": wanted.overdue, "words": _words(wanted.search), "people": wanted.people, "ids": None,
        "before_at": None, "before_id": None, "limit": 0,
    }  # fmt: skip


async def list_follow_ups(
    connection: Connection, scope: Scope, wanted: WantedFollowUps, *, cursor: str | None, limit: int
) -> Page[FollowUpView]:
    """Follow-ups in scope, the newest first; no state given: all.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = _follow_up_params(scope, wanted) | {
        "before_at": before_at, "before_id": before_id, "limit": limit + 1,
    }  # fmt: skip
    rows = await fetch_views(connection, FollowUpView, queries("queues").follow_ups, params)
    return cut_page(rows, limit, lambda follow_up: (follow_up.opened_at, follow_up.id))


async def follow_ups_by_id(
    connection: Connection, follow_up_ids: Sequence[UUID], scope: Scope
) -> dict[UUID, FollowUpView]:
    """These follow-ups as they stand now; those out of scope are left out."""
    params = _follow_up_params(scope, WantedFollowUps()) | {"ids": list(follow_up_ids), "limit": len(follow_up_ids)}
    rows = await fetch_views(connection, FollowUpView, queries("queues").follow_ups, params)
    return {row.id: row for row in rows}


def _follow_up_params(scope: Scope, wanted: WantedFollowUps) -> dict[str, Any]:
    return {
        "scope": scope.sql, "states": list(wanted.states), "kinds": list(wanted.kinds),
        "recipient_id": wanted.recipient_id, "overdue": wanted.overdue, "words": _words(wanted.search), "ids": None,
        "before_at": None, "before_id": None, "limit": 0,
    }  # fmt: skip


def _words(search: str | None) -> list[str] | None:
    return None if search is None else words_of(search)


async def count_overdue(connection: Connection, scope: Scope) -> OverdueView:
    """How much has waited too long, in scope."""
    counted = await fetch_view(connection, OverdueView, queries("queues").overdue, {"scope": scope.sql})
    return counted or OverdueView(maintenance=0, follow_ups=0)


async def close_maintenance(
    connection: Connection, item_id: UUID, scope: Scope, actor: Actor, note: str | None
) -> bool:
    """It is dealt with, or will not be. False when it was not open any more; the next report opens a new one."""
    params = {"id": item_id, "scope": scope.sql, "actor": actor_to_json(actor), "note": note}
    return await _move(connection, queries("queues").close_maintenance, "maintenance", params)


async def acknowledge_follow_up(connection: Connection, follow_up_id: UUID, scope: Scope, actor: Actor) -> bool:
    """Somebody will call. False when it was not open any more."""
    params = {"id": follow_up_id, "scope": scope.sql, "actor": actor_to_json(actor)}
    return await _move(connection, queries("queues").acknowledge_follow_up, "follow-up", params)


async def close_follow_up(
    connection: Connection, follow_up_id: UUID, scope: Scope, actor: Actor, disposition: str, note: str | None
) -> bool:
    """How it ended. False when it was closed already."""
    params = {
        "id": follow_up_id,
        "scope": scope.sql,
        "actor": actor_to_json(actor),
        "disposition": disposition,
        "note": note,
    }
    return await _move(connection, queries("queues").close_follow_up, "follow-up", params)


async def note_maintenance(
    connection: Connection, item_id: UUID, scope: Scope, actor: Actor, note: NewQueueNote
) -> bool:
    """Put on record what was done about an item. False when it is not open."""
    params = {"id": item_id, "scope": scope.sql, **note_columns(note, actor)}
    return await _move(connection, queries("queues").note_maintenance, "maintenance", params)


async def note_follow_up(
    connection: Connection, follow_up_id: UUID, scope: Scope, actor: Actor, note: NewQueueNote
) -> bool:
    """Put on record what was done about a follow-up; who calls or goes there has taken it. False when it is closed."""
    params = {"id": follow_up_id, "scope": scope.sql, **note_columns(note, actor)}
    return await _move(connection, queries("queues").note_follow_up, "follow-up", params)


async def _move(
    connection: Connection,
    statement: LiteralString,
    kind: stream.StreamKind,
    params: dict[str, Any],
) -> bool:
    cursor = await connection.execute(statement, params)
    row = await cursor.fetchone()
    if row is None:
        return False
    await stream.append(connection, kind, row[0], row[1])
    return True
