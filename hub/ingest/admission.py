"""May this sender speak for this device? Asked of the registry in the transaction that takes the message in.

At the front door the sender is a device, or the gateway of one. A broker that the hub subscribes to names devices by
their vendor's keys (IMEI, MAC, serial number); whose a key is, the registry says - here, every time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hub.ingest.source import InboundMessage, Origin, RefusalReason
from hub.storage import senders
from hub.storage.database import Connection
from hub.storage.senders import Sender


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message of a sender that may speak for the device."""

    message: InboundMessage
    device: Sender


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that is not taken in; its sender is told why."""

    message: InboundMessage
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Stranger:
    """A message of a broker about a device that the broker may not speak for: kept, and shown if it is a cry."""

    message: InboundMessage
    origin: Origin
    reason: str  #: A code: `unknown_device`, `ambiguous_device`, `revoked_device`, `foreign_device`.


@dataclass(frozen=True, slots=True)
class Admission:
    """A batch, sorted."""

    admitted: list[Admitted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)


async def admit(connection: Connection, messages: Sequence[InboundMessage]) -> Admission:
    """Sort messages by whether the registry, as it is now, lets their sender speak for their device."""
    known = await senders.find_senders(connection, list(_ids_of(messages)))
    keys = sorted({message.device_id for message in messages if message.origin is not None and message.device_id})
    by_key = await senders.find_by_keys(connection, keys) if keys else {}
    admission = Admission()
    for message in messages:
        if message.origin is None:
            _admit_sender(admission, message, known)
        else:
            _admit_key(admission, message, message.origin, _candidates(message.device_id, known, by_key))
    return admission


def _admit_sender(admission: Admission, message: InboundMessage, known: Mapping[UUID, Sender]) -> None:
    sender, device = known.get(_uuid(message.sender_id)), known.get(_uuid(message.device_id))
    if sender is None or sender.revoked:
        admission.refused.append(Refused(message, RefusalReason.REVOKED))
    elif device is None or device.revoked or sender.id not in (device.id, device.gateway_id):
        admission.refused.append(Refused(message, RefusalReason.NOT_AUTHORIZED))
    else:
        admission.admitted.append(Admitted(message, device))


def _admit_key(admission: Admission, message: InboundMessage, origin: Origin, candidates: Sequence[Sender]) -> None:
    within = [device for device in candidates if device.division_id.startswith(origin.division_prefix)]
    living = [device for device in within if not device.revoked]
    if len(living) == 1:
        admission.admitted.append(Admitted(message, living[0]))
    elif living:
        admission.strangers.append(Stranger(message, origin, "ambiguous_device"))
    elif within:
        admission.strangers.append(Stranger(message, origin, "revoked_device"))
    elif candidates:
        admission.strangers.append(Stranger(message, origin, "foreign_device"))
    else:
        admission.strangers.append(Stranger(message, origin, "unknown_device"))


def _candidates(key: str, known: Mapping[UUID, Sender], by_key: Mapping[str, Sequence[Sender]]) -> Sequence[Sender]:
    """Whose key it is: the hub's own protocol says the device's id, a vendor its serial number."""
    device = known.get(_uuid(key))
    return [device] if device is not None else by_key.get(key, ())


_NO_DEVICE = UUID(int=0)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return _NO_DEVICE


def _ids_of(messages: Iterable[InboundMessage]) -> set[UUID]:
    return {_uuid(text) for message in messages for text in (message.sender_id, message.device_id)}
