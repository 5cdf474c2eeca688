"""The queues beside the desk, and what devices are told, as rows: the part that every store of a transaction has."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.modes import ModeSpan
from hub.identity import new_id
from hub.stations.records import AckMessage, FollowUpRequest, MaintenanceReport
from hub.storage import follow_ups, maintenance, modes
from hub.storage.database import Connection, database_now
from hub.storage.mqtt_sessions import DownMessage, queue_down_messages

#: Staged acknowledgements wait so long for a device that is away (DESIGN.md section 2, rule 12).
ACKNOWLEDGEMENT_EXPIRES = timedelta(hours=24)


class SqlBesideStore:
    """`hub.stations.store.BesideStore` in the transaction of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def new_id(self) -> UUID:
        """A UUIDv7."""
        return new_id()

    async def now(self) -> datetime:
        """The database's clock."""
        return await database_now(self._connection)

    async def report_maintenance(self, report: MaintenanceReport, now: datetime) -> None:
        """See the port."""
        await maintenance.report(self._connection, report, now)

    async def clear_maintenance(self, kind: MaintenanceKind, owner_id: UUID | None, now: datetime) -> None:
        """See the port."""
        await maintenance.clear(self._connection, kind, owner_id, now)

    async def request_follow_up(self, wanted: FollowUpRequest, now: datetime) -> None:
        """See the port."""
        await follow_ups.request(self._connection, wanted, now)

    async def end_mode(self, recipient_id: UUID, span: ModeSpan, why: Explanation, now: datetime) -> None:
        """See the port."""
        await modes.end_span(self._connection, recipient_id, span, why, now)

    async def tell_devices(self, acks: Sequence[AckMessage], now: datetime) -> None:
        """Queue them on the devices' `down/ack`, in one round trip."""
        messages = [
            DownMessage(
                device_id=ack.device_id,
                division_id=ack.division_id,
                leaf="ack",
                payload=_payload(ack, now),
                expires_at=now + ACKNOWLEDGEMENT_EXPIRES,
            )
            for ack in acks
        ]
        await queue_down_messages(self._connection, messages)


def _payload(ack: AckMessage, now: datetime) -> bytes:
    said = {"ref": ack.event_ref, "stage": ack.stage, "at": now.isoformat(), "reason": ack.reason}
    return json.dumps(said, ensure_ascii=False).encode()
