"""Messages to devices on their way out: who is owed what, and what has arrived. At least once, whatever dies when.

`PostgresDownlinks` owns its transactions, as `mqtt_sessions.PostgresMqttSessions` does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from psycopg.rows import TupleRow

from hub.storage.database import Connection, Pool
from hub.storage.mqtt_records import LiveSession, OwedMessage, Settlement
from hub.storage.mqtt_sessions import transaction
from hub.storage.queries import queries
from hub.storage.session_batches import down_message


class PostgresDownlinks:
    """The front door's port `Downlinks`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._sql = queries("down_messages")

    async def users_of(self, device_ids: Collection[str]) -> frozenset[str]:
        """The users a message for these devices goes to: the devices, and the gateways they are behind."""
        async with transaction(self._pool) as connection:
            cursor = await connection.execute(self._sql.users_of, {"device_ids": [UUID(text) for text in device_ids]})
            return frozenset([str(row[0]) async for row in cursor])

    async def take(self, sessions: Sequence[LiveSession]) -> list[OwedMessage]:
        """What is to be sent to these sessions now, oldest first, noted under the packet identifiers they offered."""
        lasting = {session.key: session for session in sessions if session.session_id is not None}
        passing = {session.key: session for session in sessions if session.session_id is None}
        user_ids = [UUID(user_id) for user_id in {session.user_id for session in sessions}]
        async with transaction(self._pool) as connection:
            await connection.execute(self._sql.share_out, {"user_ids": user_ids})
            owed = await self._take_lasting(connection, lasting) if lasting else []
            if passing:
                owed += await self._take_passing(connection, passing)
        return owed

    async def _take_lasting(self, connection: Connection, sessions: Mapping[int, LiveSession]) -> list[OwedMessage]:
        asked = _room(sessions.values())
        asked["session_ids"] = [session.session_id for session in sessions.values()]
        cursor = await connection.execute(self._sql.owed_to_lasting, asked)
        owed = _number(await cursor.fetchall(), sessions)
        if owed:
            sent = {
                "session_ids": [sessions[message.session_key].session_id for message in owed],
                "message_ids": [message.message.id for message in owed],
                "packet_ids": [message.packet_id for message in owed],
            }
            await connection.execute(self._sql.note_sent, sent)
        return owed

    async def _take_passing(self, connection: Connection, sessions: Mapping[int, LiveSession]) -> list[OwedMessage]:
        asked = _room(sessions.values())
        filters = [(session.key, wanted) for session in sessions.values() for wanted in session.filters]
        asked["filter_keys"] = [key for key, _ in filters]
        asked["filter_devices"] = [UUID(f.device_id) if f.device_id is not None else None for _, f in filters]
        asked["filter_leaves"] = [wanted.leaf for _, wanted in filters]
        cursor = await connection.execute(self._sql.owed_to_passing, asked)
        return _number(await cursor.fetchall(), sessions)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Record messages as delivered."""
        lasting = [done for done in settlements if done.session_id is not None]
        async with transaction(self._pool) as connection:
            message_ids = sorted({done.message_id for done in settlements})
            await connection.execute(self._sql.mark_delivered, {"message_ids": message_ids})
            if lasting:
                done = {
                    "session_ids": [settlement.session_id for settlement in lasting],
                    "message_ids": [settlement.message_id for settlement in lasting],
                }
                await connection.execute(self._sql.forget_deliveries, done)


def _room(
    sessions: Collection[LiveSession],
) -> dict[str, list[int] | list[UUID] | list[UUID | None] | list[str | None]]:
    flights = [(session.key, message_id) for session in sessions for message_id in session.in_flight]
    return {
        "keys": [session.key for session in sessions],
        "user_ids": [UUID(session.user_id) for session in sessions],
        "rooms": [len(session.packet_ids) for session in sessions],
        "flight_keys": [key for key, _ in flights],
        "flight_ids": [message_id for _, message_id in flights],
    }


def _number(rows: Iterable[TupleRow], sessions: Mapping[int, LiveSession]) -> list[OwedMessage]:
    """Give each message the next packet identifier its session has offered."""
    offers = {key: iter(session.packet_ids) for key, session in sessions.items()}
    return [
        OwedMessage(session_key=key, message=down_message(*message), packet_id=next(offers[key]))
        for key, *message in rows
    ]
