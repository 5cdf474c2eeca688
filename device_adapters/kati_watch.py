"""Kati / iMEDE watches: a topic a kind below `iMEDE_watch/`, the IMEI in the payload.

What its vendor leaves open, and what is done about it:

- `sos` and `fallDown` have neither time nor id: the event has none, and the hub tells repeats by the packet. The topic
  decides; what `status` says in words is evidence.
- Times like "16/06/2025 12:30:45" are local time of the vendor, Thailand: a source's `zone` says otherwise. A message
  without a time has the time of receipt. `AP55` is a batch with epoch seconds.
- `signalGSM` is no dBm: kept under its own name. Wi-Fi and cell identities are dropped: a position nobody has agreed
  to. Only `GPS` becomes a location, WGS-84.
- `sleepdata` is understood and not kept: a night's summary, not a moment.
- A topic the vendor adds later is unreadable, and may be an alarm until somebody has looked.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.device_events import DeviceEvent, EventName
from device_adapters.json_payloads import read_object
from device_adapters.port import FromDevice, SourceOptions
from device_adapters.readings import Location, Reading
from device_adapters.statuses import DeviceStatus
from device_adapters.vendor_fields import epoch_time, key, local_time, position, reading

_WRITTEN = "%d/%m/%Y %H:%M:%S"
_EVENTS: Mapping[str, EventName] = {"sos": "sos_pressed", "falldown": "fall_suspected"}
_BULK = frozenset({"hb", "vitalsign", "ap55", "location", "sleepdata", "onlinetrigger"})
#: Twelve are documented; the hub's own batches end at 500 too.
_BATCH_MAX = 500


class KatiWatch:
    """The adapter. A source's `zone` replaces Asia/Bangkok."""

    name = "kati_watch"
    topics = ("iMEDE_watch/#",)

    def __init__(self, options: SourceOptions | None = None) -> None:
        self._zone: tzinfo = (options or SourceOptions()).zone or ZoneInfo("Asia/Bangkok")

    def device_key(self, topic: str, payload: bytes) -> str | None:  # noqa: ARG002 - the topic names no watch
        """Take the payload's IMEI."""
        try:
            return key(read_object(payload), "IMEI")
        except UnreadableError:
            return None

    def carries_alarms(self, topic: str) -> bool:
        """Everything but what is known to be none."""
        return _leaf(topic) not in _BULK

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:
        """Read one message.

        Raises:
            UnreadableError: no JSON object, no IMEI, an unknown topic, or the time that is wrong.
        """
        fields = read_object(payload)
        decoded = self._decoded(topic, fields, received_at)
        return (FromDevice(device_key=key(fields, "IMEI"), decoded=decoded),)

    def _decoded(self, topic: str, fields: dict[str, Any], received_at: datetime) -> Decoded:
        match _leaf(topic):
            case "sos" | "falldown" as leaf:
                return Decoded(events=(self._event(_EVENTS[leaf], fields, received_at),))
            case "hb" | "vitalsign" | "location":
                measured_at = local_time(fields, "timeStamps", _WRITTEN, self._zone, received_at)
                measured = reading(measured_at or received_at, _measures(fields) | {"location": _location(fields)})
                return Decoded(readings=(measured,), untimed=measured_at is None)
            case "ap55":
                return Decoded(readings=self._batch(fields, received_at))
            case "onlinetrigger":
                return Decoded(status=_status(fields))
            case "sleepdata":
                return Decoded()
            case _:
                raise UnreadableError("topic_unknown", {"topic": topic[:200]})

    def _event(self, name: EventName, fields: dict[str, Any], received_at: datetime) -> DeviceEvent:
        status = fields.get("status")
        evidence = {"status": status[:64]} if isinstance(status, str) else None
        return DeviceEvent(
            event=name,
            occurred_at=self._time_or_none(fields, received_at),
            location=_location(fields),
            evidence=evidence,
        )

    def _time_or_none(self, fields: dict[str, Any], received_at: datetime) -> datetime | None:
        """The time of an alarm, which stays an alarm when its time makes no sense."""
        try:
            return local_time(fields, "timeStamps", _WRITTEN, self._zone, received_at)
        except UnreadableError:
            return None

    def _batch(self, fields: dict[str, Any], received_at: datetime) -> tuple[Reading, ...]:
        samples = fields.get("data")
        if not isinstance(samples, list) or len(samples) > _BATCH_MAX:
            raise UnreadableError("field_invalid", {"field": "data", "detail": "no list of samples"})
        readings = [_sample(index, sample) for index, sample in enumerate(samples)]
        location, sent_at = _location(fields), local_time(fields, "timeStamps", _WRITTEN, self._zone, received_at)
        if location is not None and sent_at is not None:
            readings.append(reading(sent_at, {"location": location}))
        return tuple(readings)


def _sample(index: int, sample: object) -> Reading:
    if not isinstance(sample, dict):
        raise UnreadableError("field_invalid", {"field": f"data.{index}", "detail": "no object"})
    try:
        measured_at = epoch_time(sample, "timestamp", ms=False)
    except UnreadableError as error:
        raise UnreadableError(error.code, {**error.params, "field": f"data.{index}.timestamp"}) from None
    if measured_at is None:
        raise UnreadableError("field_missing", {"field": f"data.{index}.timestamp"})
    return reading(measured_at, _measures(sample))


def _measures(fields: Mapping[str, Any]) -> dict[str, Any]:
    pressure = fields.get("bloodPressure")
    pressure = pressure if isinstance(pressure, dict) else {}
    return {
        "heart_rate_bpm": fields.get("heartRate"),
        "spo2_pct": fields.get("spO2"),
        "systolic_mmhg": pressure.get("bp_sys"),
        "diastolic_mmhg": pressure.get("bp_dia"),
        "body_temperature_c": fields.get("bodyTemperature"),
        "steps": fields.get("step"),
        "battery_pct": fields.get("battery"),
        "signalGSM": fields.get("signalGSM"),
        "satellites": fields.get("satellites"),
        "workingMode": fields.get("workingMode"),
    }


def _location(fields: Mapping[str, Any]) -> Location | None:
    location = fields.get("location")
    gps = location.get("GPS") if isinstance(location, dict) else None
    if not isinstance(gps, dict):
        return None
    return position(gps.get("latitude"), gps.get("longitude"), datum="wgs84", source="gps")


def _status(fields: Mapping[str, Any]) -> DeviceStatus:
    match str(fields.get("status")).strip().lower():
        case "online":
            return DeviceStatus(online=True)
        case "offline":
            return DeviceStatus(online=False)
        case _:
            raise UnreadableError("field_invalid", {"field": "status", "detail": "neither online nor offline"})


def _leaf(topic: str) -> str:
    """The last level, without regard to case: the vendor writes it in several ways."""
    return topic.rpartition("/")[2].lower()
