"""The measurements, each against a hub that is ready."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import psutil

from hub.bench.county import Button
from hub.bench.hub_process import HubProcess
from hub.bench.publisher import Publisher
from hub.bench.stream_reader import StreamReader
from hub.clock import monotonic_s, utc_now

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, its unit, and how it was made."""

    name: str
    value: float
    unit: str
    how: str


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value below which `fraction` of all lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


async def press_to_stream(
    hub: HubProcess, buttons: Sequence[Button], presses: int, background_per_s: int, label: str
) -> list[Row]:
    """From the PUBLISH of a press to its line in the stream; one press at a time, each a new incident."""
    reader = StreamReader(hub.http_port, hub.api.key or "")
    reading = asyncio.create_task(reader.run())
    pressing = [Publisher(button, "127.0.0.1", hub.mqtt_port) for button in buttons[:50]]
    for publisher in pressing:
        await publisher.connect()
    load = asyncio.create_task(_background(hub, buttons[50:], background_per_s))
    latencies_ms = []
    for number in range(presses):
        event_id = f"{label}-{number}"
        payload = json.dumps({"id": event_id, "event": "sos_pressed", "occurred_at": utc_now().isoformat()})
        began = monotonic_s()
        await pressing[number % len(pressing)].publish_all("event", [payload.encode()], window=1)
        latencies_ms.append((await reader.wait_for(event_id) - began) * 1000)
        if number % len(pressing) == len(pressing) - 1:
            await asyncio.to_thread(close_all, hub)
    for task in (reading, load):
        task.cancel()
    await asyncio.gather(reading, load, return_exceptions=True)
    for publisher in pressing:
        await publisher.close()
    how = f"{presses} presses, background {background_per_s} messages/s"
    return [
        Row(f"press -> stream p50, {label}", percentile(latencies_ms, 0.50), "ms", how),
        Row(f"press -> stream p99, {label}", percentile(latencies_ms, 0.99), "ms", how),
    ]


async def messages_per_second(hub: HubProcess, buttons: Sequence[Button], each: int) -> list[Row]:
    """Readings, QoS 1, acknowledged after their commit; every device within its burst."""
    now = utc_now()
    batches = [
        [
            json.dumps(
                {
                    "id": f"{number}",
                    "seq": number,
                    "measured_at": (now - timedelta(milliseconds=number)).isoformat(),
                    "heart_rate_bpm": 72,
                    "spo2_pct": 97,
                    "steps": number,
                    "battery_pct": 88,
                    "worn": True,
                }
            ).encode()
            for number in range(each)
        ]
    ] * len(buttons)
    publishers = [Publisher(button, "127.0.0.1", hub.mqtt_port) for button in buttons]
    for publisher in publishers:
        await publisher.connect()
    cpu_before, began = _cpu_s(hub), monotonic_s()
    await asyncio.gather(
        *(
            publisher.publish_all("telemetry", payloads, window=50)
            for publisher, payloads in zip(publishers, batches, strict=True)
        )
    )
    elapsed_s = monotonic_s() - began
    cpu_s = _cpu_s(hub) - cpu_before
    for publisher in publishers:
        await publisher.close()
    count = each * len(buttons)
    how = f"{count} readings of 5 values, {len(buttons)} connections, window 50, QoS 1, publisher on the same cores"
    return [
        Row("messages per second", count / elapsed_s, "1/s", how),
        Row("hub and database CPU a message", cpu_s / count * 1e6, "us", how),
    ]


def idle(hub: HubProcess, seconds: float) -> list[Row]:
    """Memory and processor of all roles and the database, with nothing to do."""
    before = _cpu_s(hub)
    began = monotonic_s()
    time.sleep(seconds)  # noqa: TID251 - idling is what is measured
    share = (_cpu_s(hub) - before) / (monotonic_s() - began) * 100
    pss = sum(process.memory_full_info().pss for process in hub.processes()) / _MIB
    return [
        Row("PSS idle, all roles and database", pss, "MiB", "sum over the process tree"),
        Row("CPU idle, all roles and database", share, "% of a core", f"over {seconds:.0f} s"),
    ]


async def _background(hub: HubProcess, buttons: Sequence[Button], per_s: int) -> None:
    if not per_s:
        return
    publishers = [Publisher(button, "127.0.0.1", hub.mqtt_port) for button in buttons]
    for publisher in publishers:
        await publisher.connect()
    number = 0
    while True:
        payload = json.dumps({"id": f"bg-{number}", "measured_at": utc_now().isoformat(), "heart_rate_bpm": 70})
        began = monotonic_s()
        await publishers[number % len(publishers)].publish_all("telemetry", [payload.encode()], window=1)
        number += 1
        await asyncio.sleep(max(0.0, 1 / per_s - (monotonic_s() - began)))


def close_all(hub: HubProcess) -> None:
    """Close every open incident, so that the next press is a new one."""
    for incident in hub.api.all_items("/api/v1/incidents?state=open&limit=200"):
        hub.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})


def _cpu_s(hub: HubProcess) -> float:
    total = 0.0
    for process in hub.processes():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
