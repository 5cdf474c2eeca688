"""Texts that a configuration or an address line holds: a broker's address, a way to send texts, a list's cursor."""

from collections.abc import Callable
from datetime import timedelta

from hub.broker_addresses import BrokerAddressError, filters_overlap, parse_broker_address
from hub.notify.channels.addresses import open_channels
from hub.storage.views import (
    BadCursorError,
    decode_id_cursor,
    decode_moment_cursor,
    decode_reading_cursor,
    decode_text_cursor,
    decode_time_cursor,
)
from tests.fuzz.bounds import bounded_time
from tests.fuzz.storable import assert_storable

_CURSORS: tuple[Callable[[str], object], ...] = (
    decode_text_cursor,
    decode_id_cursor,
    decode_time_cursor,
    decode_moment_cursor,
    decode_reading_cursor,
)


def check_broker_address(octets: bytes) -> None:
    """Only `BrokerAddressError`."""
    text = octets.decode(errors="surrogateescape")
    with bounded_time():
        try:
            address = parse_broker_address(text)
        except BrokerAddressError:
            return
        assert 0 < address.port <= 65_535
        assert address.host
        for one in address.filters:
            assert filters_overlap(one, one)


def check_text_address(octets: bytes) -> None:
    """Only `ValueError`."""
    with bounded_time():
        try:
            channels = open_channels([octets.decode(errors="surrogateescape")])
        except ValueError:
            return
        assert len(channels) == 1


def check_cursor(octets: bytes) -> None:
    """Only `BadCursorError`; what a cursor says can be asked of the database."""
    if not octets:
        return
    decode = _CURSORS[octets[0] % len(_CURSORS)]
    with bounded_time():
        try:
            found = decode(octets[1:].decode("latin-1"))
        except BadCursorError:
            return
        for part in found if isinstance(found, tuple) else (found,):
            assert_storable(part)
            offset = getattr(part, "utcoffset", None)
            assert offset is None or isinstance(offset(), timedelta)
