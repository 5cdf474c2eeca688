"""Assignments (设备绑定): which recipient has a device, [from, until). Ranges of one device never overlap."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from hub.identity import new_id
from hub.storage.database import Connection, database_now
from hub.storage.devices import tell_registry
from hub.storage.queries import queries
from hub.storage.refusals import TakenError, UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.views import NamedView, Page, View, cut_page, fetch_view, fetch_views

#: Clocks of programs run a little ahead of the database's; a later time than this is a mistake.
FUTURE_TOLERANCE = timedelta(minutes=5)


class AssignmentView(View):
    """A device on a recipient for a time; `until` is null while it lasts."""

    id: UUID
    device_id: UUID
    recipient: NamedView
    from_: datetime = Field(alias="from")
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning:
    """Who is to have the device from when; `recipient_id` None: nobody. `from_at` None: from now."""

    device_id: UUID
    recipient_id: UUID | None
    from_at: datetime | None = None
    until_at: datetime | None = None


class NoSuchDeviceError(LookupError):
    """No device of this id within the caller's scope."""


class BadRangeError(ValueError):
    """The times do not make a range; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def assign(connection: Connection, assigning: Assigning, scope: Scope) -> AssignmentView | None:
    """Give the device to a recipient (or to nobody: returns None); whoever has it then has it until then.

    Decided under the device's row lock. While it is worn the device is where its wearer is, then again its owner's.

    Raises:
        NoSuchDeviceError: no such device in scope.
        UnknownReferenceError: `recipient_id` names nobody in scope.
        BadRangeError: `from_in_future`, or `until_before_from`.
        TakenError: `assignment_overlaps` another one that begins later.
    """
    cursor = await connection.execute(
        queries("assignments").lock_device, {"id": assigning.device_id, "scope": scope.sql}
    )
    if await cursor.fetchone() is None:
        raise NoSuchDeviceError(str(assigning.device_id))
    now = await database_now(connection)
    if assigning.from_at is not None and assigning.from_at > now + FUTURE_TOLERANCE:
        raise BadRangeError("from_in_future")
    from_at = min(assigning.from_at or now, now)
    if assigning.until_at is not None and assigning.until_at <= from_at:
        raise BadRangeError("until_before_from")
    params = {"device_id": assigning.device_id, "from": from_at, "until": assigning.until_at}
    await connection.execute(queries("assignments").end_current, params)
    view = None if assigning.recipient_id is None else await _insert(connection, assigning.recipient_id, scope, params)
    await connection.execute(queries("assignments").place_device, {"device_id": assigning.device_id})
    await tell_registry(connection, assigning.device_id)
    return view


async def _insert(connection: Connection, recipient_id: UUID, scope: Scope, params: dict[str, Any]) -> AssignmentView:
    cursor = await connection.execute(queries("assignments").overlapping, params)
    if await cursor.fetchone() is not None:
        raise TakenError("assignment_overlaps")
    view = await fetch_view(
        connection,
        AssignmentView,
        queries("assignments").insert,
        {**params, "id": new_id(), "recipient_id": recipient_id, "scope": scope.sql},
    )
    if view is None:
        raise UnknownReferenceError("recipient_id")
    return view


async def list_assignments(
    connection: Connection, device_id: UUID, scope: Scope, *, before: UUID | None, limit: int
) -> Page[AssignmentView]:
    """Who has had the device, the newest record first; only of recipients in scope."""
    rows = await fetch_views(
        connection,
        AssignmentView,
        queries("assignments").list_of_device,
        {"device_id": device_id, "scope": scope.sql, "before": before, "limit": limit + 1},
    )
    return cut_page(rows, limit, lambda assignment: (assignment.id,))
