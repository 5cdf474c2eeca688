"""Field types that the protocol's models share."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

_WHAT_A_TIME_IS = "a time is RFC 3339 text with an offset, or integer epoch milliseconds"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Milliseconds from year 1 to year 9999: what a timestamp can hold.
_EPOCH_MS_MIN, _EPOCH_MS_MAX = -62_135_596_800_000, 253_402_300_799_999


def parse_time(value: object) -> datetime:
    """RFC 3339 with an offset, or integer epoch milliseconds; aware UTC.

    Raises:
        ValueError: no offset, or no time at all.
    """
    if isinstance(value, datetime):
        parsed = value
    elif isinstance(value, str):
        parsed = datetime.fromisoformat(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not _EPOCH_MS_MIN <= value <= _EPOCH_MS_MAX:
            raise ValueError("epoch milliseconds out of range")
        return _EPOCH + timedelta(milliseconds=value)
    else:
        raise ValueError(_WHAT_A_TIME_IS)  # noqa: TRY004 - pydantic reports a ValueError as the field's fault
    if parsed.tzinfo is None:
        raise ValueError("the time has no offset: local time without a zone cannot be trusted")
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is outside of what can be stored") from None


#: A moment, as the device says it.
DeviceTime = Annotated[
    datetime,
    BeforeValidator(parse_time, json_schema_input_type=str | int),
    PlainSerializer(lambda value: value.isoformat(), when_used="json"),
    Field(description="RFC 3339 with an offset, or integer epoch milliseconds"),
]


def _text_of(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


#: The device's own id of a message: any text up to 128 characters; a number is taken as its digits.
MessageId = Annotated[
    str, BeforeValidator(_text_of, json_schema_input_type=str | int), Field(min_length=1, max_length=128)
]

#: A counter of the device; what a PostgreSQL bigint holds.
Sequence = Annotated[int, Field(ge=0, le=2**63 - 1)]

Posture = Literal["lying", "sitting", "standing", "walking", "unknown"]
LocationSource = Literal["gps", "wifi", "cell", "manual"]
Datum = Literal["wgs84", "gcj02", "bd09"]
