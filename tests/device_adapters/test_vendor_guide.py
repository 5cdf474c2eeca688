"""Both vendor guides say what the protocol is: every name in it, and examples that are read without remarks."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from device_adapters import decode_event, decode_telemetry
from device_adapters.device_events import EVENT_NAMES
from device_adapters.down_messages import AckStage, CommandName, DownAck
from device_adapters.fields import Datum, LocationSource, Posture
from device_adapters.hub_protocol import HubProtocol
from device_adapters.readings import Location, Reading, ReadingBatch

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("vendor-guide.md", "vendor-guide.zh-CN.md")


@pytest.fixture(params=GUIDES)
def guide(request: pytest.FixtureRequest) -> str:
    text: str = (DOCS / request.param).read_text(encoding="utf-8")
    return text


def test_every_name_of_the_protocol_is_in_the_guide(guide: str) -> None:
    events_stages_commands = EVENT_NAMES | set(get_args(AckStage)) | set(get_args(CommandName))
    fields = set(Reading.model_fields) | set(Location.model_fields)
    said = set(re.findall(r'[`"]([a-z0-9_]+)[`"]', guide))
    assert events_stages_commands | fields <= said
    for word in (*get_args(Posture), *get_args(LocationSource), *get_args(Datum)):
        assert re.search(rf"\b{word}\b", guide), word


def test_the_guides_examples_are_read_as_they_stand(guide: str) -> None:
    event, ack, measured = re.findall(r"^```json\n(.*?)^```$", guide, flags=re.DOTALL | re.MULTILINE)
    (read,) = decode_event(event.encode()).events
    assert read.unread_fields == ()
    assert set(json.loads(event)) <= set(type(read).model_fields)
    assert DownAck.model_validate_json(ack, extra="forbid").stage == "received"
    (reading,) = decode_telemetry(measured.encode()).readings
    assert not reading.model_extra
    assert reading.location is not None


def test_the_guides_topics_are_those_that_are_read(guide: str) -> None:
    for leaf in re.findall(r"^\| `anxin/v1/\{device_id\}/up/(\w+)` \|", guide, flags=re.MULTILINE):
        payload = {"telemetry": b'{"measured_at": 0}', "event": b'{"event": "motion"}', "status": b'{"online": true}'}[
            leaf
        ]
        assert HubProtocol().decode(f"anxin/v1/x/up/{leaf}", payload, datetime(2026, 11, 22, tzinfo=UTC))
    assert len(re.findall(r"^\| `anxin/v1/\{device_id\}/(?:up|down)/\w+` \|", guide, flags=re.MULTILINE)) == 5


def test_the_guides_batch_is_the_batch_that_is_taken(guide: str) -> None:
    field = ReadingBatch.model_fields["readings"]
    (most,) = (part.max_length for part in field.metadata if hasattr(part, "max_length"))
    assert re.search(rf"\b{most}\b", guide)


def test_what_matters_most_is_in_bold(guide: str) -> None:
    bold = " ".join(re.findall(r"\*\*(.+?)\*\*", guide, flags=re.DOTALL))
    assert '"test": true' in bold
    assert "PUBACK" in bold


def test_both_guides_have_the_same_chapters_tables_and_lists() -> None:
    english, chinese = ((DOCS / name).read_text(encoding="utf-8") for name in GUIDES)
    for start in ("## ", "- ", "```", "1. ", "2. ", "3. ", "7. "):
        assert english.count(f"\n{start}") == chinese.count(f"\n{start}"), start
