"""Sorting a batch that cannot be stored as a whole: who can go without the others, and who cannot."""

from collections.abc import Awaitable, Callable, Sequence

from hub.ingest.source import InboundMessage
from hub.storage.faults import Fault, fault_of

#: One device's messages, in order: they stay together.
_Group = list[InboundMessage]
#: So many parts in a row that cannot have their locks, and none that can: it is not the messages.
_STUCK_IN_A_ROW = 6


class Sorting:
    """Finds by halves who cannot go with the others: one device among five hundred in nine steps.

    `attempt` stores and acknowledges a part, or returns what the database has against it.
    """

    def __init__(self, attempt: Callable[[Sequence[InboundMessage]], Awaitable[Exception | None]]) -> None:
        self._attempt = attempt
        self._stuck = 0
        self._passed = False
        self.failed: list[tuple[_Group, Exception]] = []  #: Devices that failed alone, each with its error.

    def nobody_passes(self) -> bool:
        """Whether the batch seems to be stopped by something that is not about its messages."""
        return not self._passed and self._stuck >= _STUCK_IN_A_ROW

    async def sort(self, batch: Sequence[InboundMessage], error: Exception) -> None:
        """Sort messages that together have failed by this error."""
        await self._sort(_by_device(batch), error)

    async def _sort(self, groups: list[_Group], error: Exception) -> None:
        if len(groups) == 1 or self.nobody_passes():
            self.failed += [(group, error) for group in groups]
            return
        middle = len(groups) // 2
        for half in (groups[:middle], groups[middle:]):
            if self.nobody_passes():
                self.failed += [(group, error) for group in half]
                continue
            failure = await self._attempt([message for group in half for message in group])
            if failure is None:
                self._passed = True
            else:
                self._stuck += fault_of(failure) is Fault.BUSY
                await self._sort(half, failure)


def _by_device(batch: Sequence[InboundMessage]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for message in batch:
        groups.setdefault(message.device_id, []).append(message)
    return list(groups.values())
