"""The county at one look: places with their people and devices, and the homes of those who need somebody now."""

from datetime import datetime
from uuid import UUID

from hub.storage.database import Connection, database_now
from hub.storage.places import PointView
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import View, fetch_views


class DeviceHealthView(View):
    """Devices that somebody wears: each counts once, by the worst that is known of it.

    `unseen`: never heard; `offline`: not connected, or silent for longer than its rhythm allows; `faulty`: another open
    item in the maintenance queue; `well`: the others.
    """

    well: int
    faulty: int
    offline: int
    unseen: int


class PlaceView(View):
    """A division, its own people and devices alone: those of the places below it stand there."""

    id: str
    name: str
    level: str
    center: PointView | None
    recipients: int
    devices: DeviceHealthView


class IncidentHomeView(View):
    """Where somebody lives whose incident is not closed, WGS-84."""

    incident_id: UUID
    lat: float
    lon: float


class BoardView(View):
    """Everything that does not come by the stream."""

    as_of: datetime
    places: list[PlaceView]
    homes: list[IncidentHomeView]


async def read_board(connection: Connection, scope: Scope) -> BoardView:
    """The board of a scope as it stands now."""
    now = await database_now(connection)
    return BoardView(
        as_of=now,
        places=await read_places(connection, scope, now),
        homes=await fetch_views(connection, IncidentHomeView, queries("board").homes, {"scope": scope.sql}),
    )


async def read_places(connection: Connection, scope: Scope, now: datetime) -> list[PlaceView]:
    """The places of a scope, in the order of their codes."""
    return await fetch_views(connection, PlaceView, queries("board").places, {"scope": scope.sql, "now": now})
