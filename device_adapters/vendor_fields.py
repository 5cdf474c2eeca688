"""Fields as vendors write them: numbers as text, flags as "1", local times without a zone, (0, 0) for "no position".

For adapters of foreign families. What is needed to know whose message it is, and whether it is a cry, is asked for
strictly; a measure that makes no sense is left out and named in the reading's extra field `unread_fields`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any

from pydantic import ValidationError

from device_adapters.decoded import UnreadableError
from device_adapters.fields import Datum, LocationSource, parse_time
from device_adapters.json_payloads import refuse_unstorable
from device_adapters.port import canonical_key
from device_adapters.readings import Location, Reading

#: China has one zone and no summer time.
CHINA = timezone(timedelta(hours=8), "UTC+8")
_KEY_LENGTH_MAX = 64
#: What a clock that is right may be ahead of the hub's.
_AHEAD_MAX = timedelta(minutes=2)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


def key(fields: Mapping[str, Any], name: str) -> str:
    """The device's key, in its canonical form.

    Raises:
        UnreadableError: it is missing, or no text that names a device.
    """
    value = fields.get(name)
    if value is None:
        raise UnreadableError("field_missing", {"field": name})
    found = canonical_key(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not 0 < len(found) <= _KEY_LENGTH_MAX or not found.isprintable():
        raise UnreadableError("field_invalid", {"field": name, "detail": "names no device"})
    return found


def flag(fields: Mapping[str, Any], name: str) -> bool | None:
    """A flag written as true, 1, "true", "1" or their opposites; None where the field is missing, null or empty.

    Raises:
        UnreadableError: it is something else.
    """
    value = fields.get(name)
    if value is None or value == "":
        return None
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise UnreadableError("field_invalid", {"field": name, "detail": "neither true nor false"})


def number(value: object) -> object:
    """Text that is a number becomes one, empty text becomes None; anything else stays as it is."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    return float(text) if _NUMBER.fullmatch(text) else value


def local_time(
    fields: Mapping[str, Any], name: str, written: str, zone: tzinfo, received_at: datetime | None = None
) -> datetime | None:
    """A time without a zone, aware UTC; None where the field is missing or empty. `written` is a `strptime` format.

    Where clocks are set back an hour is shown twice: it is the second one if that had come by `received_at`. In the
    hour that is left out where they are set forward, the device has not set its clock yet.

    Raises:
        UnreadableError: it is no such time.
    """
    text = fields.get(name)
    if text is None or text == "":
        return None
    try:
        shown = datetime.strptime(str(text).strip(), written).replace(tzinfo=zone)
        first, second = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnreadableError("field_invalid", {"field": name, "detail": f"no time like {written}"}) from None
    if received_at is None or second <= first:
        return first
    return second if second <= received_at + _AHEAD_MAX else first


def epoch_time(fields: Mapping[str, Any], name: str, *, ms: bool) -> datetime | None:
    """Seconds or milliseconds since 1970, aware UTC; None where the field is missing or empty.

    Raises:
        UnreadableError: it is no such number.
    """
    value = number(fields.get(name))
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError  # noqa: TRY004, TRY301 - one way out for all that is no time
        return parse_time(value if ms else value * 1000)
    except (ValueError, OverflowError):
        raise UnreadableError("field_invalid", {"field": name, "detail": "no time since 1970"}) from None


def position(
    lat: object, lon: object, *, datum: Datum, source: LocationSource | None = None, fixed_at: datetime | None = None
) -> Location | None:
    """Where the device was; None where it does not say, or says the point (0, 0), or a point that is not on Earth."""
    lat, lon = number(lat), number(lon)
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    try:
        return Location.model_validate({"lat": lat, "lon": lon, "datum": datum, "source": source, "fixed_at": fixed_at})
    except ValidationError:
        return None


def reading(measured_at: datetime, measures: Mapping[str, Any]) -> Reading:
    """A reading of what makes sense; `measures` are named as the hub's protocol names them, or are extra fields."""
    fields = {name: number(value) for name, value in measures.items()}
    fields = {name: value for name, value in fields.items() if value is not None}
    unread = [name for name, value in fields.items() if not _is_storable(value)]
    while True:
        left = {name: value for name, value in fields.items() if name not in unread}
        left |= {"measured_at": measured_at} | ({"unread_fields": sorted(unread)} if unread else {})
        try:
            return Reading.model_validate(left)
        except ValidationError as error:
            unread.extend({str(part["loc"][0]) for part in error.errors(include_url=False, include_input=False)})


def _is_storable(value: object) -> bool:
    if isinstance(value, bool | int | str | Location):
        return True
    if isinstance(value, float):
        return isfinite(value)
    try:
        refuse_unstorable({"value": value})
    except UnreadableError:
        return False
    return True
