"""Events that cannot be read: kept with the reason, and shown at the desk, because any of them may be the cry.

Of a device that sends them by the thousand only the count grows: no row each, and a sound now and then.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from alerts.decisions import Stage
from alerts.engine import judge_unreadable
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from device_adapters import UnreadableError
from hub.identity import new_id
from hub.ingest.admission import Admitted
from hub.ingest.monitoring import Sitting
from hub.ingest.sent_identity import SAME_PRESS_WITHIN, unreadable_identity
from hub.stations import incidents
from hub.stations.records import AckMessage, AlertRequest
from hub.storage import device_events, quarantine
from hub.storage.database import Connection
from hub.storage.device_events import EventIdentity
from hub.storage.incidents import SqlIncidentStore
from hub.storage.senders import Wearer

#: A device whose share of the quarantine is used up sounds again as often as an SOS taken and forgotten may.
_SOUNDS_AGAIN_AFTER = timedelta(minutes=10)


async def set_aside(
    connection: Connection, admitted: Admitted, error: UnreadableError, wearer: Wearer, sitting: Sitting
) -> bool:
    """Quarantined and shown at the desk all the same; the same bytes again within seconds are one cry (False)."""
    message, device, now = admitted.message, admitted.device, sitting.now
    division_id = wearer.division_id or device.division_id
    is_crowded = await quarantine.is_crowded(connection, device.id, error.code, message.received_at)
    if not is_crowded and await _is_known(connection, admitted, now):
        return False
    reason = Explanation(
        code="unreadable_event", params={"reason": error.code, **error.params, "device_id": str(device.id)}
    )
    subject = Subject(type=SubjectType.DEVICE, id=str(device.id))
    quiet_since = now - (_SOUNDS_AGAIN_AFTER if is_crowded else SAME_PRESS_WITHIN)
    store = SqlIncidentStore(connection)
    incident_id = await store.recent_incident(subject, IncidentKind.UNREADABLE_EVENT, quiet_since)
    if incident_id is None:
        alert = judge_unreadable(reason)
        sitting.tally.find(message.received_at, [alert])
        opened = await incidents.open_or_join(
            store,
            AlertRequest(
                division_id=division_id,
                subject=subject,
                recipient_id=wearer.recipient_id,
                alert=alert,
                occurred_at=message.received_at,
                received_at=message.received_at,
                device_id=device.id,
                event_id=error.event_id,
            ),
            now,
        )
        incident_id = opened.incident_id
    sitting.tally.of(message).quarantined += 1
    await quarantine.put(
        connection,
        [
            quarantine.QuarantinedMessage(
                division_id=division_id,
                device_id=device.id,
                topic=message.topic,
                reason=Explanation(code=error.code, params=error.params),
                payload=message.payload,
                received_at=message.received_at,
                incident_id=incident_id,
            )
        ],
    )
    if error.event_id is not None:
        ack = AckMessage(
            device_id=device.id,
            division_id=division_id,
            event_ref=error.event_id,
            stage=Stage.REFUSED,
            reason=error.code,
        )
        await store.tell_devices([ack], now)
    return True


async def _is_known(connection: Connection, admitted: Admitted, now: datetime) -> bool:
    """Whether these bytes of this device were set aside a moment ago, or are sent again as the same packet."""
    message = admitted.message
    identity = EventIdentity(
        device_id=admitted.device.id,
        identity=unreadable_identity(message.payload),
        device_event_id=new_id(),
        payload_sha256=sha256(message.payload).digest(),
        packet_id=message.packet_id,
    )
    known = await device_events.remember(connection, identity, now)
    if known is None:
        return False
    if now - known.seen_at <= SAME_PRESS_WITHIN or (message.dup and known.packet_id == identity.packet_id):
        return True
    await device_events.succeed(connection, identity, now)
    return False
