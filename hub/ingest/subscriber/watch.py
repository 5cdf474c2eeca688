"""A broker that is away is one maintenance item, however many there are: nobody behind it can call for help.

So is one that sends many times what it usually does. It takes its turn in the lanes and is not slowed otherwise: its
window bounds what is under way, and everything of it is stored.
"""

import asyncio
from collections.abc import Sequence

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.clock import monotonic_s
from hub.ingest.subscriber.source import BrokerSource
from hub.ingest.subscriber.usual import UsualRate
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
        self._rates = {source.name: UsualRate() for source in sources}
        #: A flood that is not written yet.
        self._new_flood: str | None = None

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
            await self.look_for_floods(monotonic_s())
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look_for_floods(self, now_s: float) -> None:
        """Judge each source's rate; a flood that begins is written, later if the database is away."""
        for source in self._sources:
            if self._rates[source.name].judge(source.counters.messages, now_s, is_away=source.away_for_s > 0):
                self._new_flood = source.name
        if self._new_flood is None:
            return
        try:
            await self._write_flood(self._new_flood)
        except DATABASE_AWAY as error:
            _log.warning("source_watch_waits_for_database", error=type(error).__name__)
        else:
            self._new_flood = None

    async def _write_flood(self, newest: str) -> None:
        flooding = sorted({newest} | {name for name, rate in self._rates.items() if rate.is_flooding})
        async with self._pool.connection() as connection:
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=MaintenanceKind.FLOOD,
                    division_id=self._division_id,
                    device_id=None,
                    recipient_id=None,
                    explanation=Explanation(
                        code="source_flood",
                        params={"sources": ", ".join(flooding), "per_s": round(self._rates[newest].per_s)},
                    ),
                ),
                await database_now(connection),
            )

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
