"""Tallies: what ingest did with what it took in, as counts in the transaction that did it (`hub verify` recounts)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from hub.storage.database import Connection
from hub.storage.ownership import Epoch
from hub.storage.queries import queries


@dataclass(slots=True)
class IntakeCounts:
    """What became of messages of one hour and way in; the migration says what adds up to what."""

    messages: int = 0
    refused: int = 0
    strangers: int = 0
    flag_messages: int = 0
    flag_edges: int = 0
    telemetry_read: int = 0
    telemetry_unreadable: int = 0
    statuses: int = 0
    readings_decoded: int = 0
    readings_stored: int = 0
    readings_repeated: int = 0
    events_stored: int = 0
    events_repeated: int = 0
    events_unreadable: int = 0
    unreadable_repeated: int = 0
    set_aside: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages came in: the hour of their receipt, and the way."""

    hour: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the core found, in which hour, about what."""

    hour: datetime
    finding: str
    kind: str


_COLUMNS = [field.name for field in fields(IntakeCounts)]


async def add(
    connection: Connection,
    lane: str,
    epoch: Epoch,
    intake: Mapping[Place, IntakeCounts],
    findings: Mapping[Found, int],
) -> None:
    """Add one transaction's counts to its lane's."""
    if not intake and not findings:
        return
    params: dict[str, Any] = {name: [getattr(counts, name) for counts in intake.values()] for name in _COLUMNS}
    await connection.execute(
        queries("tallies").add,
        {
            **params,
            "lane": lane,
            "epoch": epoch.number,
            "hours": [place.hour for place in intake],
            "sources": [place.source for place in intake],
            "finding_hours": [found.hour for found in findings],
            "findings": [found.finding for found in findings],
            "kinds": [found.kind for found in findings],
            "founds": list(findings.values()),
        },
    )
