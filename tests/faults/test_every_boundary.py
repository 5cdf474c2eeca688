"""The connection is lost at every point of an ingest transaction: stored and acknowledged once, or not at all.

Each exchange with the server is a boundary. Before it, the backend may be gone; after it, the answer may be lost - so
that a COMMIT has happened and nobody has heard of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from hub.ingest import committing
from hub.ingest.source import Leaf
from hub.storage.addresses import Patience
from hub.storage.database import HubConnection, connect
from tests.faults.conftest import Hub
from tests.hub.ingest.worlds import NOW, World


class Loss(StrEnum):
    """How the connection is lost."""

    BACKEND_ENDED = "an administrator ends the backend before the exchange"
    ANSWER_LOST = "the server has done it, and its answer never comes"


@dataclass
class Saboteur:
    """Loses the lane's connection once, at its n-th exchange."""

    dsn: str
    loss: Loss
    at: int = 10**9
    exchanges: int = 0

    def arm(self, at: int) -> None:
        """The next time, at this exchange."""
        self.at, self.exchanges = at, 0

    @property
    def has_struck(self) -> bool:
        """Whether the exchange has come."""
        return self.exchanges >= self.at

    def end(self, pid: int) -> None:
        """What an administrator can do."""
        with psycopg.connect(self.dsn, autocommit=True) as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


class Sabotaged(HubConnection):
    """A lane's connection under a saboteur."""

    saboteur: Saboteur | None = None  #: Comes once the connection stands.

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - psycopg's
        """Lose the connection if it is time."""
        saboteur = self.saboteur
        if saboteur is None:
            return await super().wait(gen, interval, timeout)
        saboteur.exchanges += 1
        strikes = saboteur.exchanges == saboteur.at
        if strikes and saboteur.loss is Loss.BACKEND_ENDED:
            saboteur.end(self.pgconn.backend_pid)
        answer = await super().wait(gen, interval, timeout)
        if strikes:
            self.pgconn.finish()
            raise psycopg.OperationalError("the answer was lost")
        return answer


@pytest.fixture(params=list(Loss), ids=lambda loss: loss.name.lower())
def saboteur(database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Saboteur:
    """In wait for the lanes' connections; not armed yet."""
    waiting = Saboteur(database, request.param)

    async def connect_sabotaged(dsn: str, *, name: str, patience: Patience) -> Any:
        connection = await connect(dsn, name=name, patience=patience, kind=Sabotaged)
        cast("Sabotaged", connection).saboteur = waiting
        return connection

    monkeypatch.setattr(committing, "connect", connect_sabotaged)
    return waiting


def presses(world: World) -> dict[str, int]:
    """How often each press stands in an incident."""
    rows = world.run("SELECT event_id, count(*) AS times FROM alert GROUP BY event_id")
    return {row["event_id"]: row["times"] for row in rows}


async def test_a_press_is_taken_in_exactly_once_wherever_its_connection_is_lost(
    world: World, hub: Hub, saboteur: Saboteur
) -> None:
    device = world.device(worn_by=world.recipient())
    await hub.press(device, "0")  # a connection with its statements prepared, and an incident to join
    boundary = 0
    while True:
        boundary += 1
        saboteur.arm(boundary)
        sent = await hub.press(device, str(boundary))
        assert sent.answers == ["acknowledged"], boundary
        if not saboteur.has_struck:
            break
    assert boundary > 10
    assert presses(world) == {str(number): 1 for number in range(boundary + 1)}
    assert len(world.incidents()) == 1


async def test_readings_are_stored_exactly_once_wherever_their_connection_is_lost(
    world: World, hub: Hub, saboteur: Saboteur
) -> None:
    devices = [world.device(worn_by=world.recipient(name)) for name in ("甲", "乙")]
    boundary = 0
    while True:
        saboteur.arm(boundary + 1)
        for device in devices:
            hub.send(device, timeless_reading(boundary), Leaf.TELEMETRY)
            hub.send(device, reading(boundary), Leaf.TELEMETRY)
        await hub.until_answered()
        boundary += 1
        if not saboteur.has_struck:
            break
    assert boundary > 10
    assert all(sent.answers == ["acknowledged"] for sent in hub.sent)
    assert counted(world) == dict.fromkeys(devices, 2 * boundary)


def reading(number: int) -> dict[str, object]:
    """One with the device's own time."""
    return {"id": f"r{number}", "measured_at": int(NOW.timestamp() * 1000) + number, "heart_rate_bpm": 70}


def timeless_reading(number: int) -> dict[str, object]:
    """One whose time cannot be believed: the ledger alone knows it again."""
    return {"id": f"t{number}", "measured_at": 1000 + number, "heart_rate_bpm": 71}


def counted(world: World) -> dict[UUID, int]:
    """Readings by device."""
    rows = world.run("SELECT device_id, count(*) AS stored FROM reading GROUP BY device_id")
    return {row["device_id"]: row["stored"] for row in rows}
