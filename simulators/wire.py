"""Protocol v1 as firmware would write it: topics, payloads, and the acknowledgements that come back.

Written from the vendor guide alone. Where this and the hub disagree, one of them misreads the guide.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

#: What a message may weigh; larger ones are refused by the hub before they are read.
PAYLOAD_BYTES_MAX = 64 * 1024


class Stage(StrEnum):
    """How far a call has come, as the hub tells the device."""

    RECEIVED = "received"  #: It is on disk; nobody has looked yet. 平台已收到
    TAKEN = "taken"  #: A person has taken it. 值班员已受理
    RESPONDING = "responding"  #: Somebody is on the way. 有人正在赶来
    CLOSED = "closed"  #: It is over. 已办结
    REQUEUED = "requeued"  #: Nobody has it any more; the hub is looking for somebody else. 正在重新安排
    REFUSED = "refused"  #: Not taken in, and why. 平台未接收


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One message on `down/ack`; `ref` is the id of the device event it speaks of."""

    ref: str
    stage: Stage
    at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One message on `down/command`; `parameters` is whatever else it carries."""

    id: str
    command: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one device."""

    device_id: str

    def up(self, leaf: str) -> str:
        """Where the device writes: `telemetry`, `event` or `status`."""
        return f"anxin/v1/{self.device_id}/up/{leaf}"

    @property
    def telemetry(self) -> str:
        """Where readings go."""
        return self.up("telemetry")

    @property
    def event(self) -> str:
        """Where device events go."""
        return self.up("event")

    @property
    def status(self) -> str:
        """Where the device says that it is there, and its will that it is not."""
        return self.up("status")

    @property
    def down(self) -> str:
        """The filter for everything the hub says to the device."""
        return f"anxin/v1/{self.device_id}/down/#"


def new_event_id() -> str:
    """An id that no other event of any device has."""
    return str(uuid.uuid4())


def stamp(at: datetime) -> str:
    """RFC 3339 with milliseconds, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(fields: Mapping[str, Any]) -> bytes:
    """JSON without spaces; raises ValueError where the hub would refuse the size."""
    payload = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"a message of {len(payload)} bytes is larger than {PAYLOAD_BYTES_MAX}")
    return payload


def read_acknowledgement(payload: bytes) -> Acknowledgement | None:
    """None where a firmware would shrug: a stage of a later protocol, or no acknowledgement at all."""
    fields = _read_object(payload)
    ref, stage, at = fields.get("ref"), fields.get("stage"), fields.get("at")
    if not isinstance(ref, str) or stage not in set(Stage):
        return None
    reason = fields.get("reason")
    return Acknowledgement(
        ref=ref,
        stage=Stage(str(stage)),
        at=_read_time(at),
        reason=reason if isinstance(reason, str) else None,
    )


def read_command(payload: bytes) -> Command | None:
    """None for what is no command."""
    fields = _read_object(payload)
    command_id, command = fields.pop("id", None), fields.pop("command", None)
    if not isinstance(command_id, str) or not isinstance(command, str):
        return None
    return Command(id=command_id, command=command, parameters=fields)


def _read_object(payload: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(payload)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _read_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
