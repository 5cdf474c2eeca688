"""Test windows of devices, and when each was last tested: by what came the whole way from it into the database."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from alerts.actors import Actor
from alerts.incidents.press_tests import TestWindow
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import ActorView, View, fetch_view


class HowTested(StrEnum):
    """What showed that a device works."""

    CODE = "code"  #: It said itself that it is a test. 测试码
    WINDOW = "window"  #: A press within a window, confirmed. 测试窗口
    SELF_TEST = "self_test"  #: It tested itself. 自检


class TestWindowView(View):
    """A time in which presses of one device may be confirmed as tests."""

    __test__ = False  # no test of pytest's

    id: UUID
    device_id: UUID
    from_: datetime = Field(alias="from")
    until: datetime
    reason: str | None
    opened_by: ActorView
    ended_by: ActorView | None


async def open_window(
    connection: Connection, device_id: UUID, scope: Scope, *, lasts: timedelta, reason: str | None, actor: Actor
) -> TestWindowView | None:
    """Open a window from now on, in place of one that is open; None when there is no such device in scope."""
    params = {
        "id": new_id(),
        "device_id": device_id,
        "scope": scope.sql,
        "lasts": lasts,
        "reason": reason,
        "actor": actor_to_json(actor),
    }
    if await find_open_window(connection, device_id, scope) is not None:
        await connection.execute(queries("test_windows").close_open, params)
    return await fetch_view(connection, TestWindowView, queries("test_windows").open, params)


async def find_open_window(connection: Connection, device_id: UUID, scope: Scope) -> TestWindowView | None:
    """The window that is open now."""
    return await fetch_view(
        connection,
        TestWindowView,
        queries("test_windows").current,
        {"device_id": device_id, "scope": scope.sql},
    )


async def close_window(connection: Connection, device_id: UUID, scope: Scope, actor: Actor) -> TestWindowView | None:
    """From now on presses are real; None when no window of a device in scope is open."""
    if await find_open_window(connection, device_id, scope) is None:
        return None
    return await fetch_view(
        connection,
        TestWindowView,
        queries("test_windows").close_open,
        {"device_id": device_id, "actor": actor_to_json(actor)},
    )


async def find_windows(
    connection: Connection, device_ids: Collection[UUID], first_at: datetime, last_at: datetime
) -> dict[UUID, list[TestWindow]]:
    """The windows that were open between these moments, by device."""
    cursor = await connection.execute(
        queries("test_windows").open_between,
        {"device_ids": list(device_ids), "first_at": first_at, "last_at": last_at},
    )
    windows: dict[UUID, list[TestWindow]] = {}
    for device_id, from_at, until_at in await cursor.fetchall():
        windows.setdefault(device_id, []).append(TestWindow(from_at=from_at, until_at=until_at))
    return windows


async def note_test(
    connection: Connection, device_id: UUID, how: HowTested, tested_at: datetime, stored_at: datetime
) -> None:
    """The device was tested, and the hub has it."""
    await connection.execute(
        queries("test_windows").note_test,
        {"device_id": device_id, "how": how, "tested_at": tested_at, "stored_at": stored_at},
    )


async def note_confirmed_test(connection: Connection, incident_id: UUID) -> None:
    """The presses of this incident were a test of their devices."""
    await connection.execute(queries("test_windows").note_confirmed, {"incident_id": incident_id})
