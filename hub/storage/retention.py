"""What is kept, and for how long (DOMAIN.md section 6); run by housekeeping, harmless to run twice.

Readings and what is computed from them are `hub.storage.time_series`'s.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from hub.storage import quarantine, time_series
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.time_series import TimeSeriesPeriods
from hub.storage.troubled import Troubled


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
    duty_plans: timedelta = timedelta(days=3 * 365)
    calls: timedelta = timedelta(days=3 * 365)


async def delete_expired(connection: Connection, periods: RetentionPeriods, troubled: Troubled | None = None) -> None:
    """Delete what has served its time; what people decided is not touched here.

    With `troubled`, what cannot be deleted does not keep the rest: each step has its own turn. Without, it is raised.
    """
    steps = _steps(periods)
    resting = set() if troubled is None else set(troubled.resting())
    for name, delete in steps.items():
        key = uuid5(NAMESPACE_URL, f"retention/{name}")
        if troubled is None:
            await delete(connection)
        elif key not in resting:
            async with troubled.turn(connection, key, f"retention of {name}"):
                await delete(connection)


def _steps(periods: RetentionPeriods) -> dict[str, Callable[[Connection], Awaitable[object]]]:
    kept = {
        "event_identities": periods.event_identities,
        "reading_identities": periods.reading_identities,
        "device_clocks": periods.reading_identities,
        "quarantined_messages": periods.raw_payloads,
        "quarantine_summaries": periods.raw_payloads,
        "event_payloads": periods.raw_payloads,
        "stream_events": periods.stream_events,
        "user_sessions": periods.sessions_grace,
        "receipts": periods.texts_received,
        "inbound_texts": periods.texts_received,
        "access_log": periods.access_log,
        "strangers_flags": periods.strangers_flags,
        "cleared_suspicions": periods.cleared_suspicions,
        "intake_tallies": periods.tallies,
        "finding_tallies": periods.tallies,
        "roster_entries": periods.duty_plans,
        "roster_overrides": periods.duty_plans,
        "duty_days": periods.duty_plans,
        "incoming_calls": periods.calls,
        "unmanned_desks": periods.duty_plans,
        "shift_notes": periods.duty_plans,
        "duty_shifts": periods.duty_plans,
    }
    return {
        **{name: partial(_delete, name, period) for name, period in kept.items()},
        "orphaned_states": _delete_orphaned_states,
        "quarantine": quarantine.forget_oldest,
        "rollups": partial(_delete_rollups, periods.time_series),
        "locations": partial(_wipe_locations, periods.time_series),
    }


async def _delete(statement: str, period: timedelta, connection: Connection) -> None:
    await connection.execute(getattr(queries("retention"), statement), {"period": period})


async def _delete_orphaned_states(connection: Connection) -> None:
    await connection.execute(queries("retention").orphaned_states)


async def _delete_rollups(periods: TimeSeriesPeriods, connection: Connection) -> None:
    await time_series.delete_expired_rollups(connection, periods)


async def _wipe_locations(periods: TimeSeriesPeriods, connection: Connection) -> None:
    await time_series.wipe_locations(connection, await database_now(connection), periods)
