"""The front door's storage on a real database, and shortcuts to what a test arranges there."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hub.identity import new_id
from hub.storage.database import Pool
from hub.storage.device_credentials import PostgresCredentials
from hub.storage.down_messages import PostgresDownlinks
from hub.storage.mqtt_records import DownFilter, LiveSession, StoredSession, Subscription
from hub.storage.mqtt_sessions import PostgresMqttSessions, queue_down_message

DIVISION = "990101000000"
OWN = DownFilter(device_id=None, leaf=None)


@dataclass
class Shelf:
    """The storage under test, and shortcuts to what a test arranges."""

    dsn: str
    pool: Pool
    sessions: PostgresMqttSessions
    downlinks: PostgresDownlinks
    credentials: PostgresCredentials

    async def run(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def device(self, *, kind: str = "call_button", gateway_id: str | None = None, secret: bytes = b"s") -> str:
        device_id = str(new_id())
        await self.run(
            "INSERT INTO device (id, division_id, kind, gateway_id, secret_sha256)"
            " VALUES (%(id)s, %(division)s, %(kind)s, %(gateway_id)s, %(secret)s)",
            id=device_id,
            division=DIVISION,
            kind=kind,
            gateway_id=gateway_id,
            secret=hashlib.sha256(secret).digest(),
        )
        return device_id

    async def queue(self, device_id: str, leaf: str = "ack", *, lifetime_s: float = 60) -> UUID:
        async with self.pool.connection() as connection:
            expires_at = datetime.now(UTC) + timedelta(seconds=lifetime_s)
            return await queue_down_message(connection, UUID(device_id), DIVISION, leaf, leaf.encode(), expires_at)

    async def lasting(self, device_id: str, client_id: str = "c", *, subscribed: bool = True) -> StoredSession:
        session = await self.sessions.open(device_id, client_id, clean_start=False, expiry_s=600)
        assert session is not None
        if subscribed:
            await self.sessions.subscribe(session.id, [subscription(device_id)])
        return session

    async def take(self, *live: LiveSession) -> list[tuple[int, UUID, int]]:
        return [(owed.session_key, owed.message.id, owed.packet_id) for owed in await self.downlinks.take(live)]

    async def delivered(self) -> set[UUID]:
        return {row[0] for row in await self.run("SELECT id FROM down_message WHERE delivered_at IS NOT NULL")}

    async def has_delivered(self, message_ids: set[UUID]) -> None:
        """Wait until exactly these are recorded as delivered."""
        async with asyncio.timeout(5):
            while await self.delivered() != message_ids:
                await asyncio.sleep(0.01)


def subscription(device_id: str | None, leaf: str | None = None, qos: int = 1) -> Subscription:
    return Subscription(
        topic_filter=f"anxin/v1/{device_id or '+'}/down/{leaf or '#'}",
        down_filter=DownFilter(device_id=device_id, leaf=leaf),
        qos=qos,
        identifier=7,
    )


def live(
    user_id: str,
    session: StoredSession | None = None,
    *,
    key: int = 1,
    filters: tuple[DownFilter, ...] = (OWN,),
    in_flight: tuple[UUID, ...] = (),
    room: int = 3,
) -> LiveSession:
    return LiveSession(
        key=key,
        user_id=user_id,
        session_id=session.id if session is not None else None,
        filters=filters,
        in_flight=in_flight,
        packet_ids=tuple(range(1, room + 1)),
    )
