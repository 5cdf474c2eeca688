"""Attribution: from what a device said to what the core is told of a subject. Pure; live and replay share it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.explanation import Param
from alerts.kinds import SubjectType
from alerts.observations import DeviceEvent as AttributedEvent
from alerts.observations import EventKind, Observation, Subject
from device_adapters import DeviceEvent, Reading
from hub.ingest.timekeeping import SettledTime
from hub.storage.senders import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """The device that speaks, as the core knows devices."""

    id: str
    kind: str
    gateway_id: str | None


def subject_of(device_id: UUID | str, recipient_id: UUID | str | None) -> Subject:
    """The wearer; while nobody has the device, the device itself."""
    if recipient_id is not None:
        return Subject(type=SubjectType.RECIPIENT, id=str(recipient_id))
    return Subject(type=SubjectType.DEVICE, id=str(device_id))


def speaker_of(device: Sender) -> Speaker:
    """A device of the registry."""
    return Speaker(
        id=str(device.id), kind=device.kind, gateway_id=None if device.gateway_id is None else str(device.gateway_id)
    )


def attribute_reading(
    reading: Reading, speaker: Speaker, received_at: datetime, time: SettledTime, *, via_gateway: bool
) -> Observation:
    """A reading as an observation; whose, the caller knows."""
    return Observation(
        device_id=speaker.id,
        device_kind=speaker.kind,
        gateway_id=speaker.gateway_id,
        at=time.at,
        received_at=received_at,
        historical=time.historical,
        via_gateway=via_gateway,
        heart_rate_bpm=reading.heart_rate_bpm,
        spo2_pct=reading.spo2_pct,
        respiration_rate_bpm=reading.respiration_rate_bpm,
        steps=reading.steps,
        activity=reading.activity,
        posture=reading.posture,
        in_bed=reading.in_bed,
        body_movement=reading.body_movement,
        worn=reading.worn,
        charging=reading.charging,
        battery_pct=reading.battery_pct,
    )


def attribute_event(
    event: DeviceEvent,
    speaker: Speaker,
    received_at: datetime,
    time: SettledTime,
    *,
    subject: Subject,
    last_wearer_id: str | None = None,
    in_test_window: bool = False,
) -> AttributedEvent:
    """A device event with its subject."""
    evidence: dict[str, Param] = {
        name: value
        for name, value in (event.evidence or {}).items()
        if isinstance(value, str | int | float | bool | None)
    }
    if event.unread_fields:
        evidence["unread_fields"] = ", ".join(event.unread_fields)
    return AttributedEvent(
        subject=subject,
        device_id=speaker.id,
        device_kind=speaker.kind,
        gateway_id=speaker.gateway_id,
        event=EventKind(event.event),
        occurred_at=time.at,
        received_at=received_at,
        historical=time.historical,
        test=event.test,
        in_test_window=in_test_window,
        component=event.component,
        last_wearer_id=last_wearer_id,
        evidence=evidence,
        quality=time.quality,
    )
