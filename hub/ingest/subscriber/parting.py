"""One message of a broker becomes what the pipeline takes in: a part for each device, and for each event it speaks of.

The broker is answered when the last part is committed. Nothing raises here: what cannot be read becomes a part that
says so, in the event lane if the topic may carry a cry for help.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from device_adapters import Decoded, DeviceEvent, FromDevice, UnreadableError
from device_adapters.port import canonical_key
from hub.ingest.adapters import GuardedAdapter
from hub.ingest.decoding import keep
from hub.ingest.source import InboundMessage, Leaf, Origin, RefusalReason

#: A key is an IMEI, a MAC, a serial number; what is longer is none, and is cut before it is looked up.
_KEY_MAX = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerMessage:
    """A PUBLISH as the broker delivered it."""

    topic: str
    payload: bytes
    received_at: datetime
    qos: int
    dup: bool
    retained: bool  #: A delivery of what the broker kept, not of what a device says now.
    packet_id: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What is said of one device in one go."""

    device_key: str
    leaf: Leaf
    decoded: Decoded | UnreadableError
    mark: bytes = b""


def part_message(
    message: BrokerMessage, adapter: GuardedAdapter, origin: Origin, acknowledge: Callable[[], None]
) -> list[InboundMessage]:
    """The parts; none where nothing is to be taken in, and the message may be acknowledged at once."""
    parts = _parts_of(message, adapter)
    answer = _AfterAll(len(parts), acknowledge)
    return [
        InboundMessage(
            sender_id=origin.source,
            device_id=_clean(part.device_key),
            leaf=part.leaf,
            topic=message.topic,
            payload=message.payload,
            received_at=message.received_at,
            qos=message.qos,
            dup=message.dup,
            packet_id=message.packet_id,
            session_id=None,
            acknowledge=answer.part_is_done,
            refuse=answer.part_is_refused,
            origin=origin,
            decoded=part.decoded,
            part=part.mark if len(parts) > 1 or (isinstance(part.decoded, Decoded) and part.decoded.untimed) else b"",
        )
        for part in parts
    ]


class _AfterAll:
    """Acknowledges the whole when each part is done."""

    def __init__(self, parts: int, acknowledge: Callable[[], None]) -> None:
        self._left = parts
        self._acknowledge = acknowledge

    def part_is_done(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._acknowledge()

    def part_is_refused(self, _reason: RefusalReason) -> None:
        """A broker cannot mend what a device may not say: the window must not fill with it."""
        self.part_is_done()


def _parts_of(message: BrokerMessage, adapter: GuardedAdapter) -> list[_Part]:
    if not message.payload:
        return []  # how a retained message is deleted; no device says nothing
    try:
        spoken = adapter.decode(message.topic, message.payload, message.received_at)
        parts = [part for one in spoken for part in _parts_of_device(one, message)]
    except UnreadableError as error:
        return [] if message.retained else [_unreadable(message, adapter, error)]
    except (ValueError, TypeError) as error:  # a vendor's adapter put something into an event that is no JSON
        fault = UnreadableError("adapter_failed", {"adapter": adapter.name, "error": type(error).__name__})
        return [_unreadable(message, adapter, fault)]
    return [part for part in parts if part.leaf is Leaf.STATUS] if message.retained else parts


def _unreadable(message: BrokerMessage, adapter: GuardedAdapter, error: UnreadableError) -> _Part:
    leaf = Leaf.EVENT if adapter.carries_alarms(message.topic) else Leaf.TELEMETRY
    return _Part(adapter.device_key(message.topic, message.payload) or "", leaf, keep(error))


def _parts_of_device(one: FromDevice, message: BrokerMessage) -> list[_Part]:
    """Events first: whatever else is in the message, the cry is queued before it."""
    key, decoded = one.device_key, one.decoded
    parts = [_Part(key, Leaf.EVENT, Decoded(events=(event,)), _mark_of(event)) for event in decoded.events]
    if decoded.levels:
        # All flags go through the event lane, also those that are down: their order tells a new press from an old one.
        parts.append(_Part(key, Leaf.EVENT, Decoded(levels=decoded.levels)))
    if decoded.readings:
        parts.extend(_parts_of_readings(key, decoded, message))
    if decoded.status is not None:
        parts.append(_Part(key, Leaf.STATUS, Decoded(status=decoded.status)))
    return parts


def _parts_of_readings(key: str, decoded: Decoded, message: BrokerMessage) -> list[_Part]:
    """Readings without a time are told apart by the packet that brought them, which a repetition repeats."""
    if not decoded.untimed:
        return [_Part(key, Leaf.TELEMETRY, Decoded(readings=decoded.readings))]
    packet = message.received_at.isoformat() if message.packet_id is None else str(message.packet_id)
    return [
        _Part(key, Leaf.TELEMETRY, Decoded(readings=(reading,), untimed=True), f"\n{packet}/{number}".encode())
        for number, reading in enumerate(decoded.readings)
    ]


def _mark_of(event: DeviceEvent) -> bytes:
    return b"\n" + event.model_dump_json().encode()


def _clean(device_key: str) -> str:
    """As the registry spells it, and without anything that no database column can hold."""
    try:
        return str(UUID(device_key))  # the hub's own id of a device
    except ValueError:
        storable = device_key.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
        return canonical_key(storable[:_KEY_MAX])
