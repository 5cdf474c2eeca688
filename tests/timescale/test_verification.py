"""`hub verify` counts the same on PostgreSQL alone and on TimescaleDB, packed weeks too."""

from datetime import timedelta

from hub.identity import new_id
from hub.storage.verification import Period, Picture
from hub.verify.verification import look_at_rows
from tests.timescale.stores import Store, reading

DAY = timedelta(days=1)


async def unexplained(store: Store, period: Period) -> dict[str, int]:
    """What differs, by code."""
    async with store.connected() as connection, connection.transaction():
        picture = Picture(connection, period)
        looks = await look_at_rows(picture, period, await picture.take())
    return {one.code: one.count for look in looks for one in look.differences if not one.explained}


async def test_packed_readings_are_recounted_by_the_hour_of_their_receipt(store: Store) -> None:
    device_id, began = new_id(), (store.now - 60 * DAY).replace(minute=0, second=0, microsecond=0)
    period = Period(began, began + DAY)
    assert (
        await store.insert([reading(device_id, began + number * timedelta(minutes=1)) for number in range(180)]) == 180
    )
    store.run(
        "INSERT INTO intake_tally (hour, lane, source, epoch, messages, telemetry_read, readings_decoded, "
        "readings_stored) SELECT date_trunc('hour', received_at, 'UTC'), 'telemetry', 'front_door', 1, count(*), "
        "count(*), count(*), count(*) FROM reading GROUP BY 1"
    )
    store.pack()
    assert await unexplained(store, period) == {}
    await store.insert([reading(device_id, began + timedelta(seconds=30))])
    assert await unexplained(store, period) == {"readings_uncounted": 1}
    store.run("UPDATE intake_tally SET messages = 99, telemetry_read = 99, readings_decoded = 99, readings_stored = 99")
    assert set(await unexplained(store, period)) == {"readings_missing"}
