"""What is kept, and for how long (DOMAIN.md section 6); run by housekeeping, harmless to run twice.

Readings and what is computed from them are `hub.storage.time_series`'s.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from hub.storage import quarantine, time_series
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.time_series import TimeSeriesPeriods


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriods:
    """How long each thing is kept; the defaults are the law's and the protocol's."""

    event_identities: timedelta = timedelta(days=90)
    reading_identities: timedelta = timedelta(hours=72)
    raw_payloads: timedelta = timedelta(days=90)
    time_series: TimeSeriesPeriods = field(default_factory=TimeSeriesPeriods)
    stream_events: timedelta = timedelta(days=7)
    sessions_grace: timedelta = timedelta(days=7)
    texts_received: timedelta = timedelta(days=3 * 365)
    access_log: timedelta = timedelta(days=3 * 365)
    strangers_flags: timedelta = timedelta(days=30)
    cleared_suspicions: timedelta = timedelta(days=365)
    tallies: timedelta = timedelta(days=3 * 365)


async def delete_expired(connection: Connection, periods: RetentionPeriods) -> None:
    """Delete what has served its time; what people decided is not touched here."""
    statements = queries("retention")
    for statement, period in (
        (statements.event_identities, periods.event_identities),
        (statements.reading_identities, periods.reading_identities),
        (statements.device_clocks, periods.reading_identities),
        (statements.quarantined_messages, periods.raw_payloads),
        (statements.quarantine_summaries, periods.raw_payloads),
        (statements.event_payloads, periods.raw_payloads),
        (statements.stream_events, periods.stream_events),
        (statements.user_sessions, periods.sessions_grace),
        (statements.receipts, periods.texts_received),
        (statements.inbound_texts, periods.texts_received),
        (statements.access_log, periods.access_log),
        (statements.strangers_flags, periods.strangers_flags),
        (statements.cleared_suspicions, periods.cleared_suspicions),
        (statements.intake_tallies, periods.tallies),
        (statements.finding_tallies, periods.tallies),
    ):
        await connection.execute(statement, {"period": period})
    await connection.execute(statements.orphaned_states)
    await quarantine.forget_oldest(connection)
    await time_series.delete_expired_rollups(connection, periods.time_series)
    await time_series.wipe_locations(connection, await database_now(connection), periods.time_series)
