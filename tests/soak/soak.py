"""One soak from start to end: a hub of its own, the county, mischief, operators, faults, and a line a minute."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from hub.bench.county import make_buttons
from hub.bench.hub_process import HubProcess
from tests.hub.subscriber.broker import PROGRAM, Broker
from tests.soak.county import ACKNOWLEDGED_FILE, ALIVE_FILE
from tests.soak.faults import Killer
from tests.soak.insisting import InsistingDevice
from tests.soak.ledger import Ledger
from tests.soak.minutes import Minute
from tests.soak.mischief import Mischief
from tests.soak.operators import Operators
from tests.soak.phases import phase_at
from tests.soak.probes import Probes, Reference, dsn_of
from tests.soak.sampling import LogReader, load_1m, sample_database, sample_processes
from tests.soak.visitors import Visitors

#: Whoever lets an incident stand for half a minute finds that a text has left.
LADDER = {
    "steps": [{"after_s": 0, "notify": "desk"}, {"after_s": 30, "notify": "10000000099"}],
    "repeat": 1,
    "then_every_s": 300,
    "ack_timeout_s": 300,
}
#: Every second recipient is watched with about so much less patience as the people live faster: at speed 24 a night
#: lasts twenty minutes, and whoever fell is found within fifteen seconds.
IMPATIENT = {
    "fall": {"confirm_s": 5},
    "inactivity": {"day_limit_s": 300, "night_limit_s": 600},
    "bed": {"absence_limit_s": 60},
    "equipment": {"offline_min_s": 60, "blind_after_s": 300},
    "no_sign_of_life_s": 1800,
}
_PROBES, _MISCHIEF = 30, 6
_MINUTE_S = 60.0
#: The rest of each minute belongs to counting, so that counting does not disturb what is measured.
_PROBED_S = 50.0
_SETTLES_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOrder:
    """How long, how many, where."""

    minutes: int
    seed: int
    devices: int  #: Of the simulated county.
    speed: float  #: How many times as fast its people live.
    directory: Path
    write: Callable[[dict[str, Any]], None]  #: A line of the record.


class Soak:
    """`run` leaves nothing running."""

    def __init__(self, order: SoakOrder) -> None:
        self.minutes: list[Minute] = []
        self.ends: dict[str, Any] | None = None
        self._order = order
        self._ledger = Ledger()
        self._enough = asyncio.Event()

    def end_early(self) -> None:
        """Judge what there is."""
        self._enough.set()

    async def run(self) -> None:
        """The whole of it."""
        order = self._order
        order.directory.mkdir(parents=True, exist_ok=True)
        order.directory.chmod(0o755)  # the database may run as another user
        broker = self._broker()
        sources = {} if broker is None else {"HUB_MQTT_SOURCES": f"{broker.url}?name=soak"}
        texts = {"HUB_SMS": f"log:{order.directory / 'texts.jsonl'}"}
        hub = HubProcess(order.directory / "data", {"HUB_LOG_FORMAT": "json", **texts, **sources})
        async with AsyncExitStack() as stack:
            if broker is not None:
                await asyncio.to_thread(broker.start)
                stack.callback(broker.kill)
            stack.push_async_callback(asyncio.to_thread, hub.stop)
            await asyncio.to_thread(hub.start)
            await asyncio.to_thread(hub.api.put, "/api/v1/policies/default", LADDER)
            await self._live(hub, broker, stack)
            order.write({"what": "settling"})
            await self._settle(hub)

    def _broker(self) -> Broker | None:
        if PROGRAM is None:
            return None
        directory = self._order.directory / "broker"
        directory.mkdir(exist_ok=True)
        return Broker(directory)

    async def _live(self, hub: HubProcess, broker: Broker | None, outer: AsyncExitStack) -> None:
        order = self._order
        buttons = await asyncio.to_thread(make_buttons, hub.api, _PROBES + _MISCHIEF + 1)
        probed, mischievous, at_broker = buttons[:_PROBES], buttons[_PROBES:-1], buttons[-1]
        reference = Reference(order.directory / "data")
        await reference.start()
        outer.push_async_callback(reference.stop)
        pressed = [InsistingDevice(each, hub.mqtt_port) for each in probed]
        naughty = [InsistingDevice(each, hub.mqtt_port) for each in mischievous]
        behind_broker = None if broker is None else InsistingDevice(at_broker, broker.port)
        for device in (*pressed, *naughty, *([behind_broker] if behind_broker else [])):
            outer.push_async_callback(device.drop)
        probes = Probes(hub, pressed, self._ledger, reference)
        killer = Killer(hub, order.seed)
        mischief = Mischief(
            devices=naughty,
            broker_device=behind_broker,
            ledger=self._ledger,
            seed=order.seed,
        )
        operators = Operators(hub.api, {each.recipient_id for each in probed}, order.seed)
        async with asyncio.TaskGroup() as background:
            running = [background.create_task(operators.run()), background.create_task(probes.follow_stream())]
            async with self._county(hub):
                people = await asyncio.to_thread(_lose_patience, hub, {each.recipient_id for each in buttons})
                visitors = Visitors(hub.api, people, order.seed)
                whole_s = order.minutes * _MINUTE_S
                lives = (mischief.run(), visitors.run(), killer.run(whole_s))
                living = [background.create_task(life) for life in lives]
                await self._measure_minutes(hub, probes, killer)
                for task in living:
                    task.cancel()
                await asyncio.wait(living)
            await asyncio.sleep(5)  # the last presses are seen and closed
            for task in running:
                task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLES_WITHIN_S):
                await _ready_again(hub)
                await probes.finish()
        order.write({"what": "people", "operators": dict(operators.did), "visitors": dict(visitors.did)})

    @asynccontextmanager
    async def _county(self, hub: HubProcess) -> AsyncIterator[None]:
        order = self._order
        with (order.directory / "county.log").open("ab") as log:
            county = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.soak.county", f"http://127.0.0.1:{hub.http_port}", str(hub.mqtt_port)),
                *(str(order.devices), str(order.speed), str(order.directory)),
                env={**os.environ, "ANXIN_API_KEY": hub.api.key or ""},
                stdout=log,
                stderr=log,
            )
        try:
            async with asyncio.timeout(120):
                while not (order.directory / ALIVE_FILE).exists():
                    if county.returncode is not None:
                        raise RuntimeError((order.directory / "county.log").read_text()[-2000:])
                    await asyncio.sleep(0.2)
            yield
        finally:
            if county.returncode is None:
                county.terminate()
                await county.wait()

    async def _measure_minutes(self, hub: HubProcess, probes: Probes, killer: Killer) -> None:
        loop = asyncio.get_running_loop()
        log = LogReader(hub.log_path)
        began_s = loop.time()
        for number in range(self._order.minutes):
            start_s = began_s + number * _MINUTE_S
            measuring = asyncio.create_task(probes.measure(start_s + _PROBED_S))
            enough = asyncio.create_task(self._enough.wait())
            await asyncio.wait({measuring, enough}, return_when=asyncio.FIRST_COMPLETED)
            enough.cancel()
            if self._enough.is_set():
                measuring.cancel()
                return
            faults, killer.done = tuple(killer.done), []
            tables, queues = await _database_figures(self._order.directory / "data")
            phase = phase_at(number * _MINUTE_S, self._order.minutes * _MINUTE_S)
            minute = Minute(
                minute=number,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                phase=phase,
                faults=faults,
                latency=measuring.result(),
                processes=await asyncio.to_thread(sample_processes, hub),
                tables=tables,
                queues=queues,
                new_log_events=log.new_events(),
                acknowledged=self._ledger.counts(),
                load_1m=load_1m(),
            )
            self.minutes.append(minute)
            self._order.write(minute.as_json())
            await asyncio.sleep(start_s + _MINUTE_S - loop.time())

    async def _settle(self, hub: HubProcess) -> None:
        """What was on its way arrives; then acknowledged and stored are compared."""
        await asyncio.to_thread(_start_if_ended, hub)
        self._ledger.add_file(self._order.directory / ACKNOWLEDGED_FILE)
        dsn = dsn_of(self._order.directory / "data")
        deadline_s = asyncio.get_running_loop().time() + _SETTLES_WITHIN_S
        while True:
            self.ends = await asyncio.to_thread(self._ledger.compare, dsn)
            if not self.ends["lost"] or asyncio.get_running_loop().time() > deadline_s:
                break
            await asyncio.sleep(2)
        self.ends |= await asyncio.to_thread(_verify, hub)
        self._order.write({"what": "ends", **self.ends})


def _lose_patience(hub: HubProcess, ours: set[str]) -> list[str]:
    """Everybody of the county; every second one is watched more impatiently from now on."""
    people = [each["id"] for each in hub.api.all_items("/api/v1/recipients?limit=200") if each["id"] not in ours]
    for recipient_id in people[::2]:
        hub.api.patch(f"/api/v1/recipients/{recipient_id}", {"monitoring": IMPATIENT})
    return people


async def _database_figures(data_dir: Path) -> tuple[Any, Any]:
    try:
        return await asyncio.to_thread(lambda: sample_database(dsn_of(data_dir)))
    except (psycopg.Error, OSError):
        return {}, {}


async def _ready_again(hub: HubProcess) -> None:
    await asyncio.to_thread(_start_if_ended, hub)
    await asyncio.to_thread(hub.wait_until_ready)


def _start_if_ended(hub: HubProcess) -> None:
    """Ctrl-C reaches the hub too, and ends it in good order."""
    if not hub.processes():
        hub.start()


def _verify(hub: HubProcess) -> dict[str, Any]:
    """What the hub says of itself, in its own words."""
    try:
        return {"verified": True, "hub_verify": hub.command("verify", "--json").strip()[-2000:]}
    except (RuntimeError, subprocess.TimeoutExpired) as failure:
        return {"verified": False, "hub_verify": str(failure)[-2000:]}


def remove(directory: Path) -> None:
    """The soak's own directory, when nobody wants to look at it."""
    shutil.rmtree(directory, ignore_errors=True)
