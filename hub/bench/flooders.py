"""The floods, each a process of its own, so that who measures is not slowed by who floods.

A flood runs until it is stopped, except those that count to a number; `done` says so.
"""

import asyncio
import contextlib
import json
import resource
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from hub.bench.line import Line
from hub.bench.publisher import mqtt_packet, mqtt_text
from hub.clock import monotonic_s, utc_now

#: A gateway or watch with a healthy library; beyond it TCP alone holds back.
_WINDOW = 500
_SLICE_S = 0.02


@dataclass(frozen=True, slots=True)
class Login:
    """A device as a flooder needs it."""

    device_id: str
    password: str

    @property
    def pair(self) -> tuple[str, str]:
        """User name and password."""
        return self.device_id, self.password


@dataclass(frozen=True, slots=True)
class Task:
    """What a flooder process is given."""

    port: int
    logins: tuple[Login, ...]
    qos: int = 1
    per_s: int = 0
    count: int = 0


Flood = Callable[[Task, Event], Coroutine[None, None, None]]


def run_flood(flood: Flood, task: Task, begun: Event, done: Event) -> None:
    """The process's main: flood until done or killed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.suppress(ConnectionError):
        asyncio.run(flood(task, begun))
    done.set()


def reading(number: int) -> bytes:
    """A small one."""
    return json.dumps({"id": f"f{number}", "measured_at": utc_now().isoformat(), "heart_rate_bpm": 70}).encode()


async def one_device(task: Task, begun: Event) -> None:
    """The first device sends readings at the rate."""
    login = task.logins[0]
    line = await Line.open(task.port, login.pair, "flood")
    begun.set()
    topic = f"anxin/v1/{login.device_id}/up/telemetry"
    await _pace(task.per_s, lambda number: (line, topic, reading(number)), task.qos)


async def vendor(task: Task, begun: Event) -> None:
    """A vendor's broker is fed readings and events of all devices at the rate; every tenth message is an event."""
    line = await Line.open(task.port, None, "vendor-flood")
    begun.set()

    def say(number: int) -> tuple[Line, str, bytes]:
        device_id = task.logins[number % len(task.logins)].device_id
        if number % 10:
            return line, f"anxin/v1/{device_id}/up/telemetry", reading(number)
        event = {"id": f"v{number}", "event": "motion", "occurred_at": utc_now().isoformat()}
        return line, f"anxin/v1/{device_id}/up/event", json.dumps(event).encode()

    await _pace(task.per_s, say, task.qos)


async def garbage(task: Task, begun: Event) -> None:
    """All devices send so many messages in all that nobody can read, every fifth of them as an event."""
    lines = [await Line.open(task.port, login.pair, "garbage") for login in task.logins]
    begun.set()
    each = task.count // len(lines)

    async def spout(login: Login, line: Line) -> None:
        for number in range(each):
            leaf = "telemetry" if number % 5 else "event"
            await line.wait_for_room(_WINDOW)
            line.send(f"anxin/v1/{login.device_id}/up/{leaf}", b"\xff garbage %d" % number, 1)
        await line.wait_for_room(1)

    await asyncio.gather(*(spout(login, line) for login, line in zip(task.logins, lines, strict=True)))


async def strangers(task: Task, begun: Event) -> None:
    """Through a broker: so many messages about devices that nobody registered, a new one each."""
    line = await Line.open(task.port, None, "strangers")
    begun.set()
    for number in range(task.count):
        leaf = "telemetry" if number % 5 else "event"
        await line.wait_for_room(_WINDOW)
        line.send(f"anxin/v1/stranger-{number}/up/{leaf}", b"\xff garbage %d" % number, 1)
    await line.wait_for_room(1)


async def storm(task: Task, begun: Event) -> None:
    """So many clients connect at once with lasting sessions, several of each device; done when all are in."""
    begun.set()
    inside: list[Line] = []  # nobody else holds them: what nobody holds is closed

    async def come(number: int) -> None:
        login = task.logins[number % len(task.logins)]
        while True:
            try:
                inside.append(await Line.open(task.port, login.pair, f"storm-{number}", lasting=True))
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(1.0)  # as a patient device does
            else:
                return

    await asyncio.gather(*(come(number) for number in range(task.count)))


async def idlers(task: Task, begun: Event) -> None:
    """So many sockets that say nothing, from three addresses; the hub closes them, or they stay."""
    begun.set()
    waiting: set[asyncio.Task[None]] = set()

    async def idle(number: int) -> None:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", task.port, local_addr=(f"127.0.0.{2 + number % 3}", 0)
            )
            await reader.read()
            writer.transport.abort()

    for number in range(task.count):
        one = asyncio.create_task(idle(number))
        waiting.add(one)
        one.add_done_callback(waiting.discard)
        if number % 50 == 0:
            await asyncio.sleep(_SLICE_S)
    for one in waiting:
        one.cancel()


async def loops(task: Task, begun: Event) -> None:
    """Every device connects and hangs up 50 times a second; every second one has a double with the same client id."""
    begun.set()

    async def loop(login: Login, client_id: str) -> None:
        while True:
            began_s = monotonic_s()
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                line = await Line.open(task.port, login.pair, client_id)
                line.close()
            await asyncio.sleep(max(0.0, 0.02 - (monotonic_s() - began_s)))

    async def contest(login: Login) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                line = await Line.open(task.port, login.pair, "double")
                await line.closed()

    async with asyncio.TaskGroup() as all_of_them:
        for number, login in enumerate(task.logins):
            if number % 2:
                all_of_them.create_task(loop(login, "loop"))
            else:
                all_of_them.create_task(contest(login))
                all_of_them.create_task(contest(login))


async def slow_readers(task: Task, begun: Event) -> None:
    """Devices that publish and never read what they are answered."""
    begun.set()
    writers = []
    for login in task.logins:
        reader, writer = await asyncio.open_connection("127.0.0.1", task.port, limit=1)
        body = mqtt_text("MQTT") + bytes([4, 0xC2, 0, 0]) + mqtt_text("slow")
        writer.write(mqtt_packet(0x10, body + mqtt_text(login.device_id) + mqtt_text(login.password)))
        writers.append((reader, writer, login))
    while True:
        for _, writer, login in writers:
            topic = mqtt_text(f"anxin/v1/{login.device_id}/up/telemetry")
            if writer.transport.get_write_buffer_size() < 65_536:
                writer.write(b"".join(mqtt_packet(0x32, topic + b"\x00\x01" + reading(0)) for _ in range(10)))
        await asyncio.sleep(_SLICE_S)


async def _pace(per_s: int, say: Callable[[int], tuple[Line, str, bytes]], qos: int) -> None:
    """Send at the rate, or as fast as the other end takes it."""
    began_s, number = monotonic_s(), 0
    while True:
        while number < (monotonic_s() - began_s) * per_s:
            line, topic, payload = say(number)
            await line.wait_for_room(_WINDOW)
            line.send(topic, payload, qos)
            number += 1
        await asyncio.sleep(_SLICE_S)
