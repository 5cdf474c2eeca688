"""Divisions (行政区划): the tree of places by 12-digit code, which says who sees whom."""

from hub.storage.database import Connection
from hub.storage.places import PointView, point_columns
from hub.storage.queries import queries
from hub.storage.refusals import refused_as
from hub.storage.scope import DIVISION_DIGITS, Scope, division_prefix
from hub.storage.views import Page, View, cut_page, fetch_view, fetch_views

_LEVEL_OF_LENGTH = {2: "province", 4: "prefecture", 6: "county", 9: "township", DIVISION_DIGITS: "village"}


class DivisionView(View):
    """One place."""

    id: str
    name: str
    level: str
    timezone: str
    center: PointView | None


def division_level(division_id: str) -> str:
    """What a code stands for, by the zeros it ends in."""
    return _LEVEL_OF_LENGTH[len(division_prefix(division_id))]


async def ensure_division(connection: Connection, division_id: str, name: str, timezone: str) -> None:
    """The hub's own division exists; an existing one is left as it is."""
    await connection.execute(
        queries("divisions").ensure,
        {"id": division_id, "name": name, "level": division_level(division_id), "timezone": timezone},
    )


async def create_division(
    connection: Connection,
    division_id: str,
    name: str,
    timezone: str | None,
    fallback_timezone: str,
    center: dict[str, float] | None = None,
) -> DivisionView:
    """A new place; its time zone is its parent's unless given.

    Raises:
        TakenError: `division_exists`.
    """
    with refused_as("division_exists"):
        view = await fetch_view(
            connection,
            DivisionView,
            queries("divisions").create,
            {
                "id": division_id,
                "name": name,
                "level": division_level(division_id),
                "timezone": timezone,
                "fallback_timezone": fallback_timezone,
                **point_columns("center", center),
            },
        )
    if view is None:
        raise LookupError("INSERT returned nothing")
    return view


async def find_division(connection: Connection, division_id: str) -> DivisionView | None:
    """The place of this code; places are no secret, so no scope is asked for."""
    return await fetch_view(connection, DivisionView, queries("divisions").find, {"id": division_id})


async def set_center(
    connection: Connection, division_id: str, scope: Scope, center: dict[str, float] | None
) -> DivisionView | None:
    """Where maps begin and a place's figures stand; None when no place in scope has this code."""
    params = {"id": division_id, "scope": scope.sql, **point_columns("center", center)}
    return await fetch_view(connection, DivisionView, queries("divisions").set_center, params)


async def nearest_center(connection: Connection, division_id: str) -> PointView | None:
    """The centre of a place or else of the nearest above it that has one; places are no secret."""
    params = {"id": division_id}
    return await fetch_view(connection, PointView, queries("divisions").nearest_center, params)


async def list_divisions(connection: Connection, scope: Scope, after: str | None, limit: int) -> Page[DivisionView]:
    """The places in scope, by code; `after` is the last code of the page before."""
    rows = await fetch_views(
        connection,
        DivisionView,
        queries("divisions").list_in_scope,
        {"scope": scope.sql, "after": after, "limit": limit + 1},
    )
    return cut_page(rows, limit, lambda division: (division.id,))
