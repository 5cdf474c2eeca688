"""A captured message with what must be read from it: what an adapter is tested with, here and at its vendor's.

    {"about": "why this one is kept", "topic": "...", "payload": {...} or "raw text",
     "received_at"?: RFC 3339, "zone"?: "Asia/Tokyo", "settings"?: {...},
     "expected": [{"device_key", "readings"?, "events"?, "status"?, "levels"?, "untimed"?}],
     or "unreadable": {"code", ...its params}}

Fields without a value are left out of what is expected.
"""

import json
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from device_adapters.decoded import UnreadableError
from device_adapters.port import AdapterFactory, FromDevice, SourceOptions

#: When a message was received that does not say.
RECEIVED_AT = datetime(2026, 11, 22, 6, 57, 38, 120000, tzinfo=UTC)

Outcome = dict[str, Any]


class CapturedMessage(BaseModel):
    """One payload file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    topic: str
    payload: dict[str, Any] | str
    received_at: AwareDatetime = RECEIVED_AT
    zone: str | None = None
    settings: dict[str, str] = {}
    expected: list[dict[str, Any]] | None = None
    unreadable: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _says_what_must_be_read(self) -> Self:
        if (self.expected is None) == (self.unreadable is None):
            raise ValueError("a payload file says either what is expected, or why it is unreadable")
        return self

    @property
    def payload_bytes(self) -> bytes:
        """As it was sent; an object in some spelling of JSON."""
        return (self.payload if isinstance(self.payload, str) else json.dumps(self.payload)).encode()

    @property
    def options(self) -> SourceOptions:
        """Of the source it came from."""
        return SourceOptions(zone=None if self.zone is None else ZoneInfo(self.zone), settings=self.settings)

    @property
    def outcome(self) -> Outcome:
        """What must be read from it."""
        return {"expected": self.expected} if self.unreadable is None else {"unreadable": self.unreadable}

    def read(self, factory: AdapterFactory) -> Outcome:
        """What an adapter makes of it, written the same way."""
        return read_outcome(factory, self.options, self.topic, self.payload_bytes, self.received_at)


def read_outcome(
    factory: AdapterFactory, options: SourceOptions, topic: str, payload: bytes, received_at: datetime
) -> Outcome:
    """What an adapter makes of a message, as payload files write it."""
    try:
        parts = factory(options).decode(topic, payload, received_at)
    except UnreadableError as error:
        return {"unreadable": {"code": error.code, **error.params}}
    return {"expected": [_as_written(part) for part in parts]}


def _as_written(part: FromDevice) -> dict[str, Any]:
    decoded = part.decoded
    written = {
        "device_key": part.device_key,
        "readings": [one.model_dump(mode="json", exclude_none=True) for one in decoded.readings],
        "events": [one.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for one in decoded.events],
        "status": decoded.status and decoded.status.model_dump(mode="json", exclude_none=True),
        "levels": dict(decoded.levels),
        "untimed": decoded.untimed,
    }
    return {name: value for name, value in written.items() if value}
