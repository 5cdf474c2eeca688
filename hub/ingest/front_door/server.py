"""All connections of the front door: who is let in, who is taken over, who is closed, and the listening sockets.

door = FrontDoor(sink=..., credentials=..., sessions=..., downlinks=..., watcher=...)
await door.start()
port = await door.listen("0.0.0.0", 1883)
await door.listen("0.0.0.0", 8883, tls=context)
...
await door.stop()
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import islice

import structlog

from hub.ingest.front_door.accepting import PlainListener
from hub.ingest.front_door.actions import AskSubscriptions, Close, CloseCause, DropSubscriptions
from hub.ingest.front_door.balances import Balance, Balances
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.courier import Courier
from hub.ingest.front_door.entrance import Entrance
from hub.ingest.front_door.errands import Errands
from hub.ingest.front_door.hold import Hold
from hub.ingest.front_door.limits import DEFAULT_LIMITS, Limits
from hub.ingest.front_door.memory import Afterwards, find_trim
from hub.ingest.front_door.packets import Connect
from hub.ingest.front_door.ports import Credentials, Downlinks, MqttSessions, Watcher
from hub.ingest.front_door.presence import Presence
from hub.ingest.front_door.rate import Rates, Source
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.front_door.tls import Handshake, TlsListener
from hub.ingest.front_door.visits import Visits
from hub.ingest.front_door.waiting_room import WaitingRoom
from hub.ingest.front_door.wills import Wills
from hub.ingest.source import MessageSink
from hub.storage.mqtt_records import (
    DatabaseAwayError,
    DownMessage,
    LiveSession,
    OwedMessage,
    Settlement,
)

_log = structlog.get_logger(__name__)

#: How often paused connections are looked at again; the longest needless wait of a reader.
_RECONSIDER_S = 0.02
#: Backlog of the listening sockets: a village comes back at once after a power cut.
_BACKLOG = 4_096
#: Clients that are not in yet and are read from in one turn of the event loop: some 3 ms, then a press is read.
_OPENINGS_AT_ONCE = 32
#: How long `stop` waits for sockets to flush their farewells.
_STOP_S = 2.0
#: After a mistake of ours in a standing duty.
_RETRY_S = 1.0
#: How often the safety nets run: messages that no notification announced, and expired sessions.
_POLL_S = 10.0
_TIDY_S = 60.0


class FrontDoor:
    """The server; everything on one event loop."""

    def __init__(
        self,
        *,
        sink: MessageSink,
        credentials: Credentials,
        sessions: MqttSessions,
        downlinks: Downlinks,
        watcher: Watcher,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.sink = sink
        self.limits = limits
        self.counters = FrontDoorCounters(connections_max=limits.connections_max)
        self.in_flight = 0
        self.in_flight_size = 0
        self._sessions = sessions
        self._watcher = watcher
        self._courier = Courier(downlinks, sessions, self)
        self._rates = Rates(limits.rate_per_s, limits.rate_burst)
        self._discards = Rates(limits.discards_per_s, int(limits.discards_per_s))
        self.hold: Hold
        self._balances = Balances()
        self._wills = Wills(self)
        self._presence = Presence()
        self._visits = Visits(limits, watcher, self.counters)
        self._entrance = Entrance(
            credentials=credentials,
            sessions=sessions,
            watcher=watcher,
            presence=self._presence,
            wills=self._wills,
            visits=self._visits,
            limits=limits,
            counters=self.counters,
            spawn=self._spawn,
            is_spent=self._is_spent,
        )
        self._loop: asyncio.AbstractEventLoop
        self._listeners: list[Callable[[], object]] = []  #: How each listening socket is closed.
        self._tasks: set[asyncio.Task[None]] = set()
        self._serial = 0
        self._open: set[Connection] = set()
        self._waiting_room = WaitingRoom(limits.half_open_max)
        self._opening: dict[Connection, None] = {}
        self._errands = Errands(credentials, sessions, errands_max=limits.errands_max, spawn=self._spawn)
        self._afterwards = Afterwards(find_trim())
        self._paused: set[Connection] = set()
        self._stopping = False
        self._all_lost = asyncio.Event()

    # -- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin the background work. Listen only after the owner's lock is held (DESIGN.md section 2, rule 6)."""
        self._loop = asyncio.get_running_loop()
        self.hold = Hold(self._rates, self.limits, self.sink, self._loop)
        for duty in (self._courier.run, self._poll, self._tidy):
            self._spawn(self._keep_doing(duty))

    async def listen(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Open a listening socket; returns its port (0 asks for a free one)."""
        if tls is not None:
            return self._listen_with_tls(host, port, tls)
        listener = PlainListener(self._loop, (host, port), backlog=_BACKLOG, new_connection=self._new_connection)
        self._listeners.append(listener.close)
        return listener.port

    def _listen_with_tls(self, host: str, port: int, tls: ssl.SSLContext) -> int:
        listener = TlsListener(
            (host, port),
            tls,
            backlog=_BACKLOG,
            timeout_s=self.limits.connect_timeout_s,
            new_connection=self._new_connection,
            began=lambda handshake: self._waiting_room.enter(handshake, handshake.address),
            ended=self._waiting_room.leave,
        )
        task = self._spawn(listener.run())
        self._listeners.append(task.cancel)
        return listener.port

    async def stop(self) -> None:
        """Say goodbye (MQTT 5: 0x8B), close everything; takes two seconds at most."""
        self._stop_listening()
        for connection in list(self._open):
            connection.disconnect(CloseCause.SHUTDOWN, ReasonCode.SERVER_SHUTTING_DOWN, "the hub is stopping")
        if self._open:
            self._all_lost.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._all_lost.wait()
        self.close_all(CloseCause.SHUTDOWN)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close_all(self, cause: CloseCause = CloseCause.OWNERSHIP_LOST) -> None:
        """Close every socket at once, saying nothing and publishing no will: another hub may be the owner now."""
        self._stop_listening()
        for waiting in self._waiting_room.everybody():
            if isinstance(waiting, Handshake):
                waiting.crowd_out()
        for connection in list(self._open):
            connection.abort(cause, "the hub closes")
        self.hold.close()

    def _stop_listening(self) -> None:
        self._stopping = True
        self._wills.forget_all()
        for close in self._listeners:
            close()
        self._listeners.clear()

    def _spawn(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("front_door_task_failed", exc_info=task.exception())

    async def _keep_doing(self, duty: Callable[[], Awaitable[None]]) -> None:
        """For ever."""
        while True:
            try:
                await duty()
            except Exception:  # noqa: BLE001 - what goes wrong in one round must not end the sending of messages for good
                _log.exception("front_door_duty_failed", duty=duty.__name__)
                await asyncio.sleep(_RETRY_S)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_S)
            self._rates.end_floods(self._loop.time())
            self._visits.end_episodes(self._loop.time())
            self.poll()
            await self._afterwards.look(self.in_flight_size, storing=self.sink.storing)

    async def _tidy(self) -> None:
        """At start every stored session counts as disconnected: its connections died with the last process."""
        knows_sessions = False
        while True:
            try:
                await self._sessions.tidy(self._presence.stored_ids())
                if not knows_sessions:
                    await self._entrance.learn_sessions()
                    knows_sessions = True
            except DatabaseAwayError:
                _log.warning("front_door_tidy_waits_for_database")
            await asyncio.sleep(_TIDY_S)

    # -- sockets (called by connections) ------------------------------------------------------------------------------

    def _new_connection(self) -> Connection:
        self._serial += 1
        return Connection(self, self._serial, self._loop)

    def opened(self, connection: Connection) -> bool:
        """A socket was opened; False when there are too many, or the hub is stopping."""
        self.counters.accepted += 1
        if self._stopping or len(self._open) >= self.limits.connections_max:
            self.counters.refused["too_many_connections"] += 1
            return False
        self._open.add(connection)
        self.counters.connections = len(self._open)
        self._waiting_room.enter(connection, connection.address)
        return True

    def read_soon(self, connection: Connection) -> None:
        """A few at a time: a storm of CONNECTs keeps nobody who is in already waiting."""
        if not self._opening:
            self._loop.call_soon(self._read_openings)
        self._opening[connection] = None

    def _read_openings(self) -> None:
        for connection in list(islice(self._opening, _OPENINGS_AT_ONCE)):
            del self._opening[connection]
            connection.read_opening()
        if self._opening:
            self._loop.call_soon(self._read_openings)

    def admitted(self) -> None:
        """The connection was let in."""
        self.counters.admitted += 1
        self.counters.sessions = len(self._presence)

    def ended(self, connection: Connection, close: Close) -> None:
        """The connection takes nothing more."""
        self.counters.closed[close.cause] += 1
        self._waiting_room.leave(connection)
        self._paused.discard(connection)
        session = connection.session
        admission = session.admission
        log = _log.debug if close.cause is CloseCause.NO_CONNECT else _log.info  # anybody can open sockets
        log(
            "front_door_closed",
            cause=close.cause.value,
            why=close.sentence,
            device_id=admission.device_id if admission is not None else None,
            peer=connection.peer,
        )
        self._entrance.see_out(connection, close, is_closing=self._stopping)
        self.counters.sessions = len(self._presence)

    def lost(self, connection: Connection) -> None:
        """The socket is gone."""
        self._open.discard(connection)
        self.counters.connections = len(self._open)
        if not self._open:
            self._all_lost.set()

    # -- who is in ----------------------------------------------------------------------------------------------------

    def authenticate(self, connection: Connection, connect: Connect) -> None:
        """`admit` or `refuse_connect` follows. Who has said its name does not lose its place to who says nothing."""
        self._waiting_room.leave(connection)
        self._spawn(self._entrance.let_in(connection, connect))

    def recheck(self, device_id: str) -> None:
        """The registry says something about this user has changed: close its connections if it is not let in now."""
        connections = self._presence.of_user(device_id)
        if connections:
            self._spawn(self._entrance.recheck(connections))

    def recheck_all(self) -> None:
        """Notifications may have been missed: ask for everybody."""
        if len(self._presence):
            self._spawn(self._entrance.recheck(list(self._presence)))

    # -- errands of sessions ------------------------------------------------------------------------------------------

    def ask_subscriptions(self, connection: Connection, ask: AskSubscriptions) -> None:
        """The SUBACK follows."""
        self._errands.ask_subscriptions(connection, ask)

    def drop_subscriptions(self, connection: Connection, drop: DropSubscriptions) -> None:
        """The UNSUBACK follows."""
        self._errands.drop_subscriptions(connection, drop)

    def release(self, connection: Connection, packet_id: int) -> None:
        """The courier tells the database; then the PUBCOMP."""
        session = connection.session
        if session.stored is not None:
            self._courier.release(
                session.stored.id, packet_id, lambda: connection.complete(session.released(packet_id))
            )

    # -- down/ --------------------------------------------------------------------------------------------------------

    def wake(self, device_id: str) -> None:
        """A `down/` message for this device was queued (NOTIFY down_message)."""
        self._courier.look_for_device(device_id)

    def poll(self) -> None:
        """Look for every connected session's messages: notifications may have been missed."""
        self._courier.look_for_everyone()

    def settle(self, connection: Connection, message: DownMessage) -> None:
        """The client has the message."""
        stored = connection.session.stored
        self.counters.settled_down += 1
        self._courier.settle(
            Settlement(message_id=message.id, session_id=stored.id if stored is not None else None),
            lambda: connection.forget_settled(message.id),
        )

    def look_for_messages(self, connection: Connection) -> None:
        """The session can take `down/` messages."""
        down, admission = connection.session.down, connection.session.admission
        if admission is not None and down is not None and down.subscriptions:
            self._courier.look_for_user(admission.device_id)

    def live_sessions(self, user_ids: frozenset[str] | None) -> list[LiveSession]:
        """The courier's view of the connected."""
        return self._presence.live_sessions(user_ids)

    def may_take(self, device_id: str) -> bool:
        """Whether a message for this device can have a taker among the connected."""
        return self._presence.may_take(device_id)

    def send_down(self, owed: OwedMessage) -> bool:
        """Send, if the session is still there."""
        connection = self._presence.by_serial(owed.session_key)
        if connection is None or not connection.is_writable:
            return False
        self.counters.sent_down += 1
        return connection.send_down(owed)

    # -- back-pressure ------------------------------------------------------------------------------------------------

    def balance_of(self, user_id: str) -> Balance:
        """What the user has on its way."""
        return self._balances.of(user_id)

    def _is_spent(self, user_id: str) -> bool:
        """Whether the user has had all the room it can have while the database is away: it would be cut again."""
        return not self.sink.storing and self._balances.of(user_id).is_spent

    def spend_on_refusal(self, sender_id: str) -> float:
        """Count a refusal towards the sender's own rate; seconds to wait before the next message is read."""
        source = Source(sender_id, sender_id)
        wait_s = self._rates.spend(source, self._loop.time())
        if wait_s:
            self.note_flood(source)
        return wait_s

    def note_flood(self, source: Source) -> None:
        """The source is over its rate."""
        if self._rates.begins_flood(source):
            self.counters.floods += 1
            self._watcher.on_flood(source.device_id, discards=False)

    def discard(self, source: Source) -> float:
        """A QoS 0 reading is thrown away; seconds to wait before the next message is read."""
        self.counters.discarded += 1
        if self._rates.begins_discarding(source):
            self._watcher.on_flood(source.device_id, discards=True)
        return self._discards.spend(Source(source.sender_id, source.sender_id), self._loop.time())

    def watch_pause(self, connection: Connection) -> None:
        """Look at the connection again soon."""
        if not self._paused:
            self._loop.call_later(_RECONSIDER_S, self._reconsider)
        self._paused.add(connection)

    def _reconsider(self) -> None:
        self._paused = {connection for connection in self._paused if not connection.reconsider()}
        if self._paused:
            self._loop.call_later(_RECONSIDER_S, self._reconsider)
