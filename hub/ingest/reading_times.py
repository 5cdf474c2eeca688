"""The times of a batch's readings: as their devices say them, or - where a clock gave trouble - as that clock is known.

Only devices with trouble on record, or in this batch, pay for it: their readings are looked up before they are stored,
because a first copy may have been stored at another time than this one would be.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from hub.ingest.clock_keeping import ClockBook, Witness
from hub.ingest.monitoring import Sitting
from hub.ingest.observing import Measured
from hub.ingest.sent_identity import identity_elsewhere
from hub.ingest.timekeeping import WRONG_CLOCK, Quality, settle_time
from hub.storage import readings
from hub.storage.database import Connection
from hub.storage.readings import Asked

_Key = tuple[UUID, bytes]


async def settle_readings(
    connection: Connection, measured: Sequence[Measured], sitting: Sitting
) -> tuple[list[Measured], ClockBook[UUID]]:
    """Those that are not known to be repeated, each with its time, and the clocks as they are known after them.

    The given times are those of right clocks.
    """
    troubled = sitting.monitoring.troubled_clocks
    suspects = {
        one.admitted.device.id
        for one in measured
        if one.time.historical or one.time.quality in WRONG_CLOCK or one.admitted.device.id in troubled
    }
    book = await troubled.look(connection, suspects)
    fresh = await _settle(connection, measured, book) if suspects else measured
    return await _remember(connection, fresh, sitting), book


def witnesses_of(measured: Iterable[Measured]) -> dict[UUID, Witness]:
    """For each device the last message in which it said a time."""
    return {
        one.admitted.device.id: Witness(
            one.admitted.device.division_id, one.reading.measured_at, one.admitted.message.received_at
        )
        for one in measured
        if one.time.quality is not Quality.MISSING
    }


async def _settle(connection: Connection, measured: Sequence[Measured], book: ClockBook[UUID]) -> list[Measured]:
    """Message by message: each teaches, then is settled; what is repeated does neither."""
    messages = [list(together) for _, together in groupby(measured, key=lambda one: id(one.admitted))]
    newest = [_newest_of(message) for message in messages]
    known = await _find_known(connection, measured, [one for one in newest if one is not None], book)
    fresh: list[Measured] = []
    for message, teacher in zip(messages, newest, strict=True):
        device_id, inbound = message[0].admitted.device.id, message[0].admitted.message
        if device_id not in book:
            fresh.extend(message)
            continue
        if teacher is not None and not inbound.dup and _key_elsewhere(teacher) not in known:
            book.learn(device_id, teacher.reading.measured_at, inbound.received_at)
        for one in message:
            if one.time.quality is not Quality.MISSING:
                key = _key_elsewhere(one)
                if key in known:
                    continue
                known.add(key)
                one.time = settle_time(one.reading.measured_at, inbound.received_at, book.clock_of(device_id))
                book.note(device_id, one.time, inbound.received_at)
                if one.time.quality is not Quality.DEVICE:
                    one.identity = key[1]
            fresh.append(one)
    return fresh


async def _find_known(
    connection: Connection, measured: Sequence[Measured], teachers: Sequence[Measured], book: ClockBook[UUID]
) -> set[_Key]:
    """What was stored before, wherever the unique key of readings could miss it, and whatever would teach."""
    asked = {id(one): one for one in teachers if one.admitted.device.id in book}
    for one in measured:
        if one.time.quality in WRONG_CLOCK or book.is_on_record(one.admitted.device.id):
            asked[id(one)] = one
    return await readings.find_known(
        connection,
        [
            Asked(*_key_of(one), _key_elsewhere(one)[1], one.reading.measured_at)
            for one in asked.values()
            if one.time.quality is not Quality.MISSING
        ],
    )


async def _remember(connection: Connection, measured: Sequence[Measured], sitting: Sitting) -> list[Measured]:
    """What is stored at another time than it was sent with goes into the ledger; what is there already is repeated."""
    elsewhere = [one for one in measured if one.time.quality is not Quality.DEVICE]
    fresh = await readings.remember_identities(connection, [_key_of(one) for one in elsewhere], sitting.now)
    kept: list[Measured] = []
    for one in measured:
        if one.time.quality is Quality.DEVICE or _key_of(one) in fresh:
            fresh.discard(_key_of(one))
            kept.append(one)
    return kept


def _newest_of(message: Sequence[Measured]) -> Measured | None:
    timed = [one for one in message if one.time.quality is not Quality.MISSING]
    return max(timed, key=lambda one: one.reading.measured_at, default=None)


def _key_of(one: Measured) -> _Key:
    return one.admitted.device.id, one.identity


def _key_elsewhere(one: Measured) -> _Key:
    return one.admitted.device.id, identity_elsewhere(one.identity, one.reading.measured_at)
