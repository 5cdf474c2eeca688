"""One connection to a broker: opened, subscribed, read and written by the event loop, acknowledged by hand.

paho does the protocol, the event loop does its reading and writing: no thread, and a pause in reading while the
pipeline holds as much as it may. What was not acknowledged on one connection comes again on the next.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.broker_addresses import BrokerAddress
from hub.clock import utc_now
from hub.ingest.subscriber.acknowledgements import OrderedAcknowledgements
from hub.ingest.subscriber.parting import BrokerMessage

#: How long a broker is asked to keep the session of a hub that is away, with all that devices say meanwhile.
_SESSION_EXPIRY_S = 7 * 24 * 3600
#: A stop of the hub waits for a connection attempt, so that it must not take long.
_CONNECT_TIMEOUT_S = 5.0
#: Keep-alive is looked after, and a pause in reading ends, within this.
_LOOK_EVERY_S = 0.25
#: Messages read before others get their turn on the event loop; one takes 0.1 to 0.2 ms, its decoding included.
_READ_AT_ONCE_MAX = 8
#: MQTT 5: retained messages only when the subscription is new; the lasting session has heard the rest.
_RETAINED_WHEN_NEW = 1
_FAILURE = 0x80


class Receiver(Protocol):
    """What a session does with a message; `acknowledge` may be called once, at any later time."""

    def __call__(self, message: BrokerMessage, acknowledge: Callable[[], None]) -> None:
        """Take it."""


class Congestion(Protocol):
    """Who says when to stop reading."""

    @property
    def congested(self) -> bool:
        """True while no more should come."""
        ...


class ConnectionFailedError(Exception):
    """The session could not be opened, or ended; `reason` is for logs and maintenance."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What one session is for."""

    client_id: str
    filters: tuple[str, ...]
    window: int


