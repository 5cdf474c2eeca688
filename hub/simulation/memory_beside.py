"""The queues beside the desk, and what devices are told, in memory (`hub.stations.store.BesideStore`)."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from uuid import UUID

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.modes import ModeSpan
from hub.simulation.memory_rows import QueueRow
from hub.simulation.memory_transaction import MemoryTransaction, View
from hub.stations.records import AckMessage, FollowUpRequest, MaintenanceReport


class MemoryBeside:
    """Bound to one transaction."""

    def __init__(self, transaction: MemoryTransaction) -> None:
        self.transaction = self._tx = transaction
        self._memory = transaction.memory

    def new_id(self) -> UUID:
        """The next identity."""
        return self._memory.new_id()

    async def now(self) -> datetime:
        """The memory's clock."""
        return self._memory.clock()

    async def report_maintenance(self, report: MaintenanceReport, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Open or count."""
        if not report.momentary:
            _count(self._tx.maintenance, (report.kind, report.device_id or report.recipient_id))

    async def clear_maintenance(self, kind: MaintenanceKind, owner_id: UUID | None, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Clear."""
        self._tx.maintenance.drop((kind, owner_id))

    async def request_follow_up(self, wanted: FollowUpRequest, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Open or count."""
        _count(self._tx.follow_ups, (wanted.finding.kind, wanted.recipient_id or wanted.device_id))

    async def tell_devices(self, acks: Sequence[AckMessage], now: datetime) -> None:  # noqa: ARG002 - the port's
        """Queue."""
        self._tx.acks.extend(acks)

    async def end_mode(self, recipient_id: UUID, span: ModeSpan, why: Explanation, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Remember that it ended."""
        self._tx.ended_modes.put((recipient_id, span.from_at, span.mode), now)


def _count(queue: View[Hashable, QueueRow], key: Hashable) -> None:
    known = queue.get(key)
    queue.put(key, QueueRow(1 if known is None else known.occurrences + 1))
