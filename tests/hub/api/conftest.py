"""A web role in this process on a database of its own: the application, its broadcaster, and people who may call it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.types import ASGIApp

from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.api.app import create_app
from hub.api.broadcaster import Broadcaster
from hub.api.parts import Parts
from hub.settings import Settings
from hub.stations.incidents import open_or_join
from hub.stations.records import AlertRequest
from hub.storage.accounts import NewUser, Role, create_api_key, create_user
from hub.storage.addresses import PROMPT
from hub.storage.database import Pool, database_now, open_pool
from hub.storage.divisions import ensure_division
from hub.storage.incidents import SqlIncidentStore
from hub.storage.passwords import Passwords
from hub.storage.wakeup import Wakeup

COUNTY = "990101000000"
TOWNSHIP = "990101001000"
VILLAGE = "990101001001"
SIBLING = "990101002000"  #: A township beside `TOWNSHIP`: neither sees the other.

PASSWORD = "correct horse"


@dataclass
class Web:
    """The application and its callers."""

    app: ASGIApp
    parts: Parts
    dsn: str
    keys: dict[tuple[Role, str], str] = field(default_factory=dict)

    @property
    def pool(self) -> Pool:
        return self.parts.pool

    async def key(self, role: Role = Role.ADMIN, division_id: str = COUNTY) -> str:
        """An API key, made once for each role and division."""
        if (role, division_id) not in self.keys:
            async with self.pool.connection() as connection:
                created = await create_api_key(connection, role=role, name=f"test {role}", division_id=division_id)
            self.keys[role, division_id] = created.key
        return self.keys[role, division_id]

    async def client(self, role: Role = Role.ADMIN, division_id: str = COUNTY) -> "Client":
        """A program of this role and division."""
        key = await self.key(role, division_id)
        return Client(self.app, headers={"Authorization": f"Bearer {key}"})

    def stranger(self, **headers: str) -> "Client":
        """Somebody without any credential."""
        return Client(self.app, headers=headers)

    async def user(self, login: str, role: Role = Role.OPERATOR, division_id: str = COUNTY, name: str = "") -> str:
        """An account with `PASSWORD`; its id."""
        async with self.pool.connection() as connection:
            user = await create_user(
                connection,
                self.parts.passwords,
                NewUser(login=login, name=name or login, role=role, division_id=division_id, password=PASSWORD),
            )
        return str(user.id)

    async def logged_in(self, login: str) -> "Client":
        """A browser at the desk."""
        client = Client(self.app, headers={"X-Anxin-Desk": "1"})
        answer = await client.post("/sessions", {"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.cookies.update(answer.cookies)
        return client

    async def press(
        self,
        recipient: dict[str, Any],
        *,
        event_id: str = "press-1",
        device_id: str | None = None,
        in_test_window: bool = False,
    ) -> str:
        """A press of this recipient, as ingest commits it; the incident's id."""
        async with self.pool.connection() as connection:
            now = await database_now(connection)
            opened = await open_or_join(
                SqlIncidentStore(connection),
                AlertRequest(
                    division_id=recipient["division_id"],
                    subject=Subject(type=SubjectType.RECIPIENT, id=recipient["id"]),
                    recipient_id=UUID(recipient["id"]),
                    alert=RaiseAlert(
                        kind=IncidentKind.SOS,
                        severity=Severity.CRITICAL,
                        explanation=Explanation(code="sos_pressed", params={"component": "button-1"}),
                        in_test_window=in_test_window,
                    ),
                    device_id=UUID(device_id) if device_id else None,
                    event_id=event_id,
                    occurred_at=now,
                    received_at=now,
                    wants_ack=device_id is not None,
                ),
                now,
            )
        return str(opened.incident_id)

    async def recipient(self, name: str = "李桂兰", division_id: str = COUNTY) -> dict[str, Any]:
        """A person on file in this division."""
        admin = await self.client()
        answer = await admin.post("/recipients", {"name": name, "division_id": division_id})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    async def rows(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), params)
            return await cursor.fetchall() if cursor.description else []


class Client:
    """Requests below `/api/v1`, without a network."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self.headers = headers
        self.cookies: dict[str, str] = {}

    async def request(self, method: str, path: str, **options: Any) -> Response:
        """One request; `path` below `/api/v1` unless it begins with two slashes."""
        url = path[1:] if path.startswith("//") else f"/api/v1{path}"
        transport = ASGITransport(self._app, raise_app_exceptions=True, client=("192.0.2.7", 40000))
        async with AsyncClient(transport=transport, base_url="http://hub.test", cookies=self.cookies) as client:
            headers = {**self.headers, **options.pop("headers", {})}
            return await client.request(method, url, headers=headers, **options)

    async def get(self, path: str, **params: Any) -> Response:
        return await self.request("GET", path, **({"params": params} if params else {}))

    async def post(self, path: str, json: Any = None) -> Response:
        return await self.request("POST", path, json={} if json is None else json)

    async def put(self, path: str, json: Any) -> Response:
        return await self.request("PUT", path, json=json)

    async def patch(self, path: str, json: Any) -> Response:
        return await self.request("PATCH", path, json=json)

    async def delete(self, path: str) -> Response:
        return await self.request("DELETE", path)


#: Nobody uses them just now. To build one takes longer than most tests, and all it knows of a test are its parts.
_IDLE_APPLICATIONS: list[FastAPI] = []


@asynccontextmanager
async def opened_web(dsn: str) -> AsyncIterator[Web]:
    """The web role on this database, with four places; its broadcaster follows the stream."""
    pool = await open_pool(dsn, name="test web", max_size=4, patience=PROMPT)
    broadcaster = Broadcaster(pool, Wakeup(dsn, ["stream"], name="test stream"), tick_s=0.2)
    parts = Parts(settings=Settings(), pool=pool, passwords=Passwords(), broadcaster=broadcaster)
    async with pool.connection() as connection:
        for division_id, name in ((COUNTY, "示例县"), (TOWNSHIP, "东乡"), (VILLAGE, "柳村"), (SIBLING, "西乡")):
            await ensure_division(connection, division_id, name, "Asia/Shanghai")
    following = asyncio.create_task(broadcaster.run())
    app = _IDLE_APPLICATIONS.pop() if _IDLE_APPLICATIONS else create_app(parts)
    app.state.parts = parts
    try:
        yield Web(app=app, parts=parts, dsn=dsn)
    finally:
        _IDLE_APPLICATIONS.append(app)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await pool.close()


@pytest.fixture
async def web(database: str) -> AsyncIterator[Web]:
    """The web role of this test."""
    async with opened_web(database) as web:
        yield web


@pytest.fixture
async def admin(web: Web) -> Client:
    """The county's administrator, a program."""
    return await web.client()
