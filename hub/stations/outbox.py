"""The outbox: what may leave, what became of a try, and whether another one follows.

One transaction for each step, under the notification's lock. What a channel answered is recorded after it was asked, so
whoever dies between leaves a try whose outcome is unknown, never one that silently goes out twice.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from hub.stations.outbox_store import AttemptOutcome, Claimable, Delivery, OutboxStore
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
        self, store: OutboxStore, limit: int, compose: Callable[[Claimable], str], lease: timedelta
    ) -> list[tuple[Claimable, str]]:
        """The tries that are handed over when this has committed, each with its text."""
        if not self.ready:
            return []
        if len(self.ready) < len(self._channels):
            await store.move_queued(sorted(self.ready), first_channel(self._channels, self.ready))
        claimed: list[tuple[Claimable, str]] = []
        for row in await store.lock_claimable(sorted(self.ready), limit):
            async with store.text_turn(row.attempt_id, "submission"):
                text = row.text or compose(row)
                await store.begin_submitting(row, text, lease)
                claimed.append((row, text))
        return claimed

    # --- What became of it ------------------------------------------------------------------------------------------

    async def settle(self, store: OutboxStore, attempt_id: UUID, submission: Submission) -> None:
        """What the channel said. A word that comes after the lease ran out counts only if it is a better one."""
        delivery = await store.lock_delivery(attempt_id)
        if delivery is None:
            return
        late = delivery.attempt_state is AttemptState.UNKNOWN and isinstance(submission, Accepted)
        if delivery.attempt_state is not AttemptState.SUBMITTING and not late:
            return
        await store.set_outcome(attempt_id, self._outcome_of(submission))
        if isinstance(submission, Accepted):
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
