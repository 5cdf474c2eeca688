"""What the commands on the registry share: a transaction, refusals as sentences, and the record of who did what."""

import getpass
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from hub.cli.context import in_transaction
from hub.cli.errors import CommandError
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.storage.database import Connection
    from hub.storage.views import Page, View

    V = TypeVar("V", bound=View)

T = TypeVar("T")

_PAGE_ROWS = 200

_TAKEN = {
    "login_taken": "There is an account with this login already.",
    "serial_taken": "There is a device of this kind with this serial number already.",
    "assignment_overlaps": "Somebody else is to have this device from a later time on.",
}


def in_registry(settings: Settings, work: "Callable[[Connection], Awaitable[T]]") -> T:
    """Do one thing in one transaction, with the installation's division in place; refusals become sentences."""
    from hub.storage.divisions import ensure_division
    from hub.storage.refusals import TakenError, UnknownReferenceError

    async def with_division(connection: "Connection") -> T:
        await ensure_division(connection, settings.division, settings.division_name, settings.timezone)
        return await work(connection)

    try:
        return in_transaction(settings, with_division)
    except TakenError as refusal:
        raise CommandError(_TAKEN.get(refusal.code, f"Refused: {refusal.code}.")) from refusal
    except UnknownReferenceError as refusal:
        raise CommandError(f"What --{refusal.field.removesuffix('_id')} names does not exist.") from refusal


async def note_access(
    connection: "Connection", *, action: str, entity_type: str, entity_id: str, division_id: str
) -> None:
    """Whoever can run commands sees everything; that they did is on record all the same."""
    from alerts.actors import Actor, ActorType
    from hub.storage.access_log import Access, record

    actor = Actor(type=ActorType.MACHINE, id=f"uid:{os.getuid()}", name=f"hub command ({_user_name()})")
    await record(
        connection,
        Access(
            actor=actor,
            action=action,
            entity_type=entity_type,
            entity_id=entity_id,
            division_id=division_id,
            address=None,
        ),
    )


async def all_pages(fetch: "Callable[[UUID | None, int], Awaitable[Page[V]]]") -> "list[V]":
    """Every row of a list that is cut into pages by identity; `fetch` takes where to go on and how many."""
    from hub.storage.views import decode_id_cursor

    return await all_pages_by_cursor(lambda cursor, limit: fetch(decode_id_cursor(cursor), limit))


async def all_pages_by_cursor(fetch: "Callable[[str | None, int], Awaitable[Page[V]]]") -> "list[V]":
    """Every row of a list that reads its own cursors."""
    rows: list[V] = []
    cursor: str | None = None
    while True:
        page = await fetch(cursor, _PAGE_ROWS)
        rows.extend(page.items)
        cursor = page.next
        if cursor is None:
            return rows


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an account
        return str(os.getuid())
