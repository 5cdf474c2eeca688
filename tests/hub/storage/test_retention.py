"""What has served its time goes, the rest stays; running twice changes nothing."""

from hub.identity import new_id
from hub.storage.database import connect
from hub.storage.retention import RetentionPeriods, delete_expired
from hub.storage.time_series import keep_partitions
from tests.hub.ingest.worlds import World


async def test_old_identities_go_and_young_ones_stay(database: str) -> None:
    world = World(database)
    for days in (1, 89, 91):
        world.run(
            "INSERT INTO event_identity VALUES (%(id)s, 'x', %(id)s, 'x', 1, now() - make_interval(days => %(days)s))",
            id=new_id(),
            days=days,
        )
    async with await connect(database, name="test") as connection:
        for _ in range(2):
            async with connection.transaction():
                await delete_expired(connection, RetentionPeriods())
    assert world.run("SELECT count(*) AS kept FROM event_identity")[0]["kept"] == 2


async def test_old_whereabouts_go_and_the_reading_stays(database: str) -> None:
    world = World(database)
    for days in (5, 40):
        world.run(
            "INSERT INTO reading (device_id, measured_at, identity, division_id, received_at, quality, historical,"
            " lat, lon) VALUES (%(id)s, now() - make_interval(days => %(days)s), 'x', '990101000000', now(),"
            " 'device', false, 1, 2)",
            id=new_id(),
            days=days,
        )
    async with await connect(database, name="test") as connection, connection.transaction():
        await delete_expired(connection, RetentionPeriods())
    rows = world.run("SELECT lat FROM reading ORDER BY measured_at")
    assert [row["lat"] for row in rows] == [None, 1]


async def test_a_plan_that_was_replaced_is_kept_for_three_years_and_one_in_force_for_ever(database: str) -> None:
    world = World(database)
    world.division()
    for replaced in ("NULL", "now() - interval '2 years'", "now() - interval '4 years'"):
        world.run(
            "INSERT INTO roster_entry (id, division_id, role, name, created_at, replaced_at)"
            f" VALUES (gen_random_uuid(), '990101000000', 'leader', '示例', now() - interval '9 years', {replaced})"
        )
    async with await connect(database, name="test") as connection, connection.transaction():
        await delete_expired(connection, RetentionPeriods())
    kept = world.run("SELECT replaced_at IS NULL AS in_force FROM roster_entry ORDER BY 1")
    assert [row["in_force"] for row in kept] == [False, True]


async def test_partitions_are_made_ahead_and_only_once(database: str) -> None:
    world = World(database)
    world.run(
        "DROP TABLE "
        + world.run("SELECT min(relname) AS name FROM pg_class WHERE relname ~ '^reading_[0-9]{4}w[0-9]{2}$'")[0][
            "name"
        ]
    )
    async with await connect(database, name="test", autocommit=True) as connection:
        assert await keep_partitions(connection) == 1
        assert await keep_partitions(connection) == 0


async def test_shifts_and_their_notes_are_kept_for_three_years_and_a_shift_that_goes_on_for_ever(database: str) -> None:
    world = World(database)
    world.division()
    shown = "'{}', '{}', '{}', '{}'"
    for number, years in enumerate((2, 4)):
        world.run(
            "INSERT INTO duty_shift (id, division_id, desk_id, operator, from_at, until_at, taken_by, shown_incidents,"
            " shown_shelves, shown_notes, shown_outages, ended_how) VALUES (gen_random_uuid(), '990101000000', 'd',"
            f" '{{}}', now() - interval '9 years', now() - interval '{years} years', 'log_in', {shown}, 'unrelieved')"
        )
        world.run(
            "INSERT INTO shift_note (id, division_id, author, text, written_at) VALUES (gen_random_uuid(),"
            f" '990101000000', '{{}}', 'note {number}', now() - interval '{years} years')"
        )
    world.run(
        "INSERT INTO duty_shift (id, division_id, desk_id, operator, from_at, taken_by, shown_incidents,"
        " shown_shelves, shown_notes, shown_outages) VALUES (gen_random_uuid(), '990101000000', 'd', '{}',"
        f" now() - interval '9 years', 'log_in', {shown})"
    )
    async with await connect(database, name="test") as connection, connection.transaction():
        await delete_expired(connection, RetentionPeriods())
    assert [row["text"] for row in world.run("SELECT text FROM shift_note")] == ["note 0"]
    shifts = world.run("SELECT until_at IS NULL AS goes_on FROM duty_shift")
    assert sorted(row["goes_on"] for row in shifts) == [
        False,
        True,
    ]


async def test_a_call_is_on_record_for_three_years(database: str) -> None:
    world = World(database)
    world.division()
    for years in (2, 4):
        world.run(
            "INSERT INTO incoming_call (id, division_id, number, purpose, outcome, registered_at, registered_by)"
            " VALUES (%(id)s, '990101000000', '10000000001', 'misdial', 'logged',"
            " now() - make_interval(years => %(years)s), '{}')",
            id=new_id(),
            years=years,
        )
    async with await connect(database, name="test") as connection, connection.transaction():
        await delete_expired(connection, RetentionPeriods())
    assert world.run("SELECT count(*) AS kept FROM incoming_call")[0]["kept"] == 1
