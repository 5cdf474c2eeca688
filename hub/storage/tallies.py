"""Tallies: what ingest did with what it took in, as counts in the transaction that did it (`hub verify` recounts)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

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
    readings_late: int = 0


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


#: A reading that is older than this when it comes is gone before the others of its hour (`readings_late`).
LATE_FROM = timedelta(days=30)

_COLUMNS = tuple(field.name for field in fields(IntakeCounts))


async def add(
    connection: Connection,
    lane: str,
    epoch: Epoch,
    intake: Mapping[Place, IntakeCounts],
    findings: Mapping[Found, int],
) -> None:
    """Add one transaction's counts to its lane's."""
    statements = queries("tallies")
    for place, counts in intake.items():
        numbers = ",".join(str(getattr(counts, name)) for name in _COLUMNS)
        whose = {"hour": place.hour, "lane": lane, "source": place.source, "epoch": epoch.number}
        await connection.execute(statements.add_intake, {**whose, "counts": f"{{{numbers}}}"})
    for found, times in findings.items():
        await connection.execute(
            statements.add_finding,
            {
                "hour": found.hour,
                "lane": lane,
                "epoch": epoch.number,
                "finding": found.finding,
                "kind": found.kind,
                "found": times,
            },
        )
