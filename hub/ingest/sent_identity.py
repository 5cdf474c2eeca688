"""Which message this is, from the bytes that were sent - never from a received or corrected time (rule 3)."""

from datetime import datetime
from hashlib import blake2b

from device_adapters import DeviceEvent, Reading

_DIGEST_BYTES = 16


def _digest(tag: str, content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES, person=tag.encode()).digest()


def identity_of(sent_id: str | None, boot_id: str | None, seq: int | None) -> bytes | None:
    """The identity that a device gives itself: its id, else its boot and sequence; None where it gives none."""
    if sent_id is not None:
        return _digest("id", sent_id.encode())
    if boot_id is not None and seq is not None:
        return _digest("boot-seq", f"{boot_id}\n{seq}".encode())
    return None


def event_identity(event: DeviceEvent, payload: bytes) -> tuple[bytes, bool]:
    """(identity, lasting): the device's id, else its boot and sequence, else the payload itself.

    `lasting` is False for an event without id and time, whose payload will be the same at the next press: it is the
    same event only as a repetition of the same packet, or within seconds.
    """
    said = identity_of(event.id, event.boot_id, event.seq)
    if said is not None:
        return said, True
    # One payload of a foreign device may hold several events: the name and the component keep them apart.
    sent = b"\n".join((payload, event.event.encode(), (event.component or "").encode()))
    return _digest("payload", sent), event.occurred_at is not None or event.sent_at is not None


def reading_identity(reading: Reading, untimed: bytes | None = None) -> bytes:
    """The reading's id, else its boot and sequence, else what it says: alone, or later in a batch, it is the same.

    One without a time of its own carries the time of receipt, which is not what was sent: `untimed` is what was.
    """
    said = identity_of(reading.id, reading.boot_id, reading.seq)
    if said is not None:
        return said
    return _digest("payload", reading.model_dump_json().encode() if untimed is None else untimed)


def identity_elsewhere(identity: bytes, claimed: datetime) -> bytes:
    """Of a reading that is stored at another time than the one it claims: what it claims is then part of its identity.

    At its own time the unique key of readings tells two with one id apart - of firmware that counts its ids to 255, or
    gives one to all.
    """
    return _digest("elsewhere", identity + claimed.isoformat().encode())


def unreadable_identity(payload: bytes) -> bytes:
    """Of an event that cannot be read: its bytes are all there is."""
    return _digest("unreadable", payload)
