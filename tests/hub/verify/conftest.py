"""A pipeline at work on a database of its own, and the verification as the command asks for it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest

from hub.clock import utc_now
from hub.storage.database import connect
from hub.storage.verification import Period, Picture, Present
from hub.verify.differences import Look
from hub.verify.rebuilding import look_at_states
from hub.verify.replaying import look_at_replays
from hub.verify.verification import look_at_rows, verify_installation
from tests.hub.ingest.conftest import Send, pipeline, world
from tests.hub.ingest.conftest import send as send_at

__all__ = ["pipeline", "send_at", "world"]

#: What is sent here is sent now: a state is rebuilt of the last day's messages, by the database's clock.
NOW = utc_now()

Verify = Callable[[], Awaitable[dict[str, list[str]]]]
Damaged = Callable[[str], Awaitable[dict[str, list[str]]]]


@pytest.fixture
def send(send_at: Send) -> Send:
    """Send one message, now, and wait for its answer."""
    return partial(send_at, received_at=NOW)


@pytest.fixture
def period() -> Period:
    """The hours around what is sent here."""
    return Period(NOW - timedelta(hours=2), utc_now() + timedelta(hours=2))


@pytest.fixture
def looks(database: str, period: Period) -> Callable[[], Awaitable[Sequence[Look]]]:
    """Everything that the verification says."""

    async def look() -> Sequence[Look]:
        async with await connect(database, name="verify", autocommit=True) as connection:
            return await verify_installation(connection, period, None)

    return look


@pytest.fixture
def verify(looks: Callable[[], Awaitable[Sequence[Look]]]) -> Verify:
    """What is not explained: codes by check."""

    async def unexplained() -> dict[str, list[str]]:
        return _unexplained(await looks())

    return unexplained


@pytest.fixture
def damaged(database: str, period: Period) -> Damaged:
    """What is not explained once a statement has done its damage, which is undone afterwards."""

    async def unexplained(statement: str) -> dict[str, list[str]]:
        async with (
            await connect(database, name="verify", autocommit=True) as connection,
            connection.transaction(force_rollback=True),
        ):
            await connection.execute(statement.encode())
            picture, present = Picture(connection, period), Present(utc_now(), frozenset({"duty"}))
            looked = await look_at_rows(picture, period, present)
            looked.append(await look_at_replays(picture, period.from_at))
            return _unexplained([*looked, await look_at_states(picture, present.now, None)])

    return unexplained


def _unexplained(looked: Sequence[Look]) -> dict[str, list[str]]:
    for look in looked:
        assert all(one.sentence(language) for one in look.differences for language in ("zh", "en"))
    said = {look.check: sorted({one.code for one in look.differences if not one.explained}) for look in looked}
    return {check: codes for check, codes in said.items() if codes}
