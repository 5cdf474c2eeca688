"""The quarantine has an end: a share for each, the oldest summarised, and everything counted."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.explanation import Explanation
from hub.identity import new_id
from hub.storage import quarantine
from hub.storage.database import Connection, connect
from hub.storage.quarantine import SHARE_MESSAGES_MAX, QuarantinedMessage
from hub.storage.quarantine_views import QuarantineView, WantedQuarantine, list_quarantine
from hub.storage.retention import RetentionPeriods, delete_expired
from hub.storage.scope import Scope
from tests.hub.ingest.worlds import COUNTY, World

NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture
def world(database: str) -> World:
    return World(database)


@pytest.fixture
async def connection(database: str) -> AsyncIterator[Connection]:
    async with await connect(database, name="test") as opened:
        yield opened


def message(device_id: UUID | None, number: int = 0, *, code: str = "not_json", **changes: Any) -> QuarantinedMessage:
    fields: dict[str, Any] = {
        "division_id": COUNTY,
        "device_id": device_id,
        "topic": "anxin/v1/x/up/telemetry",
        "reason": Explanation(code=code, params={"offset": number}),
        "payload": b"garbage %d" % number,
        "received_at": NOON + timedelta(seconds=number),
    }
    return QuarantinedMessage(**{**fields, **changes})


async def listed(connection: Connection, device_id: UUID | None = None, limit: int = 1000) -> list[QuarantineView]:
    found: list[QuarantineView] = []
    cursor = None
    while True:
        page = await list_quarantine(
            connection, Scope.everything(), WantedQuarantine(device_id=device_id), cursor=cursor, limit=min(limit, 200)
        )
        found.extend(page.items)
        cursor = page.next
        if cursor is None:
            return found


async def test_a_devices_share_is_kept_and_the_rest_is_counted_with_a_sample(
    world: World, connection: Connection
) -> None:
    device, other = world.device(), world.device()
    for start in range(0, 1000, 50):
        await quarantine.put(connection, [message(device, number) for number in range(start, start + 50)])
    await quarantine.put(connection, [message(other)])
    lines = await listed(connection, device)
    (summary,) = [line for line in lines if line.messages > 1]
    assert len(lines) == SHARE_MESSAGES_MAX + 1
    assert sum(line.messages for line in lines) == 1000
    assert (summary.first_received_at, summary.received_at) == (NOON, NOON + timedelta(seconds=999))
    assert (summary.preview, summary.reason.code) == ("garbage 0", "not_json")
    assert [line.messages for line in await listed(connection, other)] == [1]


async def test_reasons_and_days_have_a_share_each(world: World, connection: Connection) -> None:
    device = world.device()
    for code in ("not_json", "not_utf8"):
        for day in range(2):
            await quarantine.put(
                connection,
                [message(device, code=code, received_at=NOON + timedelta(days=day))] * (SHARE_MESSAGES_MAX + 5),
            )
    lines = await listed(connection, device)
    assert sorted(line.messages for line in lines if line.messages > 1) == [5, 5, 5, 5]
    assert len(lines) == 4 * SHARE_MESSAGES_MAX + 4


async def test_large_messages_use_a_share_up_sooner(world: World, connection: Connection) -> None:
    device = world.device()
    await quarantine.put(connection, [message(device, payload=b"x" * 65_536)] * 100)
    kept = as_they_came(await listed(connection, device))
    assert kept == quarantine.SHARE_BYTES_MAX // 65_536


def as_they_came(lines: list[QuarantineView]) -> int:
    return sum(line.messages == 1 for line in lines)


async def test_all_strangers_of_a_source_have_one_share(connection: Connection) -> None:
    source = new_id()
    await quarantine.put(connection, [message(None, number, stranger_of=source) for number in range(500)])
    lines = await listed(connection)
    assert len(lines) == SHARE_MESSAGES_MAX + 1
    assert sum(line.messages for line in lines) == 500


async def test_the_oldest_give_way_and_stay_counted(world: World, connection: Connection) -> None:
    old, new = world.device(), world.device()
    await quarantine.put(connection, [message(old, number) for number in range(10)])
    await quarantine.put(
        connection, [message(new, number, received_at=NOON + timedelta(hours=5)) for number in range(10)]
    )
    for _ in range(2):
        await quarantine.forget_oldest(connection, messages_max=12, bytes_max=10_000)
    assert sorted(line.messages for line in await listed(connection, old)) == [1, 1, 8]
    assert sum(line.messages for line in await listed(connection, new)) == 10
    await quarantine.forget_oldest(connection, messages_max=12, bytes_max=45)
    assert sorted(line.messages for line in await listed(connection)) == [1, 1, 1, 1, 1, 5, 10]
    cursor = await connection.execute(b"SELECT hour, sum(messages) FROM quarantine_by_hour GROUP BY 1 ORDER BY 1")
    hour = NOON.replace(minute=0)
    assert await cursor.fetchall() == [(hour, 10), (hour + timedelta(hours=5), 10)]


async def test_a_page_does_not_lose_or_repeat_a_line(world: World, connection: Connection) -> None:
    device = world.device()
    await quarantine.put(connection, [message(device, number) for number in range(SHARE_MESSAGES_MAX + 30)])
    lines = await listed(connection, limit=7)
    assert len({line.id for line in lines}) == len(lines) == SHARE_MESSAGES_MAX + 1


async def test_housekeeping_forgets_summaries_strangers_flags_and_whom_nobody_knows(
    world: World, connection: Connection
) -> None:
    device = world.device()
    now = datetime.now(UTC)
    old = now - timedelta(days=91)
    await quarantine.put(connection, [message(device, received_at=old), message(device, received_at=now)])
    for owner, days in ((device, 40), (new_id(), 40), (new_id(), 20)):
        await connection.execute(
            b"INSERT INTO device_level VALUES (%(id)s, 'sos_pressed', 'up', now() - make_interval(days => %(days)s))",
            {"id": owner, "days": days},
        )
    for subject_type, subject in (("device", device), ("device", new_id()), ("recipient", new_id())):
        await connection.execute(
            b"INSERT INTO monitoring_state VALUES (%(type)s, %(id)s, '990101000000', 1, '{}')",
            {"type": subject_type, "id": subject},
        )
    for days in (300, 400):
        await connection.execute(
            b"INSERT INTO alert"
            b" (id, division_id, kind, severity, state, occurred_at, received_at, explanation, cleared_at)"
            b" VALUES (%(id)s, '990101000000', 'fall', 'high', 'cleared', now(), now(), '{}',"
            b" now() - make_interval(days => %(days)s))",
            {"id": new_id(), "days": days},
        )
    for _ in range(2):
        await delete_expired(connection, RetentionPeriods())
    counts = {}
    for table in (b"quarantine_summary", b"quarantined_message", b"device_level", b"monitoring_state", b"alert"):
        cursor = await connection.execute(b"SELECT count(*) FROM " + table)
        counts[table.decode()] = (await cursor.fetchall())[0][0]
    assert counts == {
        "quarantine_summary": 1,
        "quarantined_message": 1,
        "device_level": 2,
        "monitoring_state": 1,
        "alert": 1,
    }
