"""Devices (设备) of the registry, and the secret each of them is given once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError, refused_as
from hub.storage.scope import Scope
from hub.storage.search_words import words_of
from hub.storage.views import (
    NamedView,
    Page,
    View,
    cut_page,
    decode_id_cursor,
    decode_rank_cursor,
    fetch_view,
    fetch_views,
)

#: The secret is random, so a fast hash guards it; base64url text so that every MQTT client can carry it.
SECRET_BYTES = 32


class DeviceTestView(View):
    """The last test that came the whole way: when the device did it, when the hub had it, and how.

    `how`: `code` (the device said that it was a test), `window` (a press, confirmed by somebody), `self_test`.
    """

    at: datetime
    stored_at: datetime
    how: str


class DeviceView(View):
    """One device, who has it now, what it last said of itself, and when it was last tested.

    `test_due_at` is there for what has a key to press and a person to press it: a month after the last test. `faults`
    are the kinds of its open maintenance items.
    """

    id: UUID
    kind: str
    model: str | None
    serial: str | None
    phone: str | None
    division_id: str
    place: str | None
    gateway_id: UUID | None
    recipient: NamedView | None
    assigned_from: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    online: bool | None
    last_seen_at: datetime | None
    firmware: str | None
    battery_pct: float | None
    charging: bool | None
    worn: bool | None
    signal_dbm: float | None
    last_test: DeviceTestView | None
    test_due_at: datetime | None
    test_overdue: bool
    faults: list[str]
    test_window_until: datetime | None
    shelved_until: datetime | None


class _RankedDevice(DeviceView):
    """A device with its place in the order that was asked for."""

    rank: float


class DeviceStanding(StrEnum):
    """How a device stands, as lists are narrowed; what is withdrawn is only REVOKED."""

    ONLINE = "online"  #: 在线
    OFFLINE = "offline"  #: It said so, or its will did. 离线
    NEVER_SEEN = "never_seen"  #: Nothing ever came from it. 从未上报
    FAULTY = "faulty"  #: It has an open maintenance item. 有维护事项
    LOW_BATTERY = "low_battery"  #: Below a fifth, and not on the charger. 电量低
    SPARE = "spare"  #: Nobody has it. 未绑定
    TESTING = "testing"  #: A test window is open. 测试中
    TEST_OVERDUE = "test_overdue"  #: Nobody has tried it for a month. 该测试了
    SHELVED = "shelved"  #: What it finds is set aside. 暂停提醒
    REVOKED = "revoked"  #: Its credentials are withdrawn. 已停用


class DeviceSort(StrEnum):
    """The order of a list."""

    NEWEST = "newest"  #: Registered last.
    SILENT = "silent"  #: Silent for longest; what was never heard before all.
    BATTERY = "battery"  #: The emptiest battery; what has none comes last.


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDevices:
    """What of the list is asked for; `people`: whether wearers and telephone numbers may be searched."""

    search: str | None = None
    recipient_id: UUID | None = None
    gateway_id: UUID | None = None
    kinds: Sequence[str] = ()
    standing: DeviceStanding | None = None
    sort: DeviceSort = DeviceSort.NEWEST
    people: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A device to be registered."""

    kind: str
    division_id: str
    model: str | None = None
    serial: str | None = None
    phone: str | None = None
    gateway_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a device logs in with; the secret is nowhere stored and cannot be shown again."""

    device_id: UUID
    secret: str


async def create_device(connection: Connection, device: NewDevice, scope: Scope) -> Credentials:
    """Register a device.

    Raises:
        UnknownReferenceError: `division_id` names no division, or `gateway_id` no gateway in scope.
        TakenError: `serial_taken`: a device of this kind has the serial number already.
    """
    await _check_gateway(connection, device.gateway_id, scope)
    credentials = Credentials(device_id=new_id(), secret=secrets.token_urlsafe(SECRET_BYTES))
    with refused_as("serial_taken"):
        cursor = await connection.execute(
            queries("devices").create,
            {
                "id": credentials.device_id,
                "division_id": device.division_id,
                "kind": device.kind,
                "model": device.model,
                "serial": device.serial,
                "phone": device.phone,
                "gateway_id": device.gateway_id,
                "secret_sha256": hashlib.sha256(credentials.secret.encode()).digest(),
            },
        )
    if cursor.rowcount == 0:
        raise UnknownReferenceError("division_id")
    await tell_registry(connection, credentials.device_id)
    return credentials


async def _check_gateway(connection: Connection, gateway_id: UUID | None, scope: Scope) -> None:
    if gateway_id is None:
        return
    gateway = await find_device(connection, gateway_id, scope)
    if gateway is None or gateway.kind != "gateway":
        raise UnknownReferenceError("gateway_id")


async def find_device(connection: Connection, device_id: UUID, scope: Scope) -> DeviceView | None:
    """One device in scope."""
    return await fetch_view(connection, DeviceView, queries("devices").find, {"id": device_id, "scope": scope.sql})


async def list_devices(
    connection: Connection, scope: Scope, wanted: WantedDevices, *, cursor: str | None, limit: int
) -> Page[DeviceView]:
    """Devices in scope; `search` looks into id, serial number, model, telephone number, place and wearer.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    params: dict[str, Any] = {
        "scope": scope.sql,
        "search": wanted.search,
        "words": None if wanted.search is None else words_of(wanted.search),
        "people": wanted.people,
        "recipient_id": wanted.recipient_id,
        "gateway_id": wanted.gateway_id,
        "kinds": list(wanted.kinds),
        "standing": wanted.standing,
        "limit": limit + 1,
    }
    if wanted.sort is DeviceSort.NEWEST:
        params["before"] = decode_id_cursor(cursor)
        rows = await fetch_views(connection, DeviceView, queries("devices").list_in_scope, params)
        return cut_page(rows, limit, lambda device: (device.id,))
    params["sort"] = wanted.sort
    params["after_rank"], params["after_id"] = decode_rank_cursor(cursor)
    ranked = await fetch_views(connection, _RankedDevice, queries("devices").list_by_rank, params)
    page = cut_page(ranked, limit, lambda device: (device.rank, device.id))
    return Page(items=[DeviceView(**one.model_dump(exclude={"rank"})) for one in page.items], next=page.next)


async def change_device(connection: Connection, device_id: UUID, scope: Scope, given: dict[str, Any]) -> bool:
    """Set the columns that are given; False when there is no such device in scope.

    Raises:
        UnknownReferenceError: `gateway_id` names no gateway in scope.
        TakenError: `serial_taken`.
    """
    if given.get("gateway_id") is not None:
        await _check_gateway(connection, UUID(given["gateway_id"]), scope)
    with refused_as("serial_taken"):
        cursor = await connection.execute(
            queries("devices").set_columns, {"id": device_id, "scope": scope.sql, "given": Jsonb(given)}
        )
    if cursor.rowcount:
        await tell_registry(connection, device_id)
    return cursor.rowcount > 0


async def revoke_device(connection: Connection, device_id: UUID, scope: Scope) -> bool:
    """The credentials hold no longer and the connection is cut; False when there is no such device in scope."""
    cursor = await connection.execute(queries("devices").revoke, {"id": device_id, "scope": scope.sql})
    if cursor.rowcount:
        await tell_registry(connection, device_id)
    return cursor.rowcount > 0


async def tell_registry(connection: Connection, device_id: UUID) -> None:
    """Ingest and the front door hear of the change when it commits."""
    await connection.execute(queries("devices").notify_registry, {"id": device_id})
