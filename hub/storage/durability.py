"""Whether a database keeps what it has committed: the hub accepts nothing on one that does not (rule 9)."""

import psycopg

from hub.storage.database import Connection
from hub.storage.queries import queries


class NotDurableError(psycopg.OperationalError):
    """What this database confirms may be lost: nothing is acknowledged on it."""


async def check_durability(connection: Connection) -> str | None:
    """Why nothing may be acknowledged on this database, as a sentence for the operator; None if all is well."""
    cursor = await connection.execute(queries("durability").switched_off)
    settings = [str(name) for (name,) in await cursor.fetchall()]
    if not settings:
        return None
    return (
        f"PostgreSQL runs with {', '.join(f'{name} = off' for name in settings)}: "
        "what it has confirmed may be lost with the power. Switch it on; the hub stays unready until then."
    )


async def is_confirmed_elsewhere(connection: Connection) -> bool:
    """Whether a commit counts only when another server has it, too."""
    cursor = await connection.execute(queries("durability").is_confirmed_elsewhere)
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def require_durability(connection: Connection) -> None:
    """Nothing, on a database that keeps what it has committed.

    Raises:
        NotDurableError: it may forget; the sentence says why.
    """
    weakness = await check_durability(connection)
    if weakness is not None:
        raise NotDurableError(weakness)
