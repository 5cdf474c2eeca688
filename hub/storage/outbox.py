"""Notifications and their attempts as rows: what may leave, who is handing it over, and what became of it.

Each function is one step inside the caller's transaction. Locks are always taken notification first, then attempts, and
an incident is at most share-locked without waiting: a person who takes an incident never waits for a gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage import stream
from hub.storage.database import Connection
from hub.storage.queries import queries
from hub.storage.troubled import Troubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """A try that may leave now, and what its text may draw on.

    `text` is there when it was composed before; `occurred_at` is the earliest alert's.
    """

    attempt_id: UUID
    channel: str
    notification_id: UUID
    incident_id: UUID
    division_id: str
    destination: str
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
class Delivery:
    """The notification of an attempt, under its lock. `may_leave`: a further try still makes sense."""

    notification_id: UUID
    incident_id: UUID
    division_id: str
    severity: str
    state: str
    number: int
    channel: str
    attempt_state: str
    may_leave: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRow:
    """One attempt of a notification."""

    id: UUID
    channel: str
    state: str
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOutcome:
    """What became of one try; `receipt_within_s`: when its receipt is overdue, None to wait for none."""

    state: str
    reason: str | None = None
    permanent: bool = False
    provider_ref: str | None = None
    receipt_within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAnswer:
    """A text back to a caregiver, composed already. The same `dedup_key` is owed once."""

    incident_id: UUID
    person: Actor
    person_type: str  #: contact, helper, ...: whom the number belongs to
    destination: str
    text: str
    dedup_key: str
    expires_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`now`: something may be done at once; `next_due_s`: seconds until something else is due, None for nothing."""

    now: bool
    next_due_s: float | None


async def queue_first_attempts(connection: Connection, channel: str, limit: int, troubled: Troubled) -> int:
    """Give each notification that nobody has begun with its first attempt; returns for how many it was tried."""
    statements = queries("outbox")
    wanted = {"limit": limit, "resting": troubled.resting()}
    owed = await (await connection.execute(statements.lock_owed, wanted)).fetchall()
    for notification_id, incident_id, division_id in owed:
        async with troubled.turn(connection, notification_id, "notification"):
            await queue_attempt(connection, notification_id, channel, delay_s=0, repeats_unknown=False)
            await connection.execute(statements.set_state, {"notification_id": notification_id, "state": "sending"})
            await stream.append(connection, "incident", incident_id, division_id)
    return len(owed)


async def queue_attempt(
    connection: Connection, notification_id: UUID, channel: str, *, delay_s: float, repeats_unknown: bool
) -> None:
    """Queue a further try. The caller holds the notification's lock."""
    await connection.execute(
        queries("outbox").queue_attempt,
        {
            "id": new_id(),
            "notification_id": notification_id,
            "channel": channel,
            "delay_s": delay_s,
            "repeats_unknown": repeats_unknown,
        },
    )


async def lock_overtaken(connection: Connection, limit: int, resting: Sequence[UUID]) -> list[tuple[UUID, UUID, str]]:
    """Notifications that must not leave any more, as (notification, incident, division)."""
    cursor = await connection.execute(queries("outbox").lock_overtaken, {"limit": limit, "resting": list(resting)})
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def cancel_queued(connection: Connection, notification_id: UUID) -> None:
    """End the tries of a notification that were never handed to a channel."""
    await connection.execute(queries("outbox").cancel_queued, {"notification_id": notification_id})


async def move_queued(connection: Connection, ready: Sequence[str], to_channel: str) -> None:
    """What waits for a channel that cannot send goes to one that can."""
    await connection.execute(queries("outbox").move_queued, {"ready": list(ready), "to_channel": to_channel})


async def lock_claimable(
    connection: Connection, ready: Sequence[str], limit: int, timezone: str, resting: Sequence[UUID]
) -> list[Claimable]:
    """The tries that may leave now through one of the ready channels, locked; `timezone` is the last resort."""
    async with connection.cursor(row_factory=class_row(Claimable)) as cursor:
        await cursor.execute(
            queries("outbox").lock_claimable,
            {"ready": list(ready), "limit": limit, "timezone": timezone, "resting": list(resting)},
        )
        return await cursor.fetchall()


async def begin_submitting(connection: Connection, claimed: Claimable, text: str, lease_s: float) -> None:
    """Record that this text is being handed over, before the channel hears of it."""
    statements = queries("outbox")
    await connection.execute(statements.begin_submitting, {"attempt_id": claimed.attempt_id, "lease_s": lease_s})
    if claimed.text is None:
        await connection.execute(statements.set_text, {"notification_id": claimed.notification_id, "text": text})


async def expired_leases(connection: Connection, limit: int) -> list[UUID]:
    """Attempts whose submitter is gone."""
    cursor = await connection.execute(queries("outbox").expired_leases, {"limit": limit})
    return [row[0] for row in await cursor.fetchall()]


async def overdue_receipts(connection: Connection, limit: int) -> list[UUID]:
    """Attempts that were accepted, and nothing was heard since."""
    cursor = await connection.execute(queries("outbox").overdue_receipts, {"limit": limit})
    return [row[0] for row in await cursor.fetchall()]


async def lock_delivery(connection: Connection, attempt_id: UUID) -> Delivery | None:
    """The notification of an attempt, locked."""
    await connection.execute(queries("outbox").lock_notification, {"attempt_id": attempt_id})
    async with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        await cursor.execute(queries("outbox").delivery, {"attempt_id": attempt_id})
        return await cursor.fetchone()


async def tries_of(connection: Connection, notification_id: UUID) -> list[TryRow]:
    """All attempts of a notification, in order."""
    async with connection.cursor(row_factory=class_row(TryRow)) as cursor:
        await cursor.execute(queries("outbox").tries, {"notification_id": notification_id})
        return await cursor.fetchall()


async def set_outcome(connection: Connection, attempt_id: UUID, outcome: AttemptOutcome) -> None:
    """Record what became of one try."""
    await connection.execute(
        queries("outbox").set_outcome,
        {
            "attempt_id": attempt_id,
            "state": outcome.state,
            "reason": outcome.reason,
            "permanent": outcome.permanent,
            "provider_ref": outcome.provider_ref,
            "receipt_within_s": outcome.receipt_within_s,
        },
    )


async def stop_waiting(connection: Connection, attempt_id: UUID) -> None:
    """The overdue receipt of this attempt has been dealt with."""
    await connection.execute(queries("outbox").stop_waiting, {"attempt_id": attempt_id})


async def save_state(
    connection: Connection, notification_id: UUID, incident_id: UUID, division_id: str, state: str
) -> None:
    """Save what the attempts add up to, and show the incident anew at the desk."""
    await connection.execute(queries("outbox").set_state, {"notification_id": notification_id, "state": state})
    await stream.append(connection, "incident", incident_id, division_id)


async def owe_answer(connection: Connection, answer: OwedAnswer) -> None:
    """Owe a text back to somebody who answered."""
    person = {"type": answer.person_type, "id": answer.person.id, "name": answer.person.name}
    await connection.execute(
        queries("outbox").owe_answer,
        {
            "id": new_id(),
            "incident_id": answer.incident_id,
            "person": Jsonb(person),
            "destination": answer.destination,
            "text": answer.text,
            "dedup_key": answer.dedup_key,
            "expires_s": answer.expires_s,
        },
    )


async def what_waits(connection: Connection) -> Waiting:
    """Whether there is anything to do, and when there will be."""
    async with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        await cursor.execute(queries("outbox").waiting)
        return await cursor.fetchone() or Waiting(now=False, next_due_s=None)
