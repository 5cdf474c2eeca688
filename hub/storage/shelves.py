"""Shelves as rows: put up by people, ended by them or by time, listed with what they hold back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.actors import Actor
from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from alerts.storms.shelving import Shelvable
from hub.identity import new_id
from hub.stations.records import AlertRequest
from hub.stations.shelving import EndedShelf, Unshelved
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.timers import SqlDeadlineStore
from hub.storage.views import (
    ActorView,
    NamedView,
    Page,
    View,
    cut_page,
    decode_time_cursor,
    fetch_view,
    fetch_views,
)


class HeldBackView(View):
    """What came of one kind while it was set aside."""

    kind: str
    held_back: int
    still: int
    last_at: datetime


class ShelfView(View):
    """A shelf: of a device, or of a person. `held_back` counts its alerts, `still` those whose cause lasts.

    `findings` says the same by kind, the newest first.
    """

    id: UUID
    division_id: str
    place: str | None
    device_id: UUID | None
    device_kind: str | None
    device_serial: str | None
    recipient: NamedView | None
    kinds: list[str]
    reason: str
    created_at: datetime
    created_by: ActorView
    until: datetime
    ended_at: datetime | None
    ended_by: ActorView | None
    held_back: int
    still: int
    findings: list[HeldBackView]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedShelves:
    """What of the list is asked for; `ended` None: those that hold and those that have ended."""

    ended: bool | None = None
    kinds: Sequence[str] = ()
    device_id: UUID | None = None
    recipient_id: UUID | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShelf:
    """What is set aside: of a device, or of a person."""

    division_id: str
    device_id: UUID | None
    recipient_id: UUID | None
    kinds: Sequence[Shelvable]
    reason: str
    until: datetime


class SqlShelfStore(SqlDeadlineStore):
    """`hub.stations.shelving.ShelfStore` in the transaction of a connection."""

    async def lock_due_shelf(self) -> UUID | None:
        """See the port."""
        cursor = await self._connection.execute(queries("shelves").lock_due, {"resting": self._troubled.resting()})
        row = await cursor.fetchone()
        return None if row is None else row[0]

    async def end_shelf(self, shelf_id: UUID, by: Actor | None, now: datetime) -> EndedShelf | None:
        """See the port."""
        await self._connection.execute(queries("shelves").drop_timer, {"id": shelf_id})
        params = {"id": shelf_id, "by": actor_to_json(by), "now": now}
        ended = await (await self._connection.execute(queries("shelves").end, params)).fetchone()
        held = await (await self._connection.execute(queries("shelves").held, {"id": shelf_id})).fetchone()
        if ended is None or held is None:
            return None
        division_id, device_id, recipient_id = ended
        held_back, still = held
        return EndedShelf(
            division_id=division_id, device_id=device_id, recipient_id=recipient_id, held_back=held_back, still=still
        )

    async def lock_unshelved(self) -> Unshelved | None:
        """See the port."""
        resting = {"resting": self._troubled.resting()}
        row = await (await self._connection.execute(queries("shelves").lock_unshelved, resting)).fetchone()
        if row is None:
            return None
        alert_id, division_id, kind, severity, recipient_id, device_id, occurred_at, received_at, late, why = row
        owner_id = recipient_id or device_id
        siblings = await self._connection.execute(
            queries("shelves").lock_siblings, {"kind": kind, "owner_id": owner_id}
        )
        ids = {sibling for (sibling,) in await siblings.fetchall()} - {alert_id}
        subject_type = SubjectType.DEVICE if recipient_id is None else SubjectType.RECIPIENT
        request = AlertRequest(
            division_id=division_id,
            subject=Subject(type=subject_type, id=str(owner_id)),
            recipient_id=recipient_id,
            alert=RaiseAlert(
                kind=IncidentKind(kind),
                severity=Severity(severity),
                explanation=Explanation.from_json(why),
                late=late,
                device_id=None if device_id is None else str(device_id),
            ),
            occurred_at=occurred_at,
            received_at=received_at,
            device_id=device_id,
        )
        return Unshelved(request=request, alert_ids=(alert_id, *sorted(ids)))

    async def attach_unshelved(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """See the port."""
        await self._connection.execute(queries("shelves").attach, {"incident_id": incident_id, "ids": list(alert_ids)})


async def put_up(connection: Connection, wanted: NewShelf, by: Actor, now: datetime) -> UUID:
    """A new shelf, and the timer that ends it."""
    shelf_id = new_id()
    await connection.execute(
        queries("shelves").put_up,
        {
            "id": shelf_id,
            "division_id": wanted.division_id,
            "device_id": wanted.device_id,
            "recipient_id": wanted.recipient_id,
            "kinds": sorted(set(wanted.kinds)),
            "reason": wanted.reason,
            "now": now,
            "by": actor_to_json(by),
            "until": wanted.until,
        },
    )
    return shelf_id


async def list_shelves(
    connection: Connection, scope: Scope, wanted: WantedShelves, *, cursor: str | None, limit: int
) -> Page[ShelfView]:
    """Shelves in scope, the newest first.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = _params(scope, wanted) | {"before_at": before_at, "before_id": before_id, "limit": limit + 1}
    rows = await fetch_views(connection, ShelfView, queries("shelves").in_scope, params)
    return cut_page(rows, limit, lambda shelf: (shelf.created_at, shelf.id))


async def find_shelf(connection: Connection, shelf_id: UUID, scope: Scope) -> ShelfView | None:
    """One shelf in scope."""
    params = _params(scope, WantedShelves()) | {"id": shelf_id}
    return await fetch_view(connection, ShelfView, queries("shelves").in_scope, params)


def _params(scope: Scope, wanted: WantedShelves) -> dict[str, Any]:
    return {
        "scope": scope.sql,
        "id": None,
        "ended": wanted.ended,
        "kinds": list(wanted.kinds),
        "device_id": wanted.device_id,
        "recipient_id": wanted.recipient_id,
        "words": None if wanted.search is None else words_of(wanted.search),
        "before_at": None,
        "before_id": None,
        "limit": 1,
    }
