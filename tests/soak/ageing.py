"""What a thousand of the same leave behind in memory: `python -m tests.soak.ageing [NAME ...]`.

A soak has the rates of life; what costs 200 bytes each time would need days to show there. Here one kind of thing is
done thousands of times in a row, and the private memory of each role is read after each thousand.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from hub.bench.county import Button, make_buttons
from hub.bench.hub_process import HubProcess
from hub.bench.publisher import mqtt_packet, mqtt_text
from tests.soak.insisting import InsistingDevice

ROLES = ("ingest", "duty", "web")
_AT_ONCE = 8
_ROUND = 1_000
_SETTLE_S = 0.5


class Ageing:
    """One hub, a hundred buttons, and what can be done to them; the number given to each tells who does it."""

    def __init__(self, hub: HubProcess, buttons: list[Button]) -> None:
        self._hub = hub
        self._buttons = buttons
        self._devices = [InsistingDevice(button, hub.mqtt_port) for button in buttons]

    @property
    def kinds(self) -> dict[str, Callable[[int], Awaitable[None]]]:
        """By name."""
        return {
            "connections": self.come_and_go,
            "wrong passwords": self.guess_password,
            "strangers": self.knock,
            "kept sessions": self.subscribe_and_leave,
            "readings": self.measure,
            "device events": self.move,
            "garbage": self.babble,
            "presses": self.press,
            "streams": self.open_stream,
            "lists": self.look,
            "wrong keys": self.guess_key,
            "wrong paths": self.lose_the_way,
        }

    async def do(self, kind: str, count: int = _ROUND) -> None:
        """So many of a kind, several at once."""
        act = self.kinds[kind]
        numbers = iter(range(count))

        async def take_turns(numbers: Iterator[int]) -> None:
            for number in numbers:
                await act(number)

        await asyncio.gather(*(take_turns(numbers) for _ in range(_AT_ONCE)))
        await asyncio.sleep(_SETTLE_S)

    def memory_kib(self) -> dict[str, int]:
        """The private memory of each role."""
        processes = {role: self._hub.role(role) for role in ROLES}
        return {role: each.memory_full_info().uss // 1024 for role, each in processes.items() if each is not None}

    async def stop(self) -> None:
        """Cut what is connected."""
        for device in self._devices:
            await device.drop()

    async def come_and_go(self, number: int) -> None:
        """Another client id each time, one reading, and gone without a word."""
        button = self._button(number)
        topic = mqtt_text(f"anxin/v1/{button.device_id}/up/telemetry")
        reading = mqtt_packet(0x32, topic + b"\0\1" + _reading())
        await self._knock(button.device_id, button.password, uuid4().hex, reading)

    async def guess_password(self, number: int) -> None:
        await self._knock(self._button(number).device_id, uuid4().hex, uuid4().hex)

    async def knock(self, _: int) -> None:
        await self._knock(str(uuid4()), uuid4().hex, uuid4().hex)

    async def subscribe_and_leave(self, number: int) -> None:
        button = self._button(number)
        topic = mqtt_text(f"anxin/v1/{button.device_id}/down/#")
        await self._knock(
            button.device_id, button.password, "kept", mqtt_packet(0x82, b"\0\1" + topic + b"\1"), clean=False
        )

    async def measure(self, number: int) -> None:
        await self._device(number).publish("telemetry", [_reading()])

    async def move(self, number: int) -> None:
        await self._device(number).publish("event", [_event("motion")])

    async def babble(self, number: int) -> None:
        await self._device(number).publish("telemetry", [os.urandom(50)])

    async def press(self, number: int) -> None:
        """Every now and then the desk closes all of them."""
        await self._device(number).publish("event", [_event("sos_pressed")])
        if number % len(self._buttons) == 0:
            await asyncio.to_thread(self._close_all)

    async def open_stream(self, _: int) -> None:
        await self._ask("/api/v1/stream", self._hub.api.key or "", whole=False)

    async def look(self, number: int) -> None:
        timeline = f"/api/v1/recipients/{self._button(number).recipient_id}/timeline"
        paths = ("/api/v1/incidents", "/api/v1/devices?limit=50", timeline, "/metrics")
        await self._ask(random.choice(paths), self._hub.api.key or "")

    async def guess_key(self, _: int) -> None:
        await self._ask("/api/v1/me", uuid4().hex)

    async def lose_the_way(self, _: int) -> None:
        await self._ask(f"/api/v1/{uuid4().hex}", self._hub.api.key or "")

    def _button(self, number: int) -> Button:
        return self._buttons[number % len(self._buttons)]

    def _device(self, number: int) -> InsistingDevice:
        return self._devices[number % len(self._devices)]

    async def _knock(self, user: str, password: str, client_id: str, then: bytes = b"", *, clean: bool = True) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._hub.mqtt_port)
        flags = b"\x04\xc2" if clean else b"\x04\xc0"
        login = b"".join(mqtt_text(each) for each in (client_id, user, password))
        writer.write(mqtt_packet(0x10, mqtt_text("MQTT") + flags + (60).to_bytes(2, "big") + login))
        await reader.read(4)
        if then:
            writer.write(then)
            await reader.read(5)
        writer.transport.abort()

    async def _ask(self, path: str, key: str, *, whole: bool = True) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._hub.http_port)
        head = f"GET {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
        writer.write(head.encode())
        await (reader.read() if whole else reader.readuntil(b"\r\n\r\n"))
        writer.transport.abort()

    def _close_all(self) -> None:
        for incident in self._hub.api.all_items("/api/v1/incidents?state=open&limit=200"):
            self._hub.api.ask("POST", f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})


def _reading() -> bytes:
    return json.dumps({"id": uuid4().hex, "measured_at": datetime.now(UTC).isoformat(), "heart_rate_bpm": 70}).encode()


def _event(event: str) -> bytes:
    return json.dumps({"id": uuid4().hex, "event": event, "occurred_at": datetime.now(UTC).isoformat()}).encode()


async def _age(hub: HubProcess, wanted: list[str], rounds: int = 6) -> None:
    ageing = Ageing(hub, await asyncio.to_thread(make_buttons, hub.api, 100))
    for kind in wanted or list(ageing.kinds):
        seen = []
        for _ in range(rounds):
            await ageing.do(kind)
            seen.append(ageing.memory_kib())
        half = rounds // 2
        each = {role: (seen[-1][role] - seen[half - 1][role]) / (rounds - half) for role in ROLES}
        told = ", ".join(f"{role} {kib:+.0f}" for role, kib in each.items())
        print(f"{kind:<16} KiB a thousand, the last {rounds - half} thousand: {told}", flush=True)  # noqa: T201 - its output
    await ageing.stop()


def main(wanted: list[str]) -> None:
    """Print a line a kind."""
    with tempfile.TemporaryDirectory(prefix="anxin-ageing-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)  # the database may run as another user
        with HubProcess(Path(directory) / "data") as hub:
            asyncio.run(_age(hub, wanted))


if __name__ == "__main__":
    main(sys.argv[1:])
