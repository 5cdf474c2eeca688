"""What one transaction can read, lock and write of owed texts, their tries, and what gateways say of them.

Locks are taken notification first, then its tries; an incident is at most share-locked, and never waited for: a person
who takes an incident does not wait for a gateway. "Now" is the store's clock. A store remembers which rows have failed
lately: those rest, and are in no list.

A text *may leave* while its notification is not cancelled, it has not expired, and its incident is open - or it answers
somebody, who is answered though the incident is taken.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from alerts.actors import Actor
from alerts.severity import Severity
from hub.stations.retry import AttemptState, NotificationState
from hub.stations.store import Transaction
from hub.stations.submissions import Receipt, ReceiptState


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedText:
    """A notification, and what shows anew at the desk when it changes."""

    notification_id: UUID
    incident_id: UUID
    division_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """A try that may leave now, and what its text may draw on.

    `text` is there when it was composed before; `occurred_at` is the earliest alert's. `number` is the destination in
    the one form in which numbers are compared; `answers`: a text back to somebody, who is answered by itself.
    """

    attempt_id: UUID
    channel: str
    notification_id: UUID
    incident_id: UUID
    division_id: str
    destination: str
    number: str
    severity: Severity
    answers: bool
    text: str | None
    kind: str
    subject_type: str
    code: int
    opened_at: datetime
    name: str | None
    sex: str | None
    birth_date: date | None
    group_name: str | None
    timezone: str
    village: str | None
    occurred_at: datetime | None
    call_unanswered: bool
    told_of_another: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftText:
    """A text that was handed over for a number, about an incident that is open."""

    incident_id: UUID
    kind: str
    severity: Severity
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is handed over as one text: that of `leader`, which tells of `followers`, too."""

    leader: Claimable
    text: str
    followers: tuple[Claimable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The notification of an attempt, under its lock. `may_leave`: a further try still makes sense."""

    notification_id: UUID
    incident_id: UUID
    division_id: str
    severity: Severity
    state: NotificationState
    channel: str
    attempt_state: AttemptState
    may_leave: bool

    @property
    def owed(self) -> OwedText:
        """The notification alone."""
        return OwedText(
            notification_id=self.notification_id, incident_id=self.incident_id, division_id=self.division_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRow:
    """One attempt of a notification."""

    id: UUID
    channel: str
    state: AttemptState
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOutcome:
    """What became of one try; `receipt_within`: when its receipt is overdue, None to wait for none."""

    state: AttemptState
    reason: str | None = None
    permanent: bool = False
    provider_ref: str | None = None
    receipt_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyReceipt:
    """A receipt that came before the answer which names its attempt."""

    state: ReceiptState
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAnswer:
    """A text back to a caregiver, composed already. The same `dedup_key` is owed once."""

    incident_id: UUID
    person: Actor
    person_type: str  #: contact, helper, ...: whom the number belongs to
    destination: str
    text: str
    dedup_key: str
    expires_in: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`now`: something may be done at once; `next_due_s`: seconds until something else is due, None for nothing."""

    now: bool
    next_due_s: float | None


class OutboxStore(Transaction, Protocol):
    """Notifications (what is owed) and attempts (each try at delivering one)."""

    # --- What there is to do ----------------------------------------------------------------------------------------

    async def what_waits(self) -> Waiting:
        """Whether there is anything to do, and when there will be. It may say yes for nothing, never no."""
        ...

    async def expired_leases(self, limit: int) -> Sequence[UUID]:
        """Attempts being submitted whose lease has run out; not locked."""
        ...

    async def overdue_receipts(self, limit: int) -> Sequence[UUID]:
        """Accepted attempts whose receipt is overdue and not dealt with; not locked."""
        ...

    async def lock_owed(self, limit: int) -> Sequence[OwedText]:
        """Notifications nobody has begun (`owed`): the gravest first, then the oldest; none that another has."""
        ...

    async def lock_overtaken(self, limit: int) -> Sequence[OwedText]:
        """Notifications not settled (`owed`, `sending`) that must not leave any more; none that another has.

        It has expired; or, unless it answers somebody, its incident is not open, or the same incident owes the same
        number a newer one (`owed`, `sending`, `sent` or `delivered`). One with a try that is being submitted is left
        to finish.
        """
        ...

    async def lock_claimable(self, ready: Sequence[str], limit: int) -> Sequence[Claimable]:
        """Queued tries that are due, by a ready channel, of notifications that are `sending` and may leave.

        The gravest first, then the longest due. Each with its notification locked, and its incident share-locked: it
        cannot be taken before this commits. What another has, of any of the three, is passed over.
        """
        ...

    async def lock_claimable_to(self, ready: Sequence[str], number: str) -> Sequence[Claimable]:
        """The same, all of them for one number; answers and texts that were composed before are left out."""
        ...

    async def left_lately(self, numbers: Sequence[str], since: datetime) -> Mapping[str, Sequence[LeftText]]:
        """By number, the texts handed over after that moment, in order, about incidents that are open; no answers.

        None that failed. A text that told of several is there once, for its leader.
        """
        ...

    async def lock_delivery(self, attempt_id: UUID) -> Delivery | None:
        """The notification of an attempt, locked - waits for whoever has it - and how the two stand then."""
        ...

    async def tries_of(self, notification_id: UUID) -> Sequence[TryRow]:
        """All attempts of a notification, in the order in which they were queued."""
        ...

    # --- What is written --------------------------------------------------------------------------------------------

    async def queue_attempt(
        self, notification_id: UUID, channel: str, *, delay: timedelta, repeats_unknown: bool
    ) -> None:
        """A further try, due after `delay`. The caller holds the notification's lock."""
        ...

    async def move_queued(self, ready: Sequence[str], to_channel: str) -> None:
        """Due queued tries that wait for a channel which is not ready go to this one; others' are passed over."""
        ...

    async def cancel_queued(self, notification_id: UUID) -> None:
        """Queued tries of a notification fail as `cancelled`: they were never handed to a channel."""
        ...

    async def begin_submitting(self, claimed: Claimable, text: str, lease: timedelta) -> None:
        """This text is being handed over, until the lease runs out. A text composed before is kept."""
        ...

    async def begin_bundled(self, claimed: Claimable, leader: Claimable, lease: timedelta) -> None:
        """It is being handed over inside the leader's text; it gets none of its own."""
        ...

    async def put_off(self, attempt_ids: Sequence[UUID], until: datetime) -> None:
        """These queued tries are due then."""
        ...

    async def set_outcome(self, attempt_id: UUID, outcome: AttemptOutcome) -> None:
        """What became of one try; a reference that was known stays. Its lease is over."""
        ...

    async def stop_waiting(self, attempt_id: UUID) -> None:
        """Its overdue receipt has been dealt with: it is overdue no more, and may still come."""
        ...

    async def save_state(self, owed: OwedText, state: NotificationState) -> None:
        """What the tries add up to; shows the incident."""
        ...

    async def owe_answer(self, answer: OwedAnswer) -> None:
        """Owe a text back, unless its `dedup_key` is owed already. Wakes the outbox."""
        ...

    # --- Receipts ---------------------------------------------------------------------------------------------------

    async def store_receipt(self, receipt: Receipt) -> UUID | None:
        """Store a receipt; its attempt - the newest of that channel and reference - or None while that is not known.

        None also for a repetition: the same word about the same attempt, or unknown reference, within a week.
        """
        ...

    async def match_early(self, attempt_id: UUID, channel: str, provider_ref: str) -> Sequence[EarlyReceipt]:
        """The receipts of this reference that belong to no attempt and came after this one was handed over.

        They are its from now on.
        """
        ...

    # --- Rows that fail ---------------------------------------------------------------------------------------------

    def text_turn(self, row: UUID, what: str) -> AbstractAsyncContextManager[None]:
        """One row's turn: if it fails it is undone alone, and rests for a while that grows.

        What it fails by is not raised, unless the store itself is away.
        """
        ...
