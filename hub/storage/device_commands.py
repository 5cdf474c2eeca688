"""Commands to devices: sent by people, and what became of each - on its way, taken, answered, or too late."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.actors import Actor
from hub.storage.database import Connection
from hub.storage.devices import DeviceView
from hub.storage.incident_rows import actor_to_json
from hub.storage.mqtt_sessions import queue_down_message
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import ActorView, View, fetch_views

#: Kept a week beyond their end; nobody sends more to one device in that time.
_SHOWN_MAX = 50


class CommandView(View):
    """A command and what became of it.

    `state`: `queued` (the device has not taken it yet), `delivered`, `answered`, or `expired` (nobody took it in time).
    `result` is what the device said, if it said more than that.
    """

    id: UUID
    command: str
    text: str | None
    interval_s: int | None
    sent_at: datetime
    sent_by: ActorView | None
    expires_at: datetime
    delivered_at: datetime | None
    answered_at: datetime | None
    result: dict[str, Any] | None
    state: str


async def queue_command(
    connection: Connection, device: DeviceView, payload: Mapping[str, Any], expires_at: datetime, actor: Actor
) -> None:
    """Send a command; `payload` is what goes to the device, with its `id`."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    message_id = await queue_down_message(connection, device.id, device.division_id, "command", body, expires_at)
    await connection.execute(queries("device_commands").note_sender, {"id": message_id, "actor": actor_to_json(actor)})


async def list_commands(connection: Connection, device_id: UUID, scope: Scope) -> list[CommandView]:
    """The last commands to a device in scope, the newest first."""
    params = {"device_id": device_id, "scope": scope.sql, "limit": _SHOWN_MAX}
    return await fetch_views(connection, CommandView, queries("device_commands").of_device, params)
