"""May this sender speak for this device? Asked of the registry in the transaction that takes the message in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.ingest.source import InboundMessage, RefusalReason
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


async def admit(connection: Connection, messages: Sequence[InboundMessage]) -> tuple[list[Admitted], list[Refused]]:
    """Sort messages by whether the registry, as it is now, lets their sender speak for their device."""
    known = await senders.find_senders(connection, list(_ids_of(messages)))
    admitted: list[Admitted] = []
    refused: list[Refused] = []
    for message in messages:
        sender, device = known.get(_uuid(message.sender_id)), known.get(_uuid(message.device_id))
        if sender is None or sender.revoked:
            refused.append(Refused(message, RefusalReason.REVOKED))
        elif device is None or device.revoked or sender.id not in (device.id, device.gateway_id):
            refused.append(Refused(message, RefusalReason.NOT_AUTHORIZED))
        else:
            admitted.append(Admitted(message, device))
    return admitted, refused


_NO_DEVICE = UUID(int=0)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return _NO_DEVICE


def _ids_of(messages: Iterable[InboundMessage]) -> set[UUID]:
    return {_uuid(text) for message in messages for text in (message.sender_id, message.device_id)}
