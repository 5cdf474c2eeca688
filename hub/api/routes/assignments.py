"""Assignments: who has a device from when until when."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from hub.api.callers import INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found, unacceptable
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Instant, Limit
from hub.storage.assignments import (
    Assigning,
    AssignmentView,
    BadRangeError,
    NoSuchDeviceError,
    assign,
    list_assignments,
)
from hub.storage.devices import find_device
from hub.storage.views import Page, decode_id_cursor

router = APIRouter(prefix="/devices/{device_id}/assignments", tags=["assignments"])


class NewAssignment(Body):
    """Give the device to this person, [from, until); from now and without end unless said."""

    recipient_id: UUID
    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None


@router.post("", status_code=201)
async def create(
    device_id: UUID, body: NewAssignment, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]
) -> AssignmentView:
    """Give the device to somebody; whoever has it has it until then."""
    assigning = Assigning(device_id=device_id, recipient_id=body.recipient_id, from_at=body.from_, until_at=body.until)
    assignment = await _assign(caller, assigning)
    if assignment is None:
        raise not_found("recipient")
    await caller.record("assign", "device", device_id)
    return assignment


@router.delete("/current", status_code=204)
async def end_current(device_id: UUID, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]) -> None:
    """Nobody has the device any more."""
    await _assign(caller, Assigning(device_id=device_id, recipient_id=None))
    await caller.record("unassign", "device", device_id)


async def _assign(caller: Caller, assigning: Assigning) -> AssignmentView | None:
    try:
        return await assign(caller.connection, assigning, caller.scope)
    except NoSuchDeviceError:
        raise not_found("device") from None
    except BadRangeError as error:
        field = "from" if error.code == "from_in_future" else "until"
        message = "must not lie in the future" if field == "from" else "must be later than from"
        raise unacceptable(field, error.code, message) from None


@router.get("")
async def list_all(
    device_id: UUID,
    caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)],
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[AssignmentView]:
    """Who has had the device, the newest record first."""
    if await find_device(caller.connection, device_id, caller.scope) is None:
        raise not_found("device")
    return await list_assignments(
        caller.connection, device_id, caller.scope, before=decode_id_cursor(cursor), limit=limit
    )
