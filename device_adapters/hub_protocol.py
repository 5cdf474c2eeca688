"""The hub's own protocol, version 1 (DESIGN.md section 3): JSON on `anxin/v1/{device_id}/up/...`.

A reading that does not fit is refused whole, with the field's name, for its vendor to mend. A device event is read as
far as it goes: a press with an impossible location is still a press; only an event whose name is missing or unknown,
or that is no JSON object, is unreadable.
"""

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.device_events import EVENT_NAMES, DeviceEvent
from device_adapters.readings import Reading, ReadingBatch
from device_adapters.statuses import DeviceStatus

#: Text that no PostgreSQL column can hold; as JSON escapes, because raw control characters are no JSON anyway.
_NUL_ESCAPE = b"\\u0000"
_EVENT_NAME_SHOWN_MAX = 64


def decode_telemetry(payload: bytes) -> Decoded:
    """One reading, or `{"readings": [...]}`.

    Raises:
        UnreadableError: with the offset or the field that is wrong.
    """
    _refuse_nul(payload)
    try:
        if _looks_like_batch(payload):
            readings = tuple(ReadingBatch.model_validate_json(payload).readings)
        else:
            readings = (Reading.model_validate_json(payload),)
    except ValidationError as error:
        raise _explain(error) from None
    for reading in readings:
        _refuse_unstorable(reading.model_extra)
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
    _refuse_nul(payload)
    try:
        return Decoded(status=DeviceStatus.model_validate_json(payload))
    except ValidationError as error:
        raise _explain(error) from None


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
    _refuse_nul(payload)
    try:
        value = from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        raise UnreadableError("not_json", {"detail": str(error)[:200]}) from None
    if not isinstance(value, dict):
        raise UnreadableError("not_an_object")
    value.pop("unread_fields", None)
    evidence = value.get("evidence")
    if isinstance(evidence, dict):
        _refuse_unstorable(evidence)
    return value


def _event_id_of(fields: dict[str, Any]) -> str | None:
    event_id = fields.get("id")
    if isinstance(event_id, bool) or not isinstance(event_id, str | int):
        return None
    return str(event_id)[:128] or None


def _looks_like_batch(payload: bytes) -> bool:
    return b'"readings"' in payload


def _refuse_nul(payload: bytes) -> None:
    offset = payload.find(_NUL_ESCAPE)
    if offset >= 0:
        raise UnreadableError("nul_character", {"offset": offset})


def _refuse_unstorable(values: dict[str, Any] | None) -> None:
    """Numbers that are no JSON (1e999) would be refused by the database, long after this."""
    if not values:
        return
    try:
        json.dumps(values, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise UnreadableError("not_storable") from None


def _explain(error: ValidationError) -> UnreadableError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return UnreadableError("not_json", {"detail": first["msg"][:200]})
    if not field:
        return UnreadableError("not_an_object")
    code = "field_missing" if first["type"] == "missing" else "field_invalid"
    return UnreadableError(code, {"field": field[:200], "detail": first["msg"][:200]})
