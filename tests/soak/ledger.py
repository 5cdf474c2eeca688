"""What the soak's devices were acknowledged, and what the hub has of it at the end: each exactly once."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

_EVENTS = "SELECT device_id::text, event_id, count(*) FROM device_event WHERE event_id IS NOT NULL GROUP BY 1, 2"
_PRESSES = "SELECT device_id::text, event_id, count(*) FROM alert WHERE event_id IS NOT NULL GROUP BY 1, 2"
_READINGS = (
    "SELECT device_id::text, seq, count(*) FROM reading "
    "WHERE seq IS NOT NULL AND device_id = ANY(%s::uuid[]) GROUP BY 1, 2"
)


@dataclass
class Ledger:
    """Keys are (device, its own id or sequence number)."""

    presses: set[tuple[str, Any]] = field(default_factory=set)
    events: set[tuple[str, Any]] = field(default_factory=set)
    readings: set[tuple[str, Any]] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """How many of each were acknowledged so far."""
        return {"presses": len(self.presses), "events": len(self.events), "readings": len(self.readings)}

    def add_file(self, path: Path) -> None:
        """The calls that the simulated county was acknowledged."""
        if path.exists():
            whole, _, _ = path.read_text().rpartition("\n")
            self.events.update((device_id, event_id) for device_id, event_id in map(str.split, whole.splitlines()))

    def compare(self, dsn: str) -> dict[str, Any]:
        """Acknowledged, lost and doubled in all, with some examples."""
        with psycopg.connect(dsn) as connection:
            devices = sorted({device_id for device_id, _ in self.readings})
            stored = (
                (self.presses, _count(connection, _PRESSES)),
                (self.presses | self.events, _count(connection, _EVENTS)),
                (self.readings, _count(connection, _READINGS, [devices])),
            )
        lost = [key for acknowledged, found in stored for key in sorted(acknowledged, key=str) if key not in found]
        doubled = [key for _, found in stored for key, count in found.items() if count > 1]
        return {
            "acknowledged": len(self.presses | self.events) + len(self.readings),
            "lost": len(lost),
            "doubled": len(doubled),
            "examples": [list(key) for key in (lost + doubled)[:20]],
        }


def _count(connection: psycopg.Connection[Any], query: str, parameters: list[Any] | None = None) -> Counter[Any]:
    rows = connection.execute(query.encode(), parameters).fetchall()
    return Counter({(device_id, key): count for device_id, key, count in rows})
