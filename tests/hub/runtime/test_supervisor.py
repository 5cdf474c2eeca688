"""The supervisor with stand-ins for roles: it brings back what dies, and nothing outlives it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

import psycopg
import pytest

from hub.embedded import RunFile
from hub.supervisor import Door, Plan
from hub.supervisor.child import PAUSE_MAX_S, Pause
from tests.hub.runtime.processes import is_gone, wait_until, working_in

#: Writes its process id where the test finds it, and stays until SIGTERM; then notes whether the database still runs.
_PATIENT_ROLE = """
import os, pathlib, signal, sys
note, data_dir = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
def leave(*_):
    note.with_suffix(".goodbye").write_text(str((data_dir / "postgres" / "postmaster.pid").exists()))
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
note.write_text(f"{os.getpid()} {os.environ['HUB_DATABASE_URL']}")
while True:
    signal.pause()
"""

_STUBBORN_ROLE = """
import os, pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {os.environ['HUB_DATABASE_URL']}")
while True:
    signal.pause()
"""

_WEB_ROLE = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""

Start = Callable[..., "subprocess.Popen[str]"]


def _role(source: str, *arguments: object) -> list[str]:
    return [sys.executable, "-S", "-c", source, *(str(argument) for argument in arguments)]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the stand-ins leave their process ids."""
    return tmp_path


