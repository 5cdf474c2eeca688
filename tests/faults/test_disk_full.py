"""The database's disk is full: nothing is acknowledged, PostgreSQL dies of it, and all goes on once there is room."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from hub.bench.http_json import HttpJson
from hub.bench.hub_process import HubProcess
from hub.embedded import RunFile
from tests.stories.cast import Village, wait_until

#: Enough for a new database, its log and a little more.
_DISK_MIB = 300
_DOWN_WITHIN_S = 60.0
_BACK_WITHIN_S = 60.0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own, with room for little."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    with tempfile.TemporaryDirectory(prefix="anxin-disk-", dir="/tmp") as folder:
        mounted = subprocess.run(
            ["/bin/mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m,mode=755", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if mounted.returncode != 0:
            pytest.skip(f"this machine lets nobody mount: {mounted.stderr.decode().strip()}")
        Path(folder).parent.chmod(0o1777)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["/bin/umount", "--lazy", folder], check=False)


def fill(disk: Path) -> Path:
    """Somebody else's file takes all that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    return ballast


def write_log(dsn: str) -> None:
    """Write ahead until the server needs a new file for its log, and cannot have one."""
    with suppress(psycopg.Error), psycopg.connect(dsn, autocommit=True, connect_timeout=2) as connection:
        for _ in range(64):
            connection.execute("SELECT pg_logical_emit_message(true, 'anxin', repeat('x', 1000000))")


def reasons(hub: HubProcess) -> list[str]:
    """Why the hub is not ready; empty when it is."""
    with suppress(OSError):
        answer = HttpJson(hub.http_port, timeout_s=10.0).ask("GET", "/readyz")
        return [str(reason) for reason in answer.body["reasons"]]
    return ["no answer"]


@pytest.mark.long
def test_a_full_disk_loses_nothing_and_the_hub_comes_back_by_itself(small_disk: Path) -> None:
    with HubProcess(small_disk / "data") as hub:
        village = Village(hub)
        note = RunFile.read(small_disk / "data")
        assert note is not None
        with village.worn_device() as device:
            before = device.press(ack=False)
            ballast = fill(small_disk)
            write_log(note.dsn)
            wait_until(lambda: reasons(hub), _DOWN_WITHIN_S)
            meanwhile = device.press_soon()
            with pytest.raises(AssertionError, match="not acknowledged"):
                device.wait_for_acknowledgement(meanwhile, within_s=2.0)
            ballast.unlink()
            hub.wait_until_ready()
            again = device.press_soon()
            device.wait_for_acknowledgement(again, within_s=_BACK_WITHIN_S)
        for event_id in (before, meanwhile, again):
            village.incident_with(event_id)  # in exactly one
