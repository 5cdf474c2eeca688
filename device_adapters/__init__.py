"""Decoders: payload bytes in, readings and device events out. One module a device family, the hub's own protocol first.

Pure: standard library and pydantic, no clock, no I/O. What cannot be read raises `UnreadableError` with the reason; the
hub quarantines it, and shows it at the desk when it may have been a cry for help.
"""

from device_adapters.decoded import Decoded, UnreadableError
from device_adapters.device_events import DeviceEvent
from device_adapters.hub_protocol import decode_event, decode_status, decode_telemetry
from device_adapters.port import Adapter, AdapterFactory, FromDevice, SourceOptions, canonical_key
from device_adapters.readings import Reading
from device_adapters.statuses import DeviceStatus

__all__ = [
    "Adapter",
    "AdapterFactory",
    "Decoded",
    "DeviceEvent",
    "DeviceStatus",
    "FromDevice",
    "Reading",
    "SourceOptions",
    "UnreadableError",
    "canonical_key",
    "decode_event",
    "decode_status",
    "decode_telemetry",
]
