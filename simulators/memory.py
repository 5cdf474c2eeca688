"""What a device has not been able to say yet: readings, events, and bytes that make no sense."""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: A week of a reading a minute; the oldest are forgotten first.
READINGS_MAX = 10_080
EVENTS_MAX = 1_000
#: A batch stays far below the 64 KiB that a message may weigh.
BATCH_MAX = 100


@dataclass(frozen=True, slots=True)
class Unsent:
    """One message to be published: the leaf below `up/`, and how many entries of the memory it carries."""

    leaf: str
    message: Mapping[str, Any] | bytes
    count: int


class Memory:
    """First in, first out; what was taken is forgotten only when the hub has it."""

    def __init__(self) -> None:
        self._events: deque[Unsent] = deque(maxlen=EVENTS_MAX)
        self._readings: deque[Mapping[str, Any]] = deque(maxlen=READINGS_MAX)

    def __len__(self) -> int:
        return len(self._events) + len(self._readings)

    def keep_reading(self, reading: Mapping[str, Any]) -> None:
        """Until it can be sent."""
        self._readings.append(reading)

    def keep_event(self, event: Mapping[str, Any]) -> None:
        """Events go before readings."""
        self._events.append(Unsent("event", event, 1))

    def keep_bytes(self, leaf: str, payload: bytes) -> None:
        """Whatever they mean."""
        self._events.append(Unsent(leaf, payload, 1))

    def shuffle(self, dice: random.Random) -> None:
        """What was buffered loses its order."""
        shuffled = list(self._readings)
        dice.shuffle(shuffled)
        self._readings = deque(shuffled, maxlen=READINGS_MAX)

    def next(self) -> Unsent | None:
        """What is to be sent next; it stays until `forget`."""
        if self._events:
            return self._events[0]
        if not self._readings:
            return None
        if len(self._readings) == 1:
            return Unsent("telemetry", self._readings[0], 1)
        count = min(len(self._readings), BATCH_MAX)
        return Unsent("telemetry", {"readings": [self._readings[index] for index in range(count)]}, count)

    def forget(self, sent: Unsent) -> None:
        """The hub has it."""
        if self._events and self._events[0] is sent:
            self._events.popleft()
            return
        gone = sent.message["readings"] if sent.count > 1 and not isinstance(sent.message, bytes) else [sent.message]
        for reading in gone:
            if self._readings and self._readings[0] is reading:
                self._readings.popleft()
