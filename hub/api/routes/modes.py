"""Modes of a recipient: where the person is, who said so, until when. Each change and each look is on record."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from alerts.incidents.press_tests import WINDOW_MAX
from alerts.modes import Mode
from hub.api.callers import INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found, unacceptable
from hub.api.shapes import PAGE_ROWS, Body, Cursor, Instant, Limit
from hub.clock import utc_now
from hub.storage import modes
from hub.storage.modes import NewMode, end_current_modes, list_modes
from hub.storage.recipients import ModeView, find_recipient
from hub.storage.test_windows import open_window
from hub.storage.views import Page

router = APIRouter(prefix="/recipients/{recipient_id}/modes", tags=["recipients"])


class EnteredMode(Body):
    """A time in which the person is not simply at home.

    `device_id` goes with an installation that begins now: presses of that device may be tests, for 15 minutes.
    """

    mode: Mode
    from_: Instant | None = Field(default=None, alias="from")
    until: Instant | None = None
    device_id: UUID | None = None

    @model_validator(mode="after")
    def _tries_a_device_only_while_it_is_set_up(self) -> Self:
        if self.device_id is not None and (self.mode is not Mode.INSTALL or self.from_ is not None):
            raise ValueError("device_id goes with an installation that begins now")
        return self


@router.post("", status_code=201)
async def enter_mode(
    recipient_id: UUID, body: EnteredMode, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]
) -> ModeView:
    """From `from` (default: now) on the person is in this mode; the one before ends there.

    An installation lies over the mode before instead, and ends after its usual length unless `until` is given.
    """
    from_at = body.from_ or utc_now()
    if body.until is not None and body.until <= from_at:
        raise unacceptable("until", "until_before_from", "must be later than from")
    new = NewMode(mode=body.mode, from_at=from_at, until_at=body.until, set_by=caller.actor)
    mode_set = await modes.set_mode(caller.connection, recipient_id, caller.scope, new)
    if mode_set is None:
        raise not_found("recipient")
    await caller.record("set_mode", "recipient", recipient_id, mode_set.division_id)
    if body.device_id is not None:
        await _let_be_tried(body.device_id, caller)
    return mode_set.view


async def _let_be_tried(device_id: UUID, caller: Caller) -> None:
    window = await open_window(
        caller.connection, device_id, caller.scope, lasts=WINDOW_MAX, reason=None, actor=caller.actor
    )
    if window is None:
        raise unacceptable("device_id", "unknown_reference", "names nothing that is there")
    await caller.record("open_test_window", "device", device_id)


@router.get("")
async def list_all(
    recipient_id: UUID,
    caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)],
    cursor: Cursor = None,
    limit: Limit = PAGE_ROWS,
) -> Page[ModeView]:
    """All modes of this person, the newest first: who set each, and who or what ended it. The look is on record."""
    file = await find_recipient(caller.connection, recipient_id, caller.scope)
    if file is None:
        raise not_found("recipient")
    await caller.record("look_modes", "recipient", recipient_id, file.division_id)
    return await list_modes(caller.connection, recipient_id, cursor=cursor, limit=limit)


@router.delete("/current")
async def end_now(recipient_id: UUID, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]) -> Page[ModeView]:
    """The person is at home again, now; what was ended."""
    ended = await end_current_modes(caller.connection, recipient_id, caller.scope, caller.actor)
    if ended is None:
        raise not_found("recipient")
    for one in ended:
        await caller.record("end_mode", "recipient", recipient_id, one.division_id)
    return Page(items=[one.view for one in ended])
