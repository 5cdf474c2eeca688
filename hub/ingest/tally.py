"""The tally of one transaction: what becomes of each of its messages, counted where it is decided.

It is saved by the transaction itself, so that a count stands for what was committed and for nothing else.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

from alerts.decisions import (
    ClearAlerts,
    ClearMaintenance,
    EndMode,
    Finding,
    HoldAlert,
    RaiseAlert,
    ReportMaintenance,
    RequestFollowUp,
)
from hub.ingest.admission import Admission
from hub.ingest.source import InboundMessage, Origin
from hub.storage import tallies
from hub.storage.database import Connection
from hub.storage.ownership import Epoch
from hub.storage.tallies import Found, IntakeCounts, Place

#: The hub's own way in, beside which brokers have their own names.
FRONT_DOOR = "front_door"
_HOUR = timedelta(hours=1)


class Tally:
    """Counts by hour and way in; nobody is told from them."""

    def __init__(self) -> None:
        self._intake: dict[Place, IntakeCounts] = {}
        self._findings: dict[Found, int] = {}
        # A batch is nearly always of one hour and one way: asked thousands of times a second, answered at once.
        self._origin: Origin | None = None
        self._hour = self._hour_ends = datetime.min.replace(tzinfo=UTC)
        self._counts = IntakeCounts()

    def of(self, message: InboundMessage) -> IntakeCounts:
        """The counts to which a message belongs."""
        if message.origin is not self._origin or not self._hour <= message.received_at < self._hour_ends:
            place = _place_of(message)
            self._counts = self._intake.setdefault(place, IntakeCounts())
            self._origin, self._hour, self._hour_ends = message.origin, place.hour, place.hour + _HOUR
        return self._counts

    def find(self, received_at: datetime, findings: Iterable[Finding]) -> None:
        """What the core found in something that was received then."""
        hour = _hour_of(received_at)
        for finding in findings:
            found = Found(hour, _name_of(finding), finding.kind)
            self._findings[found] = self._findings.get(found, 0) + 1

    async def save(self, connection: Connection, lane: str, epoch: Epoch) -> None:
        """Add everything to the lane's counts, in the transaction of what was counted."""
        await tallies.add(connection, lane, epoch, self._intake, self._findings)


def count_messages(tally: Tally, batch: Sequence[InboundMessage], admission: Admission) -> None:
    """What came in, and what of it goes no further than admission; the rest is counted where it is taken in."""
    for message in batch:
        tally.of(message).messages += 1
    for refused in admission.refused:
        tally.of(refused.message).refused += 1
    for stranger in admission.strangers:
        tally.of(stranger.message).strangers += 1


def _place_of(message: InboundMessage) -> Place:
    """The hour and the way of a message."""
    return Place(_hour_of(message.received_at), FRONT_DOOR if message.origin is None else message.origin.source)


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _name_of(finding: Finding) -> str:
    match finding:
        case RaiseAlert():
            return "raise_alert"
        case HoldAlert():
            return "hold_alert"
        case ClearAlerts():
            return "clear_alerts"
        case ReportMaintenance():
            return "report_maintenance"
        case ClearMaintenance():
            return "clear_maintenance"
        case RequestFollowUp():
            return "request_follow_up"
        case EndMode():
            return "end_mode"
        case _:
            assert_never(finding)
