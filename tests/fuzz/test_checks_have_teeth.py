"""A check that lets everything pass finds nothing: with a mistake built in, the kept inputs are enough to see it."""

from typing import Any

import pytest

from device_adapters import hub_protocol
from hub.ingest.front_door import codec, connection
from hub.ingest.front_door.acknowledgements import Answer, Owed, OwedAcknowledgements
from hub.ingest.front_door.packet_types import PacketType
from hub.judge import recordings
from hub.notify.channels.smpp import pdu
from tests.fuzz import configured_texts
from tests.fuzz.targets import CORPUS, FINDINGS, TARGETS, Target


def _answer_twice(_self: OwedAcknowledgements, owed: Owed, code: int = 0) -> list[Answer]:
    return [Answer(PacketType.PUBACK, owed.packet_id or 1, code)]


_FEED = codec.Decoder.feed


class _UndeclaredError(ArithmeticError):
    """What no docstring names."""


def _lose_an_octet(decoder: codec.Decoder, chunk: bytes) -> None:
    _FEED(decoder, chunk[:6] if len(chunk) == 7 else chunk)


def _raise_something_else(*_arguments: object) -> None:
    raise _UndeclaredError


#: Target, where, name, the mistake.
MISTAKES: dict[str, tuple[str, Any, str, Any]] = {
    "packets that depend on how they were cut": ("mqtt_codec", codec.Decoder, "feed", _lose_an_octet),
    "a message answered twice": ("mqtt_session", OwedAcknowledgements, "settle", _answer_twice),
    "a hold that never wakes": ("mqtt_connection", connection.Connection, "go_on", lambda _self: None),
    "a silence nobody notices": ("mqtt_connection", connection.Connection, "_check_silence", lambda _self: None),
    "what was held still counts": ("mqtt_connection", connection.Connection, "let_go", lambda _self, _size: None),
    "an unstorable number": ("adapter_anxin", hub_protocol, "refuse_unstorable", lambda _values: None),
    "an error that is not declared": ("adapter_anxin", hub_protocol, "explain", _UndeclaredError),
    "a reference with U+0000": ("gateway_pdus", pdu, "_reference", lambda octets: octets.decode("latin-1")),
    "a time outside of time": ("recordings", recordings, "read_moment", _raise_something_else),
    "an address's own error": ("broker_addresses", configured_texts, "BrokerAddressError", _UndeclaredError),
}


@pytest.mark.parametrize(("target", "where", "name", "mistake"), MISTAKES.values(), ids=MISTAKES)
def test_a_built_in_mistake_is_seen(
    target: str, where: Any, name: str, mistake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, mistake)
    with pytest.raises((AssertionError, ArithmeticError, ValueError)):
        _replay(TARGETS[target])


def _replay(target: Target) -> None:
    for folder in (CORPUS, FINDINGS):
        for path in target.kept(folder):
            target.check(path.read_bytes())
