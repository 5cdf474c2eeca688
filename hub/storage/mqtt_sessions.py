"""Sessions that outlive their connections, and the queueing of `down/` messages.

Unlike its neighbours, `PostgresMqttSessions` owns its transactions: the front door has none of its own. The functions
below it take the caller's connection and do not commit.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.identity import new_id
from hub.storage.database import DATABASE_AWAY, Connection, Pool
from hub.storage.gathering import Gathering
from hub.storage.mqtt_records import DatabaseAwayError, StoredSession, Subscription
from hub.storage.queries import queries
from hub.storage.session_batches import Opening, close_sessions, open_sessions, subscribe_sessions

#: The channel that tells of queued messages; the payload is the device's id.
DOWN_MESSAGE_CHANNEL = "down_message"


#: A client waits for its CONNACK at most ten seconds (registry and session are asked for it): a database that does not
#: answer in this time, hanging or gone, counts as away.
_ANSWER_MAX_S = 3.0
#: Sessions opened together: enough for a storm, few enough that letting them in does not keep a press waiting.
_AT_ONCE_MAX = 64
#: Names read together: a few milliseconds of the event loop.
_NAMES_MAX = 1_000


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that commits at the end; a database that is away becomes `DatabaseAwayError`."""
    try:
        async with asyncio.timeout(_ANSWER_MAX_S), pool.connection(_ANSWER_MAX_S) as connection:
            yield connection
    except (*DATABASE_AWAY, TimeoutError) as error:
        raise DatabaseAwayError(type(error).__name__) from error


class PostgresMqttSessions:
    """The front door's memory of sessions (its port `MqttSessions`). What comes at one time is one transaction."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = queries("mqtt_sessions")
        self._opening = Gathering(self._open_each, most=_AT_ONCE_MAX)
        self._closing = Gathering(self._close_each, most=_AT_ONCE_MAX)
        self._subscribing = Gathering(self._subscribe_each, most=_AT_ONCE_MAX)

    async def open(self, user_id: str, client_id: str, *, clean_start: bool, expiry_s: int) -> StoredSession | None:
        """Resume or make the session of this CONNECT; None when it is to end with its connection."""
        return await self._opening.ask(
            Opening(user_id=UUID(user_id), client_id=client_id, clean_start=clean_start, expiry_s=expiry_s)
        )

    async def close(self, session: StoredSession, expiry_s: int) -> None:
        """The connection is over: the session's time begins to run, or it ends at once (0)."""
        await self._closing.ask((session, expiry_s))

    async def subscribe(self, session_id: UUID, subscriptions: Sequence[Subscription]) -> None:
        """Add or replace subscriptions."""
        await self._subscribing.ask((session_id, subscriptions))

    async def names(self) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """User and client identifier of every lasting session, in pages."""
        last: tuple[UUID, str] = (UUID(int=0), "")
        while True:
            asked = {"user_id": last[0], "client_id": last[1], "most": _NAMES_MAX}
            async with transaction(self._pool) as connection:
                page = await (await connection.execute(self._sql.names, asked)).fetchall()
            if not page:
                return
            last = page[-1]
            yield [(str(user_id), client_id) for user_id, client_id in page]

    async def _open_each(self, openings: Sequence[Opening]) -> Sequence[StoredSession | None]:
        async with transaction(self._pool) as connection:
            return await open_sessions(connection, openings)

    async def _close_each(self, closings: Sequence[tuple[StoredSession, int]]) -> Sequence[None]:
        async with transaction(self._pool) as connection:
            await close_sessions(connection, closings)
        return [None] * len(closings)

    async def _subscribe_each(self, asked: Sequence[tuple[UUID, Sequence[Subscription]]]) -> Sequence[None]:
        async with transaction(self._pool) as connection:
            await subscribe_sessions(connection, asked)
        return [None] * len(asked)

    async def unsubscribe(self, session_id: UUID, topic_filters: Sequence[str]) -> None:
        """Remove subscriptions."""
        gone = {"session_id": session_id, "topic_filters": list(topic_filters)}
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.unsubscribe, gone)

    async def release(self, packet_ids: Sequence[tuple[UUID, int]]) -> None:
        """Forget QoS 2 packet identifiers, after which the client may use them again."""
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.release, _columns(packet_ids))

    async def tidy(self, live: Collection[UUID]) -> None:
        """Make the record of who is connected true, and delete what has expired."""
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.lock)
            await connection.execute(self._sql.correct_presence, {"live": list(live)})
            await connection.execute(self._sql.delete_expired_sessions)
            await connection.execute(self._sql.delete_expired_deliveries)
            await connection.execute(self._sql.delete_old_messages)


async def remember_received(connection: Connection, packet_ids: Sequence[tuple[UUID, int]]) -> None:
    """Note QoS 2 messages as received, in the transaction that commits them: (session, packet identifier)."""
    if packet_ids:
        await connection.execute(queries("mqtt_sessions").remember_received, _columns(packet_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class DownMessage:
    """A message for `anxin/v1/{device_id}/down/{leaf}`; `leaf` is "ack" or "command"."""

    device_id: UUID
    division_id: str
    leaf: str
    payload: bytes
    expires_at: datetime


async def queue_down_messages(connection: Connection, messages: Sequence[DownMessage]) -> list[UUID]:
    """Queue messages for devices, in this order, in the transaction of what they tell about.

    The front door sends them when the transaction has committed, to whoever is subscribed by `expires_at`. Returns the
    messages' ids.
    """
    ids = [new_id() for _ in messages]
    await connection.execute(
        queries("mqtt_sessions").queue_messages,
        {
            "ids": ids,
            "device_ids": [message.device_id for message in messages],
            "division_ids": [message.division_id for message in messages],
            "leaves": [message.leaf for message in messages],
            "payloads": [message.payload for message in messages],
            "expiries": [message.expires_at for message in messages],
        },
    )
    return ids


async def queue_down_message(
    connection: Connection, device_id: UUID, division_id: str, leaf: str, payload: bytes, expires_at: datetime
) -> UUID:
    """Queue one of them; returns its id."""
    message = DownMessage(
        device_id=device_id, division_id=division_id, leaf=leaf, payload=payload, expires_at=expires_at
    )
    return (await queue_down_messages(connection, [message]))[0]


def _columns(packet_ids: Sequence[tuple[UUID, int]]) -> dict[str, list[UUID] | list[int]]:
    return {
        "session_ids": [session_id for session_id, _ in packet_ids],
        "packet_ids": [packet_id for _, packet_id in packet_ids],
    }
