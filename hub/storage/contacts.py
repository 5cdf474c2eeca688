"""Contacts (紧急联系人) of a recipient."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.recipients import ContactView
from hub.storage.scope import Scope
from hub.storage.views import Page, fetch_view, fetch_views


async def create_contact(
    connection: Connection, recipient_id: UUID, scope: Scope, given: dict[str, Any]
) -> ContactView | None:
    """One more to call, last unless an order is given; None when nobody in scope has this id."""
    return await fetch_view(
        connection,
        ContactView,
        queries("contacts").create,
        {
            "id": new_id(),
            "recipient_id": recipient_id,
            "scope": scope.sql,
            "relation": None,
            "order": None,
            "holds_key": False,
            **given,
        },
    )


async def list_contacts(connection: Connection, recipient_id: UUID, scope: Scope) -> Page[ContactView]:
    """In the order in which they are to be called."""
    params = {"recipient_id": recipient_id, "scope": scope.sql}
    return Page(items=await fetch_views(connection, ContactView, queries("contacts").list_of_recipient, params))


async def change_contact(
    connection: Connection, recipient_id: UUID, contact_id: UUID, scope: Scope, given: dict[str, Any]
) -> ContactView | None:
    """Set what is given; None when this recipient in scope has no such contact."""
    columns = {("call_order" if name == "order" else name): value for name, value in given.items()}
    return await fetch_view(
        connection,
        ContactView,
        queries("contacts").change,
        {"id": contact_id, "recipient_id": recipient_id, "scope": scope.sql, "given": Jsonb(columns)},
    )


async def contact_name(connection: Connection, contact_id: UUID, scope: Scope) -> str | None:
    """How the contact is called, for the log."""
    cursor = await connection.execute(queries("contacts").name_of, {"id": contact_id, "scope": scope.sql})
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def delete_contact(connection: Connection, recipient_id: UUID, contact_id: UUID, scope: Scope) -> bool:
    """Whether there was one to delete; what was sent to them stays on record."""
    cursor = await connection.execute(
        queries("contacts").delete, {"id": contact_id, "recipient_id": recipient_id, "scope": scope.sql}
    )
    return cursor.rowcount > 0
