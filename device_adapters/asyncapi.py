"""The AsyncAPI 3 document of the hub's own protocol, generated from the models that read it.

The document describes the hub (the application): it receives what is `up/` and sends what is `down/`. Field names,
limits and descriptions come from the models; here stands only what no model knows: topics, QoS, who answers what.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from device_adapters.device_events import DeviceEvent
from device_adapters.down_messages import DownAck, DownCommand
from device_adapters.hub_protocol import TOPIC_PREFIX
from device_adapters.protocol_examples import EXAMPLES
from device_adapters.readings import Reading, ReadingBatch
from device_adapters.statuses import DeviceStatus

ASYNCAPI_VERSION = "3.0.0"
PROTOCOL_VERSION = "1.0.0"
_MQTT_BINDING = "0.2.0"
_SCHEMAS = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """One topic of the protocol."""

    leaf: str  #: Below the device's prefix.
    messages: tuple[type[BaseModel], ...]
    retain: bool = False
    summary: str
    answered_on: str | None = None

    @property
    def name(self) -> str:
        return self.leaf.replace("/", "_")

    @property
    def is_up(self) -> bool:
        return self.leaf.startswith("up/")


_CHANNELS = (
    _Channel(leaf="up/telemetry", messages=(Reading, ReadingBatch), summary="One reading, or buffered history."),
    _Channel(leaf="up/event", messages=(DeviceEvent,), summary="One device event.", answered_on="down_ack"),
    _Channel(leaf="up/status", messages=(DeviceStatus,), retain=True, summary="Online or not; also the last will."),
    _Channel(leaf="down/ack", messages=(DownAck,), summary="How far an event with `ack: true` has come."),
    _Channel(leaf="down/command", messages=(DownCommand,), summary="What the device shall do."),
)
#: The message fields by which an answer is matched to what it answers.
_CORRELATED_BY: dict[type[BaseModel], str] = {DeviceEvent: "id", DownAck: "ref", DownCommand: "id"}


def describe_protocol() -> dict[str, Any]:
    """Build the whole document, as JSON would have it."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Anxin Hub device protocol",
            "version": PROTOCOL_VERSION,
            "description": "How a device speaks to the hub. PUBACK means committed: it may take minutes while the"
            " database is away. The vendor guide says the rest.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "frontDoor": _server("mqtt", "1883", "The hub's own front door; any MQTT client."),
            "frontDoorTls": _server("mqtts", "8883", "The same with TLS."),
        },
        "channels": {channel.name: _describe_channel(channel) for channel in _CHANNELS},
        "operations": {_operation_name(channel): _describe_operation(channel) for channel in _CHANNELS},
        "components": {
            "messages": {model.__name__: _describe_message(model) for c in _CHANNELS for model in c.messages},
            "schemas": _schemas(),
            "securitySchemes": {
                "deviceCredentials": {
                    "type": "userPassword",
                    "description": "User name: the device's id. Password: its secret, shown once at registration.",
                }
            },
        },
    }


def _server(protocol: str, port: str, description: str) -> dict[str, Any]:
    return {
        "host": "{host}:{port}",
        "protocol": protocol,
        "protocolVersion": "3.1.1, 5",
        "description": description,
        "variables": {
            "host": {"default": "hub.example.org", "description": "Where the hub is."},
            "port": {"default": port, "description": "`POST /api/v1/devices` says it."},
        },
        "security": [{"$ref": "#/components/securitySchemes/deviceCredentials"}],
    }


def _describe_channel(channel: _Channel) -> dict[str, Any]:
    return {
        "address": f"{TOPIC_PREFIX}/{{device_id}}/{channel.leaf}",
        "summary": channel.summary,
        "parameters": {"device_id": {"description": "The device's id, a UUID; a gateway's child has its own."}},
        "messages": {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in channel.messages},
    }


def _operation_name(channel: _Channel) -> str:
    return f"{'receive' if channel.is_up else 'send'}_{channel.name}"


def _describe_operation(channel: _Channel) -> dict[str, Any]:
    described: dict[str, Any] = {
        "action": "receive" if channel.is_up else "send",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": channel.summary,
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{model.__name__}"} for model in channel.messages],
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retain, "bindingVersion": _MQTT_BINDING}},
    }
    if channel.answered_on is not None:
        described["reply"] = {"channel": {"$ref": f"#/channels/{channel.answered_on}"}}
    return described


def _describe_message(model: type[BaseModel]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": model.__name__,
        "title": model.__name__,
        "summary": (model.__doc__ or "").splitlines()[0],
        "contentType": "application/json",
        "payload": {"$ref": _SCHEMAS.format(model=model.__name__)},
        "examples": [{"name": name, "payload": payload} for name, payload in EXAMPLES[model].items()],
    }
    if model in _CORRELATED_BY:
        described["correlationId"] = {"location": f"$message.payload#/{_CORRELATED_BY[model]}"}
    return described


def _schemas() -> dict[str, Any]:
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation" if channel.is_up else "serialization")
        for channel in _CHANNELS
        for model in channel.messages
    ]
    _, definitions = models_json_schema(modes, ref_template=_SCHEMAS)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas
