"""Ten minutes without the database, with a village of devices, a broker and clients that would fill any memory.

`ANXIN_OUTAGE_S` shortens it. What was measured is printed: `pytest -s -m long tests/stories/test_ten_minutes_away.py`.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest

from tests.hub.subscriber.broker import PROGRAM, Broker, Publisher
from tests.postgres import temporary_data_dir
from tests.stories.away_ground import Ground, ground, roster, seqs_in_order, until
from tests.stories.cast import Onlooker, Village
from tests.stories.greedy_device import GreedyDevice
from tests.stories.patient_device import PatientDevice, living

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

OUTAGE_S = float(os.environ.get("ANXIN_OUTAGE_S", "600"))
GREED_S = min(60.0, OUTAGE_S / 4)
OPERATOR = "10000000007"
DEVICES, PRESSING, GREEDY = 100, 10, 80
#: As many readings of a device, however long the outage.
REPORT_EVERY_S = min(5.0, OUTAGE_S / 120)
_MIB = 1024 * 1024
#: What the bounds of `front_door/limits.py` allow, and for connections, buffers and the allocator's rest a third of it.
GROWTH_MAX_MIB = 96 * 4 / 3


@dataclass
class Measured:
    """Figures of the run."""

    pss_before_mib: float = 0.0
    pss_during_max_mib: float = 0.0
    pss_after_mib: float = 0.0
    ping_max_s: float = 0.0
    pings: int = 0
    blind_said_after_s: float = 0.0
    caught_up_after_s: float = 0.0
    greedy_mib_sent: float = 0.0
    greedy_connections: int = 0
    greedy_refused: int = 0
    numbers: Counter[str] = field(default_factory=Counter)


async def test_ten_minutes_without_the_database() -> None:
    with temporary_data_dir() as directory:
        directory.chmod(0o777)
        broker = Broker(directory) if PROGRAM is not None else None
        if broker is not None:
            broker.start()
        settings = {"HUB_BLIND_ALARM_AFTER_S": str(min(60.0, OUTAGE_S / 4))}
        if broker is not None:
            settings["HUB_MQTT_SOURCES"] = f"{broker.url}?name=county"
        try:
            async with ground(**settings) as there:
                await _play(there, broker)
        finally:
            if broker is not None:
                broker.kill()


async def _play(there: Ground, broker: Broker | None) -> None:
    village = Village(there.hub)
    await asyncio.to_thread(lambda: village.api)
    for role, phone in (("operator", OPERATOR), ("supervisor", "10000000008"), ("leader", "10000000009")):
        await asyncio.to_thread(village.api.put, "/api/v1/rosters", roster(role, phone))
    devices = [PatientDevice.of(one, there.hub.mqtt_port) for one in await _register(village, DEVICES)]
    greedy = [GreedyDevice.of(one, there.hub.mqtt_port) for one in await _register(village, GREEDY)]
    [behind_broker] = await _register(village, 1)
    measured = Measured()
    onlooker = await asyncio.to_thread(Onlooker(there.hub).__enter__)
    async with living(*greedy):  # each with a session from before the outage
        await until(lambda: all(one.connections for one in greedy), within_s=60)
    async with living(*devices), _sampling(there, measured):
        for device in devices:
            device.report(heart_rate_bpm=70)
        await asyncio.gather(*(device.until_acknowledged() for device in devices))
        measured.pss_before_mib = _ingest_pss_mib(there)
        await _outage(there, devices, greedy, broker, behind_broker["id"], onlooker, measured)
        mended_s = time.monotonic()
        there.link.mend()
        await asyncio.gather(*(device.until_acknowledged(within_s=300) for device in devices))
        measured.caught_up_after_s = time.monotonic() - mended_s
        await until(lambda: "sighted" in onlooker.events, within_s=60)
    await asyncio.to_thread(onlooker.__exit__)
    await _judge(there, devices, broker, behind_broker["id"], measured)


async def _register(village: Village, number: int) -> list[dict[str, Any]]:
    def register() -> list[dict[str, Any]]:
        return [village.device(village.recipient(f"第{one}示例")) for one in range(number)]

    return await asyncio.to_thread(register)


async def _outage(
    there: Ground,
    devices: list[PatientDevice],
    greedy: list[GreedyDevice],
    broker: Broker | None,
    behind_broker_id: str,
    onlooker: Onlooker,
    measured: Measured,
) -> None:
    """The first half the network swallows everything, in the second it refuses."""
    began_s = time.monotonic()
    there.link.swallow()
    lives = [asyncio.create_task(_report(device, measured)) for device in devices]
    lives += [asyncio.create_task(_press(device)) for device in devices[:PRESSING]]
    if broker is not None:
        lives.append(asyncio.create_task(_publish_at_broker(broker, behind_broker_id, measured)))
    await until(lambda: "blind" in onlooker.events, within_s=30)
    measured.blind_said_after_s = time.monotonic() - began_s
    eaters = [asyncio.create_task(one.devour()) for one in greedy]
    await asyncio.sleep(GREED_S)
    for eater in eaters:
        eater.cancel()
    await asyncio.gather(*eaters, return_exceptions=True)
    measured.greedy_mib_sent = sum(one.bytes_sent for one in greedy) / _MIB
    measured.greedy_connections = sum(one.connections for one in greedy)
    measured.greedy_refused = sum(one.refused for one in greedy)
    await asyncio.sleep(max(began_s + OUTAGE_S / 2 - time.monotonic(), 0))
    there.link.refuse()
    await asyncio.sleep(max(began_s + OUTAGE_S - time.monotonic(), 0))
    measured.numbers["unacknowledged at the end"] = sum(device.waiting for device in devices)
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)


async def _report(device: PatientDevice, measured: Measured) -> None:
    dice = random.Random(device.id)
    await asyncio.sleep(dice.uniform(0, REPORT_EVERY_S))
    while True:
        device.report(heart_rate_bpm=dice.randrange(60, 90))
        if dice.random() < 0.02:
            device.cut()
            measured.numbers["cut by the network"] += 1
        took_s = await device.ping(within_s=60)
        measured.pings += 1
        measured.ping_max_s = max(measured.ping_max_s, took_s)
        await asyncio.sleep(REPORT_EVERY_S)


async def _press(device: PatientDevice) -> None:
    while True:
        await asyncio.sleep(OUTAGE_S / 6)
        device.press()


async def _publish_at_broker(broker: Broker, device_id: str, measured: Measured) -> None:
    publisher = await asyncio.to_thread(Publisher, broker.port)
    try:
        while True:
            number = measured.numbers["sent at the broker"] + 1
            reading = {"id": f"broker-{number}", "seq": number, "measured_at": datetime.now(UTC).isoformat()}
            topic = f"anxin/v1/{device_id}/up/telemetry"
            await asyncio.to_thread(publisher.publish, topic, json.dumps(reading).encode())
            measured.numbers["sent at the broker"] = number
            await asyncio.sleep(0.2)
    finally:
        publisher.close()


@asynccontextmanager
async def _sampling(there: Ground, measured: Measured) -> AsyncIterator[None]:
    """The greatest memory of ingest, as long as this lasts."""

    async def sample() -> None:
        while True:
            pss_mib = await asyncio.to_thread(_ingest_pss_mib, there)
            measured.pss_during_max_mib = max(measured.pss_during_max_mib, pss_mib)
            await asyncio.sleep(2)

    sampling = asyncio.create_task(sample())
    try:
        yield
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)


def _ingest_pss_mib(there: Ground) -> float:
    process = there.hub.role("ingest")
    try:
        return 0.0 if process is None else process.memory_full_info().pss / _MIB
    except psutil.NoSuchProcess:
        return 0.0


async def _judge(
    there: Ground, devices: list[PatientDevice], broker: Broker | None, behind_broker_id: str, measured: Measured
) -> None:
    """Everything once, in order per device, and in few incidents; memory within its bounds; nobody rung for nothing."""
    measured.pss_after_mib = _ingest_pss_mib(there)
    for device in devices:
        readings = seqs_in_order(there, device.id)
        events = seqs_in_order(there, device.id, "device_event")
        assert sorted(readings + events) == device.sent
        assert readings == sorted(readings)
        assert events == sorted(events)
        assert device.acknowledged == set(device.sent)
        measured.numbers["readings stored"] += len(readings)
        measured.numbers["presses stored"] += len(events)
        measured.numbers["connections"] += device.connections
        measured.numbers["refused"] += device.refused
    sys.stdout.write(f"\n{json.dumps(vars(measured), indent=1, ensure_ascii=False)}\n")
    assert there.rows("SELECT count(*) FROM incident WHERE kind = 'sos'") == [(PRESSING,)]
    assert there.rows("SELECT count(*) FROM alert WHERE kind = 'sos'") == [(measured.numbers["presses stored"],)]
    if broker is not None:
        sent = measured.numbers["sent at the broker"]
        await until(lambda: len(seqs_in_order(there, behind_broker_id)) >= sent, within_s=60)
        assert seqs_in_order(there, behind_broker_id)[:sent] == list(range(1, sent + 1))
    texts = await until(lambda: there.phone.texts_to(OPERATOR)[1:], within_s=60)
    measured.numbers["texts to the operator"] = len(texts) + 1
    assert measured.greedy_mib_sent > 0.75 * 96  # all that there is room for, and then they are turned away
    assert measured.greedy_refused > GREEDY
    assert not measured.numbers["refused"]
    assert measured.numbers["connections"] <= DEVICES * 1.1 + measured.numbers["cut by the network"]
    assert measured.pss_during_max_mib - measured.pss_before_mib < GROWTH_MAX_MIB
    assert measured.ping_max_s < 20  # of one that was just cut: registry and session are each waited for 3 s
    assert measured.blind_said_after_s < 6
    assert there.rows("SELECT count(*) FROM maintenance_item WHERE kind IN ('device_offline', 'data_blind')") == [(0,)]
