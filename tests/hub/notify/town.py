"""A small town in the database, a channel that does what the test says, and waiting for what must come."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from psycopg.rows import DictRow

from alerts.actors import Actor, ActorType
from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.incidents import Disposition
from alerts.incidents.commands import Acknowledge, Close, Command
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.identity import new_id
from hub.notify.channels.port import Accepted, Channel, Inbox, Submission
from hub.notify.outbox import OutboxTiming, run_outbox
from hub.notify.texts import Sender
from hub.stations.incidents import change, open_or_join
from hub.stations.records import AlertRequest
from hub.storage.database import Pool, database_now, open_pool
from hub.storage.incidents import SqlIncidentStore
from hub.storage.replies import store
from tests.hub.ingest.worlds import COUNTY, World

SENDER = Sender(signature="示例县民政", desk_phone="0000-0000000")
OPERATOR = Actor(type=ActorType.OPERATOR, id="operator-1", name="值班员甲")
DEADLINE_S = 30.0
QUICK = OutboxTiming(lease=timedelta(seconds=1), receipt_within=timedelta(minutes=3))

Seen = TypeVar("Seen")


async def until(look: Callable[[], Seen], *, within_s: float = DEADLINE_S) -> Seen:
    """What `look` returns, once that is true; fails at the deadline with what it was last."""
    seen = look()
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not seen:
                await asyncio.sleep(0.02)
                seen = look()
    assert seen, f"still {seen!r} after {within_s} s"
    return seen


@dataclass
class Town(World):
    """People, incidents and what is owed to whom."""

    pool: Pool

    async def contact(self, recipient_id: UUID, name: str, phone: str, order: int = 1) -> UUID:
        contact_id = new_id()
        self.run(
            "INSERT INTO contact (id, division_id, recipient_id, name, phone, call_order) "
            "VALUES (%(id)s, %(division)s, %(recipient)s, %(name)s, %(phone)s, %(order)s)",
            id=contact_id, division=COUNTY, recipient=recipient_id, name=name, phone=phone, order=order,
        )  # fmt: skip
        return contact_id

    def ladder(self, steps: Sequence[tuple[float, str]], *, repeat: int = 0, then_every_s: float = 300) -> None:
        """The policy of all incidents opened from now on, as (seconds, whom)."""
        self.division()
        self.run(
            "INSERT INTO escalation_policy (id, division_id, name, steps, repeat, then_every_s, ack_timeout_s) "
            "VALUES (%(id)s, %(division)s, 'default', %(steps)s, %(repeat)s, %(then)s, 300)",
            id=new_id(), division=COUNTY, repeat=repeat, then=then_every_s,
            steps=json.dumps([{"after_s": after_s, "notify": whom} for after_s, whom in steps]),
        )  # fmt: skip

    async def press(self, recipient_id: UUID, severity: Severity = Severity.CRITICAL) -> UUID:
        """An SOS of the recipient, as ingest would store it."""
        async with self.pool.connection() as connection:
            now = await database_now(connection)
            request = AlertRequest(
                division_id=COUNTY,
                subject=Subject(type=SubjectType.RECIPIENT, id=str(recipient_id)),
                recipient_id=recipient_id,
                alert=RaiseAlert(kind=IncidentKind.SOS, severity=severity, explanation=Explanation(code="sos_pressed")),
                occurred_at=now,
                received_at=now,
            )
            return (await open_or_join(SqlIncidentStore(connection), request, now)).incident_id

    async def change(self, incident_id: UUID, command: Command) -> None:
        async with self.pool.connection() as connection:
            await change(SqlIncidentStore(connection), incident_id, command)

    async def take(self, incident_id: UUID) -> None:
        await self.change(incident_id, Acknowledge(actor=OPERATOR))

    async def close(self, incident_id: UUID) -> None:
        await self.change(incident_id, Close(actor=OPERATOR, disposition=Disposition.REAL, may_override=True))

    def owe(
        self, incident_id: UUID, phone: str = "10000000001", *, name: str = "示例联系人", person: str = "p1"
    ) -> UUID:
        """A text owed to somebody about an incident, as a step of the ladder owes it."""
        notification_id = new_id()
        self.run(
            "INSERT INTO notification (id, division_id, incident_id, step, person, destination, severity, state, "
            "created_at, dedup_key) SELECT %(id)s, division_id, id, '{}', %(person)s, %(phone)s, severity, 'owed', "
            "clock_timestamp(), %(key)s FROM incident WHERE id = %(incident)s",
            id=notification_id, incident=incident_id, phone=phone, key=str(notification_id),
            person=json.dumps({"type": "contact", "id": person, "name": name}),
        )  # fmt: skip
        self.run("NOTIFY outbox")
        return notification_id

    async def receive(self, origin: str, text: str) -> UUID:
        """A text from a telephone, as a channel would store it; returns its row."""
        async with self.pool.connection() as connection:
            await store(connection, "fake", origin, text, None)
        self.run("NOTIFY outbox")
        found: UUID = self.run("SELECT id FROM inbound_text ORDER BY received_at DESC, id DESC LIMIT 1")[0]["id"]
        return found

    def state(self, notification_id: UUID) -> str:
        state: str = self.run("SELECT state FROM notification WHERE id = %(id)s", id=notification_id)[0]["state"]
        return state

    def attempts(self, notification_id: UUID) -> list[DictRow]:
        return self.run("SELECT * FROM attempt WHERE notification_id = %(id)s ORDER BY number", id=notification_id)

    def states(self, notification_id: UUID) -> list[str]:
        return [row["state"] for row in self.attempts(notification_id)]

    def incident(self, incident_id: UUID) -> DictRow:
        return self.run("SELECT * FROM incident WHERE id = %(id)s", id=incident_id)[0]

    def log(self, incident_id: UUID) -> list[DictRow]:
        return self.run("SELECT * FROM incident_log WHERE incident_id = %(id)s ORDER BY at, id", id=incident_id)

    def log_codes(self, incident_id: UUID) -> list[str]:
        return [row["code"] for row in self.log(incident_id)]

    def outcome_of(self, text_id: UUID) -> str | None:
        outcome = self.run("SELECT outcome FROM inbound_text WHERE id = %(id)s", id=text_id)[0]["outcome"]
        return None if outcome is None else str(outcome["code"])


class FakeChannel:
    """Does with each text what the test scripted, in order; then accepts. Never ends one that is scripted as None."""

    def __init__(self, name: str = "fake", *script: Submission | None) -> None:
        self.name = name
        self.ready = True
        self.script = deque(script)
        self.texts: list[tuple[str, str]] = []
        self.attempt_ids: list[UUID] = []
        self.inbox: Inbox | None = None

    async def run(self, inbox: Inbox) -> None:
        self.inbox = inbox
        inbox.readiness_changed()
        await asyncio.Event().wait()

    async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:
        self.texts.append((destination, text))
        self.attempt_ids.append(attempt_id)
        scripted = self.script.popleft() if self.script else Accepted(provider_ref=f"{self.name}-{len(self.texts)}")
        if scripted is None:
            await asyncio.Event().wait()
        assert scripted is not None
        return scripted

    @property
    def open_inbox(self) -> Inbox:
        assert self.inbox is not None
        return self.inbox


@asynccontextmanager
async def outbox_at_work(town: Town, *channels: Channel, timing: OutboxTiming = QUICK) -> AsyncIterator[None]:
    """A worker of its own on the town's database."""
    pool = await open_pool(town.dsn, name="outbox", max_size=8)
    work = asyncio.create_task(
        run_outbox(pool, town.dsn, channels, sender=SENDER, division_id=COUNTY, timezone="Asia/Shanghai", timing=timing)
    )
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await pool.close()
