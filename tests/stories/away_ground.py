"""A whole hub whose database is on the other side of a link that can be spoilt."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from hub.bench.hub_process import HubProcess
from hub.embedded import EmbeddedPostgres
from tests.postgres import temporary_data_dir
from tests.stories.cast import Phone
from tests.stories.database_link import DatabaseLink, database_link


@dataclass
class Ground:
    """A hub whose database is on the other side of a link."""

    hub: HubProcess
    link: DatabaseLink
    phone: Phone
    dsn: str

    async def ask(self, path: str) -> tuple[int, Any, float]:
        """Status, body and seconds of one GET."""
        began_s = time.monotonic()
        answer = await asyncio.to_thread(self.hub.api.ask, "GET", path)
        return answer.status, answer, time.monotonic() - began_s

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """What the database says, past the link."""
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode(), params).fetchall()


@asynccontextmanager
async def ground(**settings: str) -> AsyncIterator[Ground]:
    """Everything, and nothing of it left behind."""
    with temporary_data_dir() as directory:
        directory.chmod(0o755)
        server = EmbeddedPostgres(directory / "database")
        server.start()
        try:
            async with database_link(str(_socket_of(server))) as link:
                texts = directory / "texts.jsonl"
                hub = HubProcess(
                    directory / "hub",
                    {
                        "HUB_DATABASE_URL": f"postgresql://anxin@127.0.0.1:{link.port}/anxin",
                        "HUB_SMS": f"log:{texts}",
                        **settings,
                    },
                )
                await asyncio.to_thread(hub.start)
                try:
                    yield Ground(hub, link, Phone(texts), server.dsn)
                except BaseException:
                    sys.stdout.write("".join(_telling_lines(hub.log_path)))
                    raise
                finally:
                    link.mend()
                    await asyncio.to_thread(hub.stop)
        finally:
            server.stop()


def _telling_lines(log: Path) -> list[str]:
    """What the hub said of itself, for whoever looks why a story failed."""
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return [line for line in lines if "blind" in line or "[error" in line][-100:]


def roster(role: str, phone: str) -> dict[str, Any]:
    """One number on duty for a role, as the API takes it."""
    return {"role": role, "entries": [{"name": "示例", "phone": phone}]}


def _socket_of(server: EmbeddedPostgres) -> Path:
    with psycopg.connect(server.dsn) as connection:
        return Path(str(connection.info.host)) / ".s.PGSQL.5432"


async def until(look: Callable[[], Any], within_s: float = 20.0) -> Any:
    """The first true thing that `look` finds."""
    async with asyncio.timeout(within_s):
        while not (found := look()):
            await asyncio.sleep(0.02)
    return found


def seqs_in_order(there: Ground, device_id: str, table: str = "reading") -> list[int]:
    """The sequence numbers of a device's rows by the transaction that stored them, then by receipt."""
    found = there.rows(
        f"SELECT seq FROM {table} WHERE device_id = %s ORDER BY xmin::text::bigint, received_at, seq",
        device_id,
    )
    return [seq for (seq,) in found]
