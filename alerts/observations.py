"""What the core is given: device events and readings that have been attributed to somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from alerts.explanation import Param
from alerts.kinds import SubjectType


class EventKind(StrEnum):
    """What a device may claim (names after IEEE 11073-10471 where it has one; DESIGN.md section 3)."""

    SOS_PRESSED = "sos_pressed"
    SOS_CANCELLED = "sos_cancelled"
    FALL_SUSPECTED = "fall_suspected"
    FALL_CONFIRMED = "fall_confirmed"
    FALL_CANCELLED = "fall_cancelled"
    BED_EXIT = "bed_exit"
    BED_ENTRY = "bed_entry"
    BED_ABSENCE = "bed_absence"
    MOTION = "motion"
    NO_MOTION = "no_motion"
    GEOFENCE_EXIT = "geofence_exit"
    GEOFENCE_ENTRY = "geofence_entry"
    REMOVED = "removed"
    WORN = "worn"
    CHARGING_STARTED = "charging_started"
    CHARGING_ENDED = "charging_ended"
    LOW_BATTERY = "low_battery"
    BATTERY_OK = "battery_ok"
    TAMPER = "tamper"
    TAMPER_RESTORED = "tamper_restored"
    VITAL_OUT_OF_RANGE = "vital_out_of_range"
    VITAL_RESTORED = "vital_restored"
    APNEA_SUSPECTED = "apnea_suspected"
    ENURESIS_DETECTED = "enuresis_detected"
    SERVICE_REQUESTED = "service_requested"
    CALL_STARTED = "call_started"
    CALL_ENDED = "call_ended"
    DEVICE_FAULT = "device_fault"
    FAULT_RESTORED = "fault_restored"
    SELF_TEST_PASSED = "self_test_passed"
    SELF_TEST_FAILED = "self_test_failed"
    COMMAND_RESULT = "command_result"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom an observation is about: the recipient, or the device itself while nobody is assigned to it."""

    type: SubjectType
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent:
    """What a device claims, attributed to a subject.

    `occurred_at` is the corrected time; `historical` says that it was buffered and must not touch live state - which
    never keeps an SOS or a fall from the desk, whatever its age. `last_wearer_id` is the recipient who last had a
    device that nobody has now.
    """

    subject: Subject
    device_id: str
    event: EventKind
    occurred_at: datetime
    received_at: datetime
    historical: bool
    test: bool  #: The device says so itself.
    in_test_window: bool = False  #: Somebody tries this device just now.
    component: str | None = None
    last_wearer_id: str | None = None
    evidence: Mapping[str, Param] = field(default_factory=dict)
    device_kind: str = "unknown"
    gateway_id: str | None = None
    quality: str | None = None  #: Where its time comes from: the device, corrected, or that of receipt and why.


@dataclass(slots=True, kw_only=True)
class Observation:
    """A reading, attributed: what a device measured of a subject. Absent values are None.

    Not frozen: thousands a second are made, and a frozen one of this size costs 6 us. Nothing changes one.
    """

    device_id: str
    device_kind: str
    gateway_id: str | None
    at: datetime  #: Measured, corrected.
    received_at: datetime
    historical: bool  #: Buffered: the device is heard, what it measured is history.
    via_gateway: bool = False  #: Its gateway carried it: the device is within the gateway's reach.
    heart_rate_bpm: float | None = None
    spo2_pct: float | None = None
    respiration_rate_bpm: float | None = None
    steps: int | None = None
    activity: float | None = None
    posture: str | None = None
    in_bed: bool | None = None
    body_movement: float | None = None
    worn: bool | None = None
    charging: bool | None = None
    battery_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A device was heard and measured nothing: a status, or - of a gateway - a message of a device behind it.

    `online` is what the device says of its own connection: False is its last will.
    """

    device_id: str
    device_kind: str
    gateway_id: str | None
    received_at: datetime
    online: bool | None = None
