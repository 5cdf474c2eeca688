"""A simulated device on its MQTT connection: it measures, calls, listens, and comes back when the link is lost.

What a press is and when it is repeated is decided in `press`; here it only leaves and arrives. Everything that happens
is reported as a `Note`, and nobody needs to look inside.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ssl import SSLContext
from typing import Any

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from simulators import press as pressing
from simulators.press import Press
from simulators.wire import (
    Acknowledgement,
    Command,
    Topics,
    encode,
    new_event_id,
    read_acknowledgement,
    read_command,
    stamp,
)

#: The hub waits 1.5 times as long before it believes that the device is gone.
KEEP_ALIVE_S = 30
CONNECT_WITHIN_S = 10.0
#: A hub that holds its acknowledgement for so long has lost its database: connect anew, which sends again.
PUBACK_WITHIN_S = 20.0
#: On the way out the hub is told; whoever pressed Ctrl-C does not wait longer than this for it.
FAREWELL_WITHIN_S = 1.0
BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 30.0
#: SUBACK's code for a filter that is not granted (MQTT 3.1.1, section 3.9.3).
SUBACK_FAILURE = 0x80
#: So many presses are remembered, so that late stages still find theirs.
PRESSES_KEPT = 50

Measure = Callable[[datetime], Mapping[str, Any]]


class Happening(StrEnum):
    """What can happen to a device."""

    ONLINE = "online"  #: Connected, subscribed, said hello.
    OFFLINE = "offline"  #: The link is gone, or was never there; the reason says more.
    PRESSED = "pressed"  #: The button went down.
    SENT = "sent"  #: The press left, for the first time or again.
    COMMITTED = "committed"  #: PUBACK: the hub has it on disk.
    STAGE = "stage"  #: The hub said how far the press has come.
    MEASURED = "measured"  #: A reading was sent and acknowledged.
    COMMANDED = "commanded"  #: The hub asked for something.


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that happened; `details` are ready for JSON."""

    at: datetime
    device_id: str
    happening: Happening
    details: Mapping[str, Any]

    def as_fields(self) -> dict[str, Any]:
        """One flat object, as `--json` prints it."""
        return {"at": stamp(self.at), "device_id": self.device_id, "what": self.happening.value, **self.details}


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """Where the front door is; with `tls` the connection is encrypted and the hub's certificate checked."""

    host: str
    port: int
    tls: SSLContext | None = None


