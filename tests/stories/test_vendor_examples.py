"""The vendor guide's examples, run as a vendor would run them, against a whole hub: each press reaches the desk."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Village

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
STRICT_C = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler here")
    program = tmp_path / "press"
    subprocess.run([compiler, *STRICT_C, str(EXAMPLES / "press.c"), "-o", str(program)], check=True, timeout=60)
    return program


def _run(hub: HubProcess, village: Village, command: list[str], *more: str) -> tuple[str, str]:
    """(device id, what it printed) of an example that was run to its end with fresh credentials."""
    registered = village.device(village.recipient())
    access = registered["mqtt"]
    done = subprocess.run(
        [*command, "127.0.0.1", str(hub.mqtt_port), access["username"], access["password"], *more],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"anxin/v1/{registered['id']}/down/ack" in done.stdout or "press.sh" in command[0]
    assert '"stage": "received"' in done.stdout
    return str(registered["id"]), done.stdout


def _presses(village: Village, device_id: str) -> list[str]:
    every = village.api.all_items("/api/v1/incidents?limit=200")
    return [alert["event_id"] for one in every for alert in one["alerts"] if alert["device_id"] == device_id]


def test_the_python_example_presses_once(hub: HubProcess, village: Village) -> None:
    device_id, _ = _run(hub, village, [sys.executable, str(EXAMPLES / "press.py")])
    assert len(_presses(village, device_id)) == 1


def test_the_c_example_presses_once(hub: HubProcess, village: Village, compiled: Path) -> None:
    device_id, _ = _run(hub, village, [str(compiled)], "press-from-c")  # `received` may overtake the PUBACK
    assert _presses(village, device_id) == ["press-from-c"]


def test_the_mosquitto_example_presses_once(hub: HubProcess, village: Village) -> None:
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("no mosquitto_pub here")
    device_id, _ = _run(hub, village, [str(EXAMPLES / "press.sh")])
    assert len(_presses(village, device_id)) == 1


def test_the_c_example_says_that_it_is_refused_and_keeps_trying(
    hub: HubProcess, village: Village, compiled: Path
) -> None:
    registered = village.device(village.recipient())
    access = registered["mqtt"]
    port = str(hub.mqtt_port)
    wrong = [str(compiled), "127.0.0.1", port, access["username"], "not the secret", "press-2"]
    with subprocess.Popen(wrong, stderr=subprocess.PIPE, text=True) as refused:
        assert refused.stderr is not None
        try:
            assert "refused: CONNACK" in refused.stderr.readline()
            assert "trying again" in refused.stderr.readline()
        finally:
            refused.kill()
    assert _presses(village, registered["id"]) == []
