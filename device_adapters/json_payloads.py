"""JSON payloads, read defensively: what is no JSON object, or could not be stored, is refused with its reason."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from device_adapters.decoded import UnreadableError

#: Text that no PostgreSQL column can hold; as JSON escapes, because raw control characters are no JSON anyway.
_NUL_ESCAPE = b"\\u0000"


def read_object(payload: bytes) -> dict[str, Any]:
    """The JSON object of a payload.

    Raises:
        UnreadableError: `not_json`, `not_an_object`, or `nul_character` with its offset.
    """
    refuse_nul(payload)
    try:
        # no two messages have the same ids and times: a cache of them costs 2 MB and half of the reading's time
        value = from_json(payload, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise UnreadableError("not_json", {"detail": str(error)[:200]}) from None
    if not isinstance(value, dict):
        raise UnreadableError("not_an_object")
    return value


def refuse_nul(payload: bytes) -> None:
    """Raise UnreadableError where the payload holds a NUL character."""
    offset = payload.find(_NUL_ESCAPE)
    if offset >= 0:
        raise UnreadableError("nul_character", {"offset": offset})


def refuse_unstorable(values: Mapping[str, Any] | None) -> None:
    """Raise UnreadableError for numbers that are no JSON (1e999): the database would refuse them, long after this."""
    if not values:
        return
    try:
        json.dumps(values, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise UnreadableError("not_storable") from None


def explain(error: ValidationError) -> UnreadableError:
    """The first thing that is wrong, for the sender to mend."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return UnreadableError("not_json", {"detail": first["msg"][:200]})
    if not field:
        return UnreadableError("not_an_object")
    code = "field_missing" if first["type"] == "missing" else "field_invalid"
    return UnreadableError(code, {"field": field[:200], "detail": first["msg"][:200]})
