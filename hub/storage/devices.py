"""Devices (设备) of the registry, and the secret each of them is given once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError, refused_as
from hub.storage.scope import Scope
from hub.storage.views import NamedView, Page, View, cut_page, fetch_view, fetch_views

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

    `test_due_at` is there for what has a key to press and a person to press it: a month after the last test.
    """

    id: UUID
    kind: str
    model: str | None
    serial: str | None
    phone: str | None
    division_id: str
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
    connection: Connection,
    scope: Scope,
    *,
    search: str | None,
    recipient_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> Page[DeviceView]:
    """Devices in scope, the newest first; `search` looks into id, serial number, model and telephone number."""
    rows = await fetch_views(
        connection,
        DeviceView,
        queries("devices").list_in_scope,
        {
            "scope": scope.sql,
            "search": search,
            "recipient_id": recipient_id,
            "before": before,
            "limit": limit + 1,
        },
    )
    return cut_page(rows, limit, lambda device: (device.id,))


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
