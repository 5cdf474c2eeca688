"""Events that cannot be read: kept with the reason, and shown at the desk, because any of them may be the cry.

Of a device that sends them by the thousand only the count grows: no row each, and a sound now and then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alerts.decisions import RaiseAlert, Stage
from alerts.engine import judge_unreadable
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from hub.stations.incidents import open_or_join
from hub.stations.intake_store import EventIdentity, IntakeStore, UnreadableEvent
from hub.stations.records import AckMessage, AlertRequest
from hub.stations.repetition import SAME_PRESS_WITHIN

#: A device whose share of the quarantine is used up sounds again as often as an SOS taken and forgotten may.
_SOUNDS_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An event that was kept; `alert` is what it raised, None when its device sounds already."""

    alert: RaiseAlert | None


async def set_aside(
    store: IntakeStore, event: UnreadableEvent, identity: EventIdentity, now: datetime, *, dup: bool
) -> SetAside | None:
    """Quarantine it and show it at the desk all the same; None: the same bytes came within seconds, it is one cry."""
    is_crowded = await store.is_crowded(event.device_id, event.reason.code, event.received_at)
    if not is_crowded and await _is_known(store, identity, now, dup=dup):
        return None
    quiet_since = now - (_SOUNDS_AGAIN_AFTER if is_crowded else SAME_PRESS_WITHIN)
    subject = Subject(type=SubjectType.DEVICE, id=str(event.device_id))
    incident_id = await store.recent_incident(subject, IncidentKind.UNREADABLE_EVENT, quiet_since)
    alert = judge_unreadable(_why(event)) if incident_id is None else None
    if alert is not None:
        incident_id = await _show(store, event, subject, alert, now)
    if incident_id is None:
        raise RuntimeError("an unreadable event belongs to an incident")
    await store.quarantine_event(event, incident_id)
    if event.event_id is not None:
        ack = AckMessage(
            device_id=event.device_id,
            division_id=event.division_id,
            event_ref=event.event_id,
            stage=Stage.REFUSED,
            reason=event.reason.code,
        )
        await store.tell_devices([ack], now)
    return SetAside(alert=alert)


def _why(event: UnreadableEvent) -> Explanation:
    params = {"reason": event.reason.code, **event.reason.params, "device_id": str(event.device_id)}
    return Explanation(code="unreadable_event", params=params)


async def _show(store: IntakeStore, event: UnreadableEvent, subject: Subject, alert: RaiseAlert, now: datetime) -> UUID:
    request = AlertRequest(
        division_id=event.division_id,
        subject=subject,
        recipient_id=event.recipient_id,
        alert=alert,
        occurred_at=event.received_at,
        received_at=event.received_at,
        device_id=event.device_id,
        event_id=event.event_id,
    )
    return (await open_or_join(store, request, now)).incident_id


async def _is_known(store: IntakeStore, identity: EventIdentity, now: datetime, *, dup: bool) -> bool:
    """Whether these bytes of this device were set aside a moment ago, or are sent again as the same packet."""
    known = await store.remember_event(identity, now)
    if known is None:
        return False
    if now - known.seen_at <= SAME_PRESS_WITHIN or (dup and known.packet_id == identity.packet_id):
        return True
    await store.succeed_event(identity, now)
    return False
