"""Follows the stream of the database and hands each change, rendered once, to every subscriber who may see it.

A subscriber joins live at the broadcaster's position and replays from the database what lies before it, so that there
is neither a gap nor a repetition between the two. Ticks stop while the database is away; what comes instead, within
five seconds and as often, says that the hub is blind.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog

from hub.api.sight import JUDGE_EVERY_S, Sight, Sighted
from hub.api.stream_frames import blind_frame, entity_frame, reset_frame, sighted_frame, tick_frame
from hub.api.subscriber import Identify, Subscriber
from hub.clock import monotonic_s, utc_now
from hub.storage.accounts import Identity
from hub.storage.database import DATABASE_AWAY, Connection, Pool
from hub.storage.incident_views import incidents_by_id
from hub.storage.queues import follow_ups_by_id, maintenance_by_id
from hub.storage.scope import Scope
from hub.storage.sight import Blindness, why_nothing_comes_in
from hub.storage.stream import StreamEvent, bounds, read_after
from hub.storage.views import View
from hub.storage.wakeup import Wakeup

_log = structlog.get_logger(__name__)

#: The desk shows its banner after 12 s without any event: one tick may be late.
TICK_S = 5.0
#: For a notification that was lost; normally NOTIFY wakes within a millisecond.
POLL_S = 1.0
#: Rows read and rendered at once: bounds the memory of a replay, not its length.
_BATCH = 200
#: A county has a dozen desks; this many are a mistake or an attack.
SUBSCRIBERS_MAX = 500


class NotFollowingError(RuntimeError):
    """Nobody can be served now: the database has not been reached yet, or too many read already."""


@dataclass(slots=True)
class StreamCounts:
    """For /metrics."""

    events: int = 0
    cut_off: int = 0


class Broadcaster:
    """One a process. `run` must be running for anything to arrive."""

    def __init__(self, pool: Pool, wakeup: Wakeup, *, tick_s: float = TICK_S, poll_s: float = POLL_S) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._tick_s = tick_s
        self._poll_s = poll_s
        self._position: int | None = None
        self._following = asyncio.Event()
        self._ask_sight_at_s = float("-inf")
        self.sight = Sight(utc_now(), monotonic_s())
        self._away = False
        self._subscribers: set[Subscriber] = set()
        self.counts = StreamCounts()

    @property
    def subscriber_count(self) -> int:
        """How many read now."""
        return len(self._subscribers)

    async def run(self) -> None:
        """Follow until cancelled; then every subscriber is ended."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._wakeup.run())
                tasks.create_task(self._follow())
                tasks.create_task(self._tick())
                tasks.create_task(self._judge_sight())
        finally:
            self.end_all()

    def end_all(self) -> None:
        """Every response ends; its client reconnects elsewhere or later."""
        for subscriber in self._subscribers:
            subscriber.end()

    # --- Subscribers ------------------------------------------------------------------------------------------------

    async def until_following(self) -> None:
        """Return when the stream's position is known: at once, but for the first moment of the process.

        Raises:
            NotFollowingError: the database has not been reached in time.
        """
        try:
            async with asyncio.timeout(self._tick_s):
                await self._following.wait()
        except TimeoutError:
            raise NotFollowingError from None

    @contextmanager
    def join(self, identity: Identity, identify: Identify) -> Iterator[Subscriber]:
        """A subscriber that gets everything after this moment, until the block is left.

        Raises:
            NotFollowingError: try again later.
        """
        if self._position is None or len(self._subscribers) >= SUBSCRIBERS_MAX:
            raise NotFollowingError
        subscriber = Subscriber(identity, identify, self._position)
        if self.sight.blindness is not None:
            subscriber.put(blind_frame(self.sight.blindness, utc_now()))
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    async def replay(self, subscriber: Subscriber, after: int | None) -> AsyncIterator[bytes]:
        """What lies between `after` and the moment of joining, ending with a tick; or a reset."""
        joined_at = subscriber.position
        if after is not None:
            async with self._pool.connection() as connection:
                oldest, newest = await bounds(connection)
            if not oldest <= after <= newest:
                yield reset_frame(joined_at)
            elif after > joined_at:
                subscriber.position = after  # it has read the list after this process followed
            else:
                async for frames in self._replay_between(subscriber, after, joined_at):
                    yield frames
        yield self._tick_frame(subscriber.position)

    async def _replay_between(self, subscriber: Subscriber, after: int, until: int) -> AsyncIterator[bytes]:
        position = after
        while position < until:
            async with self._pool.connection() as connection:
                events = [event for event in await read_after(connection, position, _BATCH) if event.position <= until]
                frames = await _render(connection, [event for event in events if subscriber.sees(event)])
            if not events:
                return
            position = events[-1].position
            yield b"".join(frame for _, frame in frames)

    # --- Following --------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_on_one_connection()
            except DATABASE_AWAY as error:
                if not self._away:
                    _log.warning("stream_lost", error=type(error).__name__)
                self._away = True
            await self._wakeup.wait(self._poll_s)

    async def _follow_on_one_connection(self) -> None:
        """Until the connection is lost: without transactions, a change costs two round trips from commit to readers."""
        async with self._pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                while True:
                    await self._catch_up(connection)
                    self._away = False
                    await self._ask_sight(connection)
                    await self._wakeup.wait(self._poll_s)
            finally:
                if not connection.closed:
                    await connection.set_autocommit(False)

    async def _catch_up(self, connection: Connection) -> None:
        if self._position is None:
            _, self._position = await bounds(connection)
            self._following.set()
        while events := await read_after(connection, self._position, _BATCH):
            wanted = [event for event in events if any(reader.sees(event) for reader in self._subscribers)]
            for event, frame in await _render(connection, wanted):
                self._distribute(event, frame)
            self._position = events[-1].position
            self.counts.events += len(events)

    def _distribute(self, event: StreamEvent, frame: bytes) -> None:
        for subscriber in self._subscribers:
            if event.position > subscriber.position and subscriber.sees(event):
                self._put(subscriber, frame)

    def _put(self, subscriber: Subscriber, frame: bytes) -> None:
        if subscriber.ended.is_set():
            return
        subscriber.put(frame)
        if subscriber.ended.is_set():
            self.counts.cut_off += 1
            _log.warning("stream_reader_cut_off", actor_id=subscriber.identity.actor.id)

    # --- Seeing -----------------------------------------------------------------------------------------------------

    async def _ask_sight(self, connection: Connection) -> None:
        """The database has answered; now and then it says how ingest is, too."""
        if monotonic_s() >= self._ask_sight_at_s:
            self._ask_sight_at_s = monotonic_s() + self._poll_s / 2
            trouble = await why_nothing_comes_in(connection)
            self.sight.note_answer(trouble, utc_now(), monotonic_s())

    async def _judge_sight(self) -> None:
        while True:
            await asyncio.sleep(JUDGE_EVERY_S)
            match self.sight.judge(utc_now(), monotonic_s()):
                case Blindness() as blindness:
                    _log.error("hub_blind", because=blindness.because, since=blindness.since.isoformat())
                    self._put_to_all(blind_frame(blindness, utc_now()))
                case Sighted() as sighted:
                    _log.warning("hub_sees_again", blind_s=round(sighted.blind_s, 1))
                    self._put_to_all(sighted_frame(sighted))

    # --- Ticking ----------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            if self.sight.blindness is not None:
                self._put_to_all(blind_frame(self.sight.blindness, utc_now()))
            if self._position is None or self.sight.database_is_away:
                continue
            for subscriber in self._subscribers:
                self._put(subscriber, self._tick_frame(max(self._position, subscriber.position)))
            try:
                await self._end_those_logged_out()
            except DATABASE_AWAY:
                continue  # `_follow` says so

    def _tick_frame(self, position: int) -> bytes:
        return tick_frame(position, utc_now(), storing=self.sight.blindness is None)

    def _put_to_all(self, frame: bytes) -> None:
        for subscriber in self._subscribers:
            self._put(subscriber, frame)

    async def _end_those_logged_out(self) -> None:
        """A session that ended, a key that was revoked, another role: the client has to log in anew."""
        for subscriber in list(self._subscribers):
            async with self._pool.connection() as connection:
                identity = await subscriber.identify(connection)
            if identity != subscriber.identity:
                subscriber.end()


async def _render(connection: Connection, events: Sequence[StreamEvent]) -> list[tuple[StreamEvent, bytes]]:
    """Each event with its frame: the entity as it stands now, read once however often it changed."""
    views: dict[UUID, View] = {}
    for kind, read in (
        ("incident", incidents_by_id),
        ("follow-up", follow_ups_by_id),
        ("maintenance", maintenance_by_id),
    ):
        ids = list({event.entity_id for event in events if event.kind == kind})
        if ids:
            views.update(await read(connection, ids, Scope.everything()))
    return [
        (event, entity_frame(event.position, event.kind, views[event.entity_id]))
        for event in events
        if event.entity_id in views
    ]
