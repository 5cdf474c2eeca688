"""The codec against two that know nothing of it: aiosmpplib and smpp34."""

import struct
from typing import Any

import aiosmpplib.protocol as other
import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from hub.notify.channels.smpp.pdu import (
    HEADER_OCTETS,
    PDU_OCTETS_MAX,
    Command,
    DeliveryReceipt,
    Pdu,
    PduError,
    bind_body,
    parse_deliver,
    parse_header,
    read_message_id,
    read_receipt,
    read_text,
    submit_body,
)

TEXT = "【示例县民政】02:14三组李奶奶按了求助键。能去回1，不能回2，到了回3"


def deliver(**fields: Any) -> bytes:
    """The body of a deliver_sm as smpp34 writes it."""
    encoded: bytes = smpp34.DeliverSm("10000000001", "10690000", **fields).encode()
    return encoded[HEADER_OCTETS:]


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1, max_size=70))
def test_what_we_submit_is_what_others_read(text: str) -> None:
    octets = Pdu(Command.SUBMIT_SM, 0, 7, submit_body(source="10690000", destination="10000000001", text=text)).encode()
    read = smpp34.decode(octets)
    assert isinstance(read, smpp34.SubmitSm)
    assert bytes(read.short_message).decode("utf-16-be") == text
    assert (read.source_addr, read.destination_addr) == ("10690000", "10000000001")
    assert (read.data_coding, read.registered_delivery, read.sequence_number) == (8, 1, 7)
    again = other.SubmitSm.from_pdu(octets, other.SmppMessage.parse_header(octets))
    assert isinstance(again, other.SubmitSm)
    assert again.short_message == text
    assert str(again.validity_period) == "1:00:00"


def test_the_bind_is_what_others_write() -> None:
    expected = other.BindTransceiver(sequence_num=3, system_id="hub", password="secret").pdu()
    assert Pdu(Command.BIND_TRANSCEIVER, 0, 3, bind_body("hub", "secret")).encode() == expected


def test_the_reference_in_a_response_is_read() -> None:
    octets = other.SubmitSmResp(sequence_num=7, message_id="abc-1").pdu()
    header = parse_header(octets[:HEADER_OCTETS])
    assert (header.command, header.sequence, header.length) == (Command.SUBMIT_SM_RESP, 7, len(octets))
    assert read_message_id(octets[HEADER_OCTETS:]) == "abc-1"


@pytest.mark.parametrize(
    ("data_coding", "octets", "text"),
    [
        (8, "１能去".encode("utf-16-be"), "１能去"),
        (0, b"1", "1"),
        (3, b"1", "1"),
        (15, "能去".encode("gbk"), "能去"),
        (8, b"\x00", "�"),
        (99, b"2", "2"),
    ],
)
def test_a_text_is_read_in_its_encoding_and_never_lost(data_coding: int, octets: bytes, text: str) -> None:
    delivered = parse_deliver(deliver(short_message=octets, data_coding=data_coding))
    assert delivered.source == "10000000001"
    assert read_receipt(delivered) is None
    assert read_text(delivered) == text


def test_a_long_text_comes_as_an_optional_parameter() -> None:
    payload = smpp34.Tlv(0x0424, (TEXT * 3).encode("utf-16-be"))
    assert read_text(parse_deliver(deliver(data_coding=8, tlvs=[payload]))) == TEXT * 3


def test_the_header_of_a_part_is_no_part_of_its_text() -> None:
    part = b"\x05\x00\x03\x2a\x02\x01" + "能去".encode("utf-16-be")
    assert read_text(parse_deliver(deliver(short_message=part, data_coding=8, esm_class=0x40))) == "能去"


def test_a_receipt_is_read_from_its_words() -> None:
    words = b"id:m-1 sub:001 dlvrd:001 submit date:2611220214 done date:2611220215 stat:UNDELIV err:011 text:x"
    receipt = read_receipt(parse_deliver(deliver(short_message=words, esm_class=4)))
    assert receipt == DeliveryReceipt(message_id="m-1", state="UNDELIV", error="011")


def test_a_receipt_is_read_from_its_parameters() -> None:
    tlvs = [smpp34.Tlv(0x001E, b"m-2\0"), smpp34.Tlv(0x0427, b"\x02")]
    receipt = read_receipt(parse_deliver(deliver(esm_class=4, tlvs=tlvs)))
    assert receipt == DeliveryReceipt(message_id="m-2", state="DELIVRD", error=None)


def test_a_receipt_for_nothing_is_an_error() -> None:
    with pytest.raises(PduError):
        read_receipt(parse_deliver(deliver(short_message=b"stat:DELIVRD", esm_class=4)))


@pytest.mark.parametrize("length", [0, HEADER_OCTETS - 1, PDU_OCTETS_MAX + 1, 0xFFFFFFFF])
def test_a_length_that_no_pdu_has_is_an_error(length: int) -> None:
    with pytest.raises(PduError):
        parse_header(struct.pack("!IIII", length, Command.DELIVER_SM, 0, 1))


@given(st.binary(max_size=200))
def test_no_octets_break_the_reading(octets: bytes) -> None:
    try:
        delivered = parse_deliver(octets)
        read_receipt(delivered)
    except PduError:
        return
    assert isinstance(read_text(delivered), str)


def test_what_ends_in_a_zero_octet_is_read_without_it() -> None:
    """Some gateways end every string so, and no database stores U+0000: such a text came again for ever."""
    words = b"id:m-1 stat:DELIVRD\0 err:000\0"
    receipt = read_receipt(parse_deliver(deliver(short_message=words, esm_class=4)))
    assert receipt == DeliveryReceipt(message_id="m-1", state="DELIVRD", error="000")
    assert read_text(parse_deliver(deliver(short_message=b"1\0"))) == "1"


def test_a_reference_longer_than_an_index_takes_is_cut_alike_in_response_and_receipt() -> None:
    long = b"r" * 3000
    receipt = read_receipt(parse_deliver(deliver(esm_class=4, tlvs=[smpp34.Tlv(0x001E, long + b"\0")])))
    assert receipt is not None
    assert receipt.message_id == read_message_id(long + b"\0")
    assert len(receipt.message_id) < 2704
