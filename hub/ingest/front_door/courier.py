"""Brings `down/` messages to connected sessions, and their acknowledgements back into the database.

One task, one round at a time: settle what was acknowledged, release QoS 2 identifiers, fetch what is owed, send. The
event loop never waits for it. After a database outage the same work is done again; a client may see a message twice.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

import structlog

from hub.ingest.front_door.ports import Downlinks, MqttSessions
from hub.storage.mqtt_records import DatabaseAwayError, LiveSession, OwedMessage, Settlement

_log = structlog.get_logger(__name__)

#: How long a round waits after the database was away.
_RETRY_S = 0.5
#: Sessions asked for in one transaction, so that a poll for all of them does not hold up one that was just told.
_SESSIONS_MAX = 500


class Recipients(Protocol):
    """The connected sessions, as the courier sees them (the server)."""

    def live_sessions(self, user_ids: frozenset[str] | None) -> Sequence[LiveSession]:
        """Sessions of these users (None: of all) that can take messages now."""
        ...

    def may_take(self, device_id: str) -> bool:
        """Whether a message for this device can have a taker among the connected: itself, or any gateway."""
        ...

    def send_down(self, owed: OwedMessage) -> bool:
        """Send to the session `owed.session_key`, if it is still there; whether it was sent."""
        ...


class Courier:
    """What is to be done in the next round, and the task that does it."""

    def __init__(self, downlinks: Downlinks, sessions: MqttSessions, recipients: Recipients) -> None:
        self._downlinks = downlinks
        self._sessions = sessions
        self._recipients = recipients
        self._users: set[str] = set()
        self._devices: set[str] = set()
        self._everyone = False
        self._settlements: list[tuple[Settlement, Callable[[], None]]] = []
        self._releases: list[tuple[UUID, int, Callable[[], None]]] = []
        self._work = asyncio.Event()

    def look_for_user(self, user_id: str) -> None:
        """A session of this user has room or a new subscription."""
        self._users.add(user_id)
        self._work.set()

    def look_for_device(self, device_id: str) -> None:
        """A message for this device was queued."""
        if self._recipients.may_take(device_id):
            self._devices.add(device_id)
            self._work.set()

    def look_for_everyone(self) -> None:
        """The safety net: notifications may have been missed."""
        self._everyone = True
        self._work.set()

    def settle(self, settlement: Settlement, settled: Callable[[], None]) -> None:
        """A client has acknowledged a message; `settled` is called when the database knows."""
        self._settlements.append((settlement, settled))
        self._work.set()

    def release(self, session_id: UUID, packet_id: int, released: Callable[[], None]) -> None:
        """A client has released a QoS 2 message; `released` is called when the database has forgotten it."""
        self._releases.append((session_id, packet_id, released))
        self._work.set()

    async def run(self) -> None:
        """Do rounds until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                await self._do_round()
            except DatabaseAwayError:
                _log.warning("front_door_courier_waits_for_database")
                await asyncio.sleep(_RETRY_S)
                self._work.set()

    async def _do_round(self) -> None:
        """One round. What fails stays noted for the next."""
        await self._settle_all()
        await self._release_all()
        user_ids = await self._wanted_users()
        if user_ids is not None and not user_ids:
            return
        live = list(self._recipients.live_sessions(user_ids))
        while live:
            batch = live[:_SESSIONS_MAX]
            try:
                owed = await self._downlinks.take(batch)
            except DatabaseAwayError:
                self._users.update(session.user_id for session in live)
                raise
            del live[:_SESSIONS_MAX]
            for message in owed:
                self._recipients.send_down(message)

    async def _settle_all(self) -> None:
        if self._settlements:
            taken = list(self._settlements)
            await self._downlinks.settle([settlement for settlement, _ in taken])
            del self._settlements[: len(taken)]
            for _, settled in taken:
                settled()

    async def _release_all(self) -> None:
        if self._releases:
            taken = list(self._releases)
            await self._sessions.release([(session_id, packet_id) for session_id, packet_id, _ in taken])
            del self._releases[: len(taken)]
            for _, _, released in taken:
                released()

    async def _wanted_users(self) -> frozenset[str] | None:
        """Whose sessions are looked at in this round; None: everybody's."""
        if self._everyone:
            self._everyone = False
            self._users.clear()
            self._devices.clear()
            return None
        if self._devices:
            devices, self._devices = self._devices, set()
            try:
                self._users |= await self._downlinks.users_of(devices)
            except DatabaseAwayError:
                self._devices |= devices
                raise
        users = frozenset(self._users)
        self._users.clear()
        return users
