"""A device event: what a device claims. Names follow IEEE 11073-10471 where it has one."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from device_adapters.fields import DeviceTime, MessageId, Sequence
from device_adapters.readings import Location

EventName = Literal[
    "sos_pressed",
    "sos_cancelled",
    "fall_suspected",
    "fall_confirmed",
    "fall_cancelled",
    "bed_exit",
    "bed_entry",
    "bed_absence",
    "motion",
    "no_motion",
    "geofence_exit",
    "geofence_entry",
    "removed",
    "worn",
    "charging_started",
    "charging_ended",
    "low_battery",
    "battery_ok",
    "tamper",
    "tamper_restored",
    "vital_out_of_range",
    "vital_restored",
    "apnea_suspected",
    "enuresis_detected",
    "service_requested",
    "call_started",
    "call_ended",
    "device_fault",
    "fault_restored",
    "self_test_passed",
    "self_test_failed",
    "command_result",
    "heartbeat",
]
EVENT_NAMES: frozenset[str] = frozenset(get_args(EventName))


class DeviceEvent(BaseModel):
    """One device event. `ack` asks for staged acknowledgement on `down/ack`."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    id: MessageId | None = Field(default=None, description="repeat it until `received` comes back")
    seq: Sequence | None = None
    boot_id: MessageId | None = Field(default=None, description="with seq: the identity of an event without id")
    event: EventName
    occurred_at: DeviceTime | None = Field(default=None, description="missing: the time of receipt, marked")
    sent_at: DeviceTime | None = None
    test: bool = False
    component: str | None = Field(default=None, max_length=128)
    location: Location | None = None
    evidence: dict[str, Any] | None = None
    ack: bool = False
    unread_fields: SkipJsonSchema[tuple[str, ...]] = Field(
        default=(), exclude=True, description="fields of the payload that made no sense and were left out"
    )
