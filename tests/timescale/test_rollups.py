"""Readings by the minute, the hour and the day: one expectation, reckoned here, for both databases."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean
from uuid import UUID

import pytest

from hub.identity import new_id
from hub.storage.readings import ReadingRow
from hub.storage.rollups import Resolution, resolution_for
from hub.storage.scope import Scope
from tests.timescale.stores import Store, reading

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WIDTHS = {Resolution.MINUTE: MINUTE, Resolution.HOUR: HOUR, Resolution.DAY: DAY}
MIDNIGHT = datetime(2026, 1, 1, 16, 0, tzinfo=UTC)  # at UTC+8


async def test_live_readings_count_at_once(store: Store) -> None:
    rows = _life(new_id(), store.now - 20 * MINUTE, store.now)
    await store.insert(rows)
    await _expect(store, rows)


async def test_what_was_live_stays_the_same_when_its_hour_closes(store: Store) -> None:
    device_id = new_id()
    rows = _life(device_id, store.now - 60 * HOUR, store.now)
    await store.insert(rows)
    await _expect(store, rows)
    assert store.stored_minutes() == 0
    await store.pass_time()
    await _expect(store, rows)
    assert store.stored_minutes() > len(rows) / 2
    now_live = _life(device_id, store.now - 5 * MINUTE, store.now)
    await store.insert(now_live)
    await _expect(store, rows + now_live)


async def test_late_readings_are_in_their_buckets_when_time_has_passed(store: Store) -> None:
    device_id, quiet_id = new_id(), new_id()
    rows = _life(device_id, store.now - 70 * HOUR, store.now) + _life(quiet_id, store.now - 50 * HOUR, store.now)
    await store.insert(rows)
    await store.pass_time()
    late = _life(device_id, store.now - 80 * HOUR, store.now - 30 * HOUR, seed=2)
    await store.insert(late)
    await store.insert(late[:10])  # repetitions change nothing
    await store.pass_time()
    await _expect(store, rows + late)


async def test_a_bucket_that_is_late_as_a_whole_appears(store: Store) -> None:
    await store.insert([reading(new_id(), store.now - HOUR)])
    await store.pass_time()
    device_id = new_id()
    rows = _life(device_id, store.now - 13 * DAY, store.now - 12 * DAY)
    await store.insert(rows)
    await store.pass_time()
    await _expect(store, rows)


async def test_erased_readings_leave_no_trace(store: Store) -> None:
    device_id, other_id = new_id(), new_id()
    rows = [*_life(device_id, store.now - 50 * HOUR, store.now), *_life(other_id, store.now - 50 * HOUR, store.now)]
    await store.insert(rows)
    await store.pass_time()
    store.run("DELETE FROM reading WHERE device_id = %(device)s", device=device_id)
    await store.pass_time()
    for resolution in Resolution:
        assert await store.series(resolution, device_id=device_id) == []
    await _expect(store, [row for row in rows if row.device_id == other_id])


async def test_a_day_is_from_midnight_to_midnight_where_the_people_are(store: Store) -> None:
    device_id = new_id()
    midnight = MIDNIGHT + (store.now - MIDNIGHT) // DAY * DAY - 2 * DAY
    steps = {midnight - MINUTE: 4200, midnight: 0, midnight + 10 * HOUR: 1200, midnight + DAY - MINUTE: 3000}
    await store.insert([reading(device_id, at, steps=count) for at, count in steps.items()])
    await store.pass_time()
    days = await store.series(Resolution.DAY, device_id=device_id)
    assert [(day.bucket, day.steps_min, day.steps_max) for day in days] == [
        (midnight - DAY, 4200, 4200),
        (midnight, 0, 3000),
    ]


async def test_the_last_word_counts_and_silence_is_none(store: Store) -> None:
    device_id = new_id()
    hour = store.now.replace(minute=0, second=0, microsecond=0) - 5 * HOUR
    await store.insert(
        [
            reading(device_id, hour, worn=True, charging=False, posture="sitting", battery_pct=50.0),
            reading(device_id, hour + MINUTE, worn=False, battery_pct=49.0),
            reading(device_id, hour + 2 * MINUTE, heart_rate_bpm=70.0),
            reading(device_id, hour + 3 * MINUTE, identity=b"a", in_bed=False),
            reading(device_id, hour + 3 * MINUTE, identity=b"b", in_bed=True),
        ]
    )
    for _ in range(2):
        (point,) = await store.series(Resolution.HOUR, device_id=device_id)
        assert (point.worn, point.charging, point.posture, point.battery_pct) == (False, False, "sitting", 49)
        assert point.in_bed is True  # of one moment: the greater identity, on every database
        assert set(point.measures) == {"heart_rate_bpm", "battery_pct"}
        await store.pass_time()


async def test_a_series_is_of_one_person_and_within_a_scope(store: Store) -> None:
    watch, first, second = new_id(), new_id(), new_id()
    hour = store.now.replace(minute=0, second=0, microsecond=0) - 5 * HOUR
    await store.insert(
        [
            reading(watch, hour, recipient_id=first, division_id="990101001001", heart_rate_bpm=60.0),
            reading(watch, hour + MINUTE, recipient_id=second, division_id="990101002001", heart_rate_bpm=90.0),
        ]
    )
    for _ in range(2):
        both = await store.series(Resolution.HOUR, device_id=watch)
        assert {(point.recipient_id, point.measures["heart_rate_bpm"].avg) for point in both} == {
            (first, 60),
            (second, 90),
        }
        of_second = await store.series(Resolution.HOUR, device_id=watch, recipient_id=second)
        assert [point.measures["heart_rate_bpm"].avg for point in of_second] == [90]
        township = Scope.of_division("990101001000")
        assert [
            point.recipient_id for point in await store.series(Resolution.HOUR, device_id=watch, scope=township)
        ] == [first]
        await store.pass_time()


async def test_a_recipient_s_series_is_found_by_their_assignments(store: Store) -> None:
    # nobody ever wore it: there is no device to look at
    assert await store.series(Resolution.HOUR, recipient_id=new_id()) == []
    with pytest.raises(ValueError, match="recipient or of a device"):
        await store.series(Resolution.HOUR)


@pytest.mark.parametrize(
    ("span", "age", "resolution"),
    [
        (6 * HOUR, DAY, Resolution.MINUTE),
        (6 * HOUR, 30 * DAY, Resolution.HOUR),
        (7 * DAY, 7 * DAY, Resolution.HOUR),
        (90 * DAY, 90 * DAY, Resolution.DAY),
    ],
)
def test_a_chart_gets_the_resolution_that_suits_its_span(
    span: timedelta, age: timedelta, resolution: Resolution
) -> None:
    from_at = MIDNIGHT - age
    assert resolution_for(from_at, from_at + span, oldest_minute=MIDNIGHT - 14 * DAY) is resolution


def _life(device_id: UUID, from_at: datetime, until_at: datetime, *, seed: int = 1) -> list[ReadingRow]:
    """Readings at uneven moments, with what a watch measures and does not."""
    dice = Random(seed)
    rows, at = [], from_at
    while at < until_at:
        rows.append(
            reading(
                device_id,
                at,
                heart_rate_bpm=float(dice.randint(50, 120)),
                spo2_pct=float(dice.randint(90, 99)) if dice.random() < 0.3 else None,
                body_temperature_c=dice.choice([36.1, 36.6, 37.2, None]),
                battery_pct=float(dice.randint(1, 100)),
                steps=dice.randint(0, 5000),
                worn=dice.choice([True, False, None]),
            )
        )
        at += timedelta(seconds=dice.randint(20, 2400))
    return rows


async def _expect(store: Store, rows: list[ReadingRow]) -> None:
    """Every bucket of every device, reckoned from the rows."""
    for resolution, width in WIDTHS.items():
        buckets: dict[tuple[UUID, datetime], list[ReadingRow]] = defaultdict(list)
        for row in rows:
            buckets[row.device_id, MIDNIGHT + (row.measured_at - MIDNIGHT) // width * width].append(row)
        for device_id in {row.device_id for row in rows}:
            points = await store.series(resolution, device_id=device_id)
            assert [point.bucket for point in points] == sorted(at for one, at in buckets if one == device_id)
            for point in points:
                _expect_bucket(point.model_dump(), buckets[device_id, point.bucket])


def _expect_bucket(point: dict[str, object], rows: list[ReadingRow]) -> None:
    assert point["readings"] == len(rows)
    measures: dict[str, object] = {}
    for name in ("heart_rate_bpm", "spo2_pct", "body_temperature_c", "battery_pct"):
        values = [value for row in rows if (value := getattr(row, name)) is not None]
        if values:
            measures[name] = pytest.approx(
                {"avg": fmean(values), "min": min(values), "max": max(values), "count": len(values)}, rel=1e-6
            )
    assert point["measures"] == measures
    steps = [row.steps for row in rows if row.steps is not None]
    assert (point["steps_min"], point["steps_max"]) == (min(steps), max(steps))
    said = [row.worn for row in sorted(rows, key=lambda row: row.measured_at) if row.worn is not None]
    assert point["worn"] == (said[-1] if said else None)
