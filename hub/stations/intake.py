"""Taking in a device event: whether it is a repetition, what is kept of it, what its device is told, what follows.

Nothing is judged twice: an event whose identity the ledger knows is only answered again. All of it is one transaction,
so that "received" is told of nothing that could still be lost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.decisions import Finding, Stage
from alerts.explanation import Explanation, Param
from alerts.incidents import IncidentState
from alerts.kinds import MaintenanceKind
from alerts.observations import Subject
from hub.stations.findings import Cause, carry_out
from hub.stations.intake_store import DeviceEventRow, EventIdentity, IntakeStore, KnownEvent
from hub.stations.records import AckMessage, MaintenanceReport
from hub.stations.repetition import is_repeated

_STAGE_OF_STATE = {IncidentState.ACKNOWLEDGED: Stage.TAKEN, IncidentState.CLOSED: Stage.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvent:
    """A device event with its identity, attributed to somebody.

    `lasting`: the device gave it that identity for good; without an id or a time only nearness tells two presses apart.
    `dup`: its sender says that the same packet was sent before.
    """

    row: DeviceEventRow
    identity: EventIdentity
    lasting: bool
    dup: bool
    subject: Subject

    @property
    def cause(self) -> Cause:
        """What findings follow from."""
        return Cause(
            subject=self.subject,
            division_id=self.row.division_id,
            occurred_at=self.row.occurred_at,
            received_at=self.row.received_at,
            device_event_id=self.row.id,
            event_id=self.row.event_id,
            test=self.row.test,
            wants_ack=self.row.wants_ack,
        )


async def take_in(store: IntakeStore, sent: SentEvent, judge: Callable[[], Iterable[Finding]], now: datetime) -> bool:
    """Store the event and all that follows from it; whether it is new. Only a new one is judged."""
    known = await store.remember_event(sent.identity, now)
    if known is not None:
        if _is_same(sent, known, now):
            await _answer_again(store, sent.row, known, now)
            return False
        await store.succeed_event(sent.identity, now)
        if sent.lasting:
            await store.report_maintenance(_id_reused(sent.row), now)
    await store.insert_device_event(sent.row)
    if sent.row.wants_ack:
        await store.tell_devices([_ack(sent.row, sent.row.event_id or str(sent.row.id), Stage.RECEIVED)], now)
    await carry_out(store, sent.cause, judge(), now)
    return True


def _is_same(sent: SentEvent, known: KnownEvent, now: datetime) -> bool:
    said_the_same = (
        known.payload_sha256 == sent.identity.payload_sha256 or known.device_occurred_at == sent.row.device_occurred_at
    )
    same_packet = sent.dup and known.packet_id == sent.identity.packet_id
    return is_repeated(
        age=now - known.seen_at, lasting=sent.lasting, said_the_same=said_the_same, same_packet=same_packet
    )


async def _answer_again(store: IntakeStore, row: DeviceEventRow, known: KnownEvent, now: datetime) -> None:
    """A repeated event changes nothing; its device may not have heard the answer."""
    if not row.wants_ack:
        return
    stages = [Stage.RECEIVED]
    standing = await store.standing_of(known.device_event_id)
    stage = None if standing is None else _STAGE_OF_STATE.get(standing.state)
    if standing is not None and stage is not None:
        stages.append(Stage.RESPONDING if standing.responding and stage is Stage.TAKEN else stage)
    ref = row.event_id or str(known.device_event_id)
    await store.tell_devices([_ack(row, ref, stage) for stage in stages], now)


def _ack(row: DeviceEventRow, ref: str, stage: Stage) -> AckMessage:
    return AckMessage(device_id=row.device_id, division_id=row.division_id, event_ref=ref, stage=stage)


def _id_reused(row: DeviceEventRow) -> MaintenanceReport:
    claimed = row.device_occurred_at
    params: dict[str, Param] = {
        "device_time": None if claimed is None else claimed.isoformat(),
        "received_at": row.received_at.isoformat(),
    }
    return MaintenanceReport(
        kind=MaintenanceKind.EVENT_ID_REUSED,
        division_id=row.division_id,
        device_id=row.device_id,
        recipient_id=row.recipient_id,
        explanation=Explanation(code=MaintenanceKind.EVENT_ID_REUSED, params=params),
    )
