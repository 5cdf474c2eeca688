"""All the I/O of Anxin Hub; the decisions are in `alerts`, the payloads in `device_adapters`.

A press on its way: `ingest` (MQTT in, one transaction) -> `storage` -> `duty` (what is due) -> `notify` (texts out),
and `api` (HTTP, stream, desk) for the people. Stations do not import each other: they hand over rows.
"""

__version__ = "0.1.0"
