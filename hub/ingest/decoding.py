"""What a message says: read by its origin's adapter before it was queued, or here, by the hub's own protocol."""

from device_adapters import (
    Decoded,
    DeviceEvent,
    UnreadableError,
    decode_event,
    decode_status,
    decode_telemetry,
)
from hub.ingest.source import InboundMessage, Leaf


def read_event(message: InboundMessage) -> DeviceEvent:
    """The one device event of a message in the event lane.

    Raises:
        UnreadableError: with the offset or the field that is wrong.
    """
    decoded = _read_before(message) or decode_event(message.payload)
    return decoded.events[0]


def read_telemetry(message: InboundMessage) -> Decoded:
    """Readings or status.

    Raises:
        UnreadableError: with the offset or the field that is wrong.
    """
    decoded = _read_before(message)
    if decoded is not None:
        return decoded
    match message.leaf:
        case Leaf.TELEMETRY:
            return decode_telemetry(message.payload)
        case Leaf.STATUS:
            return decode_status(message.payload)
        case Leaf.EVENT | Leaf.UNKNOWN:
            raise UnreadableError("topic_unknown", {"topic": message.topic[:200]})


def keep(error: UnreadableError) -> UnreadableError:
    """The error without where it was raised: it lives as long as its message, and a frame of the past holds both.

    Such a circle is freed by the cycle collector alone, which looks seldom; garbage by the thousand was 200 MB of them.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


def _read_before(message: InboundMessage) -> Decoded | None:
    if isinstance(message.decoded, UnreadableError):
        raise message.decoded
    return message.decoded
