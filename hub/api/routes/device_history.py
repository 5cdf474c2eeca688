"""What a device sent, and what it was told to do."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from hub.api.callers import INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Cursor, Limit
from hub.storage.device_commands import CommandView, list_commands
from hub.storage.device_messages import DeviceMessageView, list_messages
from hub.storage.devices import find_device
from hub.storage.views import Page

router = APIRouter(prefix="/devices/{device_id}", tags=["devices"])

HistoryReader = Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]


@router.get("/messages")
async def messages(
    device_id: UUID,
    caller: HistoryReader,
    events_only: Annotated[bool, Query(description="Events alone, no readings.")] = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[DeviceMessageView]:
    """What it sent, the newest first: events and readings, of those what they say of the device itself."""
    await _check(caller, device_id)
    return await list_messages(
        caller.connection, device_id, caller.scope, events_only=events_only, cursor=cursor, limit=limit
    )


@router.get("/commands")
async def commands(device_id: UUID, caller: HistoryReader) -> Page[CommandView]:
    """What it was told to do in the last days, at most 50, and what became of each."""
    await _check(caller, device_id)
    return Page(items=await list_commands(caller.connection, device_id, caller.scope))


async def _check(caller: Caller, device_id: UUID) -> None:
    if await find_device(caller.connection, device_id, caller.scope) is None:
        raise not_found("device")
