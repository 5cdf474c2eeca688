"""A broker that is away is one maintenance item, however many there are: nobody behind it can call for help."""

import asyncio
from collections.abc import Sequence

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.ingest.subscriber.source import BrokerSource
from hub.storage import maintenance
from hub.storage.database import DATABASE_AWAY, Pool, database_now

_log = structlog.get_logger(__name__)

#: A restart of a broker, or of a router on the way, takes less.
AWAY_AFTER_S = 60.0
_LOOK_EVERY_S = 1.0
_REASON_MAX = 200


class SourceWatch:
    """Reports when sources go away and come back; `run` looks for ever."""

    def __init__(
        self, pool: Pool, sources: Sequence[BrokerSource], division_id: str, *, away_after_s: float = AWAY_AFTER_S
    ) -> None:
        self._pool = pool
        self._sources = sources
        self._division_id = division_id
        self._away_after_s = away_after_s
        #: None: what was reported before this process is not known.
        self._reported: frozenset[str] | None = None

    async def run(self) -> None:
        """Look, and write what has changed; while the database is away it is written later."""
        while True:
            away = [source for source in self._sources if source.away_for_s >= self._away_after_s]
            names = frozenset(source.name for source in away)
            settled = bool(names) or all(source.away_for_s == 0 for source in self._sources)
            if names != self._reported and settled:
                try:
                    await self._write(away)
                except DATABASE_AWAY as error:
                    _log.warning("source_watch_waits_for_database", error=type(error).__name__)
                else:
                    self._reported = names
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _write(self, away: Sequence[BrokerSource]) -> None:
        async with self._pool.connection() as connection:
            now = await database_now(connection)
            if not away:
                await maintenance.clear(connection, MaintenanceKind.SOURCE_AWAY, None, now)
                return
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=MaintenanceKind.SOURCE_AWAY,
                    division_id=self._division_id,
                    device_id=None,
                    recipient_id=None,
                    explanation=Explanation(
                        code=MaintenanceKind.SOURCE_AWAY,
                        params={
                            "sources": ", ".join(sorted(source.name for source in away)),
                            "reason": away[0].away_because[:_REASON_MAX],
                        },
                    ),
                ),
                now,
            )
