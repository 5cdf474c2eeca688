"""The drill of the operations guide: a backup from under a running hub, and a new machine that goes on from it."""

import threading
from pathlib import Path
from typing import Self

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Village, wait_until


class Presser:
    """Somebody who does not stop pressing, and keeps what was acknowledged."""

    def __init__(self, device: Device) -> None:
        self.acknowledged: list[str] = []
        self._device = device
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._press)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(30)

    def _press(self) -> None:
        while not self._enough.is_set():
            self.acknowledged.append(self._device.press())

    def wait_for(self, count: int) -> list[str]:
        """What was acknowledged, as soon as it is so much."""
        wait_until(lambda: len(self.acknowledged) >= count, within_s=30)
        return list(self.acknowledged)


def test_what_was_acknowledged_before_the_backup_is_on_the_new_machine(hub_directory: Path) -> None:
    copy = hub_directory / "county.backup"
    with HubProcess(hub_directory / "old machine") as old:
        village = Village(old)
        recipient = village.recipient("备示例")
        registered = village.device(recipient)
        with Device(registered, old.mqtt_port) as device, Presser(device) as presser:
            before = presser.wait_for(20)
            old.command("backup", str(copy))
            presser.wait_for(len(presser.acknowledged) + 5)  # the backup stopped nobody
        key = old.api.key
    new = HubProcess(hub_directory / "new machine", _key=key)
    new.data_dir.mkdir()
    new.command("restore", str(copy))
    with new:
        restored = Village(new)
        timeline = new.api.all_items(f"/api/v1/recipients/{recipient['id']}/timeline?limit=200")
        stored = {entry["details"]["event_id"] for entry in timeline if entry["type"] == "device_event"}
        assert set(before) <= stored
        [incident] = restored.incidents_of(recipient["id"])
        assert incident["state"] == "open"
        with Device(registered, new.mqtt_port) as device:  # its secret and its session came along
            again = device.press()
        assert restored.incident_with(again)["id"] == incident["id"]
