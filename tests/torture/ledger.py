"""What was sent, and what was acknowledged to whom: the publishers' own book, against which the hub is judged."""

import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    """What a message is about, as far as it is judged differently."""

    PRESS = "press"
    FALL = "fall"
    EVENT = "event"  #: One that raises nothing.
    TELEMETRY = "telemetry"


class Way(StrEnum):
    """By which way in it was acknowledged."""

    DOOR = "door"
    BROKER = "broker"


@dataclass(slots=True, eq=False)
class Message:
    """One payload; its marks (one an event, one a reading) are what is looked for afterwards."""

    sort: Sort
    device_id: str
    leaf: str
    payload: bytes
    marks: tuple[str, ...]
    event_id: str | None = None
    asks: bool = False  #: It asked for staged acknowledgement.
    forgettable: bool = False  #: Its device gives it up when a try fails: at most once is all that is owed.
    tries: int = 0
    acknowledged: set[Way] = field(default_factory=set)


@dataclass(slots=True)
class Ledger:
    """Everything that was sent in one leg."""

    sent: list[Message] = field(default_factory=list)
    in_flight: int = 0
    acknowledged: int = 0
    last_acknowledged_at_s: float = 0.0  #: By the front door: the broker's word is not the hub's.
    heard: set[tuple[str, str]] = field(default_factory=set)  #: (device, event id) for which `received` came down
    commanded: set[tuple[str, str]] = field(default_factory=set)  #: (device, command) confirmed by the API
    obeyed: set[tuple[str, str]] = field(default_factory=set)  #: (device, command) that came down
    counts: Counter[str] = field(default_factory=Counter)  #: What happened to the publishers: cut, timed out, ...

    def note_sent(self, message: Message) -> None:
        self.sent.append(message)

    def note_acknowledged(self, message: Message, way: Way) -> None:
        if way not in message.acknowledged:
            message.acknowledged.add(way)
            self.acknowledged += 1
        if way is Way.DOOR:
            self.last_acknowledged_at_s = time.monotonic()
