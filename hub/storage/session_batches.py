"""Sessions opened, closed and subscribed many at a time, in the caller's transaction.

Whoever changes several sessions takes one lock before: two that need the same rows in another order never meet.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.mqtt_records import DownFilter, DownMessage, StoredSession, Subscription
from hub.storage.queries import queries

#: Whose session: user and client identifier.
_Name = tuple[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A CONNECT that asks for its session."""

    user_id: UUID
    client_id: str
    clean_start: bool
    expiry_s: int

    @property
    def name(self) -> _Name:
        """Of the session."""
        return self.user_id, self.client_id


async def open_sessions(connection: Connection, openings: Sequence[Opening]) -> list[StoredSession | None]:
    """Resume or make each session, in the order asked; None for one that ends with its connection."""
    await connection.execute(queries("mqtt_sessions").lock)
    opened: list[StoredSession | None] = []
    step: dict[_Name, Opening] = {}
    for opening in openings:
        if opening.name in step:  # a client faster than the database: its later connection comes after its earlier one
            opened.extend(await _open(connection, step))
            step = {}
        step[opening.name] = opening
    opened.extend(await _open(connection, step))
    return opened


async def close_sessions(connection: Connection, closings: Sequence[tuple[StoredSession, int]]) -> None:
    """Let the sessions' time run (seconds), or end them (0); a session that has a later connection is left alone."""
    statements = queries("mqtt_sessions")
    await connection.execute(statements.lock)
    lasting = [(session, expiry_s) for session, expiry_s in closings if expiry_s]
    ending = [(session, expiry_s) for session, expiry_s in closings if not expiry_s]
    for statement, ended in ((statements.disconnect, lasting), (statements.discard, ending)):
        if ended:
            await connection.execute(
                statement,
                {
                    "ids": [session.id for session, _ in ended],
                    "generations": [session.generation for session, _ in ended],
                    "expiries_s": [expiry_s for _, expiry_s in ended],
                },
            )


async def subscribe_sessions(connection: Connection, asked: Sequence[tuple[UUID, Sequence[Subscription]]]) -> None:
    """Add or replace subscriptions; of one filter named twice the later counts."""
    unique = {
        (session_id, subscription.topic_filter): subscription
        for session_id, subscriptions in asked
        for subscription in subscriptions
    }
    await connection.execute(
        queries("mqtt_sessions").subscribe,
        {
            "session_ids": [session_id for session_id, _ in unique],
            "topic_filters": [topic_filter for _, topic_filter in unique],
            "device_ids": [subscription.down_filter.device_id for subscription in unique.values()],
            "leaves": [subscription.down_filter.leaf for subscription in unique.values()],
            "qos": [subscription.qos for subscription in unique.values()],
            "identifiers": [subscription.identifier for subscription in unique.values()],
        },
    )


def down_message(message_id: UUID, device_id: UUID, leaf: str, payload: bytes, expires_at: datetime) -> DownMessage:
    """A row of `down_message` as the front door knows it."""
    return DownMessage(
        id=message_id, device_id=str(device_id), leaf=leaf, payload=bytes(payload), expires_at=expires_at
    )


async def _open(connection: Connection, step: dict[_Name, Opening]) -> list[StoredSession | None]:
    """Sessions of different names."""
    openings = list(step.values())
    statements = queries("mqtt_sessions")
    await connection.execute(
        statements.end_sessions,
        {**_names(openings), "clean_starts": [opening.clean_start for opening in openings]},
    )
    found: dict[_Name, tuple[UUID, int]] = {}
    lasting = [opening for opening in openings if opening.expiry_s]
    if lasting:
        asked = {
            **_names(lasting),
            "ids": [new_id() for _ in lasting],
            "expiries_s": [opening.expiry_s for opening in lasting],
        }
        found |= await _fetch_found(connection, statements.open_lasting, asked)
    ending = [opening for opening in openings if not opening.expiry_s and not opening.clean_start]
    if ending:
        found |= await _fetch_found(connection, statements.resume_ending, _names(ending))
    resumed = {session_id: generation for session_id, generation in found.values() if generation > 1}
    loaded = await _load(connection, resumed) if resumed else {}
    return [_session_of(found.get(opening.name), loaded) for opening in openings]


def _session_of(found: tuple[UUID, int] | None, loaded: dict[UUID, StoredSession]) -> StoredSession | None:
    if found is None:
        return None
    session_id, generation = found
    return loaded.get(session_id) or StoredSession(id=session_id, generation=generation, present=False)


async def _fetch_found(
    connection: Connection, statement: LiteralString, asked: dict[str, list[Any]]
) -> dict[_Name, tuple[UUID, int]]:
    cursor = await connection.execute(statement, asked)
    return {
        (user_id, client_id): (session_id, generation)
        for user_id, client_id, session_id, generation in await cursor.fetchall()
    }


async def _load(connection: Connection, generations: dict[UUID, int]) -> dict[UUID, StoredSession]:
    """What earlier connections have left in these sessions."""
    statements = queries("mqtt_sessions")
    asked = {"session_ids": list(generations)}
    subscriptions: defaultdict[UUID, list[Subscription]] = defaultdict(list)
    for session_id, *stands in await (await connection.execute(statements.subscriptions, asked)).fetchall():
        subscriptions[session_id].append(_subscription(*stands))
    received: defaultdict[UUID, set[int]] = defaultdict(set)
    for session_id, packet_id in await (await connection.execute(statements.received, asked)).fetchall():
        received[session_id].add(packet_id)
    sent: defaultdict[UUID, dict[int, DownMessage]] = defaultdict(dict)
    for session_id, packet_id, *message in await (
        await connection.execute(statements.unacknowledged, asked)
    ).fetchall():
        sent[session_id][packet_id] = down_message(*message)
    return {
        session_id: StoredSession(
            id=session_id,
            generation=generation,
            present=True,
            subscriptions=tuple(subscriptions[session_id]),
            received_packet_ids=frozenset(received[session_id]),
            unacknowledged=sent[session_id],
        )
        for session_id, generation in generations.items()
    }


def _names(openings: Sequence[Opening]) -> dict[str, list[Any]]:
    return {
        "user_ids": [opening.user_id for opening in openings],
        "client_ids": [opening.client_id for opening in openings],
    }


def _subscription(
    topic_filter: str, device_id: UUID | None, leaf: str | None, qos: int, identifier: int | None
) -> Subscription:
    return Subscription(
        topic_filter=topic_filter,
        down_filter=DownFilter(device_id=str(device_id) if device_id is not None else None, leaf=leaf),
        qos=qos,
        identifier=identifier,
    )
