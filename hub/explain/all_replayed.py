"""Every incident of an installation replayed, one at a time and each in one picture."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.explain.replayed import Replayed, ReplayEnd, replay_kept
from hub.storage.database import Connection
from hub.storage.kept_incidents import all_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Replays:
    """How many were replayed, and those that did not come out the same, by their ids."""

    counted: int
    others: dict[str, Replayed] = field(default_factory=dict)

    def ended(self, end: ReplayEnd) -> list[str]:
        """The incidents whose replay ended so."""
        return [incident_id for incident_id, replayed in self.others.items() if replayed.end is end]


async def replay_all(connection: Connection, since: datetime | None = None) -> Replays:
    """Replay every incident that is not closed or has changed since then (None: every one)."""
    counted, others = 0, dict[str, Replayed]()
    async for kept in all_kept(connection, since):
        counted += 1
        replayed = replay_kept(kept)
        if replayed.end is not ReplayEnd.SAME:
            others[kept.incident.id] = replayed
    return Replays(counted=counted, others=others)
