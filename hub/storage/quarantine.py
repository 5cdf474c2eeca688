"""What could not be read: kept with the reason, for the vendor to mend; never dropped, and with an end.

All of it is counted, by device (of strangers: by source), reason and day. Of each of these the first so many messages
are kept as they came; of the others the count, the times and the first message remain, and so it is with the oldest
when there is too much of all (`forget_oldest`, by housekeeping).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.explanation import Explanation
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.queries import queries

#: More than a message may have; a longer one is cut, its true length is on record.
PAYLOAD_KEPT_MAX_BYTES = 64 * 1024
#: MQTT allows 64 KiB of topic, which no bound on payloads counts; vendors' own have less than 100 characters.
TOPIC_KEPT_MAX_CHARS = 512
#: Of one device, reason and day: what a vendor needs to mend a device is in the first few.
SHARE_MESSAGES_MAX = 200
SHARE_BYTES_MAX = 1024 * 1024
#: Of all: what a database that is backed up every night may carry along.
MESSAGES_MAX = 20_000
BYTES_MAX = 64 * 1024 * 1024
#: What a summary shows of its first message.
SAMPLE_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedMessage:
    """A message and why it is not understood. `owner_id` is whose share it takes: the device's, if there is one."""

    division_id: str
    device_id: UUID | None
    topic: str
    reason: Explanation
    payload: bytes
    received_at: datetime
    incident_id: UUID | None = None
    stranger_of: UUID | None = None  #: Without a device: the source, one name a lane.

    @property
    def key(self) -> "_Key":
        """What it is counted under."""
        owner_id = self.device_id or self.stranger_of or _NOBODY
        return owner_id, self.reason.code, self.received_at.astimezone(UTC).date()


_Key = tuple[UUID, str, date]
_NOBODY = UUID(int=0)


async def put(connection: Connection, messages: Sequence[QuarantinedMessage]) -> None:
    """Count them, and keep those that their owner's share has room for."""
    by_key: defaultdict[_Key, list[QuarantinedMessage]] = defaultdict(list)
    for message in messages:
        by_key[message.key].append(message)
    for key in sorted(by_key):
        await _put(connection, key, by_key[key])


async def is_crowded(connection: Connection, owner_id: UUID, reason_code: str, received_at: datetime) -> bool:
    """Whether the next message of this owner and reason is only counted."""
    cursor = await connection.execute(
        queries("quarantine").standing,
        {"owner_id": owner_id, "reason_code": reason_code, "day": received_at.astimezone(UTC).date()},
    )
    row = await cursor.fetchone()
    return row is not None and not _has_room(*row)


async def forget_oldest(
    connection: Connection, *, messages_max: int = MESSAGES_MAX, bytes_max: int = BYTES_MAX
) -> None:
    """Bring the whole within its size; what goes stays counted."""
    await connection.execute(
        queries("quarantine").forget_oldest, {"messages_max": messages_max, "bytes_max": bytes_max}
    )


async def strangers_shown(connection: Connection, source: str, stranger_id: UUID) -> tuple[int, bool]:
    """How many strangers of this source have an incident that is not closed; and whether this one has."""
    cursor = await connection.execute(
        queries("quarantine").strangers_shown, {"source": source, "subject_id": str(stranger_id)}
    )
    row = await cursor.fetchone()
    return (0, False) if row is None else (row[0], row[1])


def _has_room(kept: int, kept_bytes: int) -> bool:
    return kept < SHARE_MESSAGES_MAX and kept_bytes < SHARE_BYTES_MAX


async def _put(connection: Connection, key: _Key, messages: Sequence[QuarantinedMessage]) -> None:
    summary_id, kept, kept_bytes = await _count(connection, key, messages)
    keeping: list[QuarantinedMessage] = []
    size = 0
    for message in messages:
        if not _has_room(kept + len(keeping), kept_bytes + size):
            break
        keeping.append(message)
        size += min(len(message.payload), PAYLOAD_KEPT_MAX_BYTES)
    if keeping:
        async with connection.cursor() as cursor:
            await cursor.executemany(queries("quarantine").keep, [_row(message, summary_id) for message in keeping])
    await connection.execute(
        queries("quarantine").settle,
        {
            "id": summary_id,
            "kept": len(keeping),
            "kept_bytes": size,
            "forgotten": _by_hour(message.received_at for message in messages[len(keeping) :]),
        },
    )


async def _count(connection: Connection, key: _Key, messages: Sequence[QuarantinedMessage]) -> tuple[UUID, int, int]:
    owner_id, reason_code, day = key
    first = messages[0]
    cursor = await connection.execute(
        queries("quarantine").count,
        {
            "id": new_id(),
            "owner_id": owner_id,
            "device_id": first.device_id,
            "division_id": first.division_id,
            "reason_code": reason_code,
            "day": day,
            "messages": len(messages),
            "first_at": min(message.received_at for message in messages),
            "last_at": max(message.received_at for message in messages),
            "topic": first.topic[:TOPIC_KEPT_MAX_CHARS],
            "reason": _reason(first),
            "sample": first.payload[:SAMPLE_BYTES],
            "payload_bytes": len(first.payload),
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("an upsert returned nothing")
    return row[0], row[1], row[2]


def _row(message: QuarantinedMessage, summary_id: UUID) -> Mapping[str, object]:
    return {
        "id": new_id(),
        "division_id": message.division_id,
        "device_id": message.device_id,
        "topic": message.topic[:TOPIC_KEPT_MAX_CHARS],
        "reason": _reason(message),
        "payload": message.payload[:PAYLOAD_KEPT_MAX_BYTES],
        "payload_bytes": len(message.payload),
        "received_at": message.received_at,
        "incident_id": message.incident_id,
        "summary_id": summary_id,
    }


def _reason(message: QuarantinedMessage) -> Jsonb:
    return Jsonb({"code": message.reason.code, "params": dict(message.reason.params)})


def _by_hour(moments: Iterable[datetime]) -> list[int]:
    hours = [0] * 24
    for moment in moments:
        hours[moment.astimezone(UTC).hour] += 1
    return hours
