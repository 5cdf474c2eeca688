"""The history of a world: every line of it goes into one digest, the last ones are kept to be shown.

Two runs of a seed have the same digest or are not the same history. Lines name things by the order in which they
appeared, never by what differs from process to process.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

#: So many lines are shown when an invariant breaks: some minutes of a busy desk.
KEPT = 60


class History:
    """What has happened, in order. `tell` hears every line."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._digest = blake2b(digest_size=16)
        self._last: deque[tuple[int, datetime, str]] = deque(maxlen=KEPT)
        self._tell = tell
        self.lines = 0

    def write(self, step: int, at: datetime, line: str) -> None:
        """One thing that happened."""
        self.lines += 1
        self._digest.update(f"{at.isoformat()} {line}\n".encode())
        self._last.append((step, at, line))
        if self._tell is not None:
            self._tell(_format(step, at, line))

    @property
    def digest(self) -> str:
        """Of the whole history so far."""
        return self._digest.hexdigest()

    def last(self) -> list[str]:
        """The last lines, the oldest first."""
        return [_format(*line) for line in self._last]


def _format(step: int, at: datetime, line: str) -> str:
    return f"{step:>9} {at:%Y-%m-%d %H:%M:%S.%f} {line}"
