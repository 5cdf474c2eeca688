"""Divisions: the tree of places."""

from typing import Annotated

from fastapi import APIRouter

from hub.api.callers import SEEING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Body, Cursor, DivisionId, Limit, Name, Point, Timezone
from hub.storage.accounts import Role
from hub.storage.divisions import DivisionView, create_division, list_divisions, set_center
from hub.storage.views import Page, decode_text_cursor

router = APIRouter(prefix="/divisions", tags=["divisions"])


class NewDivision(Body):
    """A place by its 12-digit code; the level follows from the zeros it ends in."""

    id: DivisionId
    name: Name
    timezone: Timezone | None = None
    center: Point | None = None


class Center(Body):
    """The centre; null takes it away."""

    center: Point | None


@router.get("")
async def list_all(
    caller: Annotated[Caller, requires(*SEEING_ROLES)], cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> Page[DivisionView]:
    """The places in scope, by code."""
    return await list_divisions(caller.connection, caller.scope, decode_text_cursor(cursor), limit)


@router.post("", status_code=201)
async def create(body: NewDivision, caller: Annotated[Caller, requires(Role.ADMIN)]) -> DivisionView:
    """A new place below the caller's own."""
    division_id = caller.choose_division(body.id)
    division = await create_division(
        caller.connection,
        division_id,
        body.name,
        body.timezone,
        caller.parts.settings.timezone,
        center=body.center.model_dump() if body.center else None,
    )
    await caller.record("create", "division", division_id, division_id)
    return division


@router.put("/{division_id}/center")
async def place(
    division_id: DivisionId, body: Center, caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
) -> DivisionView:
    """Where maps begin for this place and where its figures stand."""
    center = body.center.model_dump() if body.center else None
    division = await set_center(caller.connection, division_id, caller.scope, center)
    if division is None:
        raise not_found("division")
    await caller.record("change", "division", division_id, division_id)
    return division
