"""Messages nobody could read: why, from which device how many, and the bytes for whoever talks to the vendor."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from hub.api.callers import DESK_ROLES, SEEING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Cursor, Limit, Search, WithinDivision
from hub.storage.accounts import Role
from hub.storage.quarantine_views import (
    QuarantinedDeviceView,
    QuarantineView,
    WantedQuarantine,
    count_by_device,
    find_payload,
    list_quarantine,
)
from hub.storage.views import Page

router = APIRouter(prefix="/quarantine", tags=["queues"])

ReasonCode = Annotated[
    str | None, Query(min_length=1, max_length=64, pattern="^[a-z_]+$", description="Only for this reason.")
]


@router.get("")
async def quarantine(
    caller: Annotated[Caller, requires(*SEEING_ROLES)],
    device_id: Annotated[UUID | None, Query()] = None,
    division_id: WithinDivision = None,
    reason: ReasonCode = None,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[QuarantineView]:
    """Messages nobody could read, with the reason and their beginning, the newest first; `q` finds device and topic."""
    wanted = WantedQuarantine(device_id=device_id, reason=reason, search=q)
    scope = caller.scope_within(division_id)
    return await list_quarantine(caller.connection, scope, wanted, cursor=cursor, limit=limit)


@router.get("/by-device")
async def by_device(
    caller: Annotated[Caller, requires(*SEEING_ROLES)], division_id: WithinDivision = None
) -> Page[QuarantinedDeviceView]:
    """Which devices sent the most of them in the last 7 days, by reason, at most 100 lines."""
    return Page(items=await count_by_device(caller.connection, caller.scope_within(division_id)))


@router.get(
    "/{message_id}/payload",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def payload(message_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES, Role.VENDOR)]) -> Response:
    """The bytes as they came, as far as they are kept. The look is on record: they may say how somebody is."""
    found = await find_payload(caller.connection, message_id, caller.scope)
    if found is None:
        raise not_found("quarantined message")
    await caller.record("download", "quarantined_message", message_id, found.division_id)
    return Response(
        found.payload,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="message-{message_id}.bin"'},
    )
