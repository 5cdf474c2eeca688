"""The worker of the outbox: claims what may leave, hands it to the channels, and records what became of it.

A claim is committed before its channel hears of it, so a worker that is killed leaves an attempt whose outcome is
unknown, never one that silently goes out twice. Two workers share the rows. Nothing waits for a gateway: submissions
run beside the loop, a bounded number at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from alerts.kinds import IncidentKind, SubjectType
from hub.clock import monotonic_s
from hub.notify.breaker import Breaker
from hub.notify.channel_watch import ChannelWatch
from hub.notify.channels.port import Channel, Rejected, Submission, Unknown
from hub.notify.inbox import Overhear, StoringInbox
from hub.notify.replies import ReplyDesk
from hub.notify.texts import Occasion, Sender, compose_answer, compose_for
from hub.stations.outbox import Settlement
from hub.stations.outbox_store import Claimable, Parcel
from hub.storage.database import DATABASE_AWAY, Pool
from hub.storage.faults import name_of
from hub.storage.outbox import SqlOutboxStore
from hub.storage.troubled import Troubled
from hub.storage.wakeup import Wakeup

_log = structlog.get_logger(__name__)

#: NOTIFY wakes the worker; this is how late it is at most when that was missed.
POLL_S = 1.0
#: Texts on their way at once. Gateways allow tens a second; more would only wait inside the channel, where a text can
#: leave after somebody has taken its incident.
CONCURRENCY = 8
#: Rows a pass looks at, of each sort.
BATCH = 100
#: A database that is away is tried again after these pauses.
RETRY_FIRST_S = 0.2
RETRY_LONGEST_S = 2.0
#: When a text cannot be composed, which would be a mistake of ours, the person is told all the same.
FALLBACK_SENTENCE = "有人求助，请速与值班室联系"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTiming:
    """How long things may take. `lease` must be longer than any channel's own time-out."""

    lease: timedelta = timedelta(seconds=20)
    receipt_within: timedelta = timedelta(minutes=3)