class SimulatedDevice:
    """One device: `run` keeps it connected until it is cancelled, `press` may be called at any time."""

    def __init__(
        self,
        *,
        address: HubAddress,
        device_id: str,
        password: str,
        measure: Measure,
        report: Callable[[Note], None],
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
                async with self._connection() as client:
                    connected, failures = True, 0
                    await self._live(client)
            except* aiomqtt.MqttError as lost:
                self._note(Happening.OFFLINE, reason=_first_reason(lost), refused=not connected and _is_refusal(lost))
            await asyncio.sleep(back_off_s(failures, random.random()))
            failures += 1

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiomqtt.Client]:
        """Connected, subscribed, and announced; says good-bye when it is left in peace."""
        will = aiomqtt.Will(self._topics.status, encode({"online": False}), qos=1, retain=True)
        client = aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self.device_id,
            password=self._password,
            identifier=self.device_id,
            clean_session=False,  # what the hub says while we are away waits for us
            keepalive=KEEP_ALIVE_S,
            tls_context=self._address.tls,
            will=will,
            timeout=math.inf,  # `_time_limit` holds instead
        )
        async with _opened(client):
            await self._subscribe(client)
            await self._say_status(client, online=True, within_s=PUBACK_WITHIN_S)
            self._note(Happening.ONLINE)
            try:
                yield client
            except asyncio.CancelledError:
                with suppress(aiomqtt.MqttError):
                    await self._say_status(client, online=False, within_s=FAREWELL_WITHIN_S)
                raise

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        async with _time_limit(PUBACK_WITHIN_S):
            granted = await client.subscribe(self._topics.down, qos=1)
        if any(code.is_failure if isinstance(code, ReasonCode) else code >= SUBACK_FAILURE for code in granted):
            raise aiomqtt.MqttError("the hub refused the subscription to down/")

    async def _say_status(self, client: aiomqtt.Client, *, online: bool, within_s: float) -> None:
        status = {"online": online, "firmware": self._firmware, "boot_id": self._boot_id}
        await self._publish(client, self._topics.status, status, retain=True, within_s=within_s)

    async def _publish(
        self,
        client: aiomqtt.Client,
        topic: str,
        fields: Mapping[str, Any],
        *,
        retain: bool = False,
        within_s: float = PUBACK_WITHIN_S,
    ) -> None:
        """Returns when the hub has acknowledged; raises MqttError when it does not in time."""
        async with _time_limit(within_s):
            await client.publish(topic, encode(fields), qos=1, retain=retain)

    async def _live(self, client: aiomqtt.Client) -> None:
        now = _now()
        self.presses = {event_id: pressing.reconnected(each, now) for event_id, each in self.presses.items()}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(client))
            group.create_task(self._measure_for_ever(client))
            group.create_task(self._send_presses(client, group))

    async def _send_presses(self, client: aiomqtt.Client, group: asyncio.TaskGroup) -> None:
        """Each due press in a task of its own: one whose PUBACK is held back must not delay the next."""
        while True:
            now = _now()
            for event_id, each in self.presses.items():
                if pressing.is_due(each, now):
                    self.presses[event_id] = pressing.sent(each, now)
                    group.create_task(self._send_press(client, self.presses[event_id], now))
            self._something_to_send.clear()
            next_due = min((each.due_at for each in self.presses.values() if each.due_at), default=None)
            await _wait(self._something_to_send, None if next_due is None else next_due - _now())

    async def _send_press(self, client: aiomqtt.Client, each: Press, now: datetime) -> None:
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
        await self._publish(client, self._topics.event, fields)
        self._note(Happening.COMMITTED, event_id=each.event_id, after_ms=_milliseconds_since(now))

    async def _measure_for_ever(self, client: aiomqtt.Client) -> None:
        while True:
            now = _now()
            measured = self._measure(now)
            reading = {"id": new_event_id(), "seq": self._next_seq(), "measured_at": stamp(now), **measured}
            await self._publish(client, self._topics.telemetry, reading)
            self._note(Happening.MEASURED, **measured)
            self._interval_changed.clear()
            await _wait(self._interval_changed, self._measure_every)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if message.topic.matches("anxin/v1/+/down/ack"):
                acknowledgement = read_acknowledgement(message.payload)
                if acknowledgement is not None:
                    self._take_acknowledgement(acknowledgement)
            elif message.topic.matches("anxin/v1/+/down/command"):
                command = read_command(message.payload)
                if command is not None:
                    await self._obey(client, command)

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

    async def _obey(self, client: aiomqtt.Client, command: Command) -> None:
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
        await self._publish(client, self._topics.event, answer)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _note(self, happening: Happening, **details: Any) -> None:
        self._report(Note(at=_now(), device_id=self.device_id, happening=happening, details=details))


def back_off_s(failures: int, chance: float) -> float:
    """How long to wait after so many failed tries in a row; `chance` (0-1) keeps a thousand devices from one beat."""
    longest = min(BACK_OFF_FIRST_S * 2.0 ** min(failures, 16), BACK_OFF_MAX_S)
    return longest * (0.5 + chance / 2)


async def _wait(event: asyncio.Event, at_most: timedelta | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None if at_most is None else max(at_most.total_seconds(), 0)):
            await event.wait()


@asynccontextmanager
async def _time_limit(seconds: float) -> AsyncIterator[None]:
    """In place of the client's own, which is built on `asyncio.wait_for` and in Python 3.11 can lose a cancellation."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise aiomqtt.MqttError(f"the hub did not acknowledge within {seconds:g} s") from late


@asynccontextmanager
async def _opened(client: aiomqtt.Client) -> AsyncIterator[None]:
    async with _time_limit(CONNECT_WITHIN_S):
        await client.__aenter__()
    try:
        yield
    finally:
        with suppress(aiomqtt.MqttError):
            async with _time_limit(FAREWELL_WITHIN_S):
                await client.__aexit__(None, None, None)


def _first_reason(failures: ExceptionGroup[aiomqtt.MqttError]) -> str:
    first = failures.exceptions[0]
    return _first_reason(first) if isinstance(first, ExceptionGroup) else str(first)


def _is_refusal(failures: ExceptionGroup[aiomqtt.MqttError]) -> bool:
    return failures.subgroup(MqttConnectError) is not None


def _milliseconds_since(start: datetime) -> float:
    return round((_now() - start) / timedelta(milliseconds=1), 1)


def _now() -> datetime:
    return datetime.now(UTC)
