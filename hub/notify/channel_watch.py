"""Tells the maintenance queue when texts cannot leave by a channel: somebody must call the gateway's people."""

import asyncio
from collections.abc import Sequence

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.clock import monotonic_s
from hub.notify.channels.port import Channel
from hub.storage import maintenance
from hub.storage.database import DATABASE_AWAY, Pool, database_now

_log = structlog.get_logger(__name__)

#: A gateway that restarts, or a line that drops, is back before this; it would only cry wolf.
AWAY_AFTER_S = 30.0
LOOK_EVERY_S = 2.0


class ChannelWatch:
    """Looks at the channels, and keeps one maintenance item for all that are away."""

    def __init__(
        self,
        pool: Pool,
        channels: Sequence[Channel],
        division_id: str,
        *,
        away_after_s: float = AWAY_AFTER_S,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._pool = pool
        self._channels = tuple(channels)
        self._division_id = division_id
        self._away_after_s = away_after_s
        self._look_every_s = look_every_s
        self._ready_at_s = {channel.name: monotonic_s() for channel in channels}
        self._said: frozenset[str] | None = None  #: What the item says; None before it was looked at.

    async def run(self) -> None:
        """Look for ever."""
        while True:
            away = self._away()
            if away != self._said and (away or self._all_are_there()):
                try:
                    await self._say(away)
                    self._said = away
                except DATABASE_AWAY as error:  # said at the next look
                    _log.warning("channels_not_reported", error=type(error).__name__)
            await asyncio.sleep(self._look_every_s)

    def _away(self) -> frozenset[str]:
        now_s = monotonic_s()
        for channel in self._channels:
            if channel.ready:
                self._ready_at_s[channel.name] = now_s
        return frozenset(name for name, ready_s in self._ready_at_s.items() if now_s - ready_s >= self._away_after_s)

    def _all_are_there(self) -> bool:
        return all(channel.ready for channel in self._channels)

    async def _say(self, away: frozenset[str]) -> None:
        async with self._pool.connection() as connection:
            now = await database_now(connection)
            if not away:  # said after a restart, too: the item of the process before may still be open
                await maintenance.clear(connection, MaintenanceKind.CHANNEL_AWAY, None, now)
                return
            explanation = Explanation(code="channel_away", params={"channels": "、".join(sorted(away))})
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=MaintenanceKind.CHANNEL_AWAY,
                    division_id=self._division_id,
                    device_id=None,
                    recipient_id=None,
                    explanation=explanation,
                ),
                now,
            )
