"""Observing: what a batch of telemetry says of people, judged in its order and carried out in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.observations import Heard, Subject
from device_adapters import DeviceStatus, Reading
from hub.ingest.admission import Admitted
from hub.ingest.attribution import attribute_reading, speaker_of, subject_of
from hub.ingest.breath import Breath
from hub.ingest.monitoring import Sitting
from hub.ingest.timekeeping import SettledTime
from hub.stations.findings import Cause, carry_out
from hub.storage import senders
from hub.storage.database import Connection
from hub.storage.incidents import SqlIncidentStore
from hub.storage.senders import Sender, Wearer

_GATEWAY = "gateway"


@dataclass(slots=True)
class Measured:
    """One reading, identified, timed and attributed. Not frozen: made thousands of times a second."""

    admitted: Admitted
    reading: Reading
    identity: bytes
    time: SettledTime
    wearer: Wearer | None = None


@dataclass(slots=True)
class Batch:
    """What a batch of messages holds for the core."""

    admitted: Sequence[Admitted]
    measured: Sequence[Measured]  #: New ones only, attributed.
    statuses: Sequence[tuple[Admitted, DeviceStatus]]


async def observe(connection: Connection, sitting: Sitting, batch: Batch) -> None:
    """Judge the batch: live readings one by one, and that every device - and its gateway - was heard."""
    heard = await _heard(connection, batch, sitting.now)
    live = [(_subject_then(one), one) for one in batch.measured if not one.time.historical]
    await sitting.claim(connection, {subject for subject, _ in (*live, *heard)})
    breath = Breath(sitting.monitoring.right_of_way)
    for subject, one in live:
        await breath.take()
        if sitting.division_of(subject) is None:
            continue
        speaker, received_at = speaker_of(one.admitted.device), one.admitted.message.received_at
        reading = attribute_reading(one.reading, speaker, received_at, one.time, via_gateway=_is_carried(one.admitted))
        findings = sitting.judge_reading(subject, reading)
        if findings:
            await carry_out(
                SqlIncidentStore(connection), _cause(sitting, subject, one.time.at, received_at), findings, sitting.now
            )
    await judge_heard(connection, sitting, heard)


async def judge_heard(connection: Connection, sitting: Sitting, heard: Sequence[tuple[Subject, Heard]]) -> None:
    """Judge, of subjects that are claimed, that their devices were heard."""
    for subject, sign in heard:
        if sitting.division_of(subject) is None:
            continue
        if findings := sitting.judge_heard(subject, sign):
            cause = _cause(sitting, subject, sign.received_at, sign.received_at)
            await carry_out(SqlIncidentStore(connection), cause, findings, sitting.now)


async def _heard(connection: Connection, batch: Batch, now: datetime) -> list[tuple[Subject, Heard]]:
    """Statuses, devices that said nothing live, and the gateways of all: with whom they are now."""
    told_live = {one.admitted.device.id for one in batch.measured if not one.time.historical}
    signs: list[tuple[UUID, Heard]] = []
    quiet = {one.device.id: one for one in batch.admitted if one.device.id not in told_live}
    signs.extend((device_id, _sign(one.device, one.message.received_at)) for device_id, one in quiet.items())
    signs.extend(_gateway_signs(batch.admitted))
    signs.extend(
        (one.device.id, _sign(one.device, one.message.received_at, online=status.online))
        for one, status in batch.statuses
    )
    return await _attribute(connection, signs, now)


async def heard_gateways(
    connection: Connection, admitted: Sequence[Admitted], now: datetime
) -> list[tuple[Subject, Heard]]:
    """The gateways that carried these messages, each with whose it is: the caller claims and judges them."""
    return await _attribute(connection, _gateway_signs(admitted), now)


def _is_carried(one: Admitted) -> bool:
    """Whether the message came through the device's gateway."""
    return one.device.gateway_id is not None and one.message.sender_id == str(one.device.gateway_id)


def _gateway_signs(admitted: Sequence[Admitted]) -> list[tuple[UUID, Heard]]:
    carried = {
        one.device.gateway_id: one.message.received_at
        for one in admitted
        if _is_carried(one) and one.device.gateway_id is not None
    }
    return [
        (gateway_id, Heard(device_id=str(gateway_id), device_kind=_GATEWAY, gateway_id=None, received_at=received_at))
        for gateway_id, received_at in carried.items()
    ]


async def _attribute(
    connection: Connection, signs: Sequence[tuple[UUID, Heard]], now: datetime
) -> list[tuple[Subject, Heard]]:
    if not signs:
        return []
    wearers = await senders.find_wearers(connection, [(device_id, now) for device_id, _ in signs])
    return [
        (subject_of(device_id, wearer.recipient_id), sign)
        for (device_id, sign), wearer in zip(signs, wearers, strict=True)
    ]


def _sign(device: Sender, received_at: datetime, *, online: bool | None = None) -> Heard:
    return Heard(
        device_id=str(device.id),
        device_kind=device.kind,
        gateway_id=None if device.gateway_id is None else str(device.gateway_id),
        received_at=received_at,
        online=online,
    )


def _subject_then(one: Measured) -> Subject:
    return subject_of(one.admitted.device.id, None if one.wearer is None else one.wearer.recipient_id)


def _cause(sitting: Sitting, subject: Subject, occurred_at: datetime, received_at: datetime) -> Cause:
    division_id = sitting.division_of(subject)
    if division_id is None:
        raise LookupError(subject.id)
    return Cause(subject=subject, division_id=division_id, occurred_at=occurred_at, received_at=received_at)
