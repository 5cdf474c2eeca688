"""An under-mattress sensor: one flat JSON object every 5 to 15 seconds, the MAC in the payload.

What its vendor leaves open, and what is done about it:

- `timestamp` is epoch milliseconds and decides. `date` says the same moment in UTC+8 without saying so; it is read only
  where there is no `timestamp`.
- With nobody in bed a heart or respiration rate is noise, whatever its value: left out.
- There are no events: being in bed or not is a reading, and the hub's rules make of it what it means.
- The vendor documents no topic of its own: whoever bridges it chooses one, and the source's configuration names it.
"""

from datetime import datetime, tzinfo
from typing import Any

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.json_payloads import read_object
from device_adapters.port import FromDevice, SourceOptions
from device_adapters.readings import Reading
from device_adapters.vendor_fields import CHINA, epoch_time, flag, key, local_time, reading


class MattressSensor:
    """The adapter. A source's `zone` replaces UTC+8, for `date`."""

    name = "mattress_sensor"
    topics = ("mattress/#",)

    def __init__(self, options: SourceOptions | None = None) -> None:
        self._zone: tzinfo = (options or SourceOptions()).zone or CHINA

    def device_key(self, topic: str, payload: bytes) -> str | None:  # noqa: ARG002 - the topic is the bridge's
        """Take the payload's MAC."""
        try:
            return key(read_object(payload), "mac")
        except UnreadableError:
            return None

    def carries_alarms(self, topic: str) -> bool:  # noqa: ARG002 - it has no button and claims nothing
        """Say no: it has no button and claims nothing."""
        return False

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> tuple[FromDevice, ...]:  # noqa: ARG002 - one kind of message
        """Read one sample.

        Raises:
            UnreadableError: no JSON object, no MAC, a time or an `inbed` that makes no sense.
        """
        fields = read_object(payload)
        measured_at = epoch_time(fields, "timestamp", ms=True) or local_time(
            fields, "date", "%Y-%m-%d %H:%M:%S", self._zone, received_at
        )
        decoded = Decoded(readings=(_reading(fields, measured_at or received_at),), untimed=measured_at is None)
        return (FromDevice(device_key=key(fields, "mac"), decoded=decoded),)


def _reading(fields: dict[str, Any], measured_at: datetime) -> Reading:
    in_bed = flag(fields, "inbed")
    occupied = in_bed is not False
    return reading(
        measured_at,
        {
            "in_bed": in_bed,
            "body_movement": fields.get("body_movement"),
            "respiration_rate_bpm": fields.get("respiration_rate") if occupied else None,
            "heart_rate_bpm": fields.get("heart_rate") if occupied else None,
        },
    )
