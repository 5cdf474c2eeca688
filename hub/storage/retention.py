"""What is kept, and for how long (DOMAIN.md section 6); run by housekeeping, harmless to run twice."""

from dataclasses import dataclass
from datetime import timedelta

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriods:
    """How long each thing is kept; the defaults are the law's and the protocol's."""

    event_identities: timedelta = timedelta(days=90)
    reading_identities: timedelta = timedelta(hours=72)
    raw_payloads: timedelta = timedelta(days=90)
    locations: timedelta = timedelta(days=30)
    stream_events: timedelta = timedelta(days=7)
    sessions_grace: timedelta = timedelta(days=7)
    texts_received: timedelta = timedelta(days=3 * 365)
    access_log: timedelta = timedelta(days=3 * 365)


async def keep_partitions(connection: Connection) -> int:
    """Make the partitions of readings that the next weeks need; returns how many were made."""
    cursor = await connection.execute(queries("retention").ensure_partitions)
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def delete_expired(connection: Connection, periods: RetentionPeriods) -> None:
    """Delete what has served its time; what people decided is not touched here."""
    statements = queries("retention")
    for statement, period in (
        (statements.event_identities, periods.event_identities),
        (statements.reading_identities, periods.reading_identities),
        (statements.quarantined_messages, periods.raw_payloads),
        (statements.event_payloads, periods.raw_payloads),
        (statements.locations, periods.locations),
        (statements.stream_events, periods.stream_events),
        (statements.user_sessions, periods.sessions_grace),
        (statements.receipts, periods.texts_received),
        (statements.inbound_texts, periods.texts_received),
        (statements.access_log, periods.access_log),
    ):
        await connection.execute(statement, {"period": period})
