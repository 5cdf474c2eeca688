"""The database as a whole: out into a file, back from it, and over to another PostgreSQL."""

import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from hub.embedded import EmbeddedDatabaseError, EmbeddedPostgres
from hub.embedded.account import account_for, let_in
from hub.embedded.backup import apply_script, dump, write_script
from hub.storage.whole_database import clearing_statement, is_empty, is_in_use
from tests.hub.runtime.command_line import CommandLine

OLD_BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("1[5-7]/bin"))), None)


@pytest.fixture
def hub(data_dir: Path) -> CommandLine:
    """The command line on a data directory of its own."""
    return CommandLine(data_dir)


def _people(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [str(name) for (name,) in connection.execute("SELECT name FROM people ORDER BY name")]


@pytest.fixture
def people(empty_database: str) -> str:
    """A database with two people in it."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('甲'), ('乙')")
    return empty_database


def test_a_backup_is_for_its_maker_alone_and_brings_everything_back(people: str, tmp_path: Path) -> None:
    target = tmp_path / "county.backup"
    dump(people, target)
    assert target.stat().st_mode & 0o777 == 0o600
    with psycopg.connect(people) as connection:
        connection.execute("DELETE FROM people")
        connection.execute("CREATE TABLE added_later ()")
    write_script(target, tmp_path / "script.sql")
    apply_script(people, tmp_path / "script.sql", first=clearing_statement())
    assert _people(people) == ["乙", "甲"]
    with psycopg.connect(people) as connection:
        assert connection.execute("SELECT to_regclass('added_later')").fetchone() == (None,)


def test_a_damaged_backup_is_refused_before_anything_is_touched(people: str, tmp_path: Path) -> None:
    target = tmp_path / "county.backup"
    dump(people, target)
    target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])
    with pytest.raises(EmbeddedDatabaseError, match="pg_restore"):
        write_script(target, tmp_path / "script.sql")


def test_a_restore_that_fails_in_the_middle_leaves_what_was_there(people: str, tmp_path: Path) -> None:
    script = tmp_path / "script.sql"
    script.write_text("CREATE TABLE people (name text); SELECT 1 / 0;")
    with pytest.raises(EmbeddedDatabaseError, match="division by zero"):
        apply_script(people, script, first=clearing_statement())
    assert _people(people) == ["乙", "甲"]


def test_a_backup_that_cannot_be_written_is_a_sentence(people: str, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedDatabaseError, match="cannot be written"):
        dump(people, tmp_path / "nowhere" / "county.backup")


def test_a_database_knows_whether_it_is_empty_and_whether_a_hub_runs_on_it(empty_database: str) -> None:
    assert is_empty(empty_database)
    assert not is_in_use(empty_database)
    with psycopg.connect(empty_database, application_name="hub ingest") as role:
        role.execute("CREATE TABLE one ()")
        role.commit()
        assert not is_empty(empty_database)
        assert is_in_use(empty_database)


def test_the_commands_back_up_and_restore_an_embedded_database(hub: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "county.backup"
    assert hub("migrate").returncode == 0
    saved = hub("backup", target, "--json")
    assert saved.returncode == 0, saved.stderr
    refused = hub("restore", target)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    restored = hub("restore", target, "--replace")
    assert restored.returncode == 0, restored.stderr
    assert hub.json("migrate")["applied"] == []


def test_a_restore_under_a_running_hub_is_refused(hub: CommandLine, people: str, tmp_path: Path) -> None:
    target = tmp_path / "county.backup"
    dump(people, target)
    with psycopg.connect(people, application_name="hub ingest"):
        refused = hub("restore", target, "--replace", HUB_DATABASE_URL=people)
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr
    assert _people(people) == ["乙", "甲"]


def test_a_backup_of_timescaledb_and_into_it_is_left_to_its_own_way(
    hub: CommandLine, people: str, tmp_path: Path
) -> None:
    plain, foreign = tmp_path / "plain.backup", tmp_path / "foreign.backup"
    dump(people, plain)
    with psycopg.connect(people) as connection:  # as if it were installed: PostgreSQL believes its own list
        connection.execute(
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)"
            " SELECT 99999, 'timescaledb', oid, 'public'::regnamespace, false, '2.22.1' FROM pg_roles"
            " WHERE rolname = current_user"
        )
    dump(people, foreign)
    into_it = hub("restore", plain, "--replace", HUB_DATABASE_URL=people)
    assert (into_it.returncode, "timescaledb_pre_restore" in into_it.stderr) == (1, True)
    of_it = hub("restore", foreign)
    assert (of_it.returncode, "timescaledb_pre_restore" in of_it.stderr) == (1, True)
    assert hub("restore", plain).returncode == 0


def test_an_upgrade_without_the_old_programs_says_both_ways_out(hub: CommandLine, data_dir: Path) -> None:
    hub("migrate")
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    refused = hub("upgrade")
    assert refused.returncode == 1
    assert "--old-binaries" in refused.stderr
    assert "--from-backup" in refused.stderr


def test_an_upgrade_from_a_backup_keeps_the_old_files(hub: CommandLine, data_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / "county.backup"
    hub("migrate")
    hub("backup", target)
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    upgraded = hub("upgrade", "--from-backup", target, "--json")
    assert upgraded.returncode == 0, upgraded.stderr
    assert (data_dir / "postgres-17" / "PG_VERSION").read_text() == "17\n"
    assert hub.json("migrate")["applied"] == []


def test_an_upgrade_that_fails_puts_the_old_files_back(hub: CommandLine, data_dir: Path, tmp_path: Path) -> None:
    hub("migrate")
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    (tmp_path / "no.backup").write_text("not a backup")
    refused = hub("upgrade", "--from-backup", tmp_path / "no.backup")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert (data_dir / "postgres" / "PG_VERSION").read_text() == "17\n"


@pytest.mark.skipif(OLD_BINARIES is None, reason="no older PostgreSQL is installed on this machine")
def test_an_upgrade_with_the_old_programs_takes_everything_over(hub: CommandLine, data_dir: Path) -> None:
    assert OLD_BINARIES is not None
    old = EmbeddedPostgres(data_dir, binaries=OLD_BINARIES)
    with psycopg.connect(_start_old(old, data_dir, OLD_BINARIES)) as connection:
        connection.execute("CREATE TABLE people (name text)")
        connection.execute("INSERT INTO people VALUES ('甲')")
    old.stop()
    upgraded = hub("upgrade", "--old-binaries", OLD_BINARIES)
    assert upgraded.returncode == 0, upgraded.stderr
    new = EmbeddedPostgres(data_dir)
    try:
        assert _people(new.start()) == ["甲"]
    finally:
        new.stop()


def _start_old(server: EmbeddedPostgres, data_dir: Path, binaries: Path) -> str:
    """A cluster as an old hub would have made it: the old initdb does not know the locale provider of today."""
    account = account_for(data_dir / "postgres")
    cluster = data_dir / "postgres"
    let_in(data_dir, account)
    cluster.mkdir(mode=0o700)
    if account is not None:
        shutil.chown(cluster, account.uid, account.gid)
    subprocess.run(
        [binaries / "initdb", "-D", cluster, "-U", "anxin", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"],
        check=True,
        capture_output=True,
        user=account.uid if account else None,
        cwd="/",
    )
    server._account = account
    server._create_database(cluster)
    return server.start()
