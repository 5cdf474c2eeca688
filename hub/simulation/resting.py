"""Rows whose turn has failed: they rest for a while that grows, in the memory of one process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

_FIRST_S = 1.0
_LONGEST_S = 60.0


def pause_after(failures: int) -> timedelta:
    """How long what has failed so often rests."""
    return timedelta(seconds=min(_FIRST_S * 2 ** min(failures - 1, 10), _LONGEST_S))


@dataclass(slots=True)
class Resting:
    """The memory of one process of what has failed in it."""

    clock: Callable[[], datetime]
    failures: dict[UUID, int] = field(default_factory=dict)
    until: dict[UUID, datetime] = field(default_factory=dict)
    tell: Callable[[Exception], None] = lambda _error: None  #: Hears by what a turn failed; may raise.

    def __contains__(self, owner_id: UUID) -> bool:
        until = self.until.get(owner_id)
        return until is not None and until > self.clock()

    def fail(self, owner_id: UUID, error: Exception) -> None:
        """Its turn has failed."""
        self.tell(error)
        failures = self.failures[owner_id] = self.failures.get(owner_id, 0) + 1
        self.until[owner_id] = self.clock() + pause_after(failures)

    def settle(self, owner_id: UUID) -> None:
        """Its turn has gone well."""
        self.failures.pop(owner_id, None)
        self.until.pop(owner_id, None)
