"""A front door on a free port, with everything behind it in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from hub.ingest.front_door.limits import DEFAULT_LIMITS, Limits
from hub.ingest.front_door.server import FrontDoor
from hub.storage.database import open_pool
from hub.storage.device_credentials import PostgresCredentials
from hub.storage.down_messages import PostgresDownlinks
from hub.storage.mqtt_sessions import PostgresMqttSessions
from tests.front_door.fakes import FakeCredentials, FakeSink, FakeStore, FakeWatcher
from tests.front_door.shelf import DIVISION, Shelf

HOST = "127.0.0.1"


@dataclass
class House:
    """A running front door and what it talks to."""

    sink: FakeSink = field(default_factory=FakeSink)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    watcher: FakeWatcher = field(default_factory=FakeWatcher)
    store: FakeStore = field(init=False)
    door: FrontDoor = field(init=False)
    port: int = 0

    def __post_init__(self) -> None:
        self.store = FakeStore(self.credentials)

    async def open(self, limits: Limits = DEFAULT_LIMITS) -> "House":
        self.door = FrontDoor(
            sink=self.sink,
            credentials=self.credentials,
            sessions=self.store,
            downlinks=self.store,
            watcher=self.watcher,
            limits=limits,
        )
        await self.door.start()
        self.port = await self.door.listen(HOST, 0)
        return self

    async def reopen(self, limits: Limits = DEFAULT_LIMITS) -> None:
        """As after a restart of the hub: only the stored things are left."""
        await self.door.stop()
        await self.open(limits)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await House().open()
    yield house
    await house.door.stop()


@pytest.fixture
async def shelf(database: str) -> AsyncIterator[Shelf]:
    pool = await open_pool(database, name="front door test", max_size=4)
    shelf = Shelf(database, pool, PostgresMqttSessions(pool), PostgresDownlinks(pool), PostgresCredentials(pool))
    await shelf.run(
        "INSERT INTO division (id, name, level) VALUES (%(id)s, 'Example', 'county') ON CONFLICT DO NOTHING",
        id=DIVISION,
    )
    yield shelf
    await pool.close()
