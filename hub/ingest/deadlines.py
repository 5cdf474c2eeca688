"""When which subject is to be looked at again, the earliest first. In memory: states carry it, and are saved."""

import heapq
from datetime import datetime
from itertools import count

from alerts.observations import Subject


class Deadlines:
    """At most one moment a subject; a new one replaces the old."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Subject]] = []
        self._current: dict[Subject, datetime] = {}
        self._numbers = count()  # of equal moments, the one that was set first comes first

    def __len__(self) -> int:
        return len(self._current)

    def set(self, subject: Subject, due_at: datetime | None) -> None:
        """Look at the subject then; None: time alone changes nothing."""
        if due_at is None:
            self._current.pop(subject, None)
        elif self._current.get(subject) != due_at:
            self._current[subject] = due_at
            heapq.heappush(self._heap, (due_at, next(self._numbers), subject))

    @property
    def earliest(self) -> datetime | None:
        """The next moment."""
        while self._heap and self._current.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime, limit: int) -> list[Subject]:
        """Up to `limit` subjects whose moment has come, in its order; they have none until one is set."""
        due: list[Subject] = []
        while len(due) < limit:
            earliest = self.earliest
            if earliest is None or earliest > now:
                break
            subject = heapq.heappop(self._heap)[2]
            del self._current[subject]
            due.append(subject)
        return due
