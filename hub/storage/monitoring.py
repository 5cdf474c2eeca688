"""The live monitoring state of subjects as rows, and what the registry says of them while they are judged."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.circumstances import WornDevice
from alerts.kinds import SubjectType
from alerts.modes import Mode, ModeSpan
from alerts.observations import Subject
from hub.storage.database import Connection
from hub.storage.queries import queries

#: States are read in portions of this many while all are loaded.
_PORTION_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class SavedState:
    """A state as its row holds it."""

    subject: Subject
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedState:
    """A state to be saved."""

    subject: Subject
    division_id: str
    state: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the registry says of one subject now; a device that nobody has is a subject without a life."""

    division_id: str
    is_person: bool
    timezone: str | None = None
    lives_alone: bool = False
    monitoring: dict[str, Any] | None = None
    modes: tuple[ModeSpan, ...] = ()
    devices: tuple[WornDevice, ...] = ()


async def stream_states(connection: Connection) -> AsyncIterator[SavedState]:
    """Every saved state, in the caller's transaction."""
    async with connection.cursor(name="monitoring_states") as cursor:
        cursor.itersize = _PORTION_ROWS
        await cursor.execute(queries("monitoring").stream)
        async for subject_type, subject_id, state in cursor:
            yield SavedState(Subject(type=SubjectType(subject_type), id=subject_id), state)


async def load_states(connection: Connection, subjects: Sequence[Subject]) -> list[SavedState]:
    """Those of these subjects that are saved."""
    cursor = await connection.execute(queries("monitoring").load, _arrays(subjects))
    return [
        SavedState(Subject(type=SubjectType(subject_type), id=subject_id), state)
        for subject_type, subject_id, state in await cursor.fetchall()
    ]


async def save_states(connection: Connection, changed: Sequence[ChangedState], now: datetime) -> None:
    """Save what a transaction has changed."""
    if not changed:
        return
    ordered = sorted(changed, key=lambda one: (one.subject.type, one.subject.id))
    await connection.execute(
        queries("monitoring").save,
        {
            **_arrays([one.subject for one in ordered]),
            "divisions": [one.division_id for one in ordered],
            "states": [Jsonb(one.state) for one in ordered],
            "now": now,
        },
    )


async def find_lives(connection: Connection, subjects: Sequence[Subject], now: datetime) -> dict[Subject, Life]:
    """What the registry says of these subjects; one that it does not know (any more) is not in the answer."""
    people = [UUID(subject.id) for subject in subjects if subject.type is SubjectType.RECIPIENT]
    devices = [UUID(subject.id) for subject in subjects if subject.type is SubjectType.DEVICE]
    lives: dict[Subject, Life] = {}
    if people:
        cursor = await connection.execute(queries("monitoring").find_lives, {"ids": people, "now": now})
        for recipient_id, *columns in await cursor.fetchall():
            lives[Subject(type=SubjectType.RECIPIENT, id=str(recipient_id))] = _life_of(*columns)
    if devices:
        cursor = await connection.execute(queries("monitoring").find_devices, {"ids": devices})
        for device_id, division_id, kind, gateway_id, registered_at in await cursor.fetchall():
            itself = WornDevice(id=str(device_id), kind=kind, gateway_id=_text(gateway_id), since=registered_at)
            lives[Subject(type=SubjectType.DEVICE, id=str(device_id))] = Life(
                division_id=division_id, is_person=False, devices=(itself,)
            )
    return lives


async def find_unbegun(connection: Connection) -> list[Subject]:
    """People who have a device, and no state yet."""
    cursor = await connection.execute(queries("monitoring").unbegun)
    return [Subject(type=SubjectType.RECIPIENT, id=recipient_id) for (recipient_id,) in await cursor.fetchall()]


def _life_of(
    division_id: str,
    timezone: str,
    lives_alone: bool,
    monitoring: dict[str, Any],
    ended: bool,
    modes: list[list[Any]],
    devices: list[list[Any]],
) -> Life:
    return Life(
        division_id=division_id,
        is_person=not ended,
        timezone=timezone,
        lives_alone=lives_alone,
        monitoring=monitoring,
        modes=tuple(
            ModeSpan(mode=Mode(mode), from_at=datetime.fromisoformat(from_at), until_at=_time(until_at))
            for mode, from_at, until_at in modes
        ),
        devices=tuple(
            WornDevice(id=device_id, kind=kind, gateway_id=gateway_id, since=datetime.fromisoformat(from_at))
            for device_id, kind, gateway_id, from_at in devices
        ),
    )


def _arrays(subjects: Sequence[Subject]) -> dict[str, list[Any]]:
    return {"types": [subject.type for subject in subjects], "ids": [UUID(subject.id) for subject in subjects]}


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(device_id: UUID | None) -> str | None:
    return None if device_id is None else str(device_id)
