"""Others' presses while one floods: from PUBLISH to the line on the stream, quiet and flooded in turn on one hub.

Each flood is another process. Beside the presses a calm device sends readings; how long the slowest of them waits for
its acknowledgement is the lag of the telemetry lane, seen from outside.
"""

import asyncio
import contextlib
import json
import multiprocessing
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import Event
from pathlib import Path

import psutil

from hub.bench import flooders
from hub.bench.county import Button, make_buttons
from hub.bench.flooders import Flood, Login, Task
from hub.bench.hub_process import HubProcess, free_port
from hub.bench.line import Line
from hub.bench.measures import Row, close_all, percentile
from hub.bench.publisher import Publisher
from hub.bench.stream_reader import StreamReader
from hub.clock import monotonic_s, utc_now

_PRESSING = 30
_PRESSES = 150
_PAUSE_S = 0.02
_PROBE_EVERY_S = 0.05
_MIB = 1024 * 1024
#: Sends the press of this number.
Press = Callable[[int, bytes], Awaitable[None]]
_MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


_MOSQUITTO_SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
"""


@dataclass(slots=True)
class Scene:
    """A hub, and who plays in it."""

    hub: HubProcess
    calm: list[Button]
    mad: list[Login]
    gateway: Login
    children: list[str]
    broker_port: int | None
    context: SpawnContext = field(default_factory=lambda: multiprocessing.get_context("spawn"))


@dataclass(frozen=True, slots=True)
class Measured:
    """What others felt for a while."""

    press_p50_ms: float
    press_p99_ms: float
    reading_max_ms: float
    ingest_mib: float


def run_floods(show: Callable[[list[Row]], None]) -> None:
    """All floods, on a hub started for the purpose in a temporary directory; each is shown when it is over."""
    with tempfile.TemporaryDirectory(prefix="anxin-floods-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        with _broker(Path(directory)) as broker_port, HubProcess(Path(directory) / "data") as hub:
            if broker_port is not None:
                hub.stop()
                hub.environment["HUB_MQTT_SOURCES"] = f"mqtt://127.0.0.1:{broker_port}/?name=vendor"
                hub.start()
            asyncio.run(_flood_all(_set_scene(hub, broker_port), show))


def _set_scene(hub: HubProcess, broker_port: int | None) -> Scene:
    calm = make_buttons(hub.api, _PRESSING + 1)
    gateway = hub.api.post("/api/v1/devices", {"kind": "gateway"})
    children = [
        hub.api.post("/api/v1/devices", {"kind": "wristband", "gateway_id": gateway["id"]})["id"] for _ in range(11)
    ]
    made = [hub.api.post("/api/v1/devices", {"kind": "smartwatch"}) for _ in range(400)]
    mad = [Login(device["id"], device["mqtt"]["password"]) for device in made]
    return Scene(hub, calm, mad, Login(gateway["id"], gateway["mqtt"]["password"]), children, broker_port)


async def _flood_all(scene: Scene, show: Callable[[list[Row]], None]) -> None:
    door, mad = scene.hub.mqtt_port, tuple(scene.mad)
    show(await _beside(scene, "a device, 5,000/s QoS 0", flooders.one_device, Task(door, mad[:1], qos=0, per_s=5000)))
    show(await _beside(scene, "a device, 5,000/s QoS 1", flooders.one_device, Task(door, mad[1:2], per_s=5000)))
    show(await _beside_a_child(scene, qos=1))
    show(await _beside_a_child(scene, qos=0))
    if scene.broker_port is not None:
        broker = scene.broker_port
        show(await _beside(scene, "a vendor, 1,000/s", flooders.vendor, Task(broker, mad[2:102], per_s=1000)))
        task = Task(broker, (), count=60_000)
        show(await _beside_garbage(scene, "60,000 unreadable, strangers", flooders.strangers, task))
    task = Task(door, mad[102:202], count=40_000)
    show(await _beside_garbage(scene, "40,000 unreadable, 100 devices", flooders.garbage, task))
    show(await _beside(scene, "10,000 clients at once", flooders.storm, Task(door, mad, count=10_000)))
    show(await _beside(scene, "50,000 silent sockets", flooders.idlers, Task(door, (), count=50_000)))
    show(await _beside(scene, "20 loops and 10 doubles", flooders.loops, Task(door, mad[202:222])))
    show(await _beside(scene, "50 that do not read", flooders.slow_readers, Task(door, mad[222:272])))


# --- One flood ----------------------------------------------------------------------------------------------------


async def _beside(scene: Scene, name: str, flood: Flood, task: Task) -> list[Row]:
    """Others' presses, without and with it."""
    quiet = await _measure(scene)
    began_s = monotonic_s()
    async with _flooding(scene, flood, task) as done:
        flooded = await _measure(scene, until=done if task.count else None)
        took_s = monotonic_s() - began_s
    rows = _rows(name, quiet, flooded)
    if task.count:
        rows.append(Row(f"{name}: through after", took_s, "s", f"{task.count} in all, presses beside them"))
    return rows


async def _beside_garbage(scene: Scene, name: str, flood: Flood, task: Task) -> list[Row]:
    before = _database_bytes(scene.hub)
    rows = await _beside(scene, name, flood, task)
    grown = (_database_bytes(scene.hub) - before) / _MIB
    return [*rows, Row(f"{name}: database grew", grown, "MiB", "tables and indexes on disk, log left out")]


