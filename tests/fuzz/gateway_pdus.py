"""SMPP: what a gateway may send. The first octet says whether the rest is a PDU or the body of a deliver_sm."""

from hub.notify.channels.smpp.pdu import (
    HEADER_OCTETS,
    PDU_OCTETS_MAX,
    Delivered,
    Pdu,
    PduError,
    parse_deliver,
    parse_header,
    read_message_id,
    read_receipt,
    read_text,
)
from tests.fuzz.bounds import bounded_time
from tests.fuzz.storable import assert_storable

#: A reference is part of an index; PostgreSQL's take 2,704 bytes, and SMPP allows 64 characters (section 4.4.2).
_REFERENCE_BYTES_MAX = 1_000


def check(octets: bytes) -> None:
    """Only `PduError`; what is read can be stored, and a PDU is written as it was read."""
    if not octets:
        return
    with bounded_time():
        if octets[0] & 1:
            _check_pdu(octets[1:])
        else:
            _check_body(octets[1:])


def _check_pdu(octets: bytes) -> None:
    if len(octets) < HEADER_OCTETS:
        return
    try:
        header = parse_header(octets[:HEADER_OCTETS])
    except PduError:
        return
    assert HEADER_OCTETS <= header.length <= PDU_OCTETS_MAX
    body = octets[HEADER_OCTETS : header.length]
    pdu = Pdu(header.command, header.status, header.sequence, body)
    if header.length == HEADER_OCTETS + len(body):
        assert pdu.encode() == octets[: header.length]
    _check_body(body)


def _check_body(body: bytes) -> None:
    _assert_reference(read_message_id(body))
    try:
        delivered = parse_deliver(body)
        assert_storable((delivered.source, delivered.destination))
        _check_delivered(delivered)
    except PduError:
        return


def _check_delivered(delivered: Delivered) -> None:
    assert_storable(read_text(delivered))
    receipt = read_receipt(delivered)
    if receipt is not None:
        assert receipt.message_id
        _assert_reference(receipt.message_id)
        assert_storable((receipt.state, receipt.error))
        assert len(receipt.state) + len(receipt.error or "") <= _REFERENCE_BYTES_MAX


def _assert_reference(reference: str) -> None:
    assert_storable(reference)
    assert len(reference.encode()) <= _REFERENCE_BYTES_MAX
