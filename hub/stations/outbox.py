"""The outbox: what may leave, what became of a try, and whether another one follows.

One transaction for each step, under the notification's lock. What a channel answered is recorded after it was asked, so
whoever dies between leaves a try whose outcome is unknown, never one that silently goes out twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hub.stations.bundling import WITHIN, plan_texts, tells_many
from hub.stations.outbox_store import AttemptOutcome, Claimable, Delivery, LeftText, OutboxStore, Parcel
from hub.stations.retry import AttemptState, NotificationState, Try, first_channel, next_attempt, summarise
from hub.stations.submissions import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown

#: How long a critical text may go without a receipt before another channel is tried.
RECEIPT_WITHIN = timedelta(minutes=3)


class Settlement:
    """Knows the channels: their order of failover, and which of them can take a text now."""

    def __init__(self, channels: tuple[str, ...], *, receipt_within: timedelta = RECEIPT_WITHIN) -> None:
        self._channels = channels
        self._receipt_within = receipt_within
        self.ready: frozenset[str] = frozenset()  #: Kept up to date by the worker.

    # --- What leaves ------------------------------------------------------------------------------------------------

    async def begin_owed(self, store: OutboxStore, limit: int) -> int:
        """Give each notification that nobody has begun its first attempt; returns for how many it was tried."""
        owed_texts = await store.lock_owed(limit)
        first = first_channel(self._channels, self.ready)
        for owed in owed_texts:
            async with store.text_turn(owed.notification_id, "notification"):
                await store.queue_attempt(owed.notification_id, first, delay=timedelta(0), repeats_unknown=False)
                await store.save_state(owed, NotificationState.SENDING)
        return len(owed_texts)

    async def cancel_overtaken(self, store: OutboxStore, limit: int) -> int:
        """End what must not leave any more; returns for how many it was tried."""
        overtaken = await store.lock_overtaken(limit)
        for owed in overtaken:
            async with store.text_turn(owed.notification_id, "overtaken notification"):
                await store.cancel_queued(owed.notification_id)
                states = [attempt.state for attempt in await store.tries_of(owed.notification_id)]
                await store.save_state(owed, summarise(states, cancelled=True))
        return len(overtaken)

    async def claim(
        self, store: OutboxStore, limit: int, compose: Callable[[Sequence[Claimable]], str], lease: timedelta
    ) -> list[Parcel]:
        """What is handed over when this has committed; `compose` gets the one a text is about, or the many.

        What one telephone must not be told singly any more (`bundling`) is gathered, or waits a little to be.
        """
        if not self.ready:
            return []
        if len(self.ready) < len(self._channels):
            await store.move_queued(sorted(self.ready), first_channel(self._channels, self.ready))
        parcels: list[Parcel] = []
        for leader, *followers in await self._choose(store, await store.lock_claimable(sorted(self.ready), limit)):
            async with store.text_turn(leader.attempt_id, "submission"):
                text = leader.text or compose([leader, *followers])
                await store.begin_submitting(leader, text, lease)
                for follower in followers:
                    await store.begin_bundled(follower, leader, lease)
                parcels.append(Parcel(leader=leader, text=text, followers=tuple(followers)))
        return parcels

    async def _choose(self, store: OutboxStore, claimable: Sequence[Claimable]) -> list[list[Claimable]]:
        """What leaves now: each list is one text."""
        fresh: dict[str, list[Claimable]] = {}
        chosen: list[list[Claimable]] = []
        for row in claimable:
            if row.answers or row.text is not None:
                chosen.append([row])
            else:
                fresh.setdefault(row.number, []).append(row)
        if not fresh:
            return chosen
        now = await store.now()
        left = await store.left_lately(list(fresh), now - WITHIN)
        for number, rows in fresh.items():
            told = left.get(number, ())
            if tells_many({row.incident_id for row in rows}, told):
                chosen += await self._choose_for(store, number, told, now)
            else:
                chosen += [[row] for row in rows]
        return chosen

    async def _choose_for(
        self, store: OutboxStore, number: str, told: Sequence[LeftText], now: datetime
    ) -> list[list[Claimable]]:
        """For one telephone that is told of many."""
        plan = plan_texts(await store.lock_claimable_to(sorted(self.ready), number), told, now)
        chosen = [[row] for row in plan.singly]
        if plan.from_at is None:
            return chosen
        if plan.from_at > now:
            await store.put_off([row.attempt_id for row in plan.together], plan.from_at)
            return chosen
        return [*chosen, list(plan.together)]

    # --- What became of it ------------------------------------------------------------------------------------------

    async def settle(
        self, store: OutboxStore, attempt_id: UUID, submission: Submission, *, bundled: bool = False
    ) -> None:
        """What the channel said. A word that comes after the lease ran out counts only if it is a better one.

        Of one that was told of inside another's text no receipt will come: it comes for that one.
        """
        delivery = await store.lock_delivery(attempt_id)
        if delivery is None:
            return
        late = delivery.attempt_state is AttemptState.UNKNOWN and isinstance(submission, Accepted)
        if delivery.attempt_state is not AttemptState.SUBMITTING and not late:
            return
        outcome = self._outcome_of(submission)
        if bundled:
            outcome = replace(outcome, provider_ref=None, receipt_within=None)
        await store.set_outcome(attempt_id, outcome)
        if isinstance(submission, Accepted) and not bundled:
            for early in await store.match_early(attempt_id, delivery.channel, submission.provider_ref):
                await self._apply_receipt(store, attempt_id, early.state, early.reason)
        if late:
            await store.cancel_queued(delivery.notification_id)
        await self._go_on(store, delivery, attempt_id)

    async def lose(self, store: OutboxStore, attempt_id: UUID) -> None:
        """The lease ran out: whoever was submitting died, or hangs."""
        await self.settle(store, attempt_id, Unknown(reason="lease_expired"))

    async def chase(self, store: OutboxStore, attempt_id: UUID) -> None:
        """The receipt is overdue: the grave ones go out by another channel, if there is one."""
        delivery = await store.lock_delivery(attempt_id)
        if delivery is None or delivery.attempt_state is not AttemptState.ACCEPTED:
            return
        await store.stop_waiting(attempt_id)
        await self._go_on(store, delivery, attempt_id, overdue=True)

    async def take_receipt(self, store: OutboxStore, receipt: Receipt) -> None:
        """Store a receipt; if its attempt is known already, it is applied at once."""
        attempt_id = await store.store_receipt(receipt)
        if attempt_id is None:
            return
        delivery = await store.lock_delivery(attempt_id)
        if delivery is not None:
            await self._apply_receipt(store, attempt_id, receipt.state, receipt.reason)
            await self._go_on(store, delivery, attempt_id)

    def _outcome_of(self, submission: Submission) -> AttemptOutcome:
        match submission:
            case Accepted(provider_ref=provider_ref, delivered=True):
                return AttemptOutcome(state=AttemptState.DELIVERED, provider_ref=provider_ref)
            case Accepted(provider_ref=provider_ref):
                return AttemptOutcome(
                    state=AttemptState.ACCEPTED, provider_ref=provider_ref, receipt_within=self._receipt_within
                )
            case Rejected(reason=reason, permanent=permanent):
                return AttemptOutcome(state=AttemptState.FAILED, reason=reason, permanent=permanent)
            case Unknown(reason=reason):
                return AttemptOutcome(state=AttemptState.UNKNOWN, reason=reason)

    async def _apply_receipt(
        self, store: OutboxStore, attempt_id: UUID, state: ReceiptState, reason: str | None
    ) -> None:
        """Delivered is the last word; given up is one for this channel, unless the telephone had it already."""
        delivery = await store.lock_delivery(attempt_id)
        if delivery is None or delivery.attempt_state is AttemptState.DELIVERED:
            return
        match state:
            case ReceiptState.DELIVERED:
                outcome = AttemptOutcome(state=AttemptState.DELIVERED)
            case ReceiptState.FAILED:
                outcome = AttemptOutcome(state=AttemptState.FAILED, reason=reason, permanent=True)
            case ReceiptState.PENDING:
                return
        await store.set_outcome(attempt_id, outcome)

    async def _go_on(self, store: OutboxStore, delivery: Delivery, attempt_id: UUID, *, overdue: bool = False) -> None:
        """Queue the next try if there is to be one, and save what the tries add up to.

        Only the newest try asks for another one, and one whose receipt is overdue.
        """
        rows = await store.tries_of(delivery.notification_id)
        tries = {row.id: Try(channel=row.channel, state=row.state, permanent=row.permanent) for row in rows}
        states = [attempt.state for attempt in tries.values()]
        ended = tries[attempt_id]
        asks = overdue or (rows[-1].id == attempt_id and ended.state is not AttemptState.ACCEPTED)
        if asks and delivery.may_leave and AttemptState.DELIVERED not in states:
            following = next_attempt(list(tries.values()), ended, delivery.severity, self._channels, self.ready)
            if following is not None:
                await store.queue_attempt(
                    delivery.notification_id,
                    following.channel,
                    delay=following.delay,
                    repeats_unknown=following.repeats_unknown,
                )
                states.append(AttemptState.QUEUED)
        await store.save_state(delivery.owed, summarise(states, cancelled=not delivery.may_leave))
