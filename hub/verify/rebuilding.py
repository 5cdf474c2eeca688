"""Rebuilding: a saved live state against the one that its readings and events, judged again, lead to.

Compared is what readings and events alone decide: of each device its last live values, of the person when they were
last seen, watched and alive. Not compared is what else has a hand in it, and is not stored message by message:
`heard_at`, `up_since`, `interval_s`, `intervals`, `online`, `offline_since` (every message, also a repeated or an
unreadable one, says that a device is there), `still_since` (leaves out silences by the learned interval), `raised`,
`battery_low`, `fall` and `due_at` (the profile and the mode of the moment, and time itself; those of an incident are
replayed from its commands, see `replaying`). What ingest has of these in memory is compared with the rows by its own
scrubbing.

The order in which two lanes worked, or one message's readings lay, is not stored, nor is when a profile was changed: a
state that follows from one possible order, by today's profile or the usual one, is right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from alerts.kinds import SubjectType
from alerts.noting import note_event, note_reading
from alerts.observations import DeviceEvent, EventKind, Observation, Subject
from alerts.profile import MonitoringProfile, read_profile
from alerts.state import DeviceState, RecipientState
from hub.storage.verification import Picture
from hub.verify.differences import Difference, Look, differ

#: What a day's readings cannot say was said before it, and is taken as saved.
REPLAYED = timedelta(hours=24)
#: So much earlier than readings that were received before it may an event have been judged: it has its own lane.
_OVERTAKES_BY = timedelta(seconds=30)
#: A state that was begun anew remembers nothing older; its first message was received a little before.
_BEGAN_BEFORE = timedelta(minutes=15)
_DEVICE_FIELDS = ("measured_at", "worn", "charging", "steps", "posture", "in_bed")
_PERSON_FIELDS = ("seen_at", "watched_at", "alive_at")

Heard = Observation | DeviceEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A saved state, and all that was heard of its subject since `since`, in the order of receipt."""

    subject: Subject
    state: RecipientState
    profile: MonitoringProfile
    heard: Sequence[Heard]
    since: datetime


async def look_at_states(picture: Picture, now: datetime, states_max: int | None) -> Look:
    """Rebuild so many states (None: all), and see who has none."""
    since = now - REPLAYED
    lost: list[str] = []
    by_order: list[str] = []
    other_version: list[str] = []
    fields: set[str] = set()
    silent = total = 0
    for subject_type, subject_id, stored, monitoring in await picture.rows(
        "states", limit=states_max, lot=now.isoformat()
    ):
        total += 1
        subject = Subject(type=SubjectType(subject_type), id=subject_id)
        try:
            state = RecipientState.from_json(stored)
        except ValueError:
            other_version.append(subject_id)
            continue
        heard = await _heard_of(picture, subject, list(state.devices), since)
        if not heard:
            silent += 1
            continue
        profile = read_profile(monitoring)
        compared = compare(Remembered(subject=subject, state=state, profile=profile, heard=heard, since=since))
        fields |= {name.rpartition(" ")[2] for name in compared.fields}
        if compared.fields:
            lost.append(subject_id)
        elif compared.by_another_order:
            by_order.append(subject_id)
    return Look(
        check="states",
        counted=total,
        differences=(
            *differ("state_differs", lost, fields=", ".join(sorted(fields))),
            *differ("state_missing", await picture.ids("stateless")),
            *differ("same_instant", by_order),
            *differ("begins_anew", other_version),
            *((Difference(code="nothing_to_rebuild", count=silent),) if silent else ()),
        ),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """The fields that follow from no order; and whether some follow from another one than that of receipt."""

    fields: frozenset[str]
    by_another_order: bool


def compare(remembered: Remembered) -> Compared:
    """The saved state against what the observations lead to, in each order in which they may have been judged."""
    saved = _fields_of(remembered.state, remembered)
    differing: list[frozenset[str]] = []
    for heard, profile in product(_orders(remembered), (remembered.profile, MonitoringProfile())):
        rebuilt = _fields_of(_rebuild(remembered, heard, profile), remembered)
        differing.append(frozenset(name for name, value in rebuilt.items() if value != saved.get(name)))
        if not differing[-1]:
            break
    return Compared(frozenset.intersection(*differing), by_another_order=bool(differing[0]))


def _orders(remembered: Remembered) -> Iterator[Sequence[Heard]]:
    """By receipt, one instant's the other way round; newest first within a message; events early; nothing of before."""
    heard = remembered.heard
    yield heard
    backwards = heard[::-1]  # sorting keeps the order of what is equal
    yield sorted(backwards, key=lambda one: (one.received_at, _moment(one)))
    yield sorted(heard, key=lambda one: (one.received_at, -_moment(one).timestamp()))
    yield sorted(heard, key=_overtaking)
    begun = [one for one in heard if one.received_at >= remembered.state.since - _BEGAN_BEFORE]
    if len(begun) < len(heard):
        yield begun


def _overtaking(one: Heard) -> tuple[datetime, datetime]:
    lead = _OVERTAKES_BY if isinstance(one, DeviceEvent) else timedelta(0)
    return one.received_at - lead, _moment(one)


def _rebuild(remembered: Remembered, heard: Sequence[Heard], profile: MonitoringProfile) -> RecipientState:
    state = RecipientState(since=remembered.since, devices=_before(remembered))
    for one in heard:
        if isinstance(one, DeviceEvent):
            note_event(state, one, profile)
        else:
            note_reading(state, one, profile)
    return state


def _before(remembered: Remembered) -> dict[str, DeviceState]:
    """How the devices stood before: as saved, where nothing that was heard since speaks of it."""
    spoken = set(_spoken_of(remembered.heard))
    return {
        device_id: DeviceState(
            kind=device.kind,
            worn=None if (device_id, "worn") in spoken else device.worn,
            charging=None if (device_id, "charging") in spoken else device.charging,
        )
        for device_id, device in remembered.state.devices.items()
    }


def _spoken_of(heard: Iterable[Heard]) -> Iterator[tuple[str, str]]:
    for one in heard:
        if one.historical:
            continue
        if isinstance(one, Observation):
            yield one.device_id, "measured_at"
            yield from ((one.device_id, name) for name in _DEVICE_FIELDS[1:] if getattr(one, name) is not None)
        else:
            yield from ((one.device_id, name) for name in _SAYS.get(one.event, ()))


_SAYS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.WORN: ("worn",),
    EventKind.REMOVED: ("worn",),
    EventKind.CHARGING_STARTED: ("charging",),
    EventKind.CHARGING_ENDED: ("charging",),
    EventKind.BED_ENTRY: ("in_bed",),
    EventKind.BED_EXIT: ("in_bed",),
}


