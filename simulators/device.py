"""A simulated device: an instrument on somebody's life, a memory, and calls for help. It has no link of its own.

What it has to say waits in its memory until a `Station` has a link; everything that happens is reported as a `Note`.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from simulators import calls as calling
from simulators.calls import Call
from simulators.gear.instrument import Instrument, Look
from simulators.life.living import Life
from simulators.memory import Memory
from simulators.notes import Happening, Note, Report
from simulators.story_clock import StoryClock
from simulators.wire import Acknowledgement, Command, Topics, new_event_id, stamp

#: So many calls are remembered, so that late stages still find theirs.
CALLS_KEPT = 50
#: Looks at the past between two breaths of everybody else in the process.
_LOOKS_AT_ONCE = 200


class SimulatedDevice:
    """One device; `live` measures until it is cancelled, `call` and `tell` may be called at any time."""

    def __init__(
        self,
        *,
        device_id: str,
        instrument: Instrument,
        life: Life,
        clock: StoryClock,
        report: Report,
        measure_every: timedelta | None = None,
    ) -> None:
        self.device_id = device_id
        self.instrument = instrument
        self.life = life
        self.clock = clock
        self.topics = Topics(device_id)
        self.memory = Memory()
        self.calls: dict[str, Call] = {}
        self.boot_id = new_event_id()
        self.skew = timedelta(0)  #: How wrong its clock is.
        self.is_alive = True  #: Not with a flat battery, nor once it is broken.
        self.on_news: Callable[[], None] = lambda: None  #: The station listens here.
        self._measure_every = measure_every
        self._report = report
        self._is_broken = False
        self._seq = 0
        self._look_again = asyncio.Event()

    def press(self, *, test: bool = False) -> Call:
        """The button goes down."""
        return self.call("sos_pressed", test=test)

    def call(self, event: str, *, test: bool = False, evidence: Mapping[str, Any] | None = None) -> Call:
        """A call for help; it is sent as soon as there is a link, and again until the hub has it."""
        made = calling.call(new_event_id(), _now(), event=event, seq=self._next_seq(), test=test, evidence=evidence)
        self.calls[made.event_id] = made
        for forgotten in list(self.calls)[:-CALLS_KEPT]:
            del self.calls[forgotten]
        self.note(Happening.CALLED, event_id=made.event_id, event=event, test=test)
        self.on_news()
        return made

    def tell(self, event: str, *, evidence: Mapping[str, Any] | None = None, at: datetime | None = None) -> None:
        """A device event that is no call for help; `at` in the life's time."""
        occurred_at = self.stamp(_now() if at is None else self.clock.wall(at))
        fields = {**self._identity(), "event": event, "occurred_at": occurred_at}
        self.memory.keep_event(fields | ({"evidence": dict(evidence)} if evidence else {}))
        self.on_news()

    def babble(self, leaf: str, payload: bytes) -> None:
        """Bytes below `up/`, as they are."""
        self.memory.keep_bytes(leaf, payload)
        self.on_news()

    def die(self) -> None:
        """Broken: nothing more is measured or said."""
        self._is_broken, self.is_alive = True, False
        self.look_again()
        self.on_news()

    def look_again(self) -> None:
        """Something has changed: measure now."""
        self._look_again.set()

    async def live(self) -> None:
        """Measure, each kind at its own pace."""
        while not self._is_broken:
            now = self.clock.now()
            look = self.instrument.look(self.life.at(now))
            self._keep(look, now)
            self.on_news()
            self._look_again.clear()
            await self.clock.wait(self._look_again, self._measure_every or look.next_in)

    async def remember(self, past: timedelta) -> None:
        """What it measured while it was out of reach, up to now."""
        until = self.clock.now()
        at, looks = until - past, 0
        while at < until and not self._is_broken:
            look = self.instrument.look(self.life.at(at))
            self._keep(look, at)
            at += self._measure_every or look.next_in
            looks += 1
            if looks % _LOOKS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def event_of(self, current: Call, now: datetime) -> dict[str, Any]:
        """The call as it goes on the wire now."""
        fields = {
            "id": current.event_id,
            "seq": current.seq,
            "boot_id": self.boot_id,
            "event": current.event,
            "occurred_at": self.stamp(current.called_at),
            "sent_at": self.stamp(now),
            "test": current.test,
            "ack": True,
        }
        if current.event == "sos_pressed":
            fields["component"] = "button-1"
        return fields | ({"evidence": dict(current.evidence)} if current.evidence else {})

    def take_acknowledgement(self, acknowledgement: Acknowledgement) -> None:
        """What the hub says of one of its calls."""
        before = self.calls.get(acknowledgement.ref)
        if before is None:
            return
        after = calling.acknowledged(before, acknowledgement)
        if after == before:
            return
        self.calls[acknowledgement.ref] = after
        if after.stage is not before.stage:
            self.note(
                Happening.STAGE,
                event_id=after.event_id,
                stage=acknowledgement.stage.value,
                light=after.light.value,
                reason=after.reason,
                after_ms=milliseconds_between(after.called_at, _now()),
            )

    def obey(self, command: Command) -> None:
        """Do it, as far as a simulated device can, and answer."""
        done = command.command in {"sound", "message", "self_test", "locate"}
        if command.command == "set_interval":
            interval_s = command.parameters.get("interval_s")
            done = isinstance(interval_s, int) and interval_s > 0
            if isinstance(interval_s, int) and done:
                self._measure_every = timedelta(seconds=interval_s)
        self.look_again()
        self.note(Happening.COMMANDED, command=command.command, done=done)
        answer = {
            **self._identity(),
            "id": command.id,
            "event": "command_result",
            "occurred_at": self.stamp(_now()),
            "evidence": {"command": command.command, "result": "done" if done else "not_supported"},
        }
        self.memory.keep_event(answer)
        self.on_news()

    def stamp(self, wall_at: datetime) -> str:
        """A time as this device's clock shows it."""
        return stamp(wall_at + self.skew)

    def note(self, happening: Happening, **details: Any) -> None:
        """Report what happened."""
        self._report(Note(at=_now(), device_id=self.device_id, happening=happening, details=details))

    def _keep(self, look: Look, at: datetime) -> None:
        self.is_alive = look.is_alive and not self._is_broken
        for occurrence in look.occurrences:
            self.tell(occurrence.event, evidence=occurrence.evidence, at=at)
        if look.fields is not None:
            measured_at = self.stamp(self.clock.wall(at))
            self.memory.keep_reading({**self._identity(), "measured_at": measured_at, **look.fields})

    def _identity(self) -> dict[str, Any]:
        return {"id": new_event_id(), "seq": self._next_seq(), "boot_id": self.boot_id}

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq


def milliseconds_between(start: datetime, end: datetime) -> float:
    """One decimal is what a network is worth."""
    return round((end - start) / timedelta(milliseconds=1), 1)


def _now() -> datetime:
    return datetime.now(UTC)
