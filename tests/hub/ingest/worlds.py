"""A registry in the database, and messages as a source would hand them in."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from psycopg.rows import DictRow

from hub.identity import new_id
from hub.ingest.source import InboundMessage, Leaf, RefusalReason
from tests.postgres import execute_kept

COUNTY = "990101000000"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class World:
    """Rows that a test needs, made in plain SQL so that no code under test makes them."""

    dsn: str

    def run(self, statement: str, **params: object) -> list[DictRow]:
        cursor = execute_kept(self.dsn, statement, params)
        return cursor.fetchall() if cursor.description else []

    def division(self, code: str = COUNTY) -> None:
        self.run(
            "INSERT INTO division (id, name, level) VALUES (%(code)s, '示例县', 'county') ON CONFLICT DO NOTHING",
            code=code,
        )

    def recipient(self, name: str = "示例甲") -> UUID:
        self.division()
        recipient_id = new_id()
        self.run(
            "INSERT INTO recipient (id, division_id, timezone, name) "
            "VALUES (%(id)s, %(division)s, 'Asia/Shanghai', %(name)s)",
            id=recipient_id,
            division=COUNTY,
            name=name,
        )
        return recipient_id

    def device(self, kind: str = "call_button", *, worn_by: UUID | None = None, behind: UUID | None = None) -> UUID:
        self.division()
        device_id = new_id()
        self.run(
            "INSERT INTO device (id, division_id, kind, gateway_id, secret_sha256) "
            "VALUES (%(id)s, %(division)s, %(kind)s, %(behind)s, sha256('secret'))",
            id=device_id,
            division=COUNTY,
            kind=kind,
            behind=behind,
        )
        if worn_by is not None:
            self.assign(device_id, worn_by)
        return device_id

    def assign(
        self, device_id: UUID, recipient_id: UUID, from_at: str = "2026-01-01", until: str | None = None
    ) -> None:
        self.run(
            "INSERT INTO assignment (id, division_id, device_id, recipient_id, from_at, until_at) "
            "VALUES (%(id)s, %(division)s, %(device)s, %(recipient)s, %(from_at)s, %(until)s)",
            id=new_id(),
            division=COUNTY,
            device=device_id,
            recipient=recipient_id,
            from_at=from_at,
            until=until,
        )

    def incidents(self) -> list[DictRow]:
        return self.run("SELECT * FROM incident ORDER BY opened_at")

    def acks(self) -> list[tuple[str, str]]:
        """(ref, stage) of the staged acknowledgements owed, in order."""
        payloads = [
            json.loads(bytes(row["payload"])) for row in self.run("SELECT payload FROM down_message ORDER BY id")
        ]
        return [(payload["ref"], payload["stage"]) for payload in payloads]


@dataclass
class Sent:
    """One message, and what came back."""

    answers: list[str] = field(default_factory=list)

    def message(
        self,
        device: UUID,
        payload: object,
        leaf: Leaf = Leaf.EVENT,
        *,
        sender: UUID | None = None,
        dup: bool = False,
        packet_id: int = 1,
        received_at: datetime = NOW,
    ) -> InboundMessage:
        def refuse(reason: RefusalReason) -> None:
            self.answers.append(f"refused {reason}")

        return InboundMessage(
            sender_id=str(sender or device),
            device_id=str(device),
            leaf=leaf,
            topic=f"anxin/v1/{device}/up/{leaf}",
            payload=payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
            received_at=received_at,
            qos=1,
            dup=dup,
            packet_id=packet_id,
            session_id=None,
            acknowledge=lambda: self.answers.append("acknowledged"),
            refuse=refuse,
        )
