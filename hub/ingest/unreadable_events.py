"""Events that cannot be read, as they come in: whose they are, and which bytes are the same again."""

from hashlib import sha256

from alerts.explanation import Explanation
from device_adapters import UnreadableError
from hub.identity import new_id
from hub.ingest.admission import Admitted
from hub.ingest.monitoring import Sitting
from hub.ingest.sent_identity import unreadable_identity
from hub.stations import unreadable
from hub.stations.intake_store import EventIdentity, UnreadableEvent
from hub.storage.database import Connection
from hub.storage.intake import SqlIntakeStore
from hub.storage.senders import Wearer


async def set_aside(
    connection: Connection, admitted: Admitted, error: UnreadableError, wearer: Wearer, sitting: Sitting
) -> bool:
    """Quarantined and shown at the desk all the same; the same bytes again within seconds are one cry (False)."""
    message, device = admitted.message, admitted.device
    event = UnreadableEvent(
        division_id=wearer.division_id or device.division_id,
        device_id=device.id,
        recipient_id=wearer.recipient_id,
        topic=message.topic,
        payload=message.payload,
        reason=Explanation(code=error.code, params=error.params),
        received_at=message.received_at,
        event_id=error.event_id,
    )
    identity = EventIdentity(
        device_id=device.id,
        identity=unreadable_identity(message.payload),
        device_event_id=new_id(),
        payload_sha256=sha256(message.payload).digest(),
        packet_id=message.packet_id,
    )
    kept = await unreadable.set_aside(SqlIntakeStore(connection), event, identity, sitting.now, dup=message.dup)
    if kept is None:
        return False
    if kept.alert is not None:
        sitting.tally.find(message.received_at, [kept.alert])
    sitting.tally.of(message).quarantined += 1
    return True
