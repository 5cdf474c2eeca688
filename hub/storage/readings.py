"""Readings: one row a message, stored once, and the device state that the newest of them tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(slots=True, kw_only=True)
class ReadingRow:
    """A row of `reading`. Not frozen: thousands a second are made, and a frozen one of this size costs 6 us."""

    device_id: UUID
    measured_at: datetime
    identity: bytes
    division_id: str
    recipient_id: UUID | None
    device_measured_at: datetime | None
    received_at: datetime
    quality: str
    historical: bool
    seq: int | None = None
    heart_rate_bpm: float | None = None
    spo2_pct: float | None = None
    respiration_rate_bpm: float | None = None
    systolic_mmhg: float | None = None
    diastolic_mmhg: float | None = None
    body_temperature_c: float | None = None
    steps: int | None = None
    activity: float | None = None
    posture: str | None = None
    in_bed: bool | None = None
    body_movement: float | None = None
    worn: bool | None = None
    charging: bool | None = None
    battery_pct: float | None = None
    signal_dbm: float | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    location_source: str | None = None
    location_datum: str | None = None
    location_fixed_at: datetime | None = None
    extra: Jsonb | None = None


def extra_fields(fields_kept: Mapping[str, object]) -> Jsonb:
    """Fields that the protocol does not name, kept as they came."""
    return Jsonb(dict(fields_kept))


_COLUMNS = [field.name for field in fields(ReadingRow)]

#: Writing out the arrays of one statement takes some 50 us a row, in which nothing else is done.
_ROWS_AT_ONCE = 100


def _unless_empty(column: list[Any]) -> list[Any]:
    """No element instead of nothing but None: unnest fills up with NULL, and most readings have few of the fields."""
    return column if any(value is not None for value in column) else []


async def insert(connection: Connection, rows: Sequence[ReadingRow]) -> int:
    """Store the rows that are not there yet; returns how many were new."""
    stored = 0
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        portion = rows[first : first + _ROWS_AT_ONCE]
        cursor = await connection.execute(
            queries("readings").insert,
            {name: _unless_empty([getattr(row, name) for row in portion]) for name in _COLUMNS},
        )
        stored += cursor.rowcount
    return stored


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading that may have been stored before: at the time it claims, or elsewhere."""

    device_id: UUID
    identity: bytes
    identity_elsewhere: bytes
    claimed: datetime


async def find_known(connection: Connection, asked: Sequence[Asked]) -> set[tuple[UUID, bytes]]:
    """(device, identity elsewhere) of those that were stored: elsewhere within 72 h, or ever at the time they claim."""
    if not asked:
        return set()
    cursor = await connection.execute(
        queries("readings").find_known,
        {
            "devices": [one.device_id for one in asked],
            "identities": [one.identity for one in asked],
            "elsewhere": [one.identity_elsewhere for one in asked],
            "claimed": [one.claimed for one in asked],
        },
    )
    return {(device, bytes(identity)) for device, identity in await cursor.fetchall()}


async def remember_identities(
    connection: Connection, identities: Sequence[tuple[UUID, bytes]], now: datetime
) -> set[tuple[UUID, bytes]]:
    """For readings whose stored time is not the sent one: those that were not seen in the last 72 h."""
    if not identities:
        return set()
    cursor = await connection.execute(
        queries("readings").remember_identities,
        {
            "devices": [device for device, _ in identities],
            "identities": [identity for _, identity in identities],
            "now": now,
        },
    )
    return {(device, bytes(identity)) for device, identity in await cursor.fetchall()}


@dataclass(slots=True, kw_only=True)
class DeviceSighting:
    """What a batch tells about one device; None leaves what is on record."""

    device_id: UUID
    division_id: str
    seen_at: datetime
    online: bool | None = None
    firmware: str | None = None
    boot_id: str | None = None
    battery_pct: float | None = None
    charging: bool | None = None
    worn: bool | None = None
    signal_dbm: float | None = None
    measured_at: datetime | None = None


_SIGHTING_COLUMNS = [field.name for field in fields(DeviceSighting)]


async def see_devices(connection: Connection, sightings: Sequence[DeviceSighting]) -> None:
    """Bring the devices' state up to date; at most one sighting a device."""
    if sightings:
        ordered = sorted(sightings, key=lambda sighting: sighting.device_id)
        await connection.execute(
            queries("readings").see_devices,
            {name: _unless_empty([getattr(sighting, name) for sighting in ordered]) for name in _SIGHTING_COLUMNS},
        )
