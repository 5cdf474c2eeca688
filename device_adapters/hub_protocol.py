"""The hub's own protocol, version 1 (DESIGN.md section 3): JSON on `anxin/v1/{device_id}/up/...`.

A reading that does not fit is refused whole, with the field's name, for its vendor to mend. A device event is read as
far as it goes: a press with an impossible location is still a press; only an event whose name is missing or unknown,
or that is no JSON object, is unreadable.
"""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.device_events import EVENT_NAMES, DeviceEvent
from device_adapters.json_payloads import explain, read_object, refuse_nul, refuse_unstorable
from device_adapters.port import FromDevice, SourceOptions
from device_adapters.readings import Reading, ReadingBatch
from device_adapters.statuses import DeviceStatus

TOPIC_PREFIX = "anxin/v1"
_EVENT_NAME_SHOWN_MAX = 64


class HubProtocol:
    """The adapter of the hub's own protocol, for brokers and recordings; `device_key` is the device's id."""

    name = "anxin"
    topics = (f"{TOPIC_PREFIX}/+/up/#",)

    def __init__(self, options: SourceOptions | None = None) -> None:
        """Every time of this protocol has its zone: a source has nothing to set."""

    def device_key(self, topic: str, payload: bytes) -> str | None:  # noqa: ARG002 - the topic says it
        """Take the third level of the topic."""
        address = _address_of(topic)
        return None if address is None else address[0]

    def carries_alarms(self, topic: str) -> bool:
        """Say whether this is `up/event`."""
        address = _address_of(topic)
        return address is not None and address[1] == "event"

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:  # noqa: ARG002 - every payload has its own time
        """Read one message of `up/`.

        Raises:
            UnreadableError: with the offset, the field or the topic that is wrong.
        """
        match _address_of(topic):
            case (device_key, "telemetry"):
                return (FromDevice(device_key=device_key, decoded=decode_telemetry(payload)),)
            case (device_key, "event"):
                return (FromDevice(device_key=device_key, decoded=decode_event(payload)),)
            case (device_key, "status"):
                return (FromDevice(device_key=device_key, decoded=decode_status(payload)),)
            case _:
                raise UnreadableError("topic_unknown", {"topic": topic[:200]})


def decode_telemetry(payload: bytes) -> Decoded:
    """One reading, or `{"readings": [...]}`.

    Raises:
        UnreadableError: with the offset or the field that is wrong.
    """
    refuse_nul(payload)
    try:
        if _looks_like_batch(payload):
            readings = tuple(ReadingBatch.model_validate_json(payload).readings)
        else:
            readings = (Reading.model_validate_json(payload),)
    except ValidationError as error:
        raise explain(error) from None
    for reading in readings:
        refuse_unstorable(reading.model_extra)
    return Decoded(readings=readings)


def decode_event(payload: bytes) -> Decoded:
    """One device event.

    Raises:
        UnreadableError: it is no JSON object, or its `event` is missing or unknown.
    """
    fields = _object_of(payload)
    event_id = _event_id_of(fields)
    name = fields.get("event")
    if not isinstance(name, str):
        raise UnreadableError("event_missing", event_id=event_id)
    if name not in EVENT_NAMES:
        raise UnreadableError("event_unknown", {"event": name[:_EVENT_NAME_SHOWN_MAX]}, event_id=event_id)
    return Decoded(events=(_read_as_far_as_it_goes(fields),))


def decode_status(payload: bytes) -> Decoded:
    """Online or not.

    Raises:
        UnreadableError: with the field that is wrong.
    """
    refuse_nul(payload)
    try:
        return Decoded(status=DeviceStatus.model_validate_json(payload))
    except ValidationError as error:
        raise explain(error) from None


def _address_of(topic: str) -> tuple[str, str] | None:
    """(device id, leaf) of `anxin/v1/{device_id}/up/{leaf}`."""
    match topic.split("/"):
        case ["anxin", "v1", device_id, "up", leaf] if device_id:
            return device_id, leaf
        case _:
            return None


def _read_as_far_as_it_goes(fields: dict[str, Any]) -> DeviceEvent:
    unread: list[str] = []
    while True:
        try:
            event = DeviceEvent.model_validate({**fields, "unread_fields": tuple(unread)})
        except ValidationError as error:
            wrong = {str(part["loc"][0]) for part in error.errors(include_url=False, include_input=False)}
            unread.extend(sorted(wrong))
            fields = {name: value for name, value in fields.items() if name not in wrong}
        else:
            return event


def _object_of(payload: bytes) -> dict[str, Any]:
    value = read_object(payload)
    value.pop("unread_fields", None)
    evidence = value.get("evidence")
    if isinstance(evidence, dict):
        refuse_unstorable(evidence)
    return value


def _event_id_of(fields: dict[str, Any]) -> str | None:
    event_id = fields.get("id")
    if isinstance(event_id, bool) or not isinstance(event_id, str | int):
        return None
    return str(event_id)[:128] or None


def _looks_like_batch(payload: bytes) -> bool:
    return b'"readings"' in payload
