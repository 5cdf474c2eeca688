"""Who is let in, who is taken over, who must leave: the registry's word on connections, and what follows from it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import structlog

from hub.ingest.front_door.actions import Close, CloseCause
from hub.ingest.front_door.connection import Connection
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.front_door.errands import until_stored
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.makeshift import Makeshift
from hub.ingest.front_door.opening import refusal_code, session_expiry_s
from hub.ingest.front_door.packets import Connect
from hub.ingest.front_door.ports import Credentials, MqttSessions, Watcher
from hub.ingest.front_door.presence import Presence, SessionName
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.front_door.visits import Visits
from hub.ingest.front_door.wills import Wills
from hub.storage.mqtt_records import Admission, DatabaseAwayError, Refusal, StoredSession

_log = structlog.get_logger(__name__)


class Entrance:
    """Lets connections in and sees them out."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        sessions: MqttSessions,
        watcher: Watcher,
        presence: Presence,
        wills: Wills,
        visits: Visits,
        limits: Limits,
        counters: FrontDoorCounters,
        spawn: Callable[[Awaitable[None]], object],
        is_spent: Callable[[str], bool],
    ) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._watcher = watcher
        self._presence = presence
        self._wills = wills
        self._visits = visits
        self._limits = limits
        self._counters = counters
        self._spawn = spawn
        self._is_spent = is_spent
        self._makeshift = Makeshift(self.recheck, spawn)

    async def let_in(self, connection: Connection, connect: Connect) -> None:
        """Ask the registry, take up the session, answer the CONNECT."""
        verdict = await self._credentials.authenticate(connect.username or "", connect.password or b"")
        if isinstance(verdict, Refusal):
            self._refuse(connection, verdict)
            return
        if not connection.session.may_leave_will(verdict):
            self._counters.refused["will_forbidden"] += 1
            connection.refuse_connect(ReasonCode.NOT_AUTHORIZED, "the will is on a topic of somebody else")
            return
        assigned = None if connect.client_id else uuid4().hex
        client_id = assigned or connect.client_id
        expiry_s = session_expiry_s(connect, self._limits)
        await self._slow_down((verdict.device_id, client_id))
        if self._is_spent(verdict.device_id):
            self._counters.refused["memory"] += 1
            connection.refuse_connect(ReasonCode.SERVER_BUSY, "what you have sent waits for the database: come later")
            return
        try:
            stored = await self._sessions.open(
                verdict.device_id, client_id, clean_start=connect.clean_start, expiry_s=expiry_s
            )
        except DatabaseAwayError:
            self._let_in_makeshift(connection, connect, verdict, assigned)
            return
        name = (verdict.device_id, client_id)
        is_present = self._makeshift.was_promised(name) and not connect.clean_start and stored is not None
        self._makeshift.remember(name, lasts=expiry_s > 0)
        self._take_in(connection, connect, verdict, stored, assigned, is_present=is_present)

    def _let_in_makeshift(
        self, connection: Connection, connect: Connect, admission: Admission, assigned: str | None
    ) -> None:
        """Without its session, which the database would know."""
        name = (admission.device_id, assigned or connect.client_id)
        if not session_expiry_s(connect, self._limits):
            self._take_in(connection, connect, admission, None, assigned)
            return
        if not self._makeshift.may_let_in(name, clean_start=connect.clean_start):
            self._counters.refused["database_away"] += 1
            connection.refuse_connect(ReasonCode.SERVER_UNAVAILABLE, "whether the session is there is not known")
            return
        is_present = self._makeshift.promise(name, clean_start=connect.clean_start)
        self._take_in(connection, connect, admission, None, assigned, is_makeshift=True, is_present=is_present)
        if connection.session.is_makeshift:
            self._makeshift.watch(connection)

    async def _slow_down(self, name: SessionName) -> None:
        """Let a client wait that comes again and again: counted by its proven name, not by what anybody says."""
        now_s = asyncio.get_running_loop().time()
        delay_s = self._visits.greet(name, now_s, takes_over=self._presence.holder(name) is not None)
        if delay_s:
            await asyncio.sleep(delay_s)

    def _refuse(self, connection: Connection, refusal: Refusal) -> None:
        self._counters.refused[refusal.reason] += 1
        connection.refuse_connect(refusal_code(refusal), refusal.reason.replace("_", " "))
        if refusal.device_id is not None:
            self._watcher.on_refused_connect(refusal.device_id, refusal.reason)

    def _take_in(
        self,
        connection: Connection,
        connect: Connect,
        admission: Admission,
        stored: StoredSession | None,
        assigned: str | None,
        *,
        is_makeshift: bool = False,
        is_present: bool = False,
    ) -> None:
        name = (admission.device_id, assigned or connect.client_id)
        older = self._presence.holder(name)
        if connection.has_ended or (older is not None and older.serial > connection.serial):
            connection.refuse_connect(ReasonCode.SERVER_BUSY, "a later connection has this session")
            if stored is not None and older is None:
                self._spawn(self._close_stored(stored, session_expiry_s(connect, self._limits)))
            return
        self._presence.join(name, connection, is_gateway=admission.is_gateway)
        if older is not None:
            older.disconnect(
                CloseCause.TAKEN_OVER, ReasonCode.SESSION_TAKEN_OVER, "a new connection took over", with_will=True
            )
        self._wills.resume(name, session_ended=connect.clean_start)
        connection.admit(admission, stored, assigned, is_makeshift=is_makeshift, is_present=is_present)
        self._watcher.on_connected(admission.device_id)

    def see_out(self, connection: Connection, close: Close, *, is_closing: bool) -> None:
        """A connection has ended: its will, its stored session, and the word to the watcher."""
        session = connection.session
        admission = session.admission
        if admission is None or self._presence.by_serial(connection.serial) is None:
            return
        self._makeshift.forget(connection)
        name = (admission.device_id, session.client_id)
        had_session = self._presence.leave(name, connection, is_gateway=admission.is_gateway)
        if close.with_will and not is_closing:
            self._wills.execute(name, session)
        if had_session and session.stored is not None and not is_closing:
            self._spawn(self._close_stored(session.stored, session.expiry_s))
        self._watcher.on_disconnected(admission.device_id)

    async def _close_stored(self, stored: StoredSession, expiry_s: int) -> None:
        try:
            await self._sessions.close(stored, expiry_s)
        except DatabaseAwayError:
            _log.warning("front_door_session_left_to_tidy", session_id=str(stored.id))

    async def learn_sessions(self) -> None:
        """Know by heart which lasting sessions there are.

        Raises:
            DatabaseAwayError: it could not be read.
        """
        await self._makeshift.learn(self._sessions.names())

    async def recheck(self, connections: Sequence[Connection]) -> None:
        """Close those of these connections that would not be let in again."""
        admissions = {c.session.admission for c in connections if c.session.admission is not None}
        withdrawn = set(await until_stored(lambda: self._credentials.withdrawn(list(admissions))))
        for connection in connections:
            if connection.session.admission in withdrawn:
                connection.disconnect(
                    CloseCause.REVOKED, ReasonCode.ADMINISTRATIVE_ACTION, "the credentials were withdrawn"
                )
