"""The embedded PostgreSQL: it starts, comes back after whatever happens to it, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import psycopg
import pytest

from hub.embedded import DirectoryInUseError, EmbeddedDatabaseError, EmbeddedPostgres, RunFile
from hub.embedded.ties import adopt_orphans
from tests.hub.runtime.processes import is_gone, wait_until, working_in


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A server that is not started yet and surely stopped afterwards."""
    embedded = EmbeddedPostgres(data_dir)
    yield embedded
    embedded.stop()


def test_what_was_committed_is_there_after_a_restart(server: EmbeddedPostgres, data_dir: Path) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    server.stop()
    assert working_in(data_dir / "postgres") == []
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_the_server_keeps_its_promises_about_the_disk_and_speaks_utf8(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start()) as connection:
        shown = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            for name in ("fsync", "full_page_writes", "synchronous_commit", "server_encoding", "listen_addresses")
        }
    assert shown == {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on",),
        "server_encoding": ("UTF8",),
        "listen_addresses": ("",),
    }


def test_nobody_can_switch_durability_off_from_inside(server: EmbeddedPostgres) -> None:
    dsn = server.start()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    server.stop()
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_killed_postmaster_comes_back_within_two_seconds_again_and_again(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    adopt_orphans()
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE presses (number int)")
    took_s: list[float] = []
    for number in range(3):
        busy = psycopg.connect(server.dsn, autocommit=True)
        busy.execute("INSERT INTO presses VALUES (%s)", (number,))
        orphan = busy.info.backend_pid
        with subprocess.Popen(
            [server.binaries / "psql", server.dsn, "-c", "SELECT sum(n) FROM generate_series(1, 1000000000) n"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as long_query:
            wait_until(partial(_is_computing, busy), "the long query runs")
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            server.process.wait()

            def come_back() -> bool:
                server.launch()
                server.wait_until_ready()
                return True

            took_s.append(wait_until(come_back, "the server is back"))
            long_query.wait(5)
        busy.close()
        assert is_gone(orphan)
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SELECT count(*) FROM presses").fetchone() == (number + 1,)
    assert median(took_s) < 2.0  # the median: the machine may be busy with something else


def _is_computing(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    found = connection.execute("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT sum(n)%' AND state = 'active'")
    return found.fetchone() is not None


_OWNER = """
import sys, threading
from pathlib import Path
from statistics import median
from hub.embedded import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1])).start(), flush=True)
threading.Event().wait()
"""


def _start_owner(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that has started the server of this directory, and holds it."""
    owner = subprocess.Popen([sys.executable, "-c", _OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline().startswith("postgresql://")
    return owner


def test_the_database_does_not_outlive_a_killed_owner(data_dir: Path) -> None:
    with _start_owner(data_dir) as owner:
        assert working_in(data_dir / "postgres")
        owner.kill()
    wait_until(lambda: not working_in(data_dir / "postgres"), "all of its processes are gone", within_s=5)


def test_the_next_owner_starts_at_once_after_a_killed_one(server: EmbeddedPostgres, data_dir: Path) -> None:
    with _start_owner(data_dir) as owner:
        owner.kill()
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_orphaned_server_is_taken_over(server: EmbeddedPostgres, data_dir: Path) -> None:
    dsn = server.start()
    orphan = server.pid
    assert orphan is not None
    server._lock.release()  # as if its supervisor had vanished without the kernel's help
    heir = EmbeddedPostgres(data_dir)
    try:
        assert heir.start() == dsn
        assert is_gone(orphan)
        assert heir.pid != orphan
    finally:
        heir.stop()


def test_a_second_hub_on_the_same_directory_is_refused_and_named_the_way_out(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    server.start()
    with pytest.raises(DirectoryInUseError, match="HUB_DATA_DIR"):
        EmbeddedPostgres(data_dir).start()
    with psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_data_of_another_major_version_is_refused_with_what_to_do(server: EmbeddedPostgres, data_dir: Path) -> None:
    server.start()
    server.stop()
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedDatabaseError, match=r"written by PostgreSQL 17.*hub upgrade"):
        server.start()


def test_a_directory_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    with pytest.raises(EmbeddedDatabaseError, match=r"cannot be used.*HUB_DATA_DIR"):
        EmbeddedPostgres(tmp_path / "occupied" / "data").start()


def test_foreign_files_in_the_place_of_the_database_are_left_alone(server: EmbeddedPostgres, data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "letter.txt").write_text("dear reader")
    with pytest.raises(EmbeddedDatabaseError, match="holds files but no database"):
        server.start()
    assert (data_dir / "postgres" / "letter.txt").read_text() == "dear reader"


def test_a_killed_first_start_leaves_nothing_half_made(server: EmbeddedPostgres, data_dir: Path) -> None:
    half_made = data_dir / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not half_made.exists()


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(data_dir: Path) -> None:
    deep = data_dir / ("a" * 60) / ("b" * 60)
    server = EmbeddedPostgres(deep)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        elsewhere = connection.info.host
    assert not elsewhere.startswith(str(deep))
    server.stop()
    assert not Path(elsewhere).exists()


def test_the_address_survives_a_restart_of_the_postmaster(server: EmbeddedPostgres) -> None:
    before = server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    server.launch()
    server.wait_until_ready()
    assert server.dsn == before


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres, data_dir: Path) -> None:
    server.start()
    server.stop()
    (data_dir / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedDatabaseError, match="pg_control"):
        server.start()


def test_the_run_file_is_for_this_user_alone_and_removed_only_by_its_writer(tmp_path: Path) -> None:
    note = RunFile(pid=1, dsn="postgresql://", url="http://127.0.0.1/", mqtt_port=1883)
    note.write(tmp_path)
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600
    assert RunFile.read(tmp_path) == note
    RunFile.remove(tmp_path, pid=2)
    assert RunFile.read(tmp_path) == note
    RunFile.remove(tmp_path, pid=1)
    assert RunFile.read(tmp_path) is None
