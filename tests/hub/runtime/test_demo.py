"""`hub demo`: a county that lives on its own, and leaves nothing running."""

import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from hub.cli.simulate import _demo_environment
from tests.hub.runtime.command_line import CommandLine
from tests.hub.runtime.processes import wait_until, working_in


def _free_port() -> str:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_nothing_that_is_set_leads_out_of_the_demonstration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://real")
    monkeypatch.setenv("HUB_MQTT_SOURCES", "mqtt://real")
    monkeypatch.setenv("HUB_SMS", "smpp://real")
    monkeypatch.setenv("HUB_CONFIG", "/etc/real.toml")
    monkeypatch.setenv("HUB_HTTP_PORT", "8081")
    environment = _demo_environment(tmp_path)
    assert not {name for name, value in environment.items() if "real" in value and name.startswith("HUB_")}
    assert environment["HUB_SMS"] == f"log:{tmp_path / 'sms.log'}"
    assert environment["HUB_HTTP_PORT"] == "8081"


#: SIGTERM takes the same way from the first handler on; the short form of its end is in `test_supervisor.py`.
@pytest.mark.parametrize("stop_signal", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_it_says_where_the_desk_is_and_its_end_leaves_nothing_running(
    data_dir: Path, stop_signal: signal.Signals
) -> None:
    port = _free_port()
    hub = CommandLine(data_dir, HUB_HTTP_PORT=port, HUB_MQTT_PORT=_free_port())
    demo = subprocess.Popen(
        hub.command("demo", "--data-dir", data_dir / "demo"),
        env=hub.environment,
        cwd=data_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        said = ""
        while f"http://127.0.0.1:{port}/" not in said:
            line = demo.stdout.readline()
            assert line, demo.stderr.read() if demo.stderr else ""
            said += line
        demo.send_signal(stop_signal)
        demo.communicate(timeout=30)
    finally:
        demo.kill()
        demo.communicate()
    assert demo.returncode == 0
    wait_until(lambda: not working_in(data_dir / "demo" / "postgres"), "the database is gone", within_s=5)


def test_a_hub_that_cannot_start_is_quoted(data_dir: Path) -> None:
    with closing(socket.socket()) as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = str(somebody.getsockname()[1])
        hub = CommandLine(data_dir, HUB_HTTP_PORT=port, HUB_MQTT_PORT="0")
        done = hub("demo", "--data-dir", data_dir / "demo")
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "HUB_HTTP_PORT" in done.stderr
