"""Topics as bytes, because some are no text at all: what becomes of a message on them at a live front door."""

import pytest

from hub.ingest.front_door.fields import write_variable
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import Acknowledgement
from hub.ingest.front_door.reasons import ReasonCode
from hub.ingest.source import Leaf
from tests.front_door.conftest import House
from tests.front_door.raw_client import RawClient

#: By what is wrong with them; `{up}` stands for the device's own prefix.
NO_TOPICS = {
    "U+0000": b"{up}/event\0",
    "a surrogate": b"{up}/\xed\xa0\x80",
    "an overlong slash": b"{up}\xc0\xafevent",
    "half a character": b"{up}/event\xe6\x93",
    "beyond Unicode": b"{up}/\xf4\x90\x80\x80",
    "a wildcard": b"{up}/+",
    "another wildcard": b"#",
}
ODD_LEAVES = (
    "event\n",
    "\x01\x1f\x7f",
    "\u0085\u2028",
    "\u202e\u200b\ufeff",
    "\ufffe\uffff",
    "EVENT",
    "event/",
    "x" * 60_000,
)


def raw_publish(topic: bytes, version: Version, packet_id: int = 1) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + packet_id.to_bytes(2, "big")
    body += b"\0{}" if version is Version.V5 else b"{}"
    return b"\x32" + write_variable(len(body)) + body


@pytest.mark.parametrize("version", Version)
async def test_a_topic_that_is_no_text_ends_its_connection_alone(house: House, version: Version) -> None:
    device_id = house.credentials.register()
    own = f"anxin/v1/{device_id}/up".encode()
    async with await RawClient.connected(house.port, house.credentials.register()) as other:
        for what, topic in NO_TOPICS.items():
            async with await RawClient.connected(house.port, device_id, version) as client:
                await client.write(raw_publish(topic.replace(b"{up}", own), version))
                said = await client.rest()
                if version is Version.V5:
                    assert [getattr(packet, "code", None) for packet in said] == [ReasonCode.MALFORMED_PACKET], what
                else:
                    assert said == [], what
        assert house.sink.messages == []
        await other.send(other.event(9))
        assert await other.read() == Acknowledgement(PacketType.PUBACK, 9)


async def test_an_odd_topic_of_ones_own_is_handed_on_as_unknown_and_acknowledged(house: House) -> None:
    device_id = house.credentials.register()
    async with await RawClient.connected(house.port, device_id) as client:
        for packet_id, leaf in enumerate(ODD_LEAVES, 1):
            topic = f"anxin/v1/{device_id}/up/{leaf}"
            await client.write(raw_publish(topic.encode(), Version.V5, packet_id))
            assert await client.read() == Acknowledgement(PacketType.PUBACK, packet_id)
            message = house.sink.messages[-1]
            assert (message.topic, message.leaf) == (topic, Leaf.UNKNOWN)
