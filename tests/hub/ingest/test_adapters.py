"""The hub finds its own adapters and those of vendors' packages; a broken guest is named, and stops nothing."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from device_adapters import SourceOptions, UnreadableError
from device_adapters.families import BUILT_IN
from hub.ingest.adapters import GROUP, UnknownAdapterError, find_adapters

NOW = datetime(2026, 11, 22, 6, 57, 38, tzinfo=UTC)
Install = Callable[[str, str, str], None]

PENDANT = '''
"""The adapter of a pendant, as its vendor would ship it."""
from device_adapters import Decoded, DeviceEvent, FromDevice, SourceOptions, UnreadableError, canonical_key

class Pendant:
    name = "acme_pendant"
    topics = ("acme/+/alarm",)

    def __init__(self, options: SourceOptions) -> None:
        self.component = options.settings.get("component", "pendant")

    def device_key(self, topic, payload):
        return canonical_key(topic.split("/")[1])

    def carries_alarms(self, topic):
        return True

    def decode(self, topic, payload, received_at):
        if payload == b"explode":
            raise KeyError("alarm")
        if payload == b"nonsense":
            return ["sos"]
        if payload == b"no key":
            return [FromDevice(device_key=None, decoded=Decoded())]
        if payload == b"no level":
            return [FromDevice(device_key="1", decoded=Decoded(levels={"panic": True}))]
        if payload == b"no event":
            return [FromDevice(device_key="1", decoded=Decoded(events=("sos_pressed",)))]
        if payload != b"SOS":
            raise UnreadableError("event_unknown", {"event": payload.decode()[:64]})
        event = DeviceEvent(event="sos_pressed", component=self.component)
        return [FromDevice(device_key=self.device_key(topic, payload), decoded=Decoded(events=(event,)))]
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package with one entry point on the path, as an installer would."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(package: str, source: str, entry_point: str) -> None:
        (tmp_path / f"{package}.py").write_text(source)
        metadata = tmp_path / f"{package}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{entry_point}\n")
        monkeypatch.delitem(sys.modules, package, raising=False)

    return put


def test_the_hubs_own_families_are_there_without_any_package() -> None:
    found = find_adapters([])
    assert found.factories.keys() == BUILT_IN.keys()
    assert found.broken == ()


def test_a_vendors_package_is_found_by_its_entry_point_and_reads_its_messages(install: Install) -> None:
    install("acme_devices", PENDANT, "acme_pendant = acme_devices:Pendant")
    adapter = find_adapters().create("acme_pendant", SourceOptions(settings={"component": "neck"}))
    (part,) = adapter.decode("acme/02:00:00:00:00:0a/alarm", b"SOS", NOW)
    assert part.device_key == "02000000000A"
    assert [(event.event, event.component) for event in part.decoded.events] == [("sos_pressed", "neck")]
    with pytest.raises(UnreadableError, match="event_unknown"):
        adapter.decode("acme/1/alarm", b"?", NOW)


@pytest.mark.parametrize("payload", [b"explode", b"nonsense", b"no key", b"no level", b"no event"])
def test_a_failure_of_a_vendors_adapter_is_an_unreadable_message(install: Install, payload: bytes) -> None:
    install("acme_devices", PENDANT, "acme_pendant = acme_devices:Pendant")
    adapter = find_adapters().create("acme_pendant", SourceOptions())
    with pytest.raises(UnreadableError, match="adapter_failed") as unreadable:
        adapter.decode("acme/1/alarm", payload, NOW)
    assert unreadable.value.params["adapter"] == "acme_pendant"


def test_an_adapter_that_cannot_even_name_the_device_is_taken_for_a_cry(install: Install) -> None:
    failing = PENDANT.replace("return True", "raise OSError").replace(
        'return canonical_key(topic.split("/")[1])', "raise OSError"
    )
    install("acme_devices", failing, "acme_pendant = acme_devices:Pendant")
    adapter = find_adapters().create("acme_pendant", SourceOptions())
    assert adapter.device_key("acme/1/alarm", b"") is None
    assert adapter.carries_alarms("acme/1/alarm") is True


def test_a_device_key_that_is_no_text_is_none(install: Install) -> None:
    install(
        "acme_devices",
        PENDANT.replace('return canonical_key(topic.split("/")[1])', "return 7"),
        "acme_pendant = acme_devices:Pendant",
    )
    assert find_adapters().create("acme_pendant", SourceOptions()).device_key("acme/1/alarm", b"") is None


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("anxin/v1/0193a7f2-6c00-7000-8000-000000000001/up/event", "anxin"),
        ("atom/g618/status/004999010640017", "g616_watch"),
        ("iMEDE_watch/sos", "kati_watch"),
        ("mattress/1", "mattress_sensor"),
        ("anxin/v1/x/down/ack", None),
        ("elsewhere", None),
    ],
)
def test_recorded_traffic_is_read_by_the_adapter_of_its_topic(topic: str, name: str | None) -> None:
    adapter = find_adapters([]).for_topic(topic)
    assert (None if adapter is None else adapter.name) == name


@pytest.mark.parametrize(
    ("source", "entry_point", "reason"),
    [
        ("import not_there", "acme_pendant = acme_devices:Pendant", "ModuleNotFoundError"),
        ("raise SystemError('half installed')", "acme_pendant = acme_devices:Pendant", "half installed"),
        ("", "acme_pendant = acme_devices:Pendant", "AttributeError"),
        ("Pendant = 7", "acme_pendant = acme_devices:Pendant", "TypeError"),
        ("class Pendant:\n    def __init__(self, options): pass", "acme_pendant = acme_devices:Pendant", "it lacks"),
        (PENDANT, "another_name = acme_devices:Pendant", "another_name"),
        (PENDANT.replace('("acme/+/alarm",)', '"acme/+/alarm"'), "acme_pendant = acme_devices:Pendant", "topics"),
        (PENDANT, "anxin = acme_devices:Pendant", "there already"),
    ],
)
def test_a_broken_package_is_named_and_stops_nothing(
    install: Install, source: str, entry_point: str, reason: str
) -> None:
    install("acme_devices", source, entry_point)
    found = find_adapters()
    assert found.factories.keys() == BUILT_IN.keys()
    (broken,) = found.broken
    assert (broken.name, broken.package) == (entry_point.partition(" ")[0], "acme_devices")
    assert reason in broken.reason


def test_a_source_that_names_what_is_not_there_is_told_what_is() -> None:
    with pytest.raises(UnknownAdapterError, match="'acme_pendant' is not installed; there are anxin, g616_watch"):
        find_adapters([]).create("acme_pendant", SourceOptions())


def test_a_source_that_names_a_broken_adapter_is_told_why() -> None:
    broken = EntryPoint(name="acme_pendant", value="nowhere_at_all:Pendant", group=GROUP)
    with pytest.raises(UnknownAdapterError, match="is broken: ModuleNotFoundError"):
        find_adapters([broken]).create("acme_pendant", SourceOptions())


def test_an_adapter_that_refuses_its_options_says_so(install: Install) -> None:
    picky = PENDANT.replace(
        'self.component = options.settings.get("component", "pendant")',
        'int(options.settings.get("port", "1"))',
    )
    install("acme_devices", picky, "acme_pendant = acme_devices:Pendant")
    with pytest.raises(UnknownAdapterError, match="does not take its options: invalid literal"):
        find_adapters().create("acme_pendant", SourceOptions(settings={"port": "x"}))
