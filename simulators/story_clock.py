"""Two times, the life's and the wall's: a life may start at any hour and run fast, but what is stamped is the wall's.

A hub believes stamps near its own clock only: later ones are a wrong clock, ones older than ten minutes are history. So
a life runs at `speed` from the start on, while each stamp is the real instant at which it was measured; and what lies
before the start is the past, lived at the pace of the wall and stamped with its true times.
"""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


class StoryClock:
    """The clock of one life, or of a county's."""

    def __init__(self, *, speed: float = 1.0, starts_at: time | None = None, timezone: str = "Asia/Shanghai") -> None:
        if speed <= 0:
            raise ValueError("a life that stands still cannot be simulated")
        self.speed = speed
        self._wall_start = datetime.now(UTC)
        self._life_start = self._wall_start
        if starts_at is not None:
            today = self._wall_start.astimezone(ZoneInfo(timezone)).date()
            self._life_start = datetime.combine(today, starts_at, ZoneInfo(timezone)).astimezone(UTC)

    def now(self) -> datetime:
        """The life's time."""
        return self._life_start + (datetime.now(UTC) - self._wall_start) * self.speed

    def wall(self, lived_at: datetime) -> datetime:
        """The real instant of something lived."""
        since = lived_at - self._life_start
        return self._wall_start + (since / self.speed if since > timedelta(0) else since)

    async def sleep(self, lived: timedelta) -> None:
        """Until so much has been lived."""
        await asyncio.sleep(max(lived / timedelta(seconds=1) / self.speed, 0))

    async def wait(self, event: asyncio.Event, lived: timedelta) -> None:
        """Until the event, or until so much has been lived."""
        await wait_at_most(event, lived / self.speed)


async def wait_at_most(event: asyncio.Event, at_most: timedelta | None) -> None:
    """Until the event or the end of this time; None: however long it takes."""
    try:
        async with asyncio.timeout(None if at_most is None else max(at_most.total_seconds(), 0)):
            await event.wait()
    except TimeoutError:
        return
