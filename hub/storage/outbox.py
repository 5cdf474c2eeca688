"""Notifications and their attempts as rows: `hub.stations.outbox_store.OutboxStore` over a connection."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from alerts.severity import Severity
from hub.identity import new_id
from hub.stations.outbox_store import (
    AttemptOutcome,
    Claimable,
    Delivery,
    EarlyReceipt,
    LeftText,
    OwedAnswer,
    OwedText,
    TryRow,
    Waiting,
)
from hub.stations.retry import AttemptState, NotificationState
from hub.stations.submissions import Receipt, ReceiptState
from hub.storage import receipts, stream
from hub.storage.database import Connection, database_now
from hub.storage.queries import queries
from hub.storage.troubled import Troubled


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClaimableRow(Claimable):
    """As the row has it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "severity", Severity(self.severity))


class SqlOutboxStore:
    """Texts as rows; `troubled` remembers those that fail, `timezone` serves where a place has none.

    Who neither takes rows in turns nor claims needs neither.
    """

    def __init__(self, connection: Connection, *, troubled: Troubled | None = None, timezone: str = "UTC") -> None:
        self._connection = connection
        self._troubled = troubled or Troubled()
        self._timezone = timezone

    def new_id(self) -> UUID:
        """A UUIDv7."""
        return new_id()

    async def now(self) -> datetime:
        """The database's clock."""
        return await database_now(self._connection)

    # --- What there is to do ----------------------------------------------------------------------------------------

    async def what_waits(self) -> Waiting:
        """See the port."""
        async with self._connection.cursor(row_factory=class_row(Waiting)) as cursor:
            await cursor.execute(queries("outbox").waiting)
            return await cursor.fetchone() or Waiting(now=False, next_due_s=None)

    async def expired_leases(self, limit: int) -> Sequence[UUID]:
        """See the port."""
        cursor = await self._connection.execute(queries("outbox").expired_leases, self._wanted(limit))
        return [row[0] for row in await cursor.fetchall()]

    async def overdue_receipts(self, limit: int) -> Sequence[UUID]:
        """See the port."""
        cursor = await self._connection.execute(queries("outbox").overdue_receipts, self._wanted(limit))
        return [row[0] for row in await cursor.fetchall()]

    async def lock_owed(self, limit: int) -> Sequence[OwedText]:
        """See the port."""
        async with self._connection.cursor(row_factory=class_row(OwedText)) as cursor:
            await cursor.execute(queries("outbox").lock_owed, self._wanted(limit))
            return await cursor.fetchall()

    async def lock_overtaken(self, limit: int) -> Sequence[OwedText]:
        """See the port."""
        async with self._connection.cursor(row_factory=class_row(OwedText)) as cursor:
            await cursor.execute(queries("outbox").lock_overtaken, self._wanted(limit))
            return await cursor.fetchall()

    async def lock_claimable(self, ready: Sequence[str], limit: int) -> Sequence[Claimable]:
        """See the port."""
        return await self._lock_claimable(ready, limit, None)

    async def lock_claimable_to(self, ready: Sequence[str], number: str) -> Sequence[Claimable]:
        """See the port."""
        return await self._lock_claimable(ready, None, number)

    async def _lock_claimable(self, ready: Sequence[str], limit: int | None, number: str | None) -> Sequence[Claimable]:
        wanted = {
            "limit": limit,
            "resting": self._troubled.resting(),
            "ready": list(ready),
            "timezone": self._timezone,
            "number": number,
        }
        async with self._connection.cursor(row_factory=class_row(_ClaimableRow)) as cursor:
            await cursor.execute(queries("outbox").lock_claimable, wanted)
            return await cursor.fetchall()

    async def left_lately(self, numbers: Sequence[str], since: datetime) -> Mapping[str, Sequence[LeftText]]:
        """See the port."""
        cursor = await self._connection.execute(
            queries("outbox").left_lately, {"numbers": list(numbers), "since": since}
        )
        left: dict[str, list[LeftText]] = {}
        for number, incident_id, kind, severity, at in await cursor.fetchall():
            text = LeftText(incident_id=incident_id, kind=kind, severity=Severity(severity), at=at)
            left.setdefault(number, []).append(text)
        return left

    async def lock_delivery(self, attempt_id: UUID) -> Delivery | None:
        """In two statements: whoever waits for a lock gets the newest version of the locked row only."""
        statements = queries("outbox")
        await self._connection.execute(statements.lock_notification, {"attempt_id": attempt_id})
        cursor = await self._connection.execute(statements.delivery, {"attempt_id": attempt_id})
        row = await cursor.fetchone()
        if row is None:
            return None
        notification_id, incident_id, division_id, severity, state, channel, attempt_state, may_leave = row
        return Delivery(
            notification_id=notification_id,
            incident_id=incident_id,
            division_id=division_id,
            severity=Severity(severity),
            state=NotificationState(state),
            channel=channel,
            attempt_state=AttemptState(attempt_state),
            may_leave=may_leave,
        )

    async def tries_of(self, notification_id: UUID) -> Sequence[TryRow]:
        """See the port."""
        cursor = await self._connection.execute(queries("outbox").tries, {"notification_id": notification_id})
        return [
            TryRow(id=attempt_id, channel=channel, state=AttemptState(state), permanent=permanent)
            for attempt_id, channel, state, permanent in await cursor.fetchall()
        ]

    # --- What is written --------------------------------------------------------------------------------------------

    async def queue_attempt(
        self, notification_id: UUID, channel: str, *, delay: timedelta, repeats_unknown: bool
    ) -> None:
        """See the port."""
        await self._connection.execute(
            queries("outbox").queue_attempt,
            {
                "id": new_id(),
                "notification_id": notification_id,
                "channel": channel,
                "delay": delay,
                "repeats_unknown": repeats_unknown,
            },
        )

    async def move_queued(self, ready: Sequence[str], to_channel: str) -> None:
        """See the port."""
        await self._connection.execute(queries("outbox").move_queued, {"ready": list(ready), "to_channel": to_channel})

    async def cancel_queued(self, notification_id: UUID) -> None:
        """See the port."""
        await self._connection.execute(queries("outbox").cancel_queued, {"notification_id": notification_id})

    async def begin_submitting(self, claimed: Claimable, text: str, lease: timedelta) -> None:
        """See the port."""
        statements = queries("outbox")
        await self._connection.execute(statements.begin_submitting, {"attempt_id": claimed.attempt_id, "lease": lease})
        if claimed.text is None:
            await self._connection.execute(
                statements.set_text, {"notification_id": claimed.notification_id, "text": text}
            )

    async def begin_bundled(self, claimed: Claimable, leader: Claimable, lease: timedelta) -> None:
        """See the port."""
        statements = queries("outbox")
        await self._connection.execute(statements.begin_submitting, {"attempt_id": claimed.attempt_id, "lease": lease})
        await self._connection.execute(
            statements.bundle,
            {"notification_id": claimed.notification_id, "leader_id": leader.notification_id},
        )

    async def put_off(self, attempt_ids: Sequence[UUID], until: datetime) -> None:
        """See the port."""
        await self._connection.execute(queries("outbox").put_off, {"attempt_ids": list(attempt_ids), "until": until})

    async def set_outcome(self, attempt_id: UUID, outcome: AttemptOutcome) -> None:
        """See the port."""
        await self._connection.execute(
            queries("outbox").set_outcome,
            {
                "attempt_id": attempt_id,
                "state": outcome.state,
                "reason": outcome.reason,
                "permanent": outcome.permanent,
                "provider_ref": outcome.provider_ref,
                "receipt_within": outcome.receipt_within,
            },
        )

    async def stop_waiting(self, attempt_id: UUID) -> None:
        """See the port."""
        await self._connection.execute(queries("outbox").stop_waiting, {"attempt_id": attempt_id})

    async def save_state(self, owed: OwedText, state: NotificationState) -> None:
        """See the port."""
        await self._connection.execute(
            queries("outbox").set_state, {"notification_id": owed.notification_id, "state": state}
        )
        await stream.append(self._connection, "incident", owed.incident_id, owed.division_id)

    async def owe_answer(self, answer: OwedAnswer) -> None:
        """See the port."""
        person = {"type": answer.person_type, "id": answer.person.id, "name": answer.person.name}
        await self._connection.execute(
            queries("outbox").owe_answer,
            {
                "id": new_id(),
                "incident_id": answer.incident_id,
                "person": Jsonb(person),
                "destination": answer.destination,
                "text": answer.text,
                "dedup_key": answer.dedup_key,
                "expires_in": answer.expires_in,
            },
        )

    # --- Receipts ---------------------------------------------------------------------------------------------------

    async def store_receipt(self, receipt: Receipt) -> UUID | None:
        """See the port."""
        return await receipts.store(
            self._connection, receipt.channel, receipt.provider_ref, receipt.state, receipt.reason
        )

    async def match_early(self, attempt_id: UUID, channel: str, provider_ref: str) -> Sequence[EarlyReceipt]:
        """See the port."""
        matched = await receipts.match_early(self._connection, attempt_id, channel, provider_ref)
        return [EarlyReceipt(state=ReceiptState(early.state), reason=early.reason) for early in matched]

    # --- Rows that fail ---------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def text_turn(self, row: UUID, what: str) -> AsyncIterator[None]:
        """See the port."""
        async with self._troubled.turn(self._connection, row, what):
            yield

    def _wanted(self, limit: int) -> dict[str, object]:
        return {"limit": limit, "resting": self._troubled.resting()}
