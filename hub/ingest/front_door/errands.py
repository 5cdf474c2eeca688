"""What a connection must ask the database for before it can answer: subscriptions. One after the other for each.

While the database is away the answer waits; the client is told nothing that is not stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.ingest.front_door.actions import AskSubscriptions, CloseCause, DropSubscriptions
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.ports import Credentials, MqttSessions
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.front_door.subscribing import granted
from hub.storage.mqtt_records import DatabaseAwayError

_T = TypeVar("_T")

#: How often an errand is tried again while the database is away.
_RETRY_S = 0.5

Errand = Callable[[], Awaitable[None]]


async def until_stored(call: Callable[[], Awaitable[_T]]) -> _T:
    """Call until the database answers."""
    while True:
        try:
            return await call()
        except DatabaseAwayError:
            await asyncio.sleep(_RETRY_S)


class Errands:
    """The errands of all connections."""

    def __init__(
        self,
        credentials: Credentials,
        sessions: MqttSessions,
        *,
        errands_max: int,
        spawn: Callable[[Awaitable[None]], asyncio.Task[None]],
    ) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._errands_max = errands_max
        self._spawn = spawn
        self._waiting: dict[Connection, list[Errand]] = {}

    def ask_subscriptions(self, connection: Connection, ask: AskSubscriptions) -> None:
        """Look up children and store, if there is anything to; then the SUBACK."""
        looks_up = any(verdict.child_id is not None for verdict in ask.verdicts)
        if not looks_up and self._needs_no_database(connection):
            connection.complete(connection.session.subscribed(ask, frozenset()))
        else:
            self._queue(connection, lambda: self._subscribe(connection, ask, looks_up=looks_up))

    def drop_subscriptions(self, connection: Connection, drop: DropSubscriptions) -> None:
        """Make the database forget; then the UNSUBACK."""
        if self._needs_no_database(connection):
            connection.complete(connection.session.unsubscribed(drop))
        else:
            self._queue(connection, lambda: self._unsubscribe(connection, drop))

    def _needs_no_database(self, connection: Connection) -> bool:
        session = connection.session
        return session.stored is None and not session.is_makeshift and connection not in self._waiting

    def _queue(self, connection: Connection, errand: Errand) -> None:
        """In turn: an UNSUBSCRIBE must not overtake its SUBSCRIBE."""
        waiting = self._waiting.get(connection)
        if waiting is None:
            self._waiting[connection] = [errand]
            self._spawn(self._run(connection))
        elif len(waiting) < self._errands_max:
            waiting.append(errand)
        else:
            connection.disconnect(CloseCause.PROTOCOL, ReasonCode.QUOTA_EXCEEDED, "too many requests at once")

    async def _run(self, connection: Connection) -> None:
        waiting = self._waiting[connection]
        try:
            while waiting and not connection.has_ended:
                await waiting[0]()
                del waiting[0]
        finally:
            del self._waiting[connection]

    async def _subscribe(self, connection: Connection, ask: AskSubscriptions, *, looks_up: bool) -> None:
        session = connection.session
        admission, stored = session.admission, session.stored
        if admission is None or await _waits_in_vain(connection):
            return
        children: frozenset[str] = frozenset()
        if looks_up:
            children = await until_stored(lambda: self._credentials.children(admission.device_id))
        subscriptions = granted(ask, children)
        if stored is not None and subscriptions:
            await until_stored(lambda: self._sessions.subscribe(stored.id, subscriptions))
        connection.complete(session.subscribed(ask, children))

    async def _unsubscribe(self, connection: Connection, drop: DropSubscriptions) -> None:
        stored = connection.session.stored
        if await _waits_in_vain(connection):
            return
        if stored is not None:
            await until_stored(lambda: self._sessions.unsubscribe(stored.id, drop.topic_filters))
        connection.complete(connection.session.unsubscribed(drop))


async def _waits_in_vain(connection: Connection) -> bool:
    """What belongs into a lasting session is answered when that can be had: on the client's next connection."""
    if not connection.session.is_makeshift:
        return False
    while not connection.has_ended:  # noqa: ASYNC110 - its end is an event of many sources
        await asyncio.sleep(_RETRY_S)
    return True
