"""Payload files: one message as it was sent, and what must be read from it.

    {"about": "why this one is kept", "topic": "...", "payload": {...} or "raw text",
     "received_at"?: RFC 3339, "zone"?: "Asia/Tokyo",
     "expected": [{"device_key", "readings"?, "events"?, "status"?, "levels"?, "untimed"?}],
     or "unreadable": {"code", ...its params}}

Fields without a value are left out of what is expected.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from device_adapters import AdapterFactory, FromDevice, SourceOptions, UnreadableError

PAYLOADS = Path(__file__).parent / "payloads"
RECEIVED_AT = "2026-11-22T06:57:38.120Z"


@dataclass(frozen=True)
class PayloadFile:
    path: Path
    written: dict[str, Any]

    @property
    def topic(self) -> str:
        return str(self.written["topic"])

    @property
    def payload(self) -> bytes:
        payload = self.written["payload"]
        return (payload if isinstance(payload, str) else json.dumps(payload)).encode()

    @property
    def received_at(self) -> datetime:
        return datetime.fromisoformat(self.written.get("received_at", RECEIVED_AT))

    @property
    def options(self) -> SourceOptions:
        zone = self.written.get("zone")
        return SourceOptions(zone=None if zone is None else ZoneInfo(zone))

    def read(self, factory: AdapterFactory) -> dict[str, Any]:
        """What the adapter makes of it, as the file would say it."""
        try:
            parts = factory(self.options).decode(self.topic, self.payload, self.received_at)
        except UnreadableError as error:
            return {"unreadable": {"code": error.code, **error.params}}
        return {"expected": [_as_written(part) for part in parts]}

    @property
    def outcome(self) -> dict[str, Any]:
        """What the file says must be made of it."""
        return {name: self.written[name] for name in ("expected", "unreadable") if name in self.written}


def payload_files(family: str) -> Iterator[PayloadFile]:
    for path in sorted((PAYLOADS / family).rglob("*.json")):
        yield PayloadFile(path, json.loads(path.read_text(encoding="utf-8")))


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
