"""Records what became of a try, and queues the next one: one transaction for each, under the notification's lock."""

from datetime import timedelta
from uuid import UUID

from alerts.severity import Severity
from hub.notify.channels.port import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown
from hub.notify.retry import AttemptState, Try, next_attempt, summarise
from hub.storage import outbox, receipts
from hub.storage.database import Connection
from hub.storage.troubled import Troubled

#: How long a critical text may go without a receipt before another channel is tried.
RECEIPT_WITHIN = timedelta(minutes=3)


class Settlement:
    """Knows the channels: their order of failover, and which of them can take a text now."""

    def __init__(self, channels: tuple[str, ...], *, receipt_within: timedelta = RECEIPT_WITHIN) -> None:
        self._channels = channels
        self._receipt_within_s = receipt_within.total_seconds()
        self.ready: frozenset[str] = frozenset()  #: Kept up to date by the worker.

    async def settle(self, connection: Connection, attempt_id: UUID, submission: Submission) -> None:
        """What the channel said. A word that comes after the lease ran out counts only if it is a better one."""
        delivery = await outbox.lock_delivery(connection, attempt_id)
        if delivery is None:
            return
        state = AttemptState(delivery.attempt_state)
        late = state is AttemptState.UNKNOWN and isinstance(submission, Accepted)
        if state is not AttemptState.SUBMITTING and not late:
            return
        await outbox.set_outcome(connection, attempt_id, self._outcome_of(submission))
        if isinstance(submission, Accepted):
            early = await receipts.match_early(connection, attempt_id, delivery.channel, submission.provider_ref)
            for receipt in early:
                await self._apply_receipt(connection, attempt_id, ReceiptState(receipt.state), receipt.reason)
        if late:
            await outbox.cancel_queued(connection, delivery.notification_id)
        await self._go_on(connection, delivery, attempt_id)

    async def lose(self, connection: Connection, attempt_id: UUID) -> None:
        """The lease ran out: whoever was submitting died, or hangs."""
        await self.settle(connection, attempt_id, Unknown(reason="lease_expired"))

    async def chase(self, connection: Connection, attempt_id: UUID) -> None:
        """The receipt is overdue: the grave ones go out by another channel, if there is one."""
        delivery = await outbox.lock_delivery(connection, attempt_id)
        if delivery is None or AttemptState(delivery.attempt_state) is not AttemptState.ACCEPTED:
            return
        await outbox.stop_waiting(connection, attempt_id)
        await self._go_on(connection, delivery, attempt_id, overdue=True)

    async def take_receipt(self, connection: Connection, receipt: Receipt) -> None:
        """Store a receipt; if its attempt is known already, it is applied at once."""
        attempt_id = await receipts.store(
            connection, receipt.channel, receipt.provider_ref, receipt.state, receipt.reason
        )
        if attempt_id is None:
            return
        delivery = await outbox.lock_delivery(connection, attempt_id)
        if delivery is not None:
            await self._apply_receipt(connection, attempt_id, receipt.state, receipt.reason)
            await self._go_on(connection, delivery, attempt_id)

    async def cancel_overtaken(self, connection: Connection, limit: int, troubled: Troubled) -> int:
        """End what must not leave any more; returns for how many it was tried."""
        overtaken = await outbox.lock_overtaken(connection, limit, troubled.resting())
        for notification_id, incident_id, division_id in overtaken:
            async with troubled.turn(connection, notification_id, "overtaken notification"):
                await outbox.cancel_queued(connection, notification_id)
                states = [AttemptState(row.state) for row in await outbox.tries_of(connection, notification_id)]
                state = summarise(states, cancelled=True)
                await outbox.save_state(connection, notification_id, incident_id, division_id, state)
        return len(overtaken)

    def _outcome_of(self, submission: Submission) -> outbox.AttemptOutcome:
        match submission:
            case Accepted(provider_ref=provider_ref, delivered=True):
                return outbox.AttemptOutcome(state=AttemptState.DELIVERED, provider_ref=provider_ref)
            case Accepted(provider_ref=provider_ref):
                return outbox.AttemptOutcome(
                    state=AttemptState.ACCEPTED, provider_ref=provider_ref, receipt_within_s=self._receipt_within_s
                )
            case Rejected(reason=reason, permanent=permanent):
                return outbox.AttemptOutcome(state=AttemptState.FAILED, reason=reason, permanent=permanent)
            case Unknown(reason=reason):
                return outbox.AttemptOutcome(state=AttemptState.UNKNOWN, reason=reason)

    async def _apply_receipt(
        self, connection: Connection, attempt_id: UUID, state: ReceiptState, reason: str | None
    ) -> None:
        """Delivered is the last word; given up is one for this channel, unless the telephone had it already."""
        delivery = await outbox.lock_delivery(connection, attempt_id)
        if delivery is None or AttemptState(delivery.attempt_state) is AttemptState.DELIVERED:
            return
        match state:
            case ReceiptState.DELIVERED:
                outcome = outbox.AttemptOutcome(state=AttemptState.DELIVERED)
            case ReceiptState.FAILED:
                outcome = outbox.AttemptOutcome(state=AttemptState.FAILED, reason=reason, permanent=True)
            case ReceiptState.PENDING:
                return
        await outbox.set_outcome(connection, attempt_id, outcome)

    async def _go_on(
        self, connection: Connection, delivery: outbox.Delivery, attempt_id: UUID, *, overdue: bool = False
    ) -> None:
        """Queue the next try if there is to be one, and save what the tries add up to.

        Only the newest try asks for another one, and one whose receipt is overdue.
        """
        rows = await outbox.tries_of(connection, delivery.notification_id)
        tries = {
            row.id: Try(channel=row.channel, state=AttemptState(row.state), permanent=row.permanent) for row in rows
        }
        states = [attempt.state for attempt in tries.values()]
        ended = tries[attempt_id]
        asks = overdue or (rows[-1].id == attempt_id and ended.state is not AttemptState.ACCEPTED)
        if asks and delivery.may_leave and AttemptState.DELIVERED not in states:
            following = next_attempt(
                list(tries.values()), ended, Severity(delivery.severity), self._channels, self.ready
            )
            if following is not None:
                await outbox.queue_attempt(
                    connection,
                    delivery.notification_id,
                    following.channel,
                    delay_s=following.delay.total_seconds(),
                    repeats_unknown=following.repeats_unknown,
                )
                states.append(AttemptState.QUEUED)
        state = summarise(states, cancelled=not delivery.may_leave)
        await outbox.save_state(connection, delivery.notification_id, delivery.incident_id, delivery.division_id, state)
