"""The ground of the store in tables: PostgreSQL, with a connection for each transaction."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from alerts.incidents.replay import AppliedCommand
from alerts.incidents.written import read_command
from hub.identity import new_id
from hub.storage.database import HubConnection, connect
from hub.storage.intake import SqlIntakeStore
from hub.storage.kept_incidents import find_kept
from hub.storage.outbox import SqlOutboxStore
from hub.storage.timers import SqlDeadlineStore
from hub.storage.troubled import Troubled
from tests.hub.ingest.worlds import COUNTY, World
from tests.hub.stations.ground import Kept, Stores

#: A statement that is not back by then waits for a lock, or for ever.
_DEADLINE_S = 20.0


@dataclass
class SqlGround:
    """The hub's own: PostgreSQL, over a connection for each transaction."""

    dsn: str
    troubled: dict[str, Troubled] = field(default_factory=dict)

    @property
    def _world(self) -> World:
        return World(self.dsn)

    @asynccontextmanager
    async def transaction(self, *, process: str = "one") -> AsyncIterator[Stores]:
        troubled = self.troubled.setdefault(process, Troubled())
        async with await connect(self.dsn, name=process) as connection, connection.transaction():
            yield Stores(
                incidents=SqlDeadlineStore(connection, troubled),
                outbox=SqlOutboxStore(connection, troubled=troubled),
                intake=SqlIntakeStore(connection),
            )

    async def until_waiting(self, task: "asyncio.Task[Any]") -> None:
        async with asyncio.timeout(_DEADLINE_S), await connect(self.dsn, name="watch", autocommit=True) as watch:
            while not await self._anybody_waits(watch):
                assert not task.done(), "it did not wait"
                await asyncio.sleep(0.005)

    async def _anybody_waits(self, watch: HubConnection) -> bool:
        cursor = await watch.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return await cursor.fetchone() is not None

    async def recipient(self) -> UUID:
        return self._world.recipient()

    async def device(self) -> UUID:
        return self._world.device()

    async def contact(self, recipient_id: UUID, phone: str) -> None:
        self._world.run(
            "INSERT INTO contact (id, division_id, recipient_id, name, phone, call_order) "
            "VALUES (%(id)s, %(division)s, %(recipient)s, %(phone)s, %(phone)s, 1)",
            id=new_id(),
            division=COUNTY,
            recipient=recipient_id,
            phone=phone,
        )

    async def ladder(self, *steps: tuple[float, str]) -> None:
        self._world.division()
        self._world.run(
            "INSERT INTO escalation_policy (id, division_id, name, steps, repeat, then_every_s, ack_timeout_s) "
            "VALUES (%(id)s, %(division)s, 'default', %(steps)s, 0, 600, 300)",
            id=new_id(),
            division=COUNTY,
            steps=json.dumps([{"after_s": after_s, "notify": whom} for after_s, whom in steps]),
        )

    async def kept(self, incident_id: UUID) -> Kept:
        async with await connect(self.dsn, name="look") as connection:
            rows = await find_kept(connection, incident_id)
        assert rows is not None
        look = self._world.run
        return Kept(
            incident=rows.incident,
            commands=tuple(
                AppliedCommand(n=row.n, at=row.at, rules_version=row.rules_version, command=read_command(row.command))
                for row in rows.commands
            ),
            log=rows.log,
            alerts=tuple(
                (row["event_id"], row["state"])
                for row in look(
                    "SELECT * FROM alert WHERE incident_id = %(id)s ORDER BY received_at, id", id=incident_id
                )
            ),
            texts=tuple(
                (row["destination"], row["state"])
                for row in look("SELECT * FROM notification WHERE incident_id = %(id)s ORDER BY id", id=incident_id)
            ),
            shown=look("SELECT count(*) AS shown FROM stream_event WHERE entity_id = %(id)s", id=incident_id)[0][
                "shown"
            ],
        )

    async def incidents(self) -> Sequence[UUID]:
        return [row["id"] for row in self._world.incidents()]

    async def acks(self) -> Sequence[tuple[str, str]]:
        return self._world.acks()

    async def maintenance(self) -> Sequence[tuple[str, int]]:
        rows = self._world.run("SELECT * FROM maintenance_item WHERE state = 'open' ORDER BY opened_at, id")
        return [(row["kind"], row["occurrences"]) for row in rows]

    async def deadlines(self) -> int:
        count: int = self._world.run("SELECT count(*) AS count FROM timer")[0]["count"]
        return count
