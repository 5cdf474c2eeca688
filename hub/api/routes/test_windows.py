"""Test windows: somebody tries one device; its presses may then be confirmed as tests (DOMAIN.md section 4)."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from alerts.incidents.press_tests import WINDOW_MAX
from hub.api.callers import INSTALLING_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import Body, LongText, WholeNumber
from hub.storage import test_windows
from hub.storage.test_windows import TestWindowView, close_window, find_open_window

router = APIRouter(prefix="/devices/{device_id}/test-window", tags=["devices"])

_MINUTES_MAX = int(WINDOW_MAX.total_seconds() // 60)


class OpenedWindow(Body):
    """For how long, and why."""

    minutes: WholeNumber = Field(default=_MINUTES_MAX, ge=1, le=_MINUTES_MAX)
    reason: LongText | None = None


@router.post("", status_code=201)
async def open_window(
    device_id: UUID, caller: Annotated[Caller, requires(*INSTALLING_ROLES)], body: OpenedWindow | None = None
) -> TestWindowView:
    """From now on presses of this device alone may be confirmed as tests; each is real unless it is, within 2 minutes.

    A window that is open ends: there is one a device.
    """
    wished = body or OpenedWindow()
    window = await test_windows.open_window(
        caller.connection,
        device_id,
        caller.scope,
        lasts=timedelta(minutes=wished.minutes),
        reason=wished.reason,
        actor=caller.actor,
    )
    if window is None:
        raise not_found("device")
    await caller.record("open_test_window", "device", device_id)
    return window


@router.get("")
async def get(
    device_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES, *INSTALLING_ROLES)]
) -> TestWindowView:
    """The window that is open now; 404 when none is."""
    window = await find_open_window(caller.connection, device_id, caller.scope)
    if window is None:
        raise not_found("open test window")
    return window


@router.delete("")
async def end(device_id: UUID, caller: Annotated[Caller, requires(*INSTALLING_ROLES)]) -> TestWindowView:
    """From now on presses of this device are real."""
    window = await close_window(caller.connection, device_id, caller.scope, caller.actor)
    if window is None:
        raise not_found("open test window")
    await caller.record("end_test_window", "device", device_id)
    return window
