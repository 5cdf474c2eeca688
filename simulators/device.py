"""A simulated device: it measures, calls, listens, and comes back when the link is lost.

What a press is and when it is repeated is decided in `press`; here it only leaves and arrives. Everything that happens
is reported as a `Note`, and nobody needs to look inside.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from simulators import press as pressing
from simulators.errands import Errands
from simulators.link import (
    FAREWELL_WITHIN_S,
    PUBACK_WITHIN_S,
    HubAddress,
    Link,
    back_off_s,
    open_link,
)
from simulators.notes import Happening, Note, Report
from simulators.press import Press
from simulators.wire import (
    Acknowledgement,
    Command,
    Topics,
    new_event_id,
    read_acknowledgement,
    read_command,
    stamp,
)

#: So many presses are remembered, so that late stages still find theirs.
PRESSES_KEPT = 50

Measure = Callable[[datetime], Mapping[str, Any]]


class SimulatedDevice:
    """One device: `run` keeps it connected until it is cancelled, `press` may be called at any time."""

    def __init__(
        self,
        *,
        address: HubAddress,
        device_id: str,
        password: str,
        measure: Measure,
        report: Report,
        measure_every: timedelta = timedelta(minutes=1),
        firmware: str = "simulator-1",
    ) -> None:
        self.device_id = device_id
        self.presses: dict[str, Press] = {}
        self._address = address
        self._password = password
        self._measure = measure
        self._report = report
        self._measure_every = measure_every
        self._firmware = firmware
        self._topics = Topics(device_id)
        self._boot_id = new_event_id()
        self._seq = 0
        self._something_to_send = asyncio.Event()
        self._interval_changed = asyncio.Event()

    def press(self, *, test: bool = False) -> Press:
        """The button goes down; it is sent as soon as there is a link, and again until the hub has it."""
        pressed = pressing.press(new_event_id(), _now(), test=test)
        self.presses[pressed.event_id] = pressed
        for forgotten in list(self.presses)[:-PRESSES_KEPT]:
            del self.presses[forgotten]
        self._note(Happening.PRESSED, event_id=pressed.event_id, test=test)
        self._something_to_send.set()
        return pressed

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        while True:
            connected = False
            try:
                async with self._connection() as link:
                    connected, failures = True, 0
                    await self._live(link)
            except aiomqtt.MqttError as lost:
                refused = not connected and isinstance(lost, MqttConnectError)
                self._note(Happening.OFFLINE, reason=str(lost), refused=refused)
            await asyncio.sleep(back_off_s(failures, random.random()))
            failures += 1

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Link]:
        """Connected, subscribed, and announced; says good-bye when it is left in peace."""
        async with open_link(self._address, device_id=self.device_id, password=self._password) as link:
            await link.subscribe(self._topics.down)
            await self._say_status(link, online=True, within_s=PUBACK_WITHIN_S)
            self._note(Happening.ONLINE)
            try:
                yield link
            except asyncio.CancelledError:
                with suppress(aiomqtt.MqttError):
                    await self._say_status(link, online=False, within_s=FAREWELL_WITHIN_S)
                raise

    async def _say_status(self, link: Link, *, online: bool, within_s: float) -> None:
        status = {"online": online, "firmware": self._firmware, "boot_id": self._boot_id}
        await link.publish(self._topics.status, status, retain=True, within_s=within_s)

    async def _live(self, link: Link) -> None:
        now = _now()
        self.presses = {event_id: pressing.reconnected(each, now) for event_id, each in self.presses.items()}
        async with Errands() as errands:
            errands.start(self._listen(link))
            errands.start(self._measure_for_ever(link))
            errands.start(self._send_presses(link, errands))
            await errands.until_one_fails()

    async def _send_presses(self, link: Link, errands: Errands) -> None:
        """Each due press in a task of its own: one whose PUBACK is held back must not delay the next."""
        while True:
            now = _now()
            for event_id, each in self.presses.items():
                if pressing.is_due(each, now):
                    self.presses[event_id] = pressing.sent(each, now)
                    errands.start(self._send_press(link, self.presses[event_id], now))
            self._something_to_send.clear()
            next_due = min((each.due_at for each in self.presses.values() if each.due_at), default=None)
            await _wait(self._something_to_send, None if next_due is None else next_due - _now())

    async def _send_press(self, link: Link, each: Press, now: datetime) -> None:
        fields = {
            "id": each.event_id,
            "seq": self._next_seq(),
            "boot_id": self._boot_id,
            "event": "sos_pressed",
            "occurred_at": stamp(each.pressed_at),
            "sent_at": stamp(now),
            "test": each.test,
            "component": "button-1",
            "ack": True,
        }
        self._note(Happening.SENT, event_id=each.event_id, times_sent=each.times_sent)
        await link.publish(self._topics.event, fields)
        self._note(Happening.COMMITTED, event_id=each.event_id, after_ms=_milliseconds_since(now))

    async def _measure_for_ever(self, link: Link) -> None:
        while True:
            now = _now()
            measured = self._measure(now)
            reading = {"id": new_event_id(), "seq": self._next_seq(), "measured_at": stamp(now), **measured}
            await link.publish(self._topics.telemetry, reading)
            self._note(Happening.MEASURED, **measured)
            self._interval_changed.clear()
            await _wait(self._interval_changed, self._measure_every)

    async def _listen(self, link: Link) -> None:
        async for message in link.messages:
            if message.topic.matches("anxin/v1/+/down/ack"):
                acknowledgement = read_acknowledgement(message.payload)
                if acknowledgement is not None:
                    self._take_acknowledgement(acknowledgement)
            elif message.topic.matches("anxin/v1/+/down/command"):
                command = read_command(message.payload)
                if command is not None:
                    await self._obey(link, command)

    def _take_acknowledgement(self, acknowledgement: Acknowledgement) -> None:
        before = self.presses.get(acknowledgement.ref)
        if before is None:
            return
        after = pressing.acknowledged(before, acknowledgement)
        if after == before:
            return
        self.presses[acknowledgement.ref] = after
        if after.stage is not before.stage:
            self._note(
                Happening.STAGE,
                event_id=after.event_id,
                stage=acknowledgement.stage.value,
                light=after.light.value,
                reason=after.reason,
                after_ms=_milliseconds_since(after.pressed_at),
            )

    async def _obey(self, link: Link, command: Command) -> None:
        done = True
        if command.command == "set_interval":
            interval_s = command.parameters.get("interval_s")
            done = isinstance(interval_s, int) and interval_s > 0
            if isinstance(interval_s, int) and done:
                self._measure_every = timedelta(seconds=interval_s)
                self._interval_changed.set()
        elif command.command not in {"sound", "message", "self_test"}:
            done = False
        self._note(Happening.COMMANDED, command=command.command, done=done)
        answer = {
            "id": command.id,
            "seq": self._next_seq(),
            "boot_id": self._boot_id,
            "event": "command_result",
            "occurred_at": stamp(_now()),
            "evidence": {"command": command.command, "result": "done" if done else "not_supported"},
        }
        await link.publish(self._topics.event, answer)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _note(self, happening: Happening, **details: Any) -> None:
        self._report(Note(at=_now(), device_id=self.device_id, happening=happening, details=details))


async def _wait(event: asyncio.Event, at_most: timedelta | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None if at_most is None else max(at_most.total_seconds(), 0)):
            await event.wait()


def _milliseconds_since(start: datetime) -> float:
    return round((_now() - start) / timedelta(milliseconds=1), 1)


def _now() -> datetime:
    return datetime.now(UTC)
