"""Devices that no hub would wish for: garbage, history in batches, repetitions, a flood, links that come and go."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.soak.insisting import LOST, InsistingDevice
from tests.soak.ledger import Ledger

#: Within the burst that a device is allowed, and well beyond its rate.
FLOOD = 900
BATCH = 50


@dataclass
class Mischief:
    """Each kind has a device of its own, which `devices` deals out; `broker_device` speaks through a broker."""

    devices: list[InsistingDevice]
    broker_device: InsistingDevice | None
    ledger: Ledger
    seed: int

    def __post_init__(self) -> None:
        self._dice = random.Random(f"mischief/{self.seed}")
        self._numbers = count(1)

    async def run(self) -> None:
        """Until cancelled."""
        garbage, historian, repeater, flooder, guest, sleeper = self.devices
        async with asyncio.TaskGroup() as all_of_them:
            for every_s, act, device in (
                (20.0, self._send_garbage, garbage),
                (60.0, self._send_history, historian),
                (5.0, self._repeat_reading, repeater),
                (60.0, self._repeat_press, repeater),
                (600.0, self._flood, flooder),
                (7.0, self._come_and_go, guest),
                (180.0, self._fall_asleep, sleeper),
            ):
                all_of_them.create_task(self._now_and_then(every_s, act, device))
            if self.broker_device is not None:
                all_of_them.create_task(self._now_and_then(5.0, self._send_reading, self.broker_device))
                all_of_them.create_task(self._now_and_then(60.0, self._press, self.broker_device))

    async def _now_and_then(
        self, every_s: float, act: Callable[[InsistingDevice], Awaitable[None]], device: InsistingDevice
    ) -> None:
        while True:
            await asyncio.sleep(every_s * self._dice.uniform(0.5, 1.5))
            await act(device)

    async def _send_garbage(self, device: InsistingDevice) -> None:
        garbage = self._dice.choice(
            (b"\x00\xff\xfe", b"{", b'{"event": 7}', b'{"heart_rate_bpm": "many"}', b"[]", self._dice.randbytes(2000))
        )
        await device.deliver(self._dice.choice(("telemetry", "telemetry", "event")), [garbage])

    async def _send_history(self, device: InsistingDevice) -> None:
        began = datetime.now(UTC) - timedelta(hours=self._dice.uniform(1, 48))
        readings = [self._reading(began + timedelta(seconds=30 * step)) for step in range(BATCH)]
        await device.deliver("telemetry", [json.dumps({"readings": readings}).encode()])
        self.ledger.readings.update((device.device_id, reading["seq"]) for reading in readings)

    async def _repeat_reading(self, device: InsistingDevice) -> None:
        reading = self._reading(datetime.now(UTC))
        await device.deliver("telemetry", [json.dumps(reading).encode()] * 2)
        self.ledger.readings.add((device.device_id, reading["seq"]))

    async def _repeat_press(self, device: InsistingDevice) -> None:
        await self._press(device, copies=3)

    async def _send_reading(self, device: InsistingDevice) -> None:
        reading = self._reading(datetime.now(UTC))
        await device.deliver("telemetry", [json.dumps(reading).encode()])
        self.ledger.readings.add((device.device_id, reading["seq"]))

    async def _press(self, device: InsistingDevice, copies: int = 1) -> None:
        event_id = f"soak-{self.seed}-{next(self._numbers)}"
        press = {"id": event_id, "event": "sos_pressed", "occurred_at": datetime.now(UTC).isoformat(), "ack": True}
        await device.deliver("event", [json.dumps(press).encode()] * copies)
        self.ledger.presses.add((device.device_id, event_id))

    async def _flood(self, device: InsistingDevice) -> None:
        now = datetime.now(UTC)
        readings = [self._reading(now - timedelta(milliseconds=step)) for step in range(FLOOD)]
        await device.deliver("telemetry", [json.dumps(each).encode() for each in readings], window=100, within_s=150)
        self.ledger.readings.update((device.device_id, reading["seq"]) for reading in readings)

    async def _come_and_go(self, device: InsistingDevice) -> None:
        await self._send_reading(device)
        await device.drop()

    async def _fall_asleep(self, device: InsistingDevice) -> None:
        """A connection on which nothing is said."""
        with suppress(*LOST):
            await device.connected()
        await asyncio.sleep(120)
        await device.drop()

    def _reading(self, measured_at: datetime) -> dict[str, object]:
        number = next(self._numbers)
        return {
            "id": f"soak-{self.seed}-{number}",
            "seq": number,
            "measured_at": measured_at.isoformat(),
            "heart_rate_bpm": 60 + number % 30,
            "spo2_pct": 97,
            "battery_pct": 80,
            "worn": True,
        }
