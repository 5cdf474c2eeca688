"""A client that does exactly what it is told, byte by byte; for what no decent library would do."""

import asyncio
from typing import Any, Self

from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.encoding import encode
from hub.ingest.front_door.packet_types import Version
from hub.ingest.front_door.packets import ConnAck, Connect, Packet, Publish
from tests.front_door.conftest import HOST
from tests.front_door.fakes import DEADLINE_S, SECRET


class RawClient:
    """One connection, after its CONNECT."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: Version, device_id: str
    ) -> None:
        self.writer = writer
        self.device_id = device_id
        self._reader = reader
        self._version = version
        self._decoder = Decoder(1_000_000, version)

    @classmethod
    async def open(
        cls, port: int, device_id: str, version: Version = Version.V5, *, limit: int = 65_536, **changes: Any
    ) -> Self:
        """Connect and send a CONNECT; the CONNACK is the first packet to read."""
        reader, writer = await asyncio.open_connection(HOST, port, limit=limit)
        fields = {
            "client_id": "raw",
            "clean_start": True,
            "keep_alive_s": 0,
            "username": device_id,
            "password": SECRET.encode(),
        }
        client = cls(reader, writer, version, device_id)
        await client.send(Connect(version=version, **{**fields, **changes}))
        return client

    @classmethod
    async def connected(cls, port: int, device_id: str, version: Version = Version.V5, **changes: Any) -> Self:
        """Connect, and be let in."""
        client = await cls.open(port, device_id, version, **changes)
        answer = await client.read()
        assert isinstance(answer, ConnAck)
        assert answer.code == 0
        return client

    async def send(self, *packets: Packet) -> None:
        await self.write(b"".join(encode(packet, self._version) for packet in packets))

    async def write(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    def event(self, packet_id: int | None = None, payload: bytes = b"{}", qos: int | None = None) -> Publish:
        """A PUBLISH on the device's own `up/event`, QoS 1 when it has a packet identifier."""
        level = qos if qos is not None else (0 if packet_id is None else 1)
        return Publish(f"anxin/v1/{self.device_id}/up/event", payload, level, packet_id=packet_id)

    async def read(self) -> Packet | None:
        """The next packet; None when the server has closed."""
        async with asyncio.timeout(DEADLINE_S):
            while (packet := self._decoder.next_packet()) is None:
                try:
                    chunk = await self._reader.read(65_536)
                except ConnectionError:
                    return None
                if not chunk:
                    return None
                self._decoder.feed(chunk)
            return packet

    async def rest(self) -> list[Packet]:
        """Everything until the server closes."""
        packets = []
        while (packet := await self.read()) is not None:
            packets.append(packet)
        return packets

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()
