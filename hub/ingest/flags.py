"""Flags that a device repeats in every snapshot: the edges among them become device events, in the same transaction.

Where each flag stands is read under its lock and saved with the event it became, so that a snapshot that comes again
finds its own edge taken (`device_adapters.levels` decides each step).
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from device_adapters import Decoded
from device_adapters.device_events import EventName
from device_adapters.levels import ALARMS, LevelState, judge_level
from hub.ingest.admission import Admitted
from hub.ingest.monitoring import Sitting
from hub.ingest.source import InboundMessage
from hub.storage import device_levels, readings
from hub.storage.database import Connection
from hub.storage.device_levels import LevelKey


async def raise_flags(connection: Connection, batch: Sequence[Admitted], sitting: Sitting) -> list[Admitted]:
    """The batch in its order, with each message of flags replaced by one message for each event they became."""
    flagged = {one.device.id: one.device for one in batch if flags_of(one.message)}
    if not flagged:
        return list(batch)
    standing = await FlagsStanding.lock(connection, sorted(flagged))
    told: list[Admitted] = []
    for one in batch:
        if flags_of(one.message):
            edges = await standing.take(connection, one.message, one.device.id)
            told.extend(Admitted(message, one.device) for message in edges)
            counts = sitting.tally.of(one.message)
            counts.flag_messages += 1
            counts.flag_edges += len(edges)
        else:
            told.append(one)
    await device_levels.save(connection, standing.moved, sitting.now)
    await readings.see_devices(
        connection,
        [
            readings.DeviceSighting(
                device_id=device.id,
                division_id=device.division_id,
                seen_at=max(one.message.received_at for one in batch if one.device.id == device.id),
            )
            for device in flagged.values()
        ],
    )
    return told


def flags_of(message: InboundMessage) -> dict[EventName, bool]:
    """The flags that a message carries."""
    return dict(message.decoded.levels) if isinstance(message.decoded, Decoded) else {}


class FlagsStanding:
    """Where the flags of a batch's devices stand while it is taken in."""

    def __init__(self, standing: dict[LevelKey, str]) -> None:
        self._standing = standing
        self.moved: dict[LevelKey, str] = {}

    @classmethod
    async def lock(cls, connection: Connection, device_ids: Sequence[UUID]) -> "FlagsStanding":
        """As saved, until the transaction ends."""
        return cls(await device_levels.lock(connection, device_ids))

    async def take(self, connection: Connection, message: InboundMessage, device_id: UUID) -> list[InboundMessage]:
        """The events that this message's flags become, each as a message of its own."""
        events: list[InboundMessage] = []
        for level, up in flags_of(message).items():
            key = (device_id, str(level))
            saved = self._standing.get(key)
            remembered = None if saved is None else LevelState(saved)
            closed = (
                up
                and level in ALARMS
                and remembered in (LevelState.UP, LevelState.UP_AGAIN)
                and key not in self.moved  # this transaction's own edge has no incident yet
                and await device_levels.incident_is_closed(connection, device_id, level)
            )
            step = judge_level(level, up=up, remembered=remembered, closed=closed)
            if step.state != saved:
                self._standing[key] = self.moved[key] = step.state
            if step.event is not None:
                part = message.part + step.event.model_dump_json().encode()
                events.append(replace(message, decoded=Decoded(events=(step.event,)), part=part))
        return events