def _fields_of(state: RecipientState, remembered: Remembered) -> dict[str, object]:
    """What is compared, by name: of the devices that are still the subject's, and of the person."""
    fields: dict[str, object] = {}
    spoken = set(_spoken_of(remembered.heard))
    for device_id in remembered.state.devices:
        device = state.devices[device_id]
        for name in _DEVICE_FIELDS:
            value = getattr(device, name)
            if (device_id, name) in spoken and not (name == "posture" and value is None):
                fields[f"{device_id} {name}"] = value
    unknown_until = _unknown_until(remembered)
    for name in _PERSON_FIELDS:
        at = getattr(state, name)
        fields[name] = None if at is None or at <= unknown_until else at
    return fields


def _unknown_until(remembered: Remembered) -> datetime:
    """What a device says first is movement only beside what it said before, which is not among what was heard."""
    if remembered.state.since >= remembered.since:
        return datetime.min.replace(tzinfo=UTC)  # there was nothing before
    firsts: dict[tuple[str, str], datetime] = {}
    for one in remembered.heard:
        for spoken in _spoken_of([one]):
            firsts.setdefault(spoken, _moment(one))
    return max(firsts.values(), default=datetime.max.replace(tzinfo=UTC))


def _moment(one: Heard) -> datetime:
    return one.occurred_at if isinstance(one, DeviceEvent) else one.at


# --- Rows ----------------------------------------------------------------------------------------------------------


async def _heard_of(picture: Picture, subject: Subject, devices: Sequence[str], since: datetime) -> list[Heard]:
    recipient_id = subject.id if subject.type is SubjectType.RECIPIENT else None
    asked = {"devices": devices, "recipient_id": recipient_id, "since": since}
    heard: list[Heard] = [_observation(row) for row in await picture.rows("state_readings", **asked)]
    heard += [_event(subject, row) for row in await picture.rows("state_events", **asked)]
    return sorted(heard, key=lambda one: (one.received_at, _moment(one)))


def _observation(row: tuple[Any, ...]) -> Observation:
    device_id, kind, at, received_at, historical, *values = row
    heart_rate, spo2, respiration, steps, activity, posture, in_bed, movement, worn, charging, battery = values
    return Observation(
        device_id=device_id,
        device_kind=kind or "unknown",
        gateway_id=None,
        at=at,
        received_at=received_at,
        historical=historical,
        heart_rate_bpm=heart_rate,
        spo2_pct=spo2,
        respiration_rate_bpm=respiration,
        steps=steps,
        activity=activity,
        posture=posture,
        in_bed=in_bed,
        body_movement=movement,
        worn=worn,
        charging=charging,
        battery_pct=battery,
    )


def _event(subject: Subject, row: tuple[Any, ...]) -> DeviceEvent:
    device_id, kind, event, occurred_at, received_at, historical, test = row
    return DeviceEvent(
        subject=subject,
        device_id=device_id,
        device_kind=kind or "unknown",
        event=EventKind(event),
        occurred_at=occurred_at,
        received_at=received_at,
        historical=historical,
        test=test,
    )