class OutboxWorker:
    """Delivers what is owed until cancelled."""

    def __init__(
        self,
        pool: Pool,
        wakeup: Wakeup,
        channels: Sequence[Channel],
        inbox: StoringInbox,
        *,
        settlement: Settlement,
        sender: Sender,
        timezone: str,
        timing: OutboxTiming,
        begin: asyncio.Event,
        troubled: Troubled,
    ) -> None:
        self._pool = pool
        self._begin = begin
        self._wakeup = wakeup
        self._channels = {channel.name: channel for channel in channels}
        self._breakers = {channel.name: Breaker() for channel in channels}
        self._inbox = inbox
        self._settlement = settlement
        self._sender = sender
        self._timezone = timezone
        self._troubled = troubled
        self._lease = timing.lease
        self._submissions: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver, for ever. A database that is away is waited for and said once an episode."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wakeup.run())
            for channel in self._channels.values():
                tasks.create_task(channel.run(self._inbox))
            tasks.create_task(self._work_for_ever(tasks))

    async def pass_once(self, tasks: asyncio.TaskGroup) -> float:
        """One pass: settle what has come, end what is overtaken, begin what is owed, hand over what may leave.

        Returns for how many seconds nothing will be due.
        """
        async with self._store() as store:
            waiting = await store.what_waits()
        if waiting.now:
            await self._do_what_waits(tasks)
        return POLL_S if waiting.next_due_s is None else min(waiting.next_due_s, POLL_S)

    async def _do_what_waits(self, tasks: asyncio.TaskGroup) -> None:
        self._settlement.ready = ready = self._ready_channels()
        await self._inbox.settle_replies()
        async with self._store() as store:
            lost, overdue = await store.expired_leases(BATCH), await store.overdue_receipts(BATCH)
        await self._for_each(lost, self._settlement.lose)
        await self._for_each(overdue, self._settlement.chase)
        async with self._store() as store:
            overtaken = await self._settlement.cancel_overtaken(store, BATCH)
        async with self._store() as store:
            begun = await self._settlement.begin_owed(store, BATCH)
        await self._hand_over(tasks, ready)
        if BATCH in {begun, overtaken}:
            self._wakeup.wake()

    async def _work_for_ever(self, tasks: asyncio.TaskGroup) -> None:
        await self._begin.wait()
        pause_s = 0.0
        while True:
            try:
                quiet_s = await self.pass_once(tasks)
            except DATABASE_AWAY as error:
                if not pause_s:
                    _log.warning("outbox_database_away", error=name_of(error))
                pause_s = min(max(pause_s * 2, RETRY_FIRST_S), RETRY_LONGEST_S)
                await asyncio.sleep(pause_s)
                continue
            except Exception:  # noqa: BLE001 - texts must go on; whatever this was, the rows are as they were
                _log.exception("outbox_pass_failed")
                quiet_s = RETRY_LONGEST_S
            if pause_s:
                _log.info("outbox_database_back")
                pause_s = 0.0
            await self._wakeup.wait(quiet_s)

    def _ready_channels(self) -> frozenset[str]:
        now_s = monotonic_s()
        return frozenset(
            name for name, channel in self._channels.items() if channel.ready and self._breakers[name].allows(now_s)
        )

    @asynccontextmanager
    async def _store(self) -> AsyncIterator[SqlOutboxStore]:
        """A transaction, committed at its end."""
        async with self._pool.connection() as connection:
            yield SqlOutboxStore(connection, troubled=self._troubled, timezone=self._timezone)

    async def _for_each(
        self, attempt_ids: Sequence[UUID], settle: Callable[[SqlOutboxStore, UUID], Awaitable[None]]
    ) -> None:
        """Settle each attempt in its own transaction; one that fails does not keep the others."""
        for attempt_id in attempt_ids:
            async with self._store() as store, store.text_turn(attempt_id, "attempt"):
                await settle(store, attempt_id)

    async def _hand_over(self, tasks: asyncio.TaskGroup, ready: frozenset[str]) -> None:
        room = CONCURRENCY - len(self._submissions)
        if not ready or room <= 0:
            return
        async with self._store() as store:
            parcels = await self._settlement.claim(store, room, self._compose, self._lease)
        for parcel in parcels:
            submission = tasks.create_task(self._submit(parcel))
            self._submissions.add(submission)
            submission.add_done_callback(self._forget)

    def _forget(self, submission: asyncio.Task[None]) -> None:
        self._submissions.discard(submission)
        self._wakeup.wake()

    def _compose(self, rows: Sequence[Claimable]) -> str:
        try:
            return compose_for([_occasion(row) for row in rows], rows[0].code, self._sender)
        except Exception:  # noqa: BLE001 - a text that is less good is better than none
            _log.exception("text_not_composed", attempt_id=str(rows[0].attempt_id))
            return compose_answer(FALLBACK_SENTENCE, self._sender)

    async def _submit(self, parcel: Parcel) -> None:
        """Hand one text over and record what became of it, for all that it tells of."""
        row = parcel.leader
        submission = await self._channels[row.channel].submit(parcel.text, row.destination, row.attempt_id)
        self._judge_channel(row.channel, submission)
        await self._record(row.attempt_id, submission, bundled=False)
        for follower in parcel.followers:
            await self._record(follower.attempt_id, submission, bundled=True)

    async def _record(self, attempt_id: UUID, submission: Submission, *, bundled: bool) -> None:
        """However long the database is away meanwhile."""
        pause_s = RETRY_FIRST_S
        while True:
            try:
                async with self._store() as store:
                    await self._settlement.settle(store, attempt_id, submission, bundled=bundled)
            except DATABASE_AWAY:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_LONGEST_S)
            except Exception:  # noqa: BLE001 - the lease will run out, and then it counts as unknown; the others go on
                _log.exception("outcome_not_recorded", attempt_id=str(attempt_id))
                return
            else:
                return

    def _judge_channel(self, name: str, submission: Submission) -> None:
        match submission:
            case Rejected(permanent=False) | Unknown():
                if self._breakers[name].record_failure(monotonic_s()):
                    _log.warning("channel_paused", channel=name, reason=submission.reason)
            case _:
                self._breakers[name].record_success()


def _occasion(row: Claimable) -> Occasion:
    return Occasion(
        kind=IncidentKind(row.kind),
        subject_type=SubjectType(row.subject_type),
        happened_at=row.occurred_at or row.opened_at,
        timezone=row.timezone,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        group_name=row.group_name,
        village=row.village,
        call_unanswered=row.call_unanswered,
        code=row.code if row.told_of_another else None,
    )


async def run_outbox(
    pool: Pool,
    dsn: str,
    channels: Sequence[Channel],
    *,
    sender: Sender,
    division_id: str,
    timezone: str,
    timing: OutboxTiming | None = None,
    begin: asyncio.Event | None = None,
    overhear: Overhear | None = None,
    troubled: Troubled | None = None,
) -> None:
    """Deliver what is owed through these channels, in their order of failover, until cancelled.

    `division_id` is where a text from an unknown number is shown; `timezone` serves where a place has none. The
    channels connect at once, for whoever else uses them; rows are looked at once `begin` is set (without it, at once).
    `overhear` hears each text from a telephone first, and may keep it. `troubled` remembers the rows that fail.
    """
    chosen = timing or OutboxTiming()
    if begin is None:
        begin = asyncio.Event()
        begin.set()
    wakeup = Wakeup(dsn, ["outbox"], name="outbox")
    settlement = Settlement(tuple(channel.name for channel in channels), receipt_within=chosen.receipt_within)
    inbox = StoringInbox(pool, settlement, ReplyDesk(sender, division_id, timezone), wakeup, overhear)
    worker = OutboxWorker(
        pool,
        wakeup,
        channels,
        inbox,
        settlement=settlement,
        sender=sender,
        timezone=timezone,
        timing=chosen,
        begin=begin,
        troubled=troubled or Troubled(),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run())
        await begin.wait()
        tasks.create_task(ChannelWatch(pool, channels, division_id).run())