@pytest.fixture
def plan(data_dir: Path, notes: Path) -> Plan:
    """Two patient roles on an embedded database."""
    return Plan(
        data_dir=str(data_dir),
        database_dsn=None,
        migrate=_role("pass"),
        roles={name: _role(_PATIENT_ROLE, notes / name, data_dir) for name in ("ingest", "duty")},
    )


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Starts supervisors and surely ends them."""
    started: list[subprocess.Popen[str]] = []

    def start_plan(plan: Plan) -> "subprocess.Popen[str]":
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "hub.supervisor"],
            env=plan.to_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(supervisor)
        return supervisor

    yield start_plan
    for supervisor in started:
        supervisor.kill()
        supervisor.communicate()
    wait_until(lambda: not working_in(data_dir / "postgres"), "the database is gone")


def _pid(note: Path) -> int | None:
    """Which process left this note; None while there is none."""
    try:
        return int(note.read_text().split()[0])
    except (OSError, IndexError):
        return None


def _wait_for_role(note: Path, *, other_than: int | None = None) -> int:
    wait_until(lambda: _pid(note) not in {None, other_than}, f"{note.name} runs")
    pid = _pid(note)
    assert pid is not None
    return pid


def test_a_killed_role_is_back_within_two_seconds_and_the_others_do_not_notice(
    start: Start, plan: Plan, notes: Path
) -> None:
    start(plan)
    ingest, duty = _wait_for_role(notes / "ingest"), _wait_for_role(notes / "duty")
    took_s = []
    for _ in range(3):
        os.kill(ingest, signal.SIGKILL)
        began_s = time.monotonic()
        ingest = _wait_for_role(notes / "ingest", other_than=ingest)
        took_s.append(time.monotonic() - began_s)
    assert median(took_s) < 2.0
    assert _pid(notes / "duty") == duty
    assert not is_gone(duty)


def test_a_killed_supervisor_takes_roles_and_database_along(
    start: Start, plan: Plan, notes: Path, data_dir: Path
) -> None:
    supervisor = start(plan)
    roles = [_wait_for_role(notes / name) for name in plan.roles]
    assert working_in(data_dir / "postgres")
    supervisor.kill()
    for pid in roles:
        wait_until(partial(is_gone, pid), "the role is gone", within_s=2)
    wait_until(lambda: not working_in(data_dir / "postgres"), "the database is gone", within_s=5)


def test_a_hub_starts_at_once_after_its_supervisor_was_killed(
    start: Start, plan: Plan, notes: Path, data_dir: Path
) -> None:
    killed = start(plan)
    before = _wait_for_role(notes / "ingest")
    killed.kill()
    start(plan)
    after = _wait_for_role(notes / "ingest", other_than=before)
    assert _answers((notes / "ingest").read_text().split()[1])
    assert not is_gone(after)


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_ends_the_roles_first_then_the_database_and_leaves_nothing(
    start: Start, plan: Plan, notes: Path, data_dir: Path, stop_signal: signal.Signals
) -> None:
    supervisor = start(plan)
    roles = [_wait_for_role(notes / name) for name in plan.roles]
    supervisor.send_signal(stop_signal)
    assert supervisor.wait(5) == 0
    assert [(notes / f"{name}.goodbye").read_text() for name in plan.roles] == ["True", "True"]
    assert all(is_gone(pid) for pid in roles)
    assert working_in(data_dir / "postgres") == []
    assert RunFile.read(data_dir) is None
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_stop_signal_in_the_middle_of_the_start_is_obeyed(start: Start, plan: Plan, data_dir: Path) -> None:
    waiting = Plan(
        data_dir=plan.data_dir,
        database_dsn=None,
        migrate=_role(_PATIENT_ROLE, data_dir / "migrating", data_dir),
        roles=plan.roles,
    )
    supervisor = start(waiting)
    migrating = _wait_for_role(data_dir / "migrating")
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(5) == 0
    assert is_gone(migrating)
    assert working_in(data_dir / "postgres") == []


def test_a_role_that_does_not_listen_is_ended_all_the_same(start: Start, data_dir: Path, notes: Path) -> None:
    stubborn = Plan(
        data_dir=str(data_dir),
        database_dsn=None,
        migrate=_role("pass"),
        roles={"duty": _role(_STUBBORN_ROLE, notes / "duty")},
    )
    supervisor = start(stubborn)
    pid = _wait_for_role(notes / "duty")
    supervisor.terminate()
    assert supervisor.wait(10) == 0
    assert is_gone(pid)


def test_a_killed_postmaster_is_back_within_two_seconds_at_the_same_address(
    start: Start, plan: Plan, notes: Path, data_dir: Path
) -> None:
    start(plan)
    _wait_for_role(notes / "ingest")
    dsn = (notes / "ingest").read_text().split()[1]
    took_s = []
    for _ in range(3):
        postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        wait_until(partial(is_gone, postmaster), "the postmaster is gone")
        took_s.append(wait_until(partial(_answers, dsn), "the database answers"))
    assert median(took_s) < 2.0
    assert {_pid(notes / name) for name in plan.roles} - {None}


def _answers(dsn: str) -> bool:
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_it_says_when_the_hub_is_ready_and_leaves_a_note_of_it(start: Start, plan: Plan, data_dir: Path) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}/"
    serving = Plan(
        data_dir=plan.data_dir,
        database_dsn=None,
        migrate=plan.migrate,
        roles={"web": _role(_WEB_ROLE, port)},
        url=url,
        mqtt_port=1883,
    )
    supervisor = start(serving)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == f"Anxin Hub is ready: {url} (MQTT 1883)\n"
    note = RunFile.read(data_dir)
    assert note is not None
    assert (note.pid, note.url) == (supervisor.pid, url)
    assert _answers(note.dsn)


def test_a_taken_port_is_a_sentence_with_the_variable_that_moves_it(start: Start, plan: Plan, data_dir: Path) -> None:
    with closing(socket.socket()) as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        blocked = Plan(
            data_dir=plan.data_dir,
            database_dsn=None,
            migrate=plan.migrate,
            roles=plan.roles,
            doors=[Door(variable="HUB_HTTP_PORT", host="127.0.0.1", port=port)],
        )
        supervisor = start(blocked)
        _, complaint = supervisor.communicate(timeout=15)
    assert supervisor.returncode == 1
    assert f"Port {port}" in complaint
    assert "HUB_HTTP_PORT" in complaint
    assert "Traceback" not in complaint
    assert working_in(data_dir / "postgres") == []


def test_a_second_hub_on_the_same_data_is_refused_and_the_first_goes_on(
    start: Start, plan: Plan, notes: Path, data_dir: Path
) -> None:
    first = start(plan)
    duty = _wait_for_role(notes / "duty")
    note = RunFile.read(data_dir)
    second = start(plan)
    _, complaint = second.communicate(timeout=15)
    assert second.returncode == 1
    assert "in use by another hub" in complaint
    assert first.poll() is None
    assert not is_gone(duty)
    assert RunFile.read(data_dir) == note


def test_a_failed_migration_stops_the_start(start: Start, plan: Plan, notes: Path, data_dir: Path) -> None:
    unfit = Plan(
        data_dir=plan.data_dir,
        database_dsn=None,
        migrate=_role("import sys; sys.exit('The database is newer than this hub.')"),
        roles=plan.roles,
    )
    supervisor = start(unfit)
    _, complaint = supervisor.communicate(timeout=15)
    assert supervisor.returncode == 1
    assert "newer than this hub" in complaint
    assert _pid(notes / "duty") is None
    assert working_in(data_dir / "postgres") == []


def test_an_external_database_is_used_and_none_is_started(
    start: Start, plan: Plan, notes: Path, data_dir: Path, empty_database: str
) -> None:
    external = Plan(
        data_dir=plan.data_dir, database_dsn=empty_database, migrate=plan.migrate, roles=plan.roles, json_logs=True
    )
    supervisor = start(external)
    _wait_for_role(notes / "ingest")
    assert (notes / "ingest").read_text().split()[1] == empty_database
    assert not (data_dir / "postgres").exists()
    supervisor.terminate()
    _, log = supervisor.communicate(timeout=10)
    assert {json.loads(line)["event"] for line in log.splitlines()} == {"role_started"}


def test_roles_start_without_an_external_database_and_it_is_migrated_when_it_is_there(
    start: Start, plan: Plan, notes: Path, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    answer.write_text(str(os.EX_TEMPFAIL))
    migrate = _role("import pathlib, sys; sys.exit(int(pathlib.Path(sys.argv[1]).read_text()))", answer)
    away = Plan(
        data_dir=plan.data_dir, database_dsn="postgresql://nowhere", migrate=migrate, roles=plan.roles, json_logs=True
    )
    supervisor = start(away)
    _wait_for_role(notes / "duty")
    answer.write_text("0")
    assert supervisor.stderr is not None
    events = []
    while "database_migrated" not in events:
        events.append(json.loads(supervisor.stderr.readline())["event"])
    assert events.index("database_away_at_start") < events.index("database_migrated")


def test_an_external_database_that_turns_out_unfit_ends_the_hub(
    start: Start, plan: Plan, notes: Path, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    answer.write_text(str(os.EX_TEMPFAIL))
    migrate = _role("import pathlib, sys; sys.exit(int(pathlib.Path(sys.argv[1]).read_text()))", answer)
    supervisor = start(
        Plan(data_dir=plan.data_dir, database_dsn="postgresql://nowhere", migrate=migrate, roles=plan.roles)
    )
    _wait_for_role(notes / "duty")
    answer.write_text("1")
    supervisor.communicate(timeout=10)
    assert supervisor.returncode == 1


def test_the_plan_is_not_inherited_by_the_children(start: Start, plan: Plan, notes: Path) -> None:
    start(plan)
    pid = _wait_for_role(notes / "ingest")
    assert b"ANXIN_SUPERVISOR_PLAN" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_the_pause_between_restarts_grows_to_its_limit_and_never_ends() -> None:
    pause = Pause()
    pause.started()
    pauses_s = [pause.after_death() for _ in range(20)]
    assert pauses_s == sorted(pauses_s)
    assert pauses_s[-1] == PAUSE_MAX_S
