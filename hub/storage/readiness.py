"""Whether this database can serve a hub that promises something: migrated, durable, and with its processes alive."""

from functools import cache

from hub.storage import heartbeats
from hub.storage.database import Connection
from hub.storage.durability import check_durability
from hub.storage.migrate import known_migrations
from hub.storage.queries import queries

#: Whose work the web role depends on.
_OTHER_ROLES = ("ingest", "duty")


async def why_not_ready(connection: Connection) -> list[str]:
    """The reasons, as sentences; empty when everything is well."""
    missing = await why_not_migrated(connection)
    if missing is not None:
        return [missing]
    reasons = [await check_durability(connection)]
    reasons += [await heartbeats.why_not_ready(connection, role) for role in _OTHER_ROLES]
    return [reason for reason in reasons if reason is not None]


async def why_not_migrated(connection: Connection) -> str | None:
    """None when the database has every migration this hub knows."""
    missing = await _missing_migrations(connection)
    return f"the database lacks migration {missing[0]}: run `hub migrate`, or start `hub serve`" if missing else None


async def _missing_migrations(connection: Connection) -> list[int]:
    cursor = await connection.execute(queries("readiness").has_migrations)
    row = await cursor.fetchone()
    if row is None or not row[0]:
        return sorted(_known_numbers())
    cursor = await connection.execute(queries("migrate").applied_migrations)
    return sorted(_known_numbers() - {number for number, _ in await cursor.fetchall()})


@cache
def _known_numbers() -> frozenset[int]:
    return frozenset(migration.number for migration in known_migrations())
