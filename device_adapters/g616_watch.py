"""G601/G616/G618 watches: one JSON snapshot a message on `atom/{model}/status/{imei}`; numbers are text.

What its vendor leaves open, and what is done about it:

- `sos` is a flag of the snapshot, not an event: reported as a level. A `sos` that is neither true nor false makes the
  message unreadable, and so shows it at the desk; nothing else in it can.
- `locationDate` + `locationTime` (ddmmyy, hhmmss, UTC+8) are the time of the last fix, which may be hours old indoors:
  they date the location. The snapshot itself has no time; its reading has the time of receipt.
- `isWearing` is unreliable in the vendor's own words: worn only if it says so *and* there is a heart rate; not worn
  only if it says so and there is none; else not known.
- A snapshot with `isOnline: false` repeats what was last known: it makes the watch offline and is no reading.
- Coordinates are AMap's (GCJ-02), longitude first. `positionWifi` is dropped: the neighbours' networks are a location
  too, and nobody has consented to that one.
"""

from datetime import datetime, tzinfo
from typing import Any

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.json_payloads import read_object
from device_adapters.port import FromDevice, SourceOptions, canonical_key
from device_adapters.readings import Location, Reading
from device_adapters.statuses import DeviceStatus
from device_adapters.vendor_fields import CHINA, flag, key, local_time, number, position, reading

#: Heart rates of 0 and 1 are sentinels.
_NO_PULSE_BPM_MAX = 1


class G616Watch:
    """The adapter. A source's `zone` replaces UTC+8."""

    name = "g616_watch"
    topics = ("atom/+/status/#",)

    def __init__(self, options: SourceOptions | None = None) -> None:
        self._zone: tzinfo = (options or SourceOptions()).zone or CHINA

    def device_key(self, topic: str, payload: bytes) -> str | None:
        """Take the payload's IMEI, else the topic's."""
        try:
            return key(read_object(payload), "imei")
        except UnreadableError:
            return _imei_of(topic)

    def carries_alarms(self, topic: str) -> bool:  # noqa: ARG002 - any snapshot may hold the flag
        """Say yes: any snapshot may hold the flag."""
        return True

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:
        """Read one snapshot.

        Raises:
            UnreadableError: no JSON object, no IMEI, another IMEI than the topic's, or a flag that is neither.
        """
        fields = read_object(payload)
        device_key = key(fields, "imei")
        if _imei_of(topic) not in (None, device_key):
            raise UnreadableError("field_invalid", {"field": "imei", "detail": "differs from the topic's"})
        sos, online = flag(fields, "sos"), _flag_or_none(fields, "isOnline")
        decoded = Decoded(
            readings=() if online is False else (self._reading(fields, received_at),),
            status=None if online is None else DeviceStatus(online=online),
            levels={} if sos is None else {"sos_pressed": sos},
            untimed=True,
        )
        return (FromDevice(device_key=device_key, decoded=decoded),)

    def _reading(self, fields: dict[str, Any], received_at: datetime) -> Reading:
        measures = {
            "steps": fields.get("stepCount"),
            "heart_rate_bpm": fields.get("heartRate"),
            "spo2_pct": fields.get("bloodOxygen"),
            "systolic_mmhg": fields.get("bpSystolic"),
            "diastolic_mmhg": fields.get("bpDiastolic"),
            "body_temperature_c": fields.get("temperature"),
            "battery_pct": fields.get("battery"),
            "worn": _worn(fields),
            "location": self._location(fields, received_at),
            "rolls": fields.get("rolls"),
        }
        return reading(received_at, measures)

    def _location(self, fields: dict[str, Any], received_at: datetime) -> Location | None:
        lon, _, lat = str(fields.get("location") or "").partition(",")
        return position(lat, lon, datum="gcj02", fixed_at=self._fixed_at(fields, received_at))

    def _fixed_at(self, fields: dict[str, Any], received_at: datetime) -> datetime | None:
        date, clock = fields.get("locationDate"), fields.get("locationTime")
        if not date or not clock:
            return None
        try:
            return local_time({"fix": f"{date} {clock}"}, "fix", "%d%m%y %H%M%S", self._zone, received_at)
        except UnreadableError:
            return None


def _worn(fields: dict[str, Any]) -> bool | None:
    said = _flag_or_none(fields, "isWearing")
    heart_rate = number(fields.get("heartRate"))
    pulse = isinstance(heart_rate, int | float) and heart_rate > _NO_PULSE_BPM_MAX
    return said if said is pulse else None


def _flag_or_none(fields: dict[str, Any], name: str) -> bool | None:
    """A flag on which no cry depends: what makes no sense is as good as missing."""
    try:
        return flag(fields, name)
    except UnreadableError:
        return None


def _imei_of(topic: str) -> str | None:
    match topic.split("/"):
        case [_, _, "status", imei, *_] if imei:
            return canonical_key(imei) or None
        case _:
            return None
