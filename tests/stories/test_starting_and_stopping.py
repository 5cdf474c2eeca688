"""Starting, stopping, starting again: nothing is left running, nothing is forgotten."""

import signal
import subprocess
from pathlib import Path

import psutil

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Village, wait_until


def test_ctrl_c_leaves_nothing_running_and_a_second_start_keeps_the_data(hub_directory: Path) -> None:
    hub = HubProcess(hub_directory / "twice")
    hub.start()
    village = Village(hub)
    registered = village.device(village.recipient("留示例"))
    with Device(registered, hub.mqtt_port) as device:
        event_id = device.press()
    family = hub.processes()
    assert len(family) > 4
    assert hub.stop(signal.SIGINT) == 0
    assert not [process for process in family if psutil.pid_exists(process.pid) and process.is_running()]
    hub.start()
    try:
        assert village.incident_with(event_id)["recipient"]["name"] == "留示例"
        assert hub.started_in_s < 10  # a busy test machine; `make bench` holds the figure of the README
    finally:
        hub.stop()


def test_the_standby_takes_over_when_the_owner_is_killed(hub: HubProcess, village: Village) -> None:
    with village.worn_device() as device:
        first = device.press()
        owner = hub.role("ingest")
        assert owner is not None
        owner.kill()
        second = device.press()
    assert village.incident_with(first)["id"] == village.incident_with(second)["id"]
    successor = wait_until(lambda: hub.role("ingest"))
    assert successor.pid != owner.pid
    village.do(village.incident_with(second), "close", disposition="test")


def test_a_second_hub_on_the_same_data_is_refused_with_a_sentence(hub: HubProcess) -> None:
    other = HubProcess(hub.data_dir)
    refused = subprocess.run(
        [*_serve()], env=other._environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stdout + refused.stderr
    assert str(hub.data_dir) in refused.stdout + refused.stderr


def _serve() -> list[str]:
    import sys

    return [sys.executable, "-m", "hub", "serve"]
