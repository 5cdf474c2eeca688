"""A whole connection with its timers, pauses and hold, on a clock that the input moves: without a socket.

The first octets of an input are the script (how the bytes are cut, how far the clock goes in between, when the pipeline
answers, is congested, or the client stops reading); the rest is what the client sends.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import cast

from hub.ingest.front_door.actions import AskSubscriptions, Close, DropSubscriptions
from hub.ingest.front_door.balances import Balance
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.hold import Hold
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packets import Connect
from hub.ingest.front_door.rate import Rates, Source
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.source import InboundMessage, MessageSink, RefusalReason
from hub.storage.mqtt_records import Admission, DownMessage
from tests.fuzz.bounds import bounded_time
from tests.fuzz.mqtt_session import DEVICE, HEAD_OCTETS

#: So small that a handful of messages reaches each of them.
LIMITS = Limits(
    in_flight_max=4, in_flight_bytes_max=2_000, rate_per_s=1.0, rate_burst=3, hold_max=4, hold_bytes_max=2_000
)
#: One and a half times the longest keep-alive, twice: by then a silent client must have been noticed.
_SILENCE_S = 1.5 * 65_535 * 2
_TURNS_MAX = 3_000


class ScriptedLoop:
    """What a connection uses of an event loop; time passes when it is told to."""

    def __init__(self) -> None:
        self._now_s = 1_000.0
        self._serials = count()
        self._due: list[tuple[float, int, Callable[[], object], list[bool]]] = []

    def time(self) -> float:
        return self._now_s

    def call_soon(self, call: Callable[..., object], *arguments: object) -> "ScriptedHandle":
        return self.call_later(0.0, call, *arguments)

    def call_later(self, delay_s: float, call: Callable[..., object], *arguments: object) -> "ScriptedHandle":
        assert delay_s >= 0
        cancelled = [False]
        heapq.heappush(self._due, (self._now_s + delay_s, next(self._serials), lambda: call(*arguments), cancelled))
        return ScriptedHandle(cancelled)

    def advance(self, seconds: float) -> None:
        """Let time pass, with everything that is due in it."""
        until_s = self._now_s + seconds
        for _ in range(_TURNS_MAX):
            if not self._due or self._due[0][0] > until_s:
                self._now_s = until_s
                return
            due_s, _, call, cancelled = heapq.heappop(self._due)
            self._now_s = max(self._now_s, due_s)
            if not cancelled[0]:
                call()
        raise AssertionError("the timers never come to rest")


class ScriptedHandle:
    """A timer that can be cancelled."""

    def __init__(self, cancelled: list[bool]) -> None:
        self._cancelled = cancelled

    def cancel(self) -> None:
        self._cancelled[0] = True


class ScriptedTransport:
    """A socket that takes everything."""

    def __init__(self) -> None:
        self.is_reading = True
        self.is_closed = False
        self.written = 0

    def set_write_buffer_limits(self, high: int) -> None:
        assert high > 0

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return ("192.0.2.1", 1883)

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, octets: bytes) -> None:
        assert not self.is_closed, "written after the end"
        self.written += len(octets)

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        assert not self.is_closed

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True


class ScriptedHouse:
    """Server and pipeline in one: a sink that keeps what it is given, and answers when the script says so."""

    def __init__(self, loop: ScriptedLoop) -> None:
        self.limits = LIMITS
        self.counters = FrontDoorCounters()
        self.sink: MessageSink = self
        self.congested = False
        self.storing = True
        self.in_flight = self.in_flight_size = 0
        self.messages: list[InboundMessage] = []
        self.owed: list[Callable[[], None]] = []
        self.watched = False
        self.ends = 0
        self._rates = Rates(LIMITS.rate_per_s, LIMITS.rate_burst)
        self._loop = loop
        self._balance = Balance()
        self.hold = Hold(self._rates, LIMITS, self, loop)  # type: ignore[arg-type]  # all that it asks of a loop

    def accept(self, message: InboundMessage) -> None:
        self.messages.append(message)

    def balance_of(self, _user_id: str) -> Balance:
        return self._balance

    def opened(self, _connection: Connection) -> bool:
        return True

    def read_soon(self, connection: Connection) -> None:
        self._loop.call_soon(connection.read_opening)

    def admitted(self) -> None:
        self.counters.admitted += 1

    def ended(self, _connection: Connection, _close: Close) -> None:
        self.ends += 1

    def lost(self, _connection: Connection) -> None:
        assert self.ends == 1, "lost before it ended, or ended twice"

    def authenticate(self, connection: Connection, _connect: Connect) -> None:
        def let_in() -> None:
            admission = Admission(device_id=DEVICE, is_gateway=True)
            if connection.has_ended:
                return
            if connection.session.may_leave_will(admission):
                connection.admit(admission, None, None)
            else:
                connection.refuse_connect(ReasonCode.NOT_AUTHORIZED, "will")

        self.owed.append(let_in)

    def ask_subscriptions(self, connection: Connection, ask: AskSubscriptions) -> None:
        self.owed.append(lambda: connection.complete(connection.session.subscribed(ask, frozenset())))

    def drop_subscriptions(self, connection: Connection, drop: DropSubscriptions) -> None:
        self.owed.append(lambda: connection.complete(connection.session.unsubscribed(drop)))

    def release(self, connection: Connection, packet_id: int) -> None:
        self.owed.append(lambda: connection.complete(connection.session.released(packet_id)))

    def settle(self, connection: Connection, message: DownMessage) -> None:
        connection.forget_settled(message.id)

    def look_for_messages(self, _connection: Connection) -> None:
        """There are none."""

    def spend_on_refusal(self, sender_id: str) -> float:
        return self._rates.spend(Source(sender_id, sender_id), self._loop.time())

    def note_flood(self, source: Source) -> None:
        self.counters.floods += self._rates.begins_flood(source)

    def discard(self, source: Source) -> float:
        return self._rates.spend(source, self._loop.time())

    def watch_pause(self, _connection: Connection) -> None:
        self.watched = True


def _answer(house: ScriptedHouse, octet: int) -> None:
    """What waits longest, or came last, gets its answer."""
    if house.owed:
        house.owed.pop(0)()
    if house.messages:
        message = house.messages.pop(0 if octet & 1 else -1)
        if octet % 32 == 31:
            message.refuse(RefusalReason.NOT_AUTHORIZED)
        else:
            message.acknowledge()


def _turn(connection: Connection, house: ScriptedHouse, loop: ScriptedLoop, octet: int) -> None:
    """One thing that can happen between two chunks."""
    match octet % 8:
        case 0 | 1 | 2:
            _answer(house, octet >> 3)
        case 3:
            loop.advance((octet >> 3) / 4)
        case 4:
            loop.advance((octet >> 3) * 60.0)
        case 5:
            house.congested = bool(octet & 8)
            house.storing = not octet & 16
        case 6:
            connection.pause_writing()
        case _:
            connection.resume_writing()


def _come_to_rest(
    connection: Connection, house: ScriptedHouse, transport: ScriptedTransport, loop: ScriptedLoop
) -> None:
    """Everything is well again, everybody answers: nothing may stay paused, owed or held."""
    house.congested, house.storing = False, True
    connection.resume_writing()
    for _ in range(_TURNS_MAX):
        loop.advance(1.0)
        if house.watched and connection.reconsider():
            house.watched = False
        waits = house.messages or house.owed or house.hold.count
        if not waits and (connection.has_ended or transport.is_reading):
            return
        _answer(house, 1)
    raise AssertionError("a connection is paused for ever, or its messages are never given on")


def check(octets: bytes) -> None:
    """No error, one end, nothing paused for ever, all memory given back, and silence is noticed."""
    if len(octets) < HEAD_OCTETS:
        return
    script, stream = octets[:HEAD_OCTETS], octets[HEAD_OCTETS:]
    loop, transport = ScriptedLoop(), ScriptedTransport()
    house = ScriptedHouse(loop)
    with bounded_time():
        connection = Connection(house, 1, cast("asyncio.AbstractEventLoop", loop))
        connection.connection_made(cast("asyncio.BaseTransport", transport))
        turns = 0
        while stream and not connection.has_ended and turns < _TURNS_MAX:
            octet = script[turns % len(script)]
            turns += 1
            if transport.is_reading:
                size = max(1, octet * 4)
                chunk, stream = stream[:size], stream[size:]
                connection.data_received(chunk)
                loop.advance(0.0)
            _turn(connection, house, loop, script[turns * 7 % len(script)])
            if not transport.is_reading and turns > 200:
                _come_to_rest(connection, house, transport, loop)
        _come_to_rest(connection, house, transport, loop)
        _assert_at_rest(connection, house, transport, loop)


def _assert_at_rest(
    connection: Connection, house: ScriptedHouse, transport: ScriptedTransport, loop: ScriptedLoop
) -> None:
    assert (house.in_flight, house.in_flight_size) == (0, 0), "memory is not given back"
    assert (house.hold.count, house.hold.size) == (0, 0)
    if not connection.has_ended:
        assert (connection.balance.held, connection.balance.held_size) == (0, 0), "what was held still counts"
    silence_s = connection.session.keep_alive_s
    loop.advance(_SILENCE_S)
    was_admitted = house.counters.admitted > 0
    assert connection.has_ended or (was_admitted and not silence_s), "a silent client is not noticed"
    connection.connection_lost(None)
    assert house.ends == 1
