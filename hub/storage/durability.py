"""Whether a database keeps what it has committed: the hub refuses to be ready on one that does not (rule 9)."""

from hub.storage.database import Connection
from hub.storage.queries import queries


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
