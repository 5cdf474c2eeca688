"""`hub serve`: from settings to the supervisor's plan, and a role's life until a signal."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from hub.cli.serve import desk_url, python_path, supervisor_plan, until_stopped
from hub.settings import load_settings
from hub.supervisor import Door


def test_the_plan_has_all_roles_and_names_every_open_door() -> None:
    plan = supervisor_plan(load_settings({"HUB_BIND": "0.0.0.0", "HUB_HTTP_PORT": "8000", "HUB_MQTT_PORT": "1884"}))
    assert list(plan.roles) == ["ingest", "duty", "web"]
    assert plan.doors == [
        Door(variable="HUB_HTTP_PORT", host="0.0.0.0", port=8000),
        Door(variable="HUB_MQTT_PORT", host="0.0.0.0", port=1884),
    ]
    assert plan.database_dsn is None


def test_a_closed_front_door_is_no_door() -> None:
    plan = supervisor_plan(load_settings({"HUB_MQTT_PORT": "0"}))
    assert [door.variable for door in plan.doors] == ["HUB_HTTP_PORT"]
    assert plan.mqtt_port == 0


def test_the_data_directory_does_not_depend_on_where_the_supervisor_goes() -> None:
    assert supervisor_plan(load_settings({"HUB_DATA_DIR": "data"})).data_dir == str(Path.cwd() / "data")


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/"),
        ("0.0.0.0", "http://127.0.0.1:8080/"),
        ("::", "http://[::1]:8080/"),
        ("::1", "http://[::1]:8080/"),
        ("localhost", "http://localhost:8080/"),
    ],
)
def test_the_desk_is_where_a_browser_on_this_machine_finds_it(bind: str, url: str) -> None:
    assert desk_url(load_settings({"HUB_BIND": bind})) == url


def test_with_a_certificate_the_desk_speaks_https(tmp_path: Path) -> None:
    for name in ("cert", "key"):
        (tmp_path / name).touch()
    settings = load_settings({"HUB_TLS_CERT": str(tmp_path / "cert"), "HUB_TLS_KEY": str(tmp_path / "key")})
    assert desk_url(settings).startswith("https://")


@pytest.mark.parametrize("inherited", ["", "/elsewhere"])
def test_children_load_the_same_code_and_keep_what_their_parent_was_given(
    monkeypatch: pytest.MonkeyPatch, inherited: str
) -> None:
    source = str(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", inherited)
    once = python_path().split(os.pathsep)
    assert once == [source, *([inherited] if inherited else [])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(once))
    assert python_path().split(os.pathsep) == once


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
async def test_a_role_ends_its_work_at_a_signal_and_ends_well(stop_signal: signal.Signals) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    role = asyncio.create_task(until_stopped(work()))
    await began.wait()
    os.kill(os.getpid(), stop_signal)
    async with asyncio.timeout(5):
        await role
    assert ended.is_set()


async def test_a_role_that_fails_fails() -> None:
    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await until_stopped(work())


def test_the_supervisor_brings_an_empty_database_to_this_version(empty_database: str) -> None:
    plan = supervisor_plan(load_settings({}))
    for _ in range(2):
        done = _run_migration(plan.migrate, empty_database)
        assert (done.returncode, done.stderr) == (0, "")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT to_regclass('recipient') IS NOT NULL").fetchone() == (True,)


def test_a_database_that_cannot_be_migrated_is_a_sentence(empty_database: str) -> None:
    plan = supervisor_plan(load_settings({}))
    away = _run_migration(plan.migrate, "postgresql://anxin@127.0.0.1:1/anxin")
    assert away.returncode == os.EX_TEMPFAIL
    assert away.stderr.startswith("The database does not answer")
    _run_migration(plan.migrate, empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE schema_migration SET number = 999 WHERE number = 1")
    newer = _run_migration(plan.migrate, empty_database)
    assert newer.returncode == 1
    assert "newer hub" in newer.stderr
    assert "Traceback" not in newer.stderr


def _run_migration(command: list[str], dsn: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": python_path(), "HUB_DATABASE_URL": dsn}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
