"""Whether the web role would show a press: what it knows of the database and of ingest, judged twice a second.

Pure: it is told what happened and what time it is. The database counts as away when it has not answered for
`AWAY_AFTER_S`; a busy machine that did not get round to asking is no proof, so two looks in a row must find it so.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.storage.sight import BlindBecause, Blindness

#: A restart of PostgreSQL takes a second or two; a desk must know within five that it sees nothing.
AWAY_AFTER_S = 3.0
#: How often to judge; two looks after `AWAY_AFTER_S` are still within four seconds.
JUDGE_EVERY_S = 0.5
#: A hub that starts is not blind: ingest may take so long to open its doors.
START_S = 10.0
_LOOKS_IN_A_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """The hub sees again; how long it did not."""

    since: datetime
    until: datetime

    @property
    def blind_s(self) -> float:
        """Seconds between."""
        return (self.until - self.since).total_seconds()


class Sight:
    """What is known now. `blindness` is None while a press would be shown."""

    def __init__(self, now: datetime, steady_s: float) -> None:
        self.blindness: Blindness | None = None
        self._began_s = steady_s
        self._reached_at, self._reached_s = now, steady_s
        self._nothing_comes_since: datetime | None = None
        self._looks = 0

    @property
    def database_is_away(self) -> bool:
        """Whether asking the database would be in vain."""
        return self.blindness is not None and self.blindness.because is BlindBecause.DATABASE_AWAY

    def note_answer(self, why_nothing_comes_in: str | None, now: datetime, steady_s: float) -> None:
        """The database has answered, and says this of ingest."""
        self._reached_at, self._reached_s = now, steady_s
        if why_nothing_comes_in is None or steady_s - self._began_s < START_S:
            self._nothing_comes_since = None
        elif self._nothing_comes_since is None:
            self._nothing_comes_since = now

    def judge(self, now: datetime, steady_s: float) -> Blindness | Sighted | None:
        """Judge anew; returns what has changed. While it is blind for one reason or another it is one blindness."""
        before, found = self.blindness, self._find(steady_s)
        if found is None:
            self.blindness = None
            return None if before is None else Sighted(since=before.since, until=now)
        self.blindness = found if before is None else Blindness(because=found.because, since=before.since)
        return self.blindness if self.blindness != before else None

    def _find(self, steady_s: float) -> Blindness | None:
        self._looks = self._looks + 1 if steady_s - self._reached_s > AWAY_AFTER_S else 0
        if self._looks >= _LOOKS_IN_A_ROW:
            return Blindness(because=BlindBecause.DATABASE_AWAY, since=self._reached_at)
        if self._looks and self.database_is_away:
            return self.blindness
        if self._nothing_comes_since is not None:
            return Blindness(because=BlindBecause.NOT_TAKING_IN, since=self._nothing_comes_since)
        return None
