"""Calls to the desk (来电登记): whose number it may be, and what became of each call."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import (
    ActorView,
    NamedView,
    Page,
    View,
    cut_page,
    decode_time_cursor,
    fetch_view,
    fetch_views,
)

Purpose = Literal["help", "reply", "question", "misdial", "other"]
CallOutcome = Literal["opened", "joined", "logged"]
CallerType = Literal["recipient", "device", "contact", "helper", "unknown"]

#: Fewer digits than this are everybody's.
TAIL_DIGITS_MIN = 4
#: A number of a place without its area code has as many digits; only such ends of a longer number are looked for.
_LOCAL_DIGITS_MIN = 7
#: More than this nobody reads while somebody is on the line.
_MATCHES_MAX = 20
#: What sorts after every digit.
_AFTER_DIGITS = ":"


class CallerIncidentView(View):
    """An incident a call may be about."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    opened_at: datetime
    acknowledged_by: ActorView | None


class CallerPersonView(View):
    """The person a number leads to."""

    id: UUID
    name: str
    division_id: str
    place: str
    birth_date: date | None
    lives_alone: bool


class CallerMatchView(View):
    """Who has the number - `exact` - or one that ends in it, and the person this is about.

    `role`: a contact's relation, a device's model, what a helper is on the roster.
    """

    type: CallerType
    id: UUID
    name: str
    role: str | None
    phone: str
    exact: bool
    place: str | None
    recipient: CallerPersonView | None
    incidents: list[CallerIncidentView]


class CallerLookupView(View):
    """Who may be calling; `incidents`: what this number itself has reported and nobody has closed."""

    number: str
    items: list[CallerMatchView]
    more: bool
    incidents: list[CallerIncidentView]


class CallerView(View):
    """Who it was, as the desk has said."""

    type: CallerType
    name: str


class CallView(View):
    """One call on record."""

    id: UUID
    division_id: str
    number: str | None
    caller: CallerView | None
    recipient: NamedView | None
    purpose: Purpose
    note: str
    outcome: CallOutcome
    incident: CallerIncidentView | None
    registered_at: datetime
    registered_by: ActorView


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredCall:
    """A call, and what became of it."""

    division_id: str
    number: str | None
    caller: CallerView | None
    recipient_id: UUID | None
    purpose: Purpose
    note: str
    outcome: CallOutcome
    incident_id: UUID | None


async def bare_number(connection: Connection, number: str) -> str:
    """The digits by which numbers are compared: without spaces, hyphens and the country's prefix."""
    cursor = await connection.execute(queries("callers").bare_number, {"number": number})
    row = await cursor.fetchone()
    return "" if row is None else str(row[0])


async def whose_number(connection: Connection, scope: Scope, number: str) -> CallerLookupView:
    """Who may be calling from a bare number, or from one that ends in it."""
    tail = number[::-1]
    params = {
        "tail": tail,
        "tail_end": tail + _AFTER_DIGITS,
        "shorter": [tail[:digits] for digits in range(_LOCAL_DIGITS_MIN, len(tail))],
        "scope": scope.sql,
        "limit": _MATCHES_MAX + 1,
    }
    matches = await fetch_views(connection, CallerMatchView, queries("calls").whose_number, params)
    incidents = await fetch_views(
        connection, CallerIncidentView, queries("calls").incidents_of_number, {"number": number, "scope": scope.sql}
    )
    return CallerLookupView(
        number=number, items=matches[:_MATCHES_MAX], more=len(matches) > _MATCHES_MAX, incidents=incidents
    )


async def register_call(connection: Connection, call: RegisteredCall, by: Actor) -> UUID:
    """Put a call on record."""
    call_id = new_id()
    await connection.execute(
        queries("calls").register,
        {
            "id": call_id,
            "division_id": call.division_id,
            "number": call.number,
            "caller": None if call.caller is None else Jsonb(call.caller.model_dump()),
            "recipient_id": call.recipient_id,
            "purpose": call.purpose,
            "note": call.note,
            "outcome": call.outcome,
            "incident_id": call.incident_id,
            "by": actor_to_json(by),
        },
    )
    return call_id


async def list_calls(
    connection: Connection,
    scope: Scope,
    *,
    search: str | None,
    purpose: Purpose | None,
    cursor: str | None,
    limit: int,
) -> Page[CallView]:
    """Calls in scope, the newest first; `search` looks into number, names, what was said and the incident's code.

    Raises:
        BadCursorError: the cursor is none of this list.
    """
    before_at, before_id = decode_time_cursor(cursor)
    params = {
        "scope": scope.sql, "id": None, "search": search, "purpose": purpose,
        "before_at": before_at, "before_id": before_id, "limit": limit + 1,
    }  # fmt: skip
    rows = await fetch_views(connection, CallView, queries("calls").in_scope, params)
    return cut_page(rows, limit, lambda call: (call.registered_at, call.id))


async def find_call(connection: Connection, call_id: UUID, scope: Scope) -> CallView | None:
    """One call in scope."""
    params = {
        "scope": scope.sql, "id": call_id, "search": None, "purpose": None,
        "before_at": None, "before_id": None, "limit": 1,
    }  # fmt: skip
    return await fetch_view(connection, CallView, queries("calls").in_scope, params)
