"""The live monitoring state of a subject: what was last seen of them, and what has been raised and not cleared.

Only `noting` and the rules change one, each on a copy of its own; whoever keeps a state can rely on it. It goes to
JSON and back without loss, carries the version of its shape, and can be rebuilt by judging the readings again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

#: A state of another version is thrown away and begun anew from the next message.
STATE_VERSION = 1


@dataclass(kw_only=True)
class DeviceState:
    """One device, as it was last heard. Without slots, because a copy of `__dict__` costs a third of one by fields."""

    kind: str
    gateway_id: str | None = None
    heard_at: datetime | None = None  #: The last message received, of whatever age its content was.
    up_since: datetime | None = None  #: Since when it is heard without a long silence.
    interval_s: float | None = None  #: The longest usual silence between two messages, learned.
    intervals: int = 0  #: How many were learned from.
    online: bool | None = None  #: What it says of its own connection.
    measured_at: datetime | None = None  #: Of the newest live reading; what follows is from live readings and events.
    worn: bool | None = None
    charging: bool | None = None
    steps: int | None = None
    posture: str | None = None
    in_bed: bool | None = None
    out_of_bed_since: datetime | None = None
    offline_since: datetime | None = None  #: Raised, and not cleared.
    battery_low: bool = False  #: Raised, and not cleared.

    @property
    def sees(self) -> bool:
        """Whether it is on the person, as far as it says: not off the body, not on its charger."""
        return self.worn is not False and self.charging is not True

    def copy(self) -> Self:
        """A twin to change."""
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__ = self.__dict__.copy()  # half of what an update of the new one costs
        return twin


@dataclass(frozen=True, slots=True, kw_only=True)
class FallWatch:
    """A fall that was suspected or raised, until recovery is seen. From `due_at` on it is an incident."""

    device_id: str
    occurred_at: datetime
    due_at: datetime
    steps: Mapping[str, int] = field(default_factory=dict)  #: By device, in its first reading after the fall.


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatter:
    """What something of one device has done lately: whether it is here now, and when it went (`rules.chatter`)."""

    here: bool
    last_at: datetime  #: When it last came or went.
    cycles: tuple[datetime, ...] = ()  #: The last times it went, within the minute.
    reported: bool = False
    shelvable: str | None = None  #: As what it may be shelved.


@dataclass(kw_only=True)
class RecipientState:
    """One person - or one device that nobody is assigned to. Every time is aware UTC."""

    since: datetime  #: When the hub began to watch.
    devices: dict[str, DeviceState] = field(default_factory=dict)
    still_since: datetime | None = None  #: The last movement, later by every time in which none could be seen.
    watched_at: datetime | None = None  #: When a movement could last have been seen.
    watched_by: str | None = None  #: By which device.
    seen_at: datetime | None = None  #: When a device that sees people last was on them.
    alive_at: datetime | None = None  #: The last sign of life.
    fall: FallWatch | None = None
    raised: dict[str, datetime] = field(default_factory=dict)  #: By rule: since when, and not cleared.
    chatter: dict[str, Chatter] = field(default_factory=dict)  #: By "device:kind": what has come or gone lately.
    due_at: datetime | None = None  #: When time alone may next change something; early is harmless.

    def copy(self) -> Self:
        """A twin to change; its devices are still shared, see `change_device`."""
        twin = self.__class__.__new__(self.__class__)
        fields = twin.__dict__ = self.__dict__.copy()
        fields["devices"] = self.devices.copy()
        fields["raised"] = self.raised.copy()
        fields["chatter"] = self.chatter.copy()
        return twin

    def change_device(self, device_id: str) -> DeviceState:
        """The twin of one of its devices, in its place."""
        twin = self.devices[device_id] = self.devices[device_id].copy()
        return twin

    def to_json(self) -> dict[str, Any]:
        """What is stored; values that say nothing are left out."""
        written = _write(self.__dict__)
        written["devices"] = {device_id: _write(device.__dict__) for device_id, device in self.devices.items()}
        written["raised"] = {rule: at.isoformat() for rule, at in self.raised.items()}
        del written["chatter"]
        if self.chatter:
            written["chatter"] = {key: _write_chatter(chatter) for key, chatter in self.chatter.items()}
        if self.fall is not None:
            written["fall"] = {
                "device_id": self.fall.device_id,
                "occurred_at": self.fall.occurred_at.isoformat(),
                "due_at": self.fall.due_at.isoformat(),
                "steps": dict(self.fall.steps),
            }
        return {"version": STATE_VERSION, **written}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`.

        Raises:
            ValueError: it is of another version.
        """
        if stored.get("version") != STATE_VERSION:
            raise ValueError(f"state of version {stored.get('version')}, not {STATE_VERSION}")
        apart = {"version", "devices", "raised", "chatter"}
        fields = _read({name: value for name, value in stored.items() if name not in apart})
        if (fall := fields.get("fall")) is not None:
            fields["fall"] = FallWatch(**_read(fall))
        devices = {device_id: DeviceState(**_read_device(device)) for device_id, device in stored["devices"].items()}
        raised = {rule: datetime.fromisoformat(at) for rule, at in stored["raised"].items()}
        chatter = {key: _read_chatter(written) for key, written in stored.get("chatter", {}).items()}
        return cls(devices=devices, raised=raised, chatter=chatter, **fields)


#: Fields of a device that no rule reads any more; states that were stored with them are still read.
_RETIRED = frozenset({"battery_pct"})
#: The fields that hold a time, in all three shapes.
_TIMES = frozenset(
    {
        "since",
        "still_since",
        "watched_at",
        "seen_at",
        "alive_at",
        "due_at",
        "heard_at",
        "up_since",
        "measured_at",
        "out_of_bed_since",
        "offline_since",
        "occurred_at",
        "last_at",
    }
)


def _write(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if name in _TIMES else value for name, value in fields.items() if value is not None}


def _read(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(value) if name in _TIMES else value for name, value in fields.items()}


def _read_device(stored: Mapping[str, Any]) -> dict[str, Any]:
    return _read({name: value for name, value in stored.items() if name not in _RETIRED})


def _write_chatter(chatter: Chatter) -> dict[str, Any]:
    return {
        "here": chatter.here,
        "last_at": chatter.last_at.isoformat(),
        "cycles": [at.isoformat() for at in chatter.cycles],
        "reported": chatter.reported,
        "shelvable": chatter.shelvable,
    }


def _read_chatter(written: Mapping[str, Any]) -> Chatter:
    fields = _read(written)
    return Chatter(**{**fields, "cycles": tuple(datetime.fromisoformat(at) for at in fields["cycles"])})
