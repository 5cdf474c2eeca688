"""Sessions that outlive their connections, and the queueing of `down/` messages.

Unlike its neighbours, `PostgresMqttSessions` owns its transactions: the front door has none of its own. The functions
below it take the caller's connection and do not commit.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from hub.identity import new_id
from hub.storage.database import DATABASE_AWAY, Connection, Pool
from hub.storage.mqtt_records import DatabaseAwayError, DownFilter, DownMessage, StoredSession, Subscription
from hub.storage.queries import queries

#: The channel that tells of queued messages; the payload is the device's id.
DOWN_MESSAGE_CHANNEL = "down_message"


#: A client waits for its CONNACK at most ten seconds (registry and session are asked for it): a database that does not
#: answer in this time, hanging or gone, counts as away.
_ANSWER_MAX_S = 3.0


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction that commits at the end; a database that is away becomes `DatabaseAwayError`."""
    try:
        async with asyncio.timeout(_ANSWER_MAX_S), pool.connection(_ANSWER_MAX_S) as connection:
            yield connection
    except (*DATABASE_AWAY, TimeoutError) as error:
        raise DatabaseAwayError(type(error).__name__) from error


class PostgresMqttSessions:
    """The front door's memory of sessions (its port `MqttSessions`)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = queries("mqtt_sessions")

    async def open(self, user_id: str, client_id: str, *, clean_start: bool, expiry_s: int) -> StoredSession | None:
        """Resume or make the session of this CONNECT; None when it is to end with its connection."""
        name = {"user_id": user_id, "client_id": client_id}
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.end_session, {**name, "clean_start": clean_start})
            if expiry_s:
                opened = {**name, "id": new_id(), "expiry_s": expiry_s}
                cursor = await connection.execute(self._sql.open_lasting, opened)
            else:
                cursor = await connection.execute(self._sql.resume_ending, name)
            row = await cursor.fetchone()
            if row is None:
                return None
            session_id, generation = row
            if generation == 1:
                return StoredSession(id=session_id, generation=1, present=False)
            return await self._load(connection, session_id, generation)

    async def _load(self, connection: Connection, session_id: UUID, generation: int) -> StoredSession:
        asked = {"session_id": session_id}
        subscriptions = await connection.execute(self._sql.subscriptions, asked)
        stands = tuple([_subscription(*row) async for row in subscriptions])
        received = await connection.execute(self._sql.received, asked)
        packet_ids = frozenset([row[0] async for row in received])
        unacknowledged = await connection.execute(self._sql.unacknowledged, asked)
        sent = {packet_id: down_message(*message) async for packet_id, *message in unacknowledged}
        return StoredSession(
            id=session_id,
            generation=generation,
            present=True,
            subscriptions=stands,
            received_packet_ids=packet_ids,
            unacknowledged=sent,
        )

    async def close(self, session: StoredSession, expiry_s: int) -> None:
        """The connection is over: the session's time begins to run, or it ends at once (0)."""
        ended = {"id": session.id, "generation": session.generation, "expiry_s": expiry_s}
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.disconnect if expiry_s else self._sql.discard, ended)

    async def subscribe(self, session_id: UUID, subscriptions: Sequence[Subscription]) -> None:
        """Add or replace subscriptions."""
        unique = list({subscription.topic_filter: subscription for subscription in subscriptions}.values())
        asked = {
            "session_id": session_id,
            "topic_filters": [subscription.topic_filter for subscription in unique],
            "device_ids": [subscription.down_filter.device_id for subscription in unique],
            "leaves": [subscription.down_filter.leaf for subscription in unique],
            "qos": [subscription.qos for subscription in unique],
            "identifiers": [subscription.identifier for subscription in unique],
        }
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.subscribe, asked)

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
            await connection.execute(self._sql.correct_presence, {"live": list(live)})
            await connection.execute(self._sql.delete_expired_sessions)
            await connection.execute(self._sql.delete_expired_deliveries)
            await connection.execute(self._sql.delete_old_messages)


async def remember_received(connection: Connection, packet_ids: Sequence[tuple[UUID, int]]) -> None:
    """Note QoS 2 messages as received, in the transaction that commits them: (session, packet identifier)."""
    await connection.execute(queries("mqtt_sessions").remember_received, _columns(packet_ids))


async def queue_down_message(
    connection: Connection, device_id: UUID, division_id: str, leaf: str, payload: bytes, expires_at: datetime
) -> UUID:
    """Queue a message for `anxin/v1/{device_id}/down/{leaf}`, in the transaction of what it tells about.

    `leaf` is "ack" or "command". The front door sends it when the transaction has committed, to whoever is subscribed
    by `expires_at`. Returns the message's id.
    """
    message_id = new_id()
    statements = queries("mqtt_sessions")
    await connection.execute(
        statements.queue_message,
        {
            "id": message_id,
            "device_id": device_id,
            "division_id": division_id,
            "leaf": leaf,
            "payload": payload,
            "expires_at": expires_at,
        },
    )
    await connection.execute(statements.notify_message, {"device_id": device_id})
    return message_id


def down_message(message_id: UUID, device_id: UUID, leaf: str, payload: bytes, expires_at: datetime) -> DownMessage:
    """A row of `down_message` as the front door knows it."""
    return DownMessage(
        id=message_id, device_id=str(device_id), leaf=leaf, payload=bytes(payload), expires_at=expires_at
    )


def _subscription(
    topic_filter: str, device_id: UUID | None, leaf: str | None, qos: int, identifier: int | None
) -> Subscription:
    return Subscription(
        topic_filter=topic_filter,
        down_filter=DownFilter(device_id=str(device_id) if device_id is not None else None, leaf=leaf),
        qos=qos,
        identifier=identifier,
    )


def _columns(packet_ids: Sequence[tuple[UUID, int]]) -> dict[str, list[UUID] | list[int]]:
    return {
        "session_ids": [session_id for session_id, _ in packet_ids],
        "packet_ids": [packet_id for _, packet_id in packet_ids],
    }
