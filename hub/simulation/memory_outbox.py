"""The stations' store of owed texts and their tries, in memory (`hub.stations.outbox_store`)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from alerts.actors import Person
from alerts.numbers import bare_number
from alerts.severity import Severity
from hub.simulation.memory_receipts import MemoryReceipts
from hub.simulation.memory_rows import AttemptRow, NotificationRow
from hub.simulation.memory_transaction import MemoryTransaction
from hub.simulation.resting import Resting
from hub.stations.outbox_store import (
    AttemptOutcome,
    Claimable,
    Delivery,
    LeftText,
    OwedAnswer,
    OwedText,
    TryRow,
    Waiting,
)
from hub.stations.retry import AttemptState, NotificationState

_NEWER_COUNTS = frozenset({"owed", "sending", "sent", "delivered"})
_ZONE = "UTC"
#: How far back a clock is set at most.
_CLOCKS_JUMP_MAX = timedelta(days=1)


class MemoryOutboxStore(MemoryReceipts):
    """Bound to one transaction; `resting` is the memory of the process that it belongs to."""

    def __init__(self, transaction: MemoryTransaction, resting: Resting | None = None) -> None:
        super().__init__(transaction)
        self._resting = resting or Resting(transaction.memory.clock)

    # --- What there is to do -----------------------------------------------------------------------------------

    async def what_waits(self) -> Waiting:
        """By what is committed."""
        await self._tx.statement()
        now = self._memory.clock()
        dues = [row.comes_at for row in self._under_way() if row.comes_at is not None]
        waits = bool(self._memory.unsettled) or any(due <= now for due in dues)
        later = [(due - now).total_seconds() for due in dues if due > now]
        return Waiting(now=waits, next_due_s=min(later, default=None))

    async def expired_leases(self, limit: int) -> Sequence[UUID]:
        """Of those being submitted."""
        return await self._overdue("submitting", limit)

    async def overdue_receipts(self, limit: int) -> Sequence[UUID]:
        """Of those accepted."""
        return await self._overdue("accepted", limit)

    async def _overdue(self, state: str, limit: int) -> list[UUID]:
        await self._tx.statement()
        now = self._memory.clock()
        found = [
            row.id
            for row in self._under_way()
            if row.state == state and row.comes_at is not None and row.comes_at <= now and row.id not in self._resting
        ]
        return found[:limit]

    async def lock_owed(self, limit: int) -> Sequence[OwedText]:
        """The gravest first, then the oldest."""
        await self._tx.statement()
        owed = [row for row in self._unsettled() if row.state == "owed" and row.id not in self._resting]
        owed.sort(key=lambda row: (Severity(row.severity).rank, row.created_at, row.id))
        return self._lock_texts(owed, limit)

    async def lock_overtaken(self, limit: int) -> Sequence[OwedText]:
        """Those that must not leave any more."""
        await self._tx.statement()
        overtaken = [row for row in self._unsettled() if row.id not in self._resting and self._is_overtaken(row)]
        return self._lock_texts(overtaken, limit)

    def _lock_texts(self, rows: list[NotificationRow], limit: int) -> list[OwedText]:
        locked: list[OwedText] = []
        for row in rows:
            if len(locked) == limit:
                break
            if self._tx.lock_if_free(row.id):
                locked.append(
                    OwedText(notification_id=row.id, incident_id=row.incident_id, division_id=self._division(row))
                )
        return locked

    def _is_overtaken(self, row: NotificationRow) -> bool:
        if any(attempt.state == "submitting" for attempt in self._tries(row.id)):
            return False
        if row.expires_at is not None and row.expires_at <= self._memory.clock():
            return True
        if row.answers:
            return False
        return not self._is_open(row) or any(
            other.destination == row.destination
            and other.created_at > row.created_at
            and not other.answers
            and other.state in _NEWER_COUNTS
            for other in self._notifications_of(row.incident_id)
        )

    async def lock_claimable(self, ready: Sequence[str], limit: int) -> Sequence[Claimable]:
        """Each with its notification, and its incident against being taken."""
        return await self._lock_claimable(ready, limit, None)

    async def lock_claimable_to(self, ready: Sequence[str], number: str) -> Sequence[Claimable]:
        """The same for one number, without what is composed."""
        return await self._lock_claimable(ready, None, number)

    async def _lock_claimable(self, ready: Sequence[str], limit: int | None, number: str | None) -> Sequence[Claimable]:
        await self._tx.statement()
        now = self._memory.clock()
        candidates: list[tuple[AttemptRow, NotificationRow]] = []
        for attempt in self._under_way():
            if attempt.state != "queued" or attempt.due_at is None or attempt.due_at > now:
                continue
            notification = self._tx.notifications.get(attempt.notification_id)
            if attempt.channel not in ready or attempt.id in self._resting or notification is None:
                continue
            if number is not None and (notification.answers or notification.text is not None):
                continue
            if number is not None and bare_number(notification.destination) != number:
                continue
            if notification.state == "sending" and self._may_leave(notification):
                candidates.append((attempt, notification))
        candidates.sort(key=lambda one: (Severity(one[1].severity).rank, one[0].due_at, one[0].id))
        claimed: list[Claimable] = []
        for attempt, notification in candidates:
            if len(claimed) == limit:
                break
            free = self._tx.may_lock(notification.id) and self._tx.may_share(notification.incident_id)
            if free and self._tx.lock_if_free(attempt.id):
                self._tx.lock_if_free(notification.id)
                self._tx.share(notification.incident_id)
                claimed.append(self._claimable(attempt, notification))
        return claimed

    def _claimable(self, attempt: AttemptRow, notification: NotificationRow) -> Claimable:
        row = self._tx.incidents.get(notification.incident_id)
        if row is None:
            raise LookupError(f"no incident {notification.incident_id}")
        incident = row.incident
        return Claimable(
            attempt_id=attempt.id,
            channel=attempt.channel,
            notification_id=notification.id,
            incident_id=notification.incident_id,
            division_id=row.division_id,
            destination=notification.destination,
            number=bare_number(notification.destination),
            severity=Severity(notification.severity),
            answers=notification.answers,
            text=notification.text,
            kind=incident.kind,
            subject_type=incident.subject.type,
            code=1,
            opened_at=incident.opened_at,
            name=None,
            sex=None,
            birth_date=None,
            group_name=None,
            timezone=_ZONE,
            village=None,
            occurred_at=None,
            call_unanswered=False,
            told_of_another=False,
        )

    async def lock_delivery(self, attempt_id: UUID) -> Delivery | None:
        """The notification is locked before the two are read."""
        await self._tx.statement()
        found = self._tx.attempts.get(attempt_id)
        if found is None:
            return None
        await self._tx.lock(found.notification_id)
        attempt = self._tx.attempts.get(attempt_id)
        row = self._tx.notifications.get(found.notification_id)
        if attempt is None or row is None:
            return None
        return Delivery(
            notification_id=row.id,
            incident_id=row.incident_id,
            division_id=self._division(row),
            severity=Severity(row.severity),
            state=NotificationState(row.state),
            channel=attempt.channel,
            attempt_state=AttemptState(attempt.state),
            may_leave=self._may_leave(row),
        )

    async def tries_of(self, notification_id: UUID) -> Sequence[TryRow]:
        """By their numbers."""
        await self._tx.statement()
        return [
            TryRow(id=row.id, channel=row.channel, state=AttemptState(row.state), permanent=row.permanent)
            for row in self._tries(notification_id)
        ]

    # --- What is written ---------------------------------------------------------------------------------------

    async def queue_attempt(
        self, notification_id: UUID, channel: str, *, delay: timedelta, repeats_unknown: bool
    ) -> None:
        """The next number."""
        await self._tx.statement()
        row = AttemptRow(
            id=self.new_id(),
            notification_id=notification_id,
            number=len(self._tries(notification_id)) + 1,
            channel=channel,
            state="queued",
            due_at=self._memory.clock() + delay,
            repeats_unknown=repeats_unknown,
        )
        self._tx.attempts.put(row.id, row)

    async def move_queued(self, ready: Sequence[str], to_channel: str) -> None:
        """Those that are due, and that nobody has."""
        await self._tx.statement()
        now = self._memory.clock()
        for row in self._under_way():
            waits = row.state == "queued" and row.due_at is not None and row.due_at <= now
            if waits and row.channel not in ready and self._tx.lock_if_free(row.id):
                self._tx.attempts.put(row.id, replace(row, channel=to_channel))

    async def cancel_queued(self, notification_id: UUID) -> None:
        """They fail."""
        await self._tx.statement()
        for row in self._tries(notification_id):
            if row.state == "queued":
                self._tx.attempts.put(row.id, replace(row, state="failed", reason="cancelled"))

    async def begin_submitting(self, claimed: Claimable, text: str, lease: timedelta) -> None:
        """Until the lease runs out."""
        await self._tx.statement()
        self._submit(claimed, lease)
        notification = self._tx.notifications.get(claimed.notification_id)
        if claimed.text is None and notification is not None:
            self._tx.notifications.put(notification.id, replace(notification, text=text, bundled_with=None))

    async def begin_bundled(self, claimed: Claimable, leader: Claimable, lease: timedelta) -> None:
        """Without a text of its own."""
        await self._tx.statement()
        self._submit(claimed, lease)
        notification = self._tx.notifications.get(claimed.notification_id)
        if notification is not None:
            bundled = replace(notification, bundled_with=leader.notification_id)
            self._tx.notifications.put(notification.id, bundled)

    def _submit(self, claimed: Claimable, lease: timedelta) -> None:
        row = self._tx.attempts.get(claimed.attempt_id)
        if row is not None and row.state == "queued":
            now = self._memory.clock()
            submitted = replace(row, state="submitting", leased_until=now + lease, submitted_at=now, due_at=None)
            self._tx.attempts.put(row.id, submitted)

    async def put_off(self, attempt_ids: Sequence[UUID], until: datetime) -> None:
        """Those that are queued."""
        await self._tx.statement()
        for attempt_id in attempt_ids:
            row = self._tx.attempts.get(attempt_id)
            if row is not None and row.state == "queued":
                self._tx.attempts.put(attempt_id, replace(row, due_at=until))

    async def left_lately(self, numbers: Sequence[str], since: datetime) -> Mapping[str, Sequence[LeftText]]:
        """Those of leaders, while their incidents are open."""
        await self._tx.statement()
        left: dict[str, list[LeftText]] = {}
        for number in numbers:
            for attempt_id in reversed(self._memory.left_for[number]):
                attempt = self._memory.attempts[attempt_id]
                if attempt.submitted_at is None or attempt.submitted_at < since - _CLOCKS_JUMP_MAX:
                    break
                text = self._left_text(attempt)
                if text is not None and text.at > since:
                    left.setdefault(number, []).append(text)
        return {number: sorted(texts, key=lambda text: text.at) for number, texts in left.items()}

    def _left_text(self, attempt: AttemptRow) -> LeftText | None:
        row = self._tx.notifications.get(attempt.notification_id)
        if row is None or row.answers or row.bundled_with is not None or not self._is_open(row):
            return None
        incident = self._tx.incidents.get(row.incident_id)
        if incident is None or attempt.submitted_at is None:
            return None
        return LeftText(
            incident_id=row.incident_id,
            kind=incident.incident.kind,
            severity=Severity(row.severity),
            at=attempt.submitted_at,
        )

    async def set_outcome(self, attempt_id: UUID, outcome: AttemptOutcome) -> None:
        """The last word so far."""
        await self._tx.statement()
        row = self._tx.attempts.get(attempt_id)
        if row is None:
            return
        within = outcome.receipt_within
        changed = replace(
            row,
            state=str(outcome.state),
            reason=outcome.reason,
            permanent=outcome.permanent,
            provider_ref=outcome.provider_ref or row.provider_ref,
            leased_until=None,
            due_at=None if within is None else self._memory.clock() + within,
        )
        self._tx.attempts.put(attempt_id, changed)

    async def stop_waiting(self, attempt_id: UUID) -> None:
        """It is overdue no more."""
        await self._tx.statement()
        row = self._tx.attempts.get(attempt_id)
        if row is not None:
            self._tx.attempts.put(attempt_id, replace(row, due_at=None))

    async def save_state(self, owed: OwedText, state: NotificationState) -> None:
        """As a word."""
        await self._tx.statement()
        row = self._tx.notifications.get(owed.notification_id)
        if row is not None and row.state != state:
            self._tx.notifications.put(row.id, replace(row, state=str(state)))

    async def owe_answer(self, answer: OwedAnswer) -> None:
        """Once for each key."""
        await self._tx.statement()
        incident = self._tx.incidents.get(answer.incident_id)
        await self._tx.lock(("owed", answer.dedup_key))
        written = {row.dedup_key for row in self._tx.notifications.written.values() if row is not None}
        if incident is None or answer.dedup_key in self._memory.owed_keys or answer.dedup_key in written:
            return
        now = self._memory.clock()
        person = Person(type=answer.person_type, id=answer.person.id, name=answer.person.name, phone=answer.destination)
        row = NotificationRow(
            id=self.new_id(),
            incident_id=answer.incident_id,
            person=person,
            destination=answer.destination,
            severity=incident.incident.severity,
            state="owed",
            created_at=now,
            dedup_key=answer.dedup_key,
            expires_at=now + answer.expires_in,
            answers=True,
            text=answer.text,
        )
        self._tx.notifications.put(row.id, row)

    # --- Rows that fail ----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def text_turn(self, row: UUID, what: str) -> AsyncIterator[None]:  # noqa: ARG002 - the port's
        """Undone alone if it fails; then it rests."""
        try:
            with self._tx.savepoint():
                yield
        except Exception as error:  # noqa: BLE001 - whatever it was, the others have their turn
            self._resting.fail(row, error)
        else:
            self._resting.settle(row)
