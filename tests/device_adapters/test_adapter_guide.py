"""What docs/adapters.md shows works as it stands there: its module, its entry, its payloads."""

import json
import re
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from device_adapters import (
    DeviceEvent,
    DeviceStatus,
    SourceOptions,
    UnreadableError,
    canonical_key,
    json_payloads,
    vendor_fields,
)
from device_adapters.captured import CapturedMessage
from hub.broker_addresses import parse_broker_address
from hub.ingest.adapters import GROUP, find_adapters

GUIDE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    (_, module), (written,) = blocks("python"), blocks("toml")
    ((name, value),) = tomllib.loads(written)["project"]["entry-points"][GROUP].items()
    (tmp_path / f"{value.partition(':')[0]}.py").write_text(module)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, value.partition(":")[0], raising=False)
    return EntryPoint(name=name, value=value, group=GROUP)


def test_the_guides_adapter_reads_the_guides_payloads(entry: EntryPoint) -> None:
    found = find_adapters([entry])
    assert found.broken == ()
    written = blocks("json")
    assert len(written) == 2
    for block in written:
        message = CapturedMessage.model_validate_json(block)
        assert message.read(found.factories[entry.name]) == message.outcome


def test_the_guides_event_and_status_can_be_made_as_shown() -> None:
    fields = {"ts": 1795330658, "lat": "37.62", "lon": "114.92", "alarm": 67, "alarm_id": 9, "version": "1.0"}
    names = {"fields": fields, "DeviceEvent": DeviceEvent, "DeviceStatus": DeviceStatus}
    exec(blocks("python")[0], names | vars(vendor_fields) | {"made": names}, names)  # noqa: S102 - our own page
    event, status = names["event"], names["status"]
    assert isinstance(event, DeviceEvent)
    assert (event.id, event.test, event.occurred_at) == ("9", True, datetime(2026, 11, 22, 6, 57, 38, tzinfo=UTC))
    assert event.location is not None
    assert status == DeviceStatus(online=True, firmware="1.0")


def test_the_guides_source_is_an_address_that_names_the_guides_adapter(entry: EntryPoint) -> None:
    (line,) = (block for block in blocks("sh") if block.startswith("HUB_MQTT_SOURCES"))
    address = parse_broker_address(line.strip().partition("=")[2].strip("'"))
    adapter = find_adapters([entry]).create(address.adapter, SourceOptions(zone=address.zone))
    assert adapter.topics == ("acme/+/report",)


def test_the_guide_names_functions_and_codes_that_there_are() -> None:
    for name in re.findall(r"^\| `(\w+)\(", GUIDE, flags=re.MULTILINE):
        places = (vendor_fields, json_payloads)
        assert any(hasattr(place, name) for place in places) or name in {
            "__init__",
            "decode",
            "device_key",
            "carries_alarms",
        }
    assert "canonical_key" in GUIDE
    assert canonical_key("b-17") == "B-17"
    with pytest.raises(UnreadableError):
        json_payloads.read_object(b"")
    codes = re.search(r"Codes of `UnreadableError` that the desk has words for: (.*?)\.\n", GUIDE, flags=re.DOTALL)
    assert codes is not None
    words = json.loads((Path(__file__).parents[2] / "hub/words/en.json").read_text(encoding="utf-8"))
    listed = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", codes[1]))
    assert len(listed) == 9
    for code in listed:
        assert code in words["unreadable"]
