"""The published protocol is the one that is spoken: document, models, examples and decoders say the same."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]  # it publishes none
import pytest
from pydantic import BaseModel

from alerts.decisions import Stage
from device_adapters import SourceOptions
from device_adapters.asyncapi import describe_protocol
from device_adapters.captured import RECEIVED_AT
from device_adapters.device_events import EVENT_NAMES
from device_adapters.down_messages import AckStage, DownCommand
from device_adapters.hub_protocol import HubProtocol
from device_adapters.protocol_examples import EXAMPLES
from device_adapters.readings import Reading
from tests.device_adapters.payload_files import payload_files

PUBLISHED = Path(__file__).parents[2] / "docs" / "asyncapi.json"
DOCUMENT = describe_protocol()
ONE_EXAMPLE = [(model, name) for model, examples in EXAMPLES.items() for name in examples]


def test_the_copy_in_the_docs_is_the_generated_document() -> None:
    written = json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n"
    assert PUBLISHED.read_text(encoding="utf-8") == written, (
        "write it again: python -c 'import json; from device_adapters.asyncapi import describe_protocol as d;"
        " print(json.dumps(d(), indent=2, ensure_ascii=False))' > docs/asyncapi.json"
    )


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in _references(inner)]
    return [one for inner in value for one in _references(inner)] if isinstance(value, list) else []


def test_every_reference_leads_somewhere() -> None:
    references = set(_references(DOCUMENT))
    assert len(references) > 20
    for reference in references:
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def test_every_topic_of_the_protocol_is_a_channel_with_one_operation() -> None:
    addresses = {channel["address"].removeprefix("anxin/v1/{device_id}/") for channel in DOCUMENT["channels"].values()}
    assert addresses == {"up/telemetry", "up/event", "up/status", "down/ack", "down/command"}
    told = {
        operation["channel"]["$ref"].removeprefix("#/channels/"): (
            operation["action"],
            operation["bindings"]["mqtt"]["qos"],
            operation["bindings"]["mqtt"]["retain"],
        )
        for operation in DOCUMENT["operations"].values()
    }
    assert told == {
        "up_telemetry": ("receive", 1, False),
        "up_event": ("receive", 1, False),
        "up_status": ("receive", 1, True),
        "down_ack": ("send", 1, False),
        "down_command": ("send", 1, False),
    }


@pytest.mark.parametrize(("model", "name"), ONE_EXAMPLE)
def test_every_example_is_read_by_its_model(model: type[BaseModel], name: str) -> None:
    example = EXAMPLES[model][name]
    read = model.model_validate_json(json.dumps(example))
    assert set(example) <= set(type(read).model_fields), "an example shows fields that the protocol does not have"


@pytest.mark.parametrize(("model", "name"), ONE_EXAMPLE)
def test_every_example_fits_the_published_schema(model: type[BaseModel], name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{model.__name__}", "components": DOCUMENT["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(EXAMPLES[model][name])) == []
    assert list(validator.iter_errors({"readings": [{}]} if model is not Reading else {})), "it refuses nothing"


def test_every_example_of_up_is_read_by_the_adapter() -> None:
    adapter = HubProtocol(SourceOptions())
    for channel in DOCUMENT["channels"].values():
        topic = channel["address"].replace("{device_id}", "0193a7f2-6c00-7000-8000-000000000001")
        for message in channel["messages"]:
            for example in DOCUMENT["components"]["messages"][message]["examples"]:
                if "/up/" in topic:
                    _read(adapter, topic, example["payload"])


def _read(adapter: HubProtocol, topic: str, payload: dict[str, Any]) -> None:
    (part,) = adapter.decode(topic, json.dumps(payload).encode(), RECEIVED_AT)
    decoded = part.decoded
    assert decoded.readings or decoded.events or decoded.status
    assert not any(event.unread_fields for event in decoded.events)


def test_the_schemas_say_what_the_models_read_and_nothing_of_our_own() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert set(schemas["DeviceEvent"]["properties"]["event"]["enum"]) == EVENT_NAMES
    assert set(schemas["Reading"]["properties"]) == set(Reading.model_fields)
    assert schemas["Reading"]["required"] == ["measured_at"]
    assert "unread_fields" not in schemas["DeviceEvent"]["properties"]


def test_the_hub_knows_the_stages_that_it_publishes() -> None:
    assert {stage.value for stage in Stage} == set(get_args(AckStage))


@pytest.mark.parametrize(
    "command",
    [
        {"id": "1", "command": "message"},
        {"id": "1", "command": "locate", "text": "?"},
        {"id": "1", "command": "set_interval"},
    ],
)
def test_a_command_has_what_it_needs(command: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="belongs to the command"):
        DownCommand.model_validate(command)


def test_every_measure_of_the_protocol_occurs_in_a_payload_of_its_own() -> None:
    seen = {
        name
        for file in payload_files("anxin")
        for part in file.message.outcome.get("expected", ())
        for reading in part.get("readings", ())
        for name in reading
    }
    assert seen == set(Reading.model_fields)


def test_every_event_of_the_protocol_occurs_in_a_payload_of_its_own() -> None:
    seen = {
        event["event"]
        for file in payload_files("anxin")
        for part in file.message.outcome.get("expected", ())
        for event in part.get("events", ())
    }
    assert seen == EVENT_NAMES
