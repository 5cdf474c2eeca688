"""Migrations: each once, never edited, never backwards."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from hub.storage.migrate import MigrationError, known_migrations, migrate


def test_a_new_database_gets_every_migration_once(empty_database: str) -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert migrate(empty_database) == numbers
    assert migrate(empty_database) == []


def test_two_that_migrate_at_once_do_it_once(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as both:
        applied = list(both.map(migrate, [empty_database] * 2))
    assert sorted(applied) == [[], [migration.number for migration in known_migrations()]]


def test_a_database_of_a_newer_hub_is_refused(empty_database: str) -> None:
    migrate(empty_database)
    _run(empty_database, "INSERT INTO schema_migration VALUES (999, 'future', 'x')")
    with pytest.raises(MigrationError, match="newer hub"):
        migrate(empty_database)


def test_an_edited_migration_is_refused(empty_database: str) -> None:
    migrate(empty_database)
    _run(empty_database, "UPDATE schema_migration SET checksum = 'other' WHERE number = 1")
    with pytest.raises(MigrationError, match="never edited"):
        migrate(empty_database)


def test_every_table_of_people_and_things_has_its_division(database: str) -> None:
    without = {
        "division",  # it is one
        "schema_migration",
        "owner_epoch",
        "process_heartbeat",
        "login_failure",  # keys are hashes; unknown log-ins have no division
        "reading_identity",
        "event_identity",
        "device_clock",  # of a device; what its clock is off by
        "intake_tally",  # counts of the whole hub, by hour
        "finding_tally",
        "state_comparison",  # how often the owner's memory was compared with the rows
        "device_level",  # a flag's last state; of devices, and of names that no registry knows
        "rollup_progress",
        "rollup_dirty",  # of devices; emptied every minute
        "receipt",  # of a gateway; the attempt it matches has its division
        "inbound_text",  # of a number; what it is about is decided later
        "mqtt_session",
        "mqtt_subscription",
        "mqtt_received",
        "mqtt_delivery",
    }
    with psycopg.connect(database) as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
                "AND table_type = 'BASE TABLE' AND table_name !~ '^reading_(default|[0-9]{4}w)'"
            ).fetchall()
        }
        nullable = connection.execute(
            "SELECT table_name, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'division_id'"
        ).fetchall()
    scoped = {name for name, is_nullable in nullable if is_nullable == "NO"}
    assert tables - scoped == without


def test_a_division_prefix_is_the_same_in_sql_and_python(database: str) -> None:
    from hub.storage.scope import division_prefix

    codes = ["110000000000", "990100000000", "990101000000", "990101001000", "990101001001", "990101000001"]
    with psycopg.connect(database) as connection:
        for code in codes:
            (prefix,) = connection.execute("SELECT division_prefix(%s)", [code]).fetchone() or ("",)
            assert prefix == division_prefix(code)


def _run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_people_from_before_are_found_after_it(empty_database: str) -> None:
    migrate(empty_database)
    _run(
        empty_database,
        "INSERT INTO division (id, name, level) VALUES ('990101000000', '示例县', 'county');"
        " INSERT INTO recipient (id, division_id, timezone, name, group_name)"
        " SELECT gen_random_uuid(), '990101000000', 'Asia/Shanghai', '李桂兰', '三组' FROM generate_series(1, 3)",
    )
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        found = connection.execute("SELECT count(*) FROM recipients_found(ARRAY['lgl', '三组'])").fetchone()
        order = connection.execute("SELECT DISTINCT name_pinyin FROM recipient").fetchall()
    assert (found, order) == ((3,), [("li gui lan",)])
