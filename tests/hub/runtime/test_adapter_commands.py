"""`hub adapter`: what an adapter's author has at hand, without a hub, a broker or this repository."""

import json
import re
from pathlib import Path

import pytest

from tests.hub.runtime.command_line import SOURCE, CommandLine

GUIDE = (SOURCE / "docs" / "adapters.md").read_text(encoding="utf-8")
PAYLOADS = SOURCE / "tests" / "device_adapters" / "payloads"
SNAPSHOT = json.dumps({"imei": "004999010640017", "heartRate": "72", "sos": True, "isWearing": True})


@pytest.fixture
def hub(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def hub_with_the_guides_package(tmp_path: Path) -> CommandLine:
    """The guide's module and entry, installed beside the hub."""
    site = tmp_path / "site"
    metadata = site / "acme_room_kit-1.0.dist-info"
    metadata.mkdir(parents=True)
    _, block = re.findall(r"^```python\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
    (site / "acme_room_kit.py").write_text(block)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-room-kit\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[anxin.device_adapters]\nacme_room_kit = acme_room_kit:AcmeRoomKit\nhalf_done = acme_room_kit:NotThere\n"
    )
    payloads = tmp_path / "payloads"
    payloads.mkdir()
    for number, example in enumerate(re.findall(r"^```json\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)):
        (payloads / f"{number}.json").write_text(example)
    return CommandLine(tmp_path, PYTHONPATH=f"{SOURCE}:{site}")


def test_what_is_installed_and_what_is_broken_is_listed(hub_with_the_guides_package: CommandLine) -> None:
    done = hub_with_the_guides_package("adapter", "list", "--json")
    assert done.returncode == 0, done.stderr
    listed = {row["name"]: row for row in map(json.loads, done.stdout.splitlines()) if "name" in row}
    assert listed["g616_watch"] == {"name": "g616_watch", "topics": "atom/+/status/#", "broken": None}
    assert listed["acme_room_kit"]["topics"] == "acme/+/report"
    assert "acme-room-kit: AttributeError" in listed["half_done"]["broken"]


def test_one_message_is_read_from_standard_input(hub: CommandLine) -> None:
    done = hub("adapter", "read", "g616_watch", "--topic", "atom/g616/status/004999010640017", said=SNAPSHOT)
    assert done.returncode == 0, done.stderr
    (part,) = json.loads(done.stdout)["expected"]
    assert part["device_key"] == "004999010640017"
    assert part["levels"] == {"sos_pressed": True}
    assert part["readings"][0]["heart_rate_bpm"] == 72


def test_the_guides_folder_is_read_as_it_says(hub_with_the_guides_package: CommandLine, tmp_path: Path) -> None:
    done = hub_with_the_guides_package("adapter", "check", "acme_room_kit", tmp_path / "payloads")
    assert (done.returncode, done.stdout) == (0, "2 payload files are read as they say.\n"), done.stderr


def test_a_payload_that_is_read_otherwise_is_shown(hub: CommandLine, tmp_path: Path) -> None:
    written = json.loads((PAYLOADS / "kati_watch" / "heartbeat.json").read_text())
    written["expected"][0]["readings"][0]["steps"] = 1000
    (tmp_path / "changed.json").write_text(json.dumps(written))
    done = hub("adapter", "check", "kati_watch", tmp_path)
    assert done.returncode == 1
    assert "1 of 1 payload files are read otherwise" in done.stderr
    assert "changed.json" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("read", "nobodys", "--topic", "x"), "'nobodys' is not installed; there are anxin, g616_watch"),
        (("read", "anxin", "--topic", "x", "--zone", "Mars"), "There is no time zone 'Mars'"),
        (("check", "anxin", str(SOURCE / "alerts")), "0 of 0 payload files"),
        (("check", "anxin", str(SOURCE / "desk" / "src")), "payload file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(hub: CommandLine, arguments: tuple[str, ...], sentence: str) -> None:
    done = hub("adapter", *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
