"""Storing and forgetting readings: the same on PostgreSQL alone and on TimescaleDB."""

from datetime import timedelta
from typing import Any

from hub.identity import new_id
from hub.storage.reading_views import list_readings
from hub.storage.rollups import Resolution
from hub.storage.scope import Scope
from hub.storage.time_series import TimeSeries, time_series_of
from tests.timescale.stores import VILLAGE, Store, reading

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def test_a_new_installation_is_kept_by_what_its_server_has(store: Store) -> None:
    async with store.connected() as connection:
        assert await time_series_of(connection) is store.kind


async def test_a_reading_that_comes_twice_is_stored_once(store: Store) -> None:
    device_id, now = new_id(), store.now
    rows = [reading(device_id, now - minute * timedelta(minutes=1), heart_rate_bpm=70.0) for minute in range(5)]
    assert await store.insert(rows) == 5
    assert await store.insert([*rows, reading(device_id, now, heart_rate_bpm=71.0)]) == 1
    assert store.run("SELECT count(*) AS n FROM reading")[0]["n"] == 6


async def test_late_repetitions_of_packed_readings_are_stored_once_and_late_news_is_kept(store: Store) -> None:
    device_id, other_id, now = new_id(), new_id(), store.now
    rows = [
        reading(one, now - 60 * DAY + minute * timedelta(minutes=1), heart_rate_bpm=70.0)
        for one in (device_id, other_id)
        for minute in range(1500)
    ]
    assert await store.insert(rows) == 3000
    assert (store.pack() > 0) == (store.kind is TimeSeries.TIMESCALE)

    late = reading(device_id, rows[700].measured_at, heart_rate_bpm=99.0)
    assert await store.insert([*rows[600:900], late]) == 1
    assert await store.insert([late]) == 0
    store.pack()
    assert await store.insert([*rows[:1500], late]) == 0

    assert store.run("SELECT count(*) AS n, count(DISTINCT identity) AS d FROM reading") == [{"n": 3001, "d": 3001}]
    assert store.run("SELECT count(*) AS n FROM reading WHERE heart_rate_bpm = 99") == [{"n": 1}]


async def test_readings_serve_their_twelve_months_and_go(store: Store) -> None:
    device_id, now = new_id(), store.now
    days = (1, 13, 20, 300, 380, 395)
    await store.insert([reading(device_id, now - age * DAY, heart_rate_bpm=float(age)) for age in days])
    await store.pass_time()
    await store.pass_time()
    kept = store.run("SELECT heart_rate_bpm AS age FROM reading ORDER BY measured_at DESC")
    assert [row["age"] for row in kept] == [1, 13, 20, 300]
    assert [point.readings for point in await store.series(Resolution.DAY, device_id=device_id)] == [1, 1, 1, 1]
    assert len(await store.series(Resolution.HOUR, device_id=device_id)) == 4


async def test_places_are_wiped_after_a_month_and_the_readings_stay(store: Store) -> None:
    device_id, now = new_id(), store.now
    place: dict[str, Any] = {
        "lat": 37.6,
        "lon": 114.9,
        "accuracy_m": 12.0,
        "location_source": "gps",
        "location_datum": "wgs84",
    }
    await store.insert([reading(device_id, now - age * DAY, heart_rate_bpm=70.0, **place) for age in (5, 29, 31, 200)])
    store.pack()
    await store.insert([reading(device_id, now - 200 * DAY, heart_rate_bpm=71.0, **place)])  # late, into a packed chunk
    await store.pass_time()
    left = store.run(
        "SELECT lat, lon, accuracy_m, location_source, heart_rate_bpm FROM reading ORDER BY measured_at DESC"
    )
    assert [row["lat"] for row in left] == [37.6, 37.6, None, None, None]
    assert [row["location_source"] for row in left] == ["gps", "gps", None, None, None]
    assert all(row["heart_rate_bpm"] for row in left)


async def test_a_person_s_readings_are_listed_from_packed_and_unpacked_weeks_alike(store: Store) -> None:
    device_id, recipient_id, now = new_id(), new_id(), store.now
    rows = [
        reading(device_id, now - age * DAY, recipient_id=recipient_id, spo2_pct=float(age), worn=True)
        for age in (1, 20, 40, 90)
    ]
    await store.insert(rows[2:])
    store.pack()
    await store.insert(rows[:2])
    _assign(store, device_id, recipient_id)
    async with store.connected() as connection:
        first = await list_readings(
            connection, recipient_id, Scope.of_division(VILLAGE), from_at=None, until_at=None, cursor=None, limit=3
        )
        rest = await list_readings(
            connection,
            recipient_id,
            Scope.of_division(VILLAGE),
            from_at=None,
            until_at=None,
            cursor=first.next,
            limit=3,
        )
    assert [one.spo2_pct for one in (*first.items, *rest.items)] == [1, 20, 40, 90]


def _assign(store: Store, device_id: object, recipient_id: object) -> None:
    store.run("INSERT INTO division (id, name, level) VALUES ('990101001001', '示例村', 'village')")
    store.run(
        "INSERT INTO recipient (id, division_id, timezone, name) "
        "VALUES (%(id)s, '990101001001', 'Asia/Shanghai', '示例甲')",
        id=recipient_id,
    )
    store.run(
        "INSERT INTO device (id, division_id, kind, secret_sha256) VALUES (%(id)s, '990101001001', 'watch', 'x')",
        id=device_id,
    )
    store.run(
        "INSERT INTO assignment (id, division_id, device_id, recipient_id, from_at) "
        "VALUES (%(id)s, '990101001001', %(device)s, %(recipient)s, now() - interval '1 year')",
        id=new_id(),
        device=device_id,
        recipient=recipient_id,
    )
