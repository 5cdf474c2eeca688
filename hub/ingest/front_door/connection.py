"""One socket: bytes between the transport, the codec and the session, and the session's wishes carried out."""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

from hub.clock import utc_now
from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.front_door.actions import (
    Action,
    AskSubscriptions,
    Authenticate,
    Close,
    CloseCause,
    Deliver,
    DropSubscriptions,
    LookForMessages,
    NoteForbidden,
    Release,
    Send,
    Settle,
)
from hub.ingest.front_door.balances import Balance
from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.host import Host
from hub.ingest.front_door.outbox import Outbox
from hub.ingest.front_door.pace import Pace, Pause
from hub.ingest.front_door.rate import Source
from hub.ingest.front_door.reasons import PacketError, ReasonCode
from hub.ingest.front_door.receipts import Receipt
from hub.ingest.front_door.session import Session, SessionState
from hub.ingest.front_door.timers import Timers
from hub.ingest.source import InboundMessage, Leaf, RefusalReason
from hub.storage.mqtt_records import Admission, OwedMessage, StoredSession

#: How long a closed connection may take to read what it was told last.
_LINGER_S = 1.0
#: The shortest pause for a device over its rate: the clock is not read for every message of a flood.
_RATE_PAUSE_S_MIN = 0.1


class Connection(asyncio.Protocol):
    """The protocol object of one socket."""

    def __init__(self, host: Host, serial: int, loop: asyncio.AbstractEventLoop) -> None:
        self.host = host
        self.serial = serial
        self.session = Session(host.limits)
        self.has_ended = False
        self._loop = loop
        self._decoder = Decoder(host.limits.connect_bytes_max)
        self._transport: asyncio.Transport | None = None
        self._outbox = Outbox(loop, host.limits.write_buffer_bytes_max, self._cut_slow_reader)
        self.balance = Balance()  #: Its user's, once that is known.
        self._pace = Pace(host, lambda: self.balance, stop=self._stop_reading, go_on=self._read_on)
        self._advance_due = False
        self._heard_at = loop.time()
        self._timers = Timers(loop)

    @property
    def address(self) -> str:
        """The other end's address, without its port."""
        address = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(address[0]) if address else "?"

    @property
    def peer(self) -> str:
        """The other end's address, for the log."""
        address = self._transport.get_extra_info("peername") if self._transport is not None else None
        return f"{address[0]}:{address[1]}" if address else "?"

    # -- asyncio's side -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open (and TLS established)."""
        # A stream transport by what it can do: uvloop's are none of asyncio's classes.
        stream = cast("asyncio.Transport", transport)
        self._transport = stream
        self._outbox.attach(stream)
        if not self.host.opened(self):
            self.has_ended = True
            stream.abort()
            return
        self._timers.start("connect", self.host.limits.connect_timeout_s, self.crowd_out)
        if self._decoder.buffered:
            self._advance()

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        self._heard_at = self._loop.time()
        if self.has_ended:
            return
        self._decoder.feed(data)
        if self._transport is None:
            return
        if self.session.state is SessionState.OPENING:
            self.host.read_soon(self)
        else:
            self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        sentence = f"the socket ended ({type(exc).__name__})" if exc is not None else "the socket ended"
        self._end(Close(CloseCause.CONNECTION_LOST, sentence))
        self._timers.close()
        self._outbox.detach()
        self._transport = None
        self._decoder = Decoder(self.host.limits.connect_bytes_max)  # messages without an answer keep us, not its bytes
        self.host.lost(self)

    def pause_writing(self) -> None:
        """The client does not read: read nothing more of it either, and not for ever."""
        self._pace.pause(Pause.WRITING)
        self._timers.start("stalled", self.host.limits.stalled_write_s, self._cut_slow_reader)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._timers.cancel("stalled")
        self._pace.resume(Pause.WRITING)

    # -- the server's side --------------------------------------------------------------------------------------------

    @property
    def is_writable(self) -> bool:
        """Whether `down/` messages may be sent: connected, and what was sent before is being read."""
        return self.session.state is SessionState.CONNECTED and Pause.WRITING not in self._pace.reasons

    def admit(
        self,
        admission: Admission,
        stored: StoredSession | None,
        assigned_client_id: str | None,
        *,
        is_makeshift: bool = False,
        is_present: bool = False,
    ) -> None:
        """The registry knows the device."""
        self._timers.cancel("connect")
        self.balance = self.host.balance_of(admission.device_id)
        self.host.admitted()
        self._decoder.packet_size_max = self.host.limits.packet_bytes_max
        actions = self.session.admit(
            admission, stored, assigned_client_id, is_makeshift=is_makeshift, is_present=is_present
        )
        self._perform(actions)
        if self.session.keep_alive_s:
            self._timers.start("silence", self._silence_s, self._check_silence)
        self._pace.resume(Pause.AUTHENTICATING)

    def read_opening(self) -> None:
        """Read the CONNECT, as far as it has come."""
        if not self.has_ended:
            self._advance()

    def refuse_connect(self, code: ReasonCode, sentence: str) -> None:
        """The device is not let in."""
        self._perform(self.session.refuse_connect(code, sentence))

    def complete(self, actions: list[Action]) -> None:
        """Carry out what the session answered to something it had asked for."""
        self._perform(actions)

    def send_down(self, owed: OwedMessage) -> bool:
        """Send a `down/` message; whether it was sent."""
        actions = self.session.send_down(owed)
        self._perform(actions)
        return bool(actions)

    def forget_settled(self, message_id: UUID) -> None:
        """The database knows that a `down/` message was acknowledged."""
        if self.session.down is not None:
            self.session.down.forget_settled(message_id)

    def acknowledge(self, owed: Owed) -> None:
        """A message of this connection is committed."""
        self.host.counters.acknowledged += 1
        self._perform(self.session.settle(owed))
        if Pause.IN_FLIGHT in self._pace.reasons:
            self.reconsider()

    def refuse(self, owed: Owed, reason: RefusalReason) -> None:
        """A message of this connection is not taken in."""
        self.host.counters.forbidden += 1
        self._perform(self.session.refuse(owed, reason))
        if Pause.IN_FLIGHT in self._pace.reasons:
            self.reconsider()

    def disconnect(self, cause: CloseCause, code: ReasonCode, sentence: str, *, with_will: bool = False) -> None:
        """End the connection from our side, saying why."""
        self._perform(self.session.disconnect(cause, code, sentence, with_will=with_will))

    def abort(self, cause: CloseCause, sentence: str, *, with_will: bool = False) -> None:
        """End the connection at once, saying nothing."""
        self._end(Close(cause, sentence, with_will))
        if self._transport is not None:
            self._transport.abort()

    def crowd_out(self) -> None:
        """No CONNECT came in time, or a newer connection needs the place."""
        if self.session.state is SessionState.OPENING:  # it has said nothing, and has nothing to be told
            self.abort(CloseCause.NO_CONNECT, "no CONNECT came in time")
            return
        self.disconnect(CloseCause.NO_CONNECT, ReasonCode.SERVER_BUSY, "no CONNECT was let in in time")

    def reconsider(self) -> bool:
        """Read again if what was waited for has come; True when there is nothing left to wait for."""
        return self._pace.reconsider() or self.has_ended

    # -- packets and actions ------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Decode and carry out until the bytes end or a pause begins."""
        received_at = utc_now()
        decoder, session, pace = self._decoder, self.session, self._pace
        while not pace.reasons and not self.has_ended:
            try:
                packet = decoder.next_packet()
                if packet is None:
                    return
                actions = session.feed(packet)
            except PacketError as error:
                session.version = decoder.version or session.version
                self._perform(session.fail(error))
                return
            if len(actions) == 1 and type(actions[0]) is Deliver:
                self._deliver(actions[0], received_at)
            else:
                self._perform(actions, received_at)

    def _perform(self, actions: list[Action], received_at: datetime | None = None) -> None:
        host = self.host
        for action in actions:
            match action:
                case Send(octets):
                    self._outbox.write(octets)
                case Deliver():
                    self._deliver(action, received_at or utc_now())
                case Authenticate(connect):
                    self._pace.pause(Pause.AUTHENTICATING)
                    host.authenticate(self, connect)
                case AskSubscriptions():
                    host.ask_subscriptions(self, action)
                case DropSubscriptions():
                    host.drop_subscriptions(self, action)
                case Release(packet_id):
                    host.release(self, packet_id)
                case Settle(message):
                    host.settle(self, message)
                case LookForMessages():
                    host.look_for_messages(self)
                case NoteForbidden():
                    self._note_forbidden()
                case Close():
                    self._close(action)

    def _deliver(self, deliver: Deliver, received_at: datetime) -> None:
        publish, up_topic, owed = deliver
        host, session = self.host, self.session
        admission = session.admission
        if admission is None:
            return
        if not host.sink.storing and not self.balance.has_room(host, more=1, more_size=owed.size):
            self.balance.is_spent = True
            self.abort(CloseCause.MEMORY, "too much is unacknowledged while the database is away", with_will=True)
            return
        receipt = Receipt(self, owed)
        host.counters.publishes += 1
        stored = session.stored if publish.qos == 2 else None
        message = InboundMessage(
            sender_id=admission.device_id,
            device_id=up_topic.device_id,
            leaf=up_topic.leaf,
            topic=publish.topic,
            payload=publish.payload,
            received_at=received_at,
            qos=publish.qos,
            dup=publish.dup,
            packet_id=publish.packet_id,
            session_id=stored.id if stored is not None else None,
            acknowledge=receipt.acknowledge,
            refuse=receipt.refuse,
        )
        source = Source(admission.device_id, up_topic.device_id, up_topic.leaf is Leaf.EVENT)
        if host.hold.may_pass(source):
            host.sink.accept(message)
        else:
            self._hold_back(source, message, owed)
        if self._pace.pause_for_room(up_topic.leaf):
            host.watch_pause(self)

    def _hold_back(self, source: Source, message: InboundMessage, owed: Owed) -> None:
        """The device is over its rate: keep the message, and stop reading when that becomes too much.

        QoS 0 promises nothing, and the siblings of a gateway's mad child may have something to cry for: its readings
        are then thrown away rather than read no more. A cry is not.
        """
        host, hold = self.host, self.host.hold
        host.note_flood(source)
        may_discard = message.qos == 0 and not source.is_event and source.device_id != source.sender_id
        if may_discard and hold.is_full(source.sender_id):
            self._perform(self.session.settle(owed))
            wait_s = host.discard(source)
            if wait_s:
                self._pause_for_rate(wait_s)
            return
        self.balance.held += 1
        self.balance.held_size += owed.size
        hold.put(source, message, self)
        if not may_discard and hold.is_full(source.sender_id):
            self._pace.pause(Pause.HOLD)
            hold.wait_for_room(source.sender_id, self)

    def let_go(self, size: int) -> None:
        """A held message was given on."""
        self.balance.held -= 1
        self.balance.held_size -= size

    def go_on(self) -> None:
        """The hold has room again."""
        self._pace.resume(Pause.HOLD)

    def _note_forbidden(self) -> None:
        """Refusals are work, too: they count towards the sender's own rate."""
        host, admission = self.host, self.session.admission
        host.counters.forbidden += 1
        if admission is not None:
            wait_s = host.spend_on_refusal(admission.device_id)
            if wait_s:
                self._pause_for_rate(wait_s)

    def _pause_for_rate(self, wait_s: float) -> None:
        self._pace.pause(Pause.RATE)
        self._timers.start("rate", max(wait_s, _RATE_PAUSE_S_MIN), partial(self._pace.resume, Pause.RATE))

    # -- reading and writing ------------------------------------------------------------------------------------------

    def _stop_reading(self) -> None:
        self.host.counters.pauses += 1
        if self._transport is not None:
            self._transport.pause_reading()

    def _read_on(self) -> None:
        if self.has_ended or self._transport is None:
            return
        self._heard_at = self._loop.time()
        self._transport.resume_reading()
        if self._decoder.buffered and not self._advance_due:
            self._advance_due = True
            self._loop.call_soon(self._advance_again)

    def _advance_again(self) -> None:
        self._advance_due = False
        if not self.has_ended:
            self._advance()

    def _cut_slow_reader(self) -> None:
        self.abort(CloseCause.SLOW_READER, "the client does not read", with_will=True)

    # -- time and the end ---------------------------------------------------------------------------------------------

    @property
    def _silence_s(self) -> float:
        """One and a half times the keep-alive (MQTT-3.1.2-24)."""
        return self.session.keep_alive_s * 1.5

    def _check_silence(self) -> None:
        quiet_s = self._loop.time() - self._heard_at
        if self._pace.reasons:
            self._timers.start("silence", self._silence_s, self._check_silence)
        elif quiet_s >= self._silence_s:
            self.disconnect(
                CloseCause.KEEP_ALIVE, ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing was heard for too long", with_will=True
            )
        else:
            self._timers.start("silence", self._silence_s - quiet_s, self._check_silence)

    def _close(self, close: Close) -> None:
        """Say what was to be said, and give the client a moment to read it.

        A socket closed with unread bytes in it is reset, and the client's system throws away what it has not read yet:
        the reason for the refusal. So what still comes in is read and dropped until the client closes.
        """
        self._outbox.flush()
        transport = self._transport
        if transport is not None and not transport.is_closing():
            if close.cause is CloseCause.CLIENT_LEFT:
                transport.close()
            elif transport.can_write_eof():
                with suppress(OSError):  # the client was faster
                    transport.write_eof()
            if self._pace.reasons:
                transport.resume_reading()
            self._timers.start("linger", _LINGER_S, transport.abort)
        self._end(close)

    def _end(self, close: Close) -> None:
        if self.has_ended:
            return
        self.has_ended = True
        self.session.state = SessionState.CLOSED
        self.host.ended(self, close)
