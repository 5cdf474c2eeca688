"""A reading: what a device measured at one moment. It is about the device; attribution makes it about a person."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from device_adapters.fields import Datum, DeviceTime, LocationSource, MessageId, Posture, Sequence

#: Heart rate 0 or 1 and SpO2 0 mean "no reading" in the field (DOMAIN.md section 4).
_NO_PULSE_BPM_MAX = 1


def _no_pulse(value: object) -> object:
    return None if isinstance(value, int | float) and value <= _NO_PULSE_BPM_MAX else value


def _zero_is_none(value: object) -> object:
    return None if value == 0 and not isinstance(value, bool) else value


#: Asked before and after the number is read: "0" and "1e-999" as text are sentinels, too.
_PULSE = (BeforeValidator(_no_pulse), AfterValidator(_no_pulse))
_MEASURE = (BeforeValidator(_zero_is_none), AfterValidator(_zero_is_none))


class Location(BaseModel):
    """Where the device was, in the datum that it says."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    lat: float = Field(ge=-90, le=90, description="degrees")
    lon: float = Field(ge=-180, le=180, description="degrees")
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, description="radius, metres")
    source: LocationSource | None = None
    datum: Datum = Field(default="wgs84", description="BD-09 and GCJ-02 are converted once, at display")
    fixed_at: DeviceTime | None = None


class Reading(BaseModel):
    """One reading; every field is optional but the time. Unknown fields are kept, not refused."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    id: MessageId | None = None
    seq: Sequence | None = None
    boot_id: MessageId | None = Field(default=None, description="with seq: the identity of a reading without id")
    measured_at: DeviceTime
    heart_rate_bpm: Annotated[float | None, Field(ge=0, le=350), *_PULSE] = None
    spo2_pct: Annotated[float | None, Field(ge=0, le=100), *_MEASURE] = None
    respiration_rate_bpm: Annotated[float | None, Field(ge=0, le=150), *_MEASURE] = None
    systolic_mmhg: Annotated[float | None, Field(ge=0, le=400), *_MEASURE] = None
    diastolic_mmhg: Annotated[float | None, Field(ge=0, le=300), *_MEASURE] = None
    body_temperature_c: Annotated[float | None, Field(ge=0, le=60), *_MEASURE] = None
    steps: int | None = Field(default=None, ge=0, le=1_000_000, description="since local midnight")
    activity: float | None = Field(default=None, ge=0, le=1, description="0-1 over the interval")
    posture: Posture | None = None
    in_bed: bool | None = None
    body_movement: float | None = Field(default=None, ge=0, le=1_000_000)
    worn: bool | None = None
    charging: bool | None = None
    battery_pct: float | None = Field(default=None, ge=0, le=100)
    signal_dbm: float | None = Field(default=None, ge=-200, le=50)
    location: Location | None = None


class ReadingBatch(BaseModel):
    """Buffered history in one message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    readings: list[Reading] = Field(min_length=1, max_length=500)
