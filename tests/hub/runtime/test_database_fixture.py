"""The fixture everybody leans on: each test has a migrated database of its own."""

import psycopg


def test_a_test_gets_a_migrated_database_of_its_own(database: str) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables is not None
    assert tables[0] > 0


def test_two_tests_do_not_share_a_database(database: str) -> None:
    with psycopg.connect(database) as connection:
        name = connection.execute("SELECT current_database()").fetchone()
        connection.execute("CREATE TABLE only_here ()")
    assert name is not None
    assert name[0].startswith("test_")
