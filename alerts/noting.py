"""Noting: what an observation, an event or a sign of a device changes in the state, before any rule asks.

Each function changes the given state - a copy of the caller's own - and says in a `Change` what the observation meant.
Movement, stillness and life are told apart here and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.observations import DeviceEvent, EventKind, Heard, Observation
from alerts.profile import MonitoringProfile
from alerts.rhythm import knows_rhythm, learn_interval, was_away
from alerts.state import DeviceState, RecipientState

#: Devices that see a person without their doing anything; a call button hears only presses.
SEEING_KINDS = frozenset({"smartwatch", "wristband", "mattress", "fall_radar"})
#: Between two readings further apart than this - and than three usual intervals - nobody was watched.
UNWATCHED_MIN = timedelta(minutes=2)

#: Done by a hand, or seen by a sensor, now: movement and life.
_BY_HAND = frozenset(
    {
        EventKind.SOS_PRESSED,
        EventKind.SOS_CANCELLED,
        EventKind.FALL_CANCELLED,
        EventKind.SERVICE_REQUESTED,
        EventKind.BED_EXIT,
        EventKind.BED_ENTRY,
        EventKind.MOTION,
        EventKind.WORN,
        EventKind.REMOVED,
        EventKind.CHARGING_STARTED,
        EventKind.CHARGING_ENDED,
        EventKind.CALL_STARTED,
        EventKind.GEOFENCE_EXIT,
        EventKind.GEOFENCE_ENTRY,
    }
)
_WORN = {EventKind.WORN: True, EventKind.REMOVED: False}
_CHARGING = {EventKind.CHARGING_STARTED: True, EventKind.CHARGING_ENDED: False}
_IN_BED = {EventKind.BED_ENTRY: True, EventKind.BED_EXIT: False}


@dataclass(slots=True)
class Change:
    """What one observation meant."""

    live: bool = False  #: It is about now, and newer than what was known of its device.
    moved: bool = False  #: The person moved.
    alive: bool = False  #: The person showed a sign of life.
    saw: bool = False  #: A device that sees people was on the person.
    came_back: bool = False  #: The device had been away.
    got_into_bed: bool = False  #: A bed that was empty has somebody in it.
    sooner: bool = False  #: A deadline may now come earlier than the state says.


def note_heard(state: RecipientState, heard: Heard, profile: MonitoringProfile) -> Change:
    """A device is there."""
    change = Change()
    device = _hear(state, heard, heard.received_at, profile, change)
    if heard.online is not None and heard.online is not device.online:
        device.online = heard.online
        change.sooner = True
    return change


def note_reading(state: RecipientState, reading: Observation, profile: MonitoringProfile) -> Change:
    """A reading. One that is history, or older than what is known, only says that its device is there."""
    change = Change()
    device = _hear(state, reading, reading.received_at, profile, change)
    if reading.historical or (device.measured_at is not None and reading.at < device.measured_at):
        return change
    change.live = True
    device.measured_at = reading.at
    put_on = _note_wearing(device, reading, change)
    if device.sees:
        change.saw = device.kind in SEEING_KINDS
        change.moved = put_on or _is_moving(device, reading, profile)
        change.alive = change.moved or _has_vital_sign(reading)
        watched = change.moved or _shows_movement(reading)
    else:
        change.moved = change.alive = put_on  # taken off, or put on its charger: by a hand
        watched = put_on
    _note_values(device, reading, change)
    _note_person(state, reading.device_id, reading.at, change, watched=watched)
    return change


def note_event(state: RecipientState, event: DeviceEvent, profile: MonitoringProfile) -> Change:
    """A device event: what it says of the device, and that a hand or a sensor was at work."""
    change = Change()
    device = _hear(state, event, event.received_at, profile, change)
    if event.historical:
        return change
    change.live = True
    if (worn := _WORN.get(event.event)) is not None:
        change.sooner |= device.worn is not worn
        device.worn = worn
    if (charging := _CHARGING.get(event.event)) is not None:
        change.sooner |= device.charging is not charging
        device.charging = charging
    if (in_bed := _IN_BED.get(event.event)) is not None:
        _note_bed(device, in_bed=in_bed, at=event.occurred_at, change=change)
    change.moved = change.alive = event.event in _BY_HAND
    change.saw = device.kind in SEEING_KINDS and device.sees
    watched = change.moved or (event.event is EventKind.NO_MOTION and device.sees)
    _note_person(state, event.device_id, event.occurred_at, change, watched=watched)
    return change


# --- The device ----------------------------------------------------------------------------------------------------


def _hear(
    state: RecipientState,
    source: Observation | DeviceEvent | Heard,
    received_at: datetime,
    profile: MonitoringProfile,
    change: Change,
) -> DeviceState:
    known = state.devices.get(source.device_id)
    if known is None:
        device = DeviceState(kind=source.device_kind, gateway_id=source.gateway_id)
        state.devices[source.device_id] = device
    else:
        device = state.change_device(source.device_id)
        device.kind, device.gateway_id = source.device_kind, source.gateway_id
    if device.heard_at is None:
        device.heard_at = device.up_since = received_at
        change.came_back = change.sooner = True
    elif received_at > device.heard_at:
        if was_away(device, received_at, profile):
            device.up_since = received_at
            change.came_back = change.sooner = True
        trusted = knows_rhythm(device)
        learn_interval(device, received_at)
        device.heard_at = received_at
        if not trusted and knows_rhythm(device):
            change.sooner = True  # no longer what its kind usually does
    if device.online is False:
        device.online = None  # it speaks, whatever its last will said
    return device


def _note_wearing(device: DeviceState, reading: Observation, change: Change) -> bool:
    """Whether the device was put on, taken off, or put on or off its charger: something that a hand does."""
    touched = False
    if reading.worn is not None and reading.worn is not device.worn:
        change.sooner = True
        touched = device.worn is not None
        device.worn = reading.worn
    if reading.charging is not None and reading.charging is not device.charging:
        change.sooner = True
        touched |= device.charging is not None
        device.charging = reading.charging
    return touched


def _note_values(device: DeviceState, reading: Observation, change: Change) -> None:
    if reading.steps is not None:
        device.steps = reading.steps
    if reading.posture is not None and reading.posture != "unknown":
        device.posture = reading.posture
    if reading.in_bed is not None:
        _note_bed(device, in_bed=reading.in_bed, at=reading.at, change=change)


def _note_bed(device: DeviceState, *, in_bed: bool, at: datetime, change: Change) -> None:
    if in_bed:
        device.out_of_bed_since = None
        change.got_into_bed |= device.in_bed is False
    elif device.in_bed is not False:
        device.out_of_bed_since = at
        change.sooner = True
    device.in_bed = in_bed


# --- The person ----------------------------------------------------------------------------------------------------


def _is_moving(device: DeviceState, reading: Observation, profile: MonitoringProfile) -> bool:
    """Steps since the last reading (or since midnight), activity, another posture, into or out of bed."""
    if reading.activity is not None and reading.activity >= profile.inactivity_activity_min:
        return True
    if reading.steps is not None and device.steps is not None and reading.steps != device.steps and reading.steps > 0:
        return True
    if reading.body_movement is not None and reading.body_movement > 0:
        return True
    if reading.posture == "walking":
        return True
    if reading.in_bed is not None and device.in_bed is not None and reading.in_bed is not device.in_bed:
        return True
    posture = reading.posture
    return posture is not None and posture != "unknown" and device.posture not in (None, posture)


def _shows_movement(reading: Observation) -> bool:
    """Whether this reading could have shown a movement: stillness is only what a sensor saw, never what none did."""
    return (
        reading.activity is not None
        or reading.steps is not None
        or (reading.posture is not None and reading.posture != "unknown")
        or (reading.body_movement is not None and reading.in_bed is not False)
    )


def _has_vital_sign(reading: Observation) -> bool:
    return (
        reading.heart_rate_bpm is not None or reading.respiration_rate_bpm is not None or reading.spo2_pct is not None
    )


def _note_person(state: RecipientState, device_id: str, at: datetime, change: Change, *, watched: bool) -> None:
    if change.saw and (state.seen_at is None or at > state.seen_at):
        state.seen_at = at
    if change.alive and (state.alive_at is None or at > state.alive_at):
        state.alive_at = at
    if not watched:
        return
    if change.moved or state.still_since is None or state.watched_at is None:
        if state.still_since is None or at > state.still_since:
            state.still_since = at
        change.sooner |= state.watched_at is None
    else:
        _leave_out_unwatched(state, device_id, at, change)
    if state.watched_at is None or at >= state.watched_at:
        state.watched_at, state.watched_by = at, device_id


def _leave_out_unwatched(state: RecipientState, device_id: str, at: datetime, change: Change) -> None:
    """Time in which nobody could be seen is no stillness: it is added to where the stillness began (promise 4)."""
    if state.watched_at is None or state.still_since is None:
        return
    gap = at - state.watched_at
    if gap <= UNWATCHED_MIN:
        return
    usual = timedelta(seconds=3 * (state.devices[device_id].interval_s or 0.0))
    if gap > max(usual, UNWATCHED_MIN):
        state.still_since += gap
        change.sooner = True
