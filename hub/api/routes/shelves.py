"""Shelves: what people have set aside for a time, and what it holds back. A cry for help is on none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from alerts.storms.shelving import NotShelvableError, Shelvable, check_shelving
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import ProblemError, not_found, unacceptable
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Instant, Limit, Name, Search, WithinDivision
from hub.stations.shelving import end_shelf
from hub.storage import shelves
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.devices import find_device
from hub.storage.recipients import find_recipient
from hub.storage.shelves import NewShelf, ShelfView, SqlShelfStore, WantedShelves
from hub.storage.troubled import Troubled
from hub.storage.views import Page

router = APIRouter(tags=["shelves"])

DeskCaller = Annotated[Caller, requires(*DESK_ROLES)]
#: Who may set aside for longer than an operator alone.
_SUPERVISING_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})
_WHY_NOT = {
    "already_over": "must lie in the future",
    "longer_than_a_day": "may be 24 hours from now at most: whoever is on duty then looks at it anew",
}


class DeviceShelving(Body):
    """What of a device is set aside - by default all that may be - until when, and why."""

    kinds: Annotated[list[Shelvable], Field(min_length=1, default_factory=lambda: list(Shelvable))]
    until: Instant
    reason: Name


class RecipientShelving(Body):
    """Which kinds of a person are set aside, whatever device finds them, until when, and why."""

    kinds: Annotated[list[Shelvable], Field(min_length=1)]
    until: Instant
    reason: Name


@router.post("/devices/{device_id}/shelve", status_code=201)
async def shelve_device(device_id: UUID, body: DeviceShelving, caller: DeskCaller) -> ShelfView:
    """Set aside what one device finds. Its alerts are recorded all the same; what still lasts at the end is raised.

    Never an SOS, a confirmed fall, an event nobody can read or a call. An hour at most, for a supervisor a day.
    """
    device = await find_device(caller.connection, device_id, caller.scope)
    if device is None:
        raise not_found("device")
    now = await _check(caller, body.kinds, body.until)
    wanted = NewShelf(
        division_id=device.division_id,
        device_id=device_id,
        recipient_id=None,
        kinds=body.kinds,
        reason=body.reason,
        until=body.until,
    )
    return await _put_up(caller, wanted, now)


@router.post("/recipients/{recipient_id}/shelve", status_code=201)
async def shelve_recipient(recipient_id: UUID, body: RecipientShelving, caller: DeskCaller) -> ShelfView:
    """Set aside kinds of alerts about one person, under the same conditions as of a device."""
    recipient = await find_recipient(caller.connection, recipient_id, caller.scope)
    if recipient is None:
        raise not_found("recipient")
    now = await _check(caller, body.kinds, body.until)
    wanted = NewShelf(
        division_id=recipient.division_id,
        device_id=None,
        recipient_id=recipient_id,
        kinds=body.kinds,
        reason=body.reason,
        until=body.until,
    )
    return await _put_up(caller, wanted, now)


@router.get("/shelves")
async def list_all(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    ended: Annotated[
        bool | None, Query(description="Those that hold by default; true: those that have ended.")
    ] = False,
    all_: Annotated[
        bool, Query(alias="all", description="Those that hold and those that have ended, whatever `ended` says.")
    ] = False,
    kind: Annotated[list[Shelvable] | None, Query()] = None,
    device_id: Annotated[UUID | None, Query()] = None,
    recipient_id: Annotated[UUID | None, Query()] = None,
    division_id: WithinDivision = None,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[ShelfView]:
    """What is set aside, the newest first, and how much each shelf holds back; `q` finds by device and person."""
    wanted = WantedShelves(
        ended=None if all_ else ended, kinds=kind or (), device_id=device_id, recipient_id=recipient_id, search=q
    )
    scope = caller.scope_within(division_id)
    return await shelves.list_shelves(caller.connection, scope, wanted, cursor=cursor, limit=limit)


@router.post("/shelves/{shelf_id}/end")
async def end(shelf_id: UUID, caller: DeskCaller) -> ShelfView:
    """End it now; what still lasts comes to the desk. Ending what has ended changes nothing."""
    shelf = await _find(caller, shelf_id)
    store = SqlShelfStore(caller.connection, Troubled())
    if await end_shelf(store, shelf_id, caller.actor):
        await caller.record("end", "shelf", shelf_id, shelf.division_id)
    return await _find(caller, shelf_id)


async def _check(caller: Caller, kinds: Sequence[Shelvable], until: datetime) -> datetime:
    """The moment of asking, if it may be."""
    now = await database_now(caller.connection)
    try:
        check_shelving(kinds, until, now, by_supervisor=caller.role in _SUPERVISING_ROLES)
    except NotShelvableError as error:
        if error.code == "needs_supervisor":
            raise ProblemError(403, error.code, "More than an hour needs a supervisor.") from None
        raise unacceptable("until", error.code, _WHY_NOT[error.code]) from None
    return now


async def _put_up(caller: Caller, wanted: NewShelf, now: datetime) -> ShelfView:
    shelf_id = await shelves.put_up(caller.connection, wanted, caller.actor, now)
    await caller.record("shelve", "device" if wanted.device_id else "recipient", _whose(wanted), wanted.division_id)
    return await _find(caller, shelf_id)


def _whose(wanted: NewShelf) -> str:
    return str(wanted.device_id or wanted.recipient_id)


async def _find(caller: Caller, shelf_id: UUID) -> ShelfView:
    shelf = await shelves.find_shelf(caller.connection, shelf_id, caller.scope)
    if shelf is None:
        raise not_found("shelf")
    return shelf