async def _beside_a_child(scene: Scene, *, qos: int) -> list[Row]:
    """Presses of siblings on the gateway's own connection while one child sends 1,000 readings a second."""
    line = await Line.open(scene.hub.mqtt_port, scene.gateway.pair, f"bench-{qos}")
    mad, *siblings = scene.children

    async def go_mad() -> None:
        number, began_s = 0, monotonic_s()
        while True:
            while number < (monotonic_s() - began_s) * 1000:
                await line.wait_for_room(800)
                line.send(f"anxin/v1/{mad}/up/telemetry", flooders.reading(number), qos)
                number += 1
            await asyncio.sleep(0.01)

    async def press(number: int, payload: bytes) -> None:
        line.send(f"anxin/v1/{siblings[number % len(siblings)]}/up/event", payload, 1)

    quiet = await _measure(scene, press=press)
    madness = asyncio.create_task(go_mad())
    await asyncio.sleep(2.0)
    flooded = await _measure(scene, press=press)
    madness.cancel()
    await asyncio.gather(madness, return_exceptions=True)
    line.close()
    return _rows(f"a sibling, mad child 1,000/s QoS {qos}", quiet, flooded)


@contextlib.asynccontextmanager
async def _flooding(scene: Scene, flood: Flood, task: Task) -> AsyncIterator[Event]:
    begun, done = scene.context.Event(), scene.context.Event()
    process = scene.context.Process(target=flooders.run_flood, args=(flood, task, begun, done), daemon=True)
    process.start()
    try:
        await asyncio.to_thread(begun.wait, 60)
        yield done
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


def _rows(name: str, quiet: Measured, flooded: Measured) -> list[Row]:
    how = f"{_PRESSES} presses or more, one at a time"
    return [
        Row(f"{name}: press p99 quiet", quiet.press_p99_ms, "ms", f"{how}, p50 {quiet.press_p50_ms:.1f} ms"),
        Row(f"{name}: press p99 flooded", flooded.press_p99_ms, "ms", f"{how}, p50 {flooded.press_p50_ms:.1f} ms"),
        Row(f"{name}: ratio", flooded.press_p99_ms / quiet.press_p99_ms, "", "flooded by quiet"),
        Row(f"{name}: others' reading at most", flooded.reading_max_ms, "ms", "PUBLISH -> PUBACK of a calm device"),
        Row(f"{name}: ingest at most", flooded.ingest_mib, "MiB", f"resident; quiet {quiet.ingest_mib:.0f}"),
    ]


# --- What others feel ---------------------------------------------------------------------------------------------


async def _measure(scene: Scene, press: Press | None = None, until: Event | None = None) -> Measured:
    """Press again and again, at least so often, and until the flood is over if it has an end."""
    hub = scene.hub
    await asyncio.to_thread(close_all, hub)
    reader = StreamReader(hub.http_port, hub.api.key or "")
    reading = asyncio.create_task(reader.run())
    publishers = [Publisher(button, "127.0.0.1", hub.mqtt_port) for button in scene.calm]
    for publisher in publishers:
        await publisher.connect()
    feelings = _Feelings(hub)
    probing = asyncio.create_task(feelings.probe(publishers[-1]))
    latencies_ms: list[float] = []
    number = 0
    while number < _PRESSES or (until is not None and not until.is_set()):
        event_id = f"{monotonic_s():.6f}-{number}"
        payload = json.dumps({"id": event_id, "event": "sos_pressed", "occurred_at": utc_now().isoformat()}).encode()
        began_s = monotonic_s()
        if press is None:
            await publishers[number % _PRESSING].publish_all("event", [payload], window=1)
        else:
            await press(number, payload)
        latencies_ms.append((await reader.wait_for(event_id, 60.0) - began_s) * 1000)
        number += 1
        await asyncio.sleep(_PAUSE_S)
    for task in (probing, reading):
        task.cancel()
    await asyncio.gather(probing, reading, return_exceptions=True)
    for publisher in publishers:
        await publisher.close()
    return Measured(
        percentile(latencies_ms, 0.5), percentile(latencies_ms, 0.99), feelings.reading_max_ms, feelings.ingest_mib
    )


class _Feelings:
    """What is watched besides the presses."""

    def __init__(self, hub: HubProcess) -> None:
        self.reading_max_ms = 0.0
        self.ingest_mib = 0.0
        self._ingest = hub.role("ingest")

    async def probe(self, publisher: Publisher) -> None:
        """For ever: a reading, its acknowledgement, ingest's memory."""
        number = 0
        while True:
            began_s = monotonic_s()
            await publisher.publish_all("telemetry", [flooders.reading(number)], window=1)
            self.reading_max_ms = max(self.reading_max_ms, (monotonic_s() - began_s) * 1000)
            if self._ingest is not None:
                with contextlib.suppress(psutil.Error):
                    self.ingest_mib = max(self.ingest_mib, self._ingest.memory_info().rss / _MIB)
            number += 1
            await asyncio.sleep(max(_PROBE_EVERY_S, 0.1 - (monotonic_s() - began_s)))


def _database_bytes(hub: HubProcess) -> int:
    """What the tables take on disk."""
    return sum(path.stat().st_size for path in hub.data_dir.rglob("base/*/*") if path.is_file())


@contextlib.contextmanager
def _broker(directory: Path) -> Iterator[int | None]:
    """A Mosquitto for the vendor; None where none is installed."""
    if _MOSQUITTO is None:
        yield None
        return
    port = free_port()
    settings = directory / "mosquitto.conf"
    settings.write_text(_MOSQUITTO_SETTINGS.format(port=port))
    process = subprocess.Popen([_MOSQUITTO, "-c", str(settings)], stderr=subprocess.DEVNULL)  # noqa: S603 - found above
    try:
        yield port
    finally:
        process.kill()
        process.wait()
