"""What becomes of one message of a broker."""

import gc
import weakref
from datetime import UTC, datetime

from device_adapters import SourceOptions, UnreadableError
from hub.broker_addresses import OWN_PROTOCOL
from hub.ingest.adapters import find_adapters
from hub.ingest.source import InboundMessage, Origin
from hub.ingest.subscriber.parting import BrokerMessage, part_message

_NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def _part_garbage() -> list[InboundMessage]:
    message = BrokerMessage(
        topic="anxin/v1/stranger/up/event",
        payload=b"\xff garbage",
        received_at=_NOW,
        qos=1,
        dup=False,
        retained=False,
        packet_id=1,
    )
    adapter = find_adapters().create(OWN_PROTOCOL, SourceOptions(zone=None, settings={}))
    return part_message(message, adapter, Origin(source="vendor", division_id="1", division_prefix=""), lambda: None)


def test_what_cannot_be_read_is_gone_when_its_message_is_and_waits_for_no_collector() -> None:
    gc.disable()
    try:
        parts = _part_garbage()
        error = parts[0].decoded
        assert isinstance(error, UnreadableError)
        alive = weakref.ref(error)
        del parts, error
        assert alive() is None
    finally:
        gc.enable()