class Connection:
    """One TCP connection; a new one is a new object, so that no acknowledgement reaches another connection."""

    def __init__(self, address: BrokerAddress, plan: SessionPlan, receive: Receiver, sink: Congestion) -> None:
        self._address = address
        self._plan = plan
        self._receive = receive
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._subscribed: asyncio.Future[None] = self._loop.create_future()
        self._descriptor: int | None = None
        self._is_reading = False
        self._received = 0
        #: Messages of this connection on their way to a commit, QoS 0 among them.
        self._under_way = 0
        self._client = self._create_client()
        self._owed = OrderedAcknowledgements(self._send_acknowledgement)
        self._published: dict[int, Callable[[], None]] = {}
        #: False: the broker has forgotten the session, and with it whatever it had queued; so it is at the first time.
        self.is_resumed = False

    # --- Opening and closing --------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and subscribe.

        Raises:
            ConnectionFailedError: the broker is away, or refuses.
        """
        attempt = self._loop.run_in_executor(None, self._connect)
        try:
            await asyncio.shield(attempt)
        except asyncio.CancelledError:
            attempt.add_done_callback(self._close_late)
            raise
        except (OSError, ValueError) as error:  # ValueError: a name the broker's certificate does not have
            raise ConnectionFailedError(f"{type(error).__name__}: {error}") from error
        self._attach()
        await self._wait_for(self._subscribed)

    async def wait_until_lost(self) -> None:
        """Look after the connection until it ends.

        Raises:
            ConnectionFailedError: it has ended.
        """
        await self._wait_for(self._loop.create_future())

    def publish(self, topic: str, payload: bytes, acknowledged: Callable[[], None]) -> None:
        """Send one message down; `acknowledged` is called when the broker has it, and never if the connection ends."""
        sent = self._client.publish(topic, payload, qos=1)
        self._published[sent.mid] = acknowledged

    def close(self) -> None:
        """End it; what was not acknowledged comes again on the next."""
        self._owed.end()
        self._detach()
        client = self._client
        client.on_disconnect = client.on_socket_close = client.on_socket_register_write = None
        with contextlib.suppress(OSError, ValueError):
            if client.is_connected():
                client.disconnect()
        connected = client.socket()
        if connected is not None:
            connected.close()

    def _close_late(self, attempt: "asyncio.Future[None]") -> None:
        """The attempt ended after it was given up; how does not matter any more."""
        if not attempt.cancelled():
            attempt.exception()
        self.close()

    def _create_client(self) -> Client:
        address = self._address
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._plan.client_id,
            protocol=MQTTv5 if address.version == "5" else MQTTv311,
            clean_session=None if address.version == "5" else False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_TIMEOUT_S
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        return client

    def _connect(self) -> None:
        """Name, TCP, TLS and the CONNECT packet: all that blocks, in a thread of its own."""
        address, client = self._address, self._client
        if address.tls:
            client.tls_set_context(_tls_context(address))
        if address.version != "5":
            client.connect(address.host, address.port, address.keepalive_s)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho left it so
        properties.SessionExpiryInterval = _SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._plan.window
        client.connect(address.host, address.port, address.keepalive_s, clean_start=False, properties=properties)

    def _attach(self) -> None:
        connected = self._client.socket()
        if connected is None:
            raise ConnectionFailedError("the connection ended at once")
        self._descriptor = connected.fileno()
        self._client.on_disconnect = self._on_disconnect
        self._client.on_socket_close = self._on_socket_close
        self._client.on_socket_register_write = self._on_want_write
        self._client.on_socket_unregister_write = self._on_wrote
        self._resume_reading()
        if self._client.want_write():
            self._loop.add_writer(self._descriptor, self._client.loop_write)

    def _detach(self) -> None:
        if self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._descriptor = None
            self._is_reading = False

    async def _wait_for(self, awaited: "asyncio.Future[None]") -> None:
        """Wait, and meanwhile keep the connection alive."""
        ends: list[asyncio.Future[Any]] = [awaited, self._lost]
        while not awaited.done():
            await asyncio.wait(ends, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if self._lost.done():
                raise ConnectionFailedError(self._lost.result())
            self._client.loop_misc()
            if self._client.socket() is None:
                self._end("lost")
            self._resume_reading()
        awaited.result()

    # --- Reading and writing --------------------------------------------------------------------------------------

    @property
    def _has_enough(self) -> bool:
        """The window is kept here, too: a broker without a limit of its own sends past ours, and QoS 0 has none."""
        return self._under_way >= self._plan.window or self._sink.congested

    def _settle_one(self, packet_id: int | None) -> None:
        self._under_way -= 1
        if packet_id is not None:
            self._owed.settle(packet_id)
        if not self._is_reading and self._under_way <= self._plan.window // 2:
            self._resume_reading()

    def _resume_reading(self) -> None:
        if self._descriptor is not None and not self._is_reading and not self._has_enough:
            self._loop.add_reader(self._descriptor, self._read)
            self._is_reading = True
            if self._is_pending():
                self._loop.call_soon(self._read_on)

    def _read(self) -> None:
        """Read what has come, a bounded number of messages; stop reading while enough is under way."""
        for _ in range(_READ_AT_ONCE_MAX):
            if self._has_enough and self._descriptor is not None:
                self._loop.remove_reader(self._descriptor)
                self._is_reading = False
                return
            before = self._received
            self._client.loop_read()
            if self._descriptor is None or (self._received == before and not self._is_pending()):
                return
        if self._is_pending():  # TLS has read ahead: the socket itself may stay silent
            self._loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if self._is_reading:
            self._read()

    def _is_pending(self) -> bool:
        connected = self._client.socket()
        return isinstance(connected, ssl.SSLSocket) and connected.pending() > 0

    def _send_acknowledgement(self, packet_id: int) -> None:
        self._client.ack(packet_id, 1)

    # --- What paho says -------------------------------------------------------------------------------------------

    def _on_connect(
        self, client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._end(f"refused: {reason}")
            return
        self.is_resumed = flags.session_present
        # QoS 1 at the most: paho answers QoS 2 before anything is committed, and identities make repetitions harmless.
        if self._address.version == "5":
            options = SubscribeOptions(qos=1, retainHandling=_RETAINED_WHEN_NEW)
            client.subscribe([(one, options) for one in self._plan.filters])
        else:
            client.subscribe([(one, 1) for one in self._plan.filters])

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _mid: int, reasons: Sequence[ReasonCode], _properties: Properties | None
    ) -> None:
        refused = [one for one, reason in zip(self._plan.filters, reasons, strict=False) if reason.value >= _FAILURE]
        if refused:
            self._end(f"subscription refused: {', '.join(refused)}")
        elif not self._subscribed.done():
            self._subscribed.set_result(None)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._received += 1
        packet_id = message.mid if message.qos else None
        if packet_id is not None and not self._owed.owe(packet_id):
            return
        self._under_way += 1
        self._receive(
            BrokerMessage(
                topic=_topic_of(message),
                payload=bytes(message.payload),
                received_at=utc_now(),
                qos=message.qos,
                dup=message.dup,
                retained=message.retain,
                packet_id=packet_id,
            ),
            lambda: self._settle_one(packet_id),
        )

    def _on_publish(
        self, _client: Client, _userdata: Any, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        acknowledged = self._published.pop(mid, _nothing)
        if not reason.is_failure:
            acknowledged()

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._end(f"lost: {reason}")

    def _on_socket_close(self, _client: Client, _userdata: Any, _connected: Any) -> None:
        self._detach()

    def _on_want_write(self, _client: Client, _userdata: Any, _connected: Any) -> None:
        if self._descriptor is not None:
            self._loop.add_writer(self._descriptor, self._client.loop_write)

    def _on_wrote(self, _client: Client, _userdata: Any, _connected: Any) -> None:
        if self._descriptor is not None:
            self._loop.remove_writer(self._descriptor)

    def _end(self, reason: str) -> None:
        if not self._lost.done():
            self._lost.set_result(reason)


class _BrokerSocket(ssl.SSLSocket):
    """paho lets go of a socket whose handshake failed without closing it."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls_context(address: BrokerAddress) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if address.ca is None else str(address.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _BrokerSocket
    if address.cert is not None:
        context.load_cert_chain(address.cert, address.key)
    return context


def _topic_of(message: MQTTMessage) -> str:
    """A topic that is no UTF-8 belongs to no device; no adapter knows it."""
    try:
        return message.topic.replace("\x00", "\ufffd")
    except UnicodeDecodeError:
        return "?"


def _nothing() -> None:
    """QoS 0 is answered by nobody."""
