"""What devices say: presses, falls, readings, in every form of identity the protocol knows."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.torture.ledger import Message, Sort

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A device as the registry knows it."""

    id: str
    kind: str
    secret: str
    recipient_id: str | None
    falls: bool = False  #: Its wearer's falls are confirmed within seconds, and nothing it sends is a recovery.


@dataclass
class Author:
    """Writes a device's messages, each with marks of its own, in every form of identity the protocol knows."""

    device: Registered
    dice: random.Random
    asks: bool
    is_broker: bool  #: It speaks to the broker alone, which takes everything at once: it is never given up.
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _boot: int = 1

    def next_message(self) -> Message:
        draw = self.dice.random()
        if self.dice.random() < 0.05:
            self._boot += 1  # a restart: sequence numbers may begin again
        if draw < 0.45:
            return self._telemetry()
        if draw < 0.80:
            return self._event(Sort.PRESS, "sos_pressed")
        if draw < 0.92 and self.device.falls:
            return self._event(Sort.FALL, "fall_suspected")
        return self._event(Sort.EVENT, self.dice.choice(["heartbeat", "battery_ok", "self_test_passed"]))

    def _mark(self) -> tuple[int, str]:
        number = next(self._numbers)
        return number, f"{self.device.id[-12:]}-{number}"

    def _identity(self, number: int, mark: str) -> Json:
        """By id, by boot and sequence, or by nothing but the bytes."""
        match self.dice.randrange(4):
            case 0 | 1:
                return {"id": mark}
            case 2:
                return {"boot_id": f"b{self._boot}", "seq": number}
            case _:
                return {}

    def _moment(self) -> str:
        """Mostly now; now and then by a clock that is an hour ahead."""
        now = datetime.now(UTC)
        if self.dice.random() < 0.08:
            now += timedelta(hours=1)
        return now.isoformat()

    def _event(self, sort: Sort, name: str) -> Message:
        number, mark = self._mark()
        identity = {"id": mark} if self.asks else self._identity(number, mark)
        content = {**identity, "event": name, "occurred_at": self._moment(), "evidence": {"mark": mark}}
        if self.asks:
            content["ack"] = True
        return Message(
            sort=sort,
            device_id=self.device.id,
            leaf="event",
            payload=json.dumps(content).encode(),
            marks=(mark,),
            event_id=identity.get("id"),
            asks=self.asks,
            forgettable=not (self.asks or self.is_broker) and self.dice.random() < 0.05,
        )

    def _telemetry(self) -> Message:
        readings = [self._reading() for _ in range(self.dice.choice([1, 1, 2, 6]))]
        content = readings[0] if len(readings) == 1 else {"readings": readings}
        return Message(
            sort=Sort.TELEMETRY,
            device_id=self.device.id,
            leaf="telemetry",
            payload=json.dumps(content).encode(),
            marks=tuple(reading["mark"] for reading in readings),
            forgettable=not self.is_broker and self.dice.random() < 0.05,
        )

    def _reading(self) -> Json:
        number, mark = self._mark()
        reading = {**self._identity(number, mark), "mark": mark, "measured_at": self._moment()}
        reading["heart_rate_bpm"] = self.dice.randint(50, 110)
        if not self.device.falls:
            reading |= {"steps": number, "activity": round(self.dice.random(), 2)}
        return reading
