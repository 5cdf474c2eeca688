"""One leg: a fresh hub, its cast, the strikes in their order, quiet afterwards, and the verdict."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.torture import checks
from tests.torture.cast import LADDER, PEOPLE, Cast, Casting
from tests.torture.faults import Patience, Tormentor
from tests.torture.ground import Ground
from tests.torture.ledger import Ledger, Way
from tests.torture.schedule import KILLS, Leg, Strike
from tests.torture.watchers import Onlooker, Operator, ReadyWatch

Line = dict[str, Any]
#: A fault's line waits so long for the hub to be ready, and for the next acknowledgement.
_LOOK_S = 20.0
_BREATHE_S = 60.0
#: Everything that must be acknowledged is, and every deadline has passed, so long after the last fault at most.
_QUIET_S = 240.0
_LISTEN_S = 90.0
_FIRST_MESSAGES = 30
#: Several want the same incidents, while presses join them and deadlines pass.
_OPERATORS = 3
#: Operators, probes and questions to the database each keep a thread waiting.
_THREADS = 24


@dataclass
class Verdict:
    """How a leg ended: `breaches` empty is what all this is for."""

    breaches: list[str]
    lines: list[Line]
    figures: Line


@dataclass
class LegRun:
    """One leg in the making. `tell` gets each fault's line when it is complete."""

    leg: Leg
    directory: Path
    with_broker: bool
    tell: Callable[[Line], None] = lambda _line: None
    people: int = PEOPLE
    binaries: Path | None = None
    patience: Patience = field(default_factory=Patience)
    ledger: Ledger = field(default_factory=Ledger)
    lines: list[Line] = field(default_factory=list)

    async def run(self) -> Verdict:
        """Everything from the first process to the last.

        A leg that could not be brought to its end is a breach too: it says so instead of a verdict.
        """
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        ground = Ground(self.leg.ground, self.directory, self.with_broker, self.binaries)
        began_s = time.monotonic()
        breaches: list[str] = []
        try:
            breaches += await self._torture(ground)
        except Exception as error:  # noqa: BLE001 - whatever it was, the processes must end and the line be written
            breaches.append(f"the leg did not come to its end: {error!r}")
        finally:
            breaches += await ground.stop()
        breaches += checks.check_logs(ground.logs())
        return Verdict(breaches, self.lines, self._figures(ground, began_s))

    async def _torture(self, ground: Ground) -> list[str]:
        await ground.start()
        cast = await asyncio.to_thread(self._cast, ground)
        watch = ReadyWatch(ground.hub.http_port)
        newest = await asyncio.to_thread(ground.ask, "SELECT coalesce(max(position), 0) FROM stream_event")
        onlooker = Onlooker(ground.hub.http_port, str(ground.hub.api.key), int(str(newest[0][0])))
        operators = [self._operator(ground, cast, number) for number in range(_OPERATORS)]
        lives = [asyncio.create_task(device.live()) for device in cast.devices]
        async with _beside(watch.run(), onlooker.run()):
            async with _beside(*(operator.run() for operator in operators)):
                await ground.until(lambda: self.ledger.acknowledged >= _FIRST_MESSAGES, "messages flow")
                await self._strike_all(Tormentor(ground, cast.devices, self.patience), watch)
            await self._wait_for_quiet(ground, cast, lives)
            await self._wait_for_onlooker(ground, onlooker)
        return await asyncio.to_thread(self._judge, ground, cast, onlooker, operators)

    def _cast(self, ground: Ground) -> Cast:
        ground.hub.api.put("/api/v1/policies/default", LADDER)
        ports = {Way.DOOR: [door.port for door in ground.doors]}
        if ground.broker is not None:
            ports[Way.BROKER] = [ground.broker.port]
        return Casting(ground.hub.api, self.leg.name, self.ledger, ports).make(self.people)

    def _operator(self, ground: Ground, cast: Cast, number: int) -> Operator:
        listening = [device.id for device in cast.devices if device.habits.lasting]
        dice = random.Random(f"{self.leg.name}/operator/{number}")
        return Operator(ground.hub.api, cast.attended, listening, self.ledger, dice)

    # --- The faults -------------------------------------------------------------------------------------------------

    async def _strike_all(self, tormentor: Tormentor, watch: ReadyWatch) -> None:
        """One after the other by their gaps; those that last go on meanwhile."""
        under_way: list[asyncio.Task[None]] = []
        for strike in self.leg.strikes:
            await asyncio.sleep(strike.gap_s)
            if strike.breathe:
                await self._breathe()
            under_way.append(asyncio.create_task(self._strike(tormentor, watch, strike)))
        await asyncio.gather(*under_way)

    async def _strike(self, tormentor: Tormentor, watch: ReadyWatch, strike: Strike) -> None:
        at_s, in_flight, acknowledged = time.monotonic(), self.ledger.in_flight, self.ledger.acknowledged
        bite = await tormentor.inflict(strike)
        ended_s = time.monotonic()
        line: Line = {
            "seed": self.leg.seed,
            "leg": self.leg.number,
            "n": strike.number,
            "at": round(at_s - self._began_s, 2),
            "gap_s": strike.gap_s,
            "fault": strike.fault.value,
            "victim": bite.victim,
            "bit": bite.bit,
            "in_flight": in_flight,
            "acknowledged": acknowledged,
            "next_ack_s": await self._next_acknowledgement(ended_s),
            "ready_s": await _first(lambda: watch.back_after(at_s), _LOOK_S),
        }
        self.lines.append(line)
        self.tell(line)

    async def _next_acknowledgement(self, since_s: float) -> float | None:
        return await _first(
            lambda: (
                round(self.ledger.last_acknowledged_at_s - since_s, 2)
                if self.ledger.last_acknowledged_at_s > since_s
                else None
            ),
            _LOOK_S,
        )

    async def _breathe(self) -> None:
        """Not every fault hits a hub that is starting: wait until something is acknowledged again."""
        since_s = time.monotonic()
        await _first(lambda: 1.0 if self.ledger.last_acknowledged_at_s > since_s else None, _BREATHE_S)

    def __post_init__(self) -> None:
        self._began_s = time.monotonic()

    # --- Afterwards -------------------------------------------------------------------------------------------------

    async def _wait_for_quiet(self, ground: Ground, cast: Cast, lives: list["asyncio.Task[None]"]) -> None:
        """Until everybody has said and heard what they had to, and nothing is due that has not been done."""
        for device in cast.devices:
            device.stop()
        _, late = await asyncio.wait(lives, timeout=_QUIET_S)
        for life in late:
            life.cancel()  # what it could not get rid of is found by the checks
        await asyncio.gather(*lives, return_exceptions=True)
        deadline_s = time.monotonic() + _LISTEN_S
        await asyncio.gather(*(device.listen(deadline_s) for device in cast.devices if device.habits.lasting))
        await self._wait_for_rows(ground)
        await ground.until_ready()

    async def _wait_for_rows(self, ground: Ground) -> None:
        """What a broker still had has arrived; ladders have passed their second step; no text is on its way."""
        wanted = {mark for message in self.ledger.sent if message.acknowledged for mark in message.marks}
        deadline_s = time.monotonic() + _QUIET_S
        while time.monotonic() < deadline_s:
            waiting = await asyncio.to_thread(
                ground.ask,
                "SELECT (SELECT count(*) FROM timer WHERE due_at < now() + interval '10 s')"
                " + (SELECT count(*) FROM notification WHERE state IN ('owed', 'sending'))"
                " + (SELECT count(*) FROM alert WHERE state = 'pending')",
            )
            stored = await asyncio.to_thread(
                ground.ask, "SELECT evidence ->> 'mark' FROM device_event UNION SELECT extra ->> 'mark' FROM reading"
            )
            if waiting == [(0,)] and wanted <= {str(row[0]) for row in stored}:
                return
            await asyncio.sleep(0.5)

    async def _wait_for_onlooker(self, ground: Ground, onlooker: Onlooker) -> None:
        newest = await asyncio.to_thread(ground.ask, "SELECT coalesce(max(position), 0) FROM stream_event")
        position = int(str(newest[0][0])) if newest else 0
        with contextlib.suppress(TimeoutError):
            await ground.until(
                lambda: bool(onlooker.positions) and onlooker.positions[-1] >= position, "the stream's end", 20
            )

    def _judge(self, ground: Ground, cast: Cast, onlooker: Onlooker, operators: list[Operator]) -> list[str]:
        self.operator_counts = dict(sum((operator.counts for operator in operators), start=Counter()))
        self.epochs = ground.epoch()
        self.positions = len(onlooker.positions)
        with psycopg.connect(ground.dsn, autocommit=True) as connection:
            rows = checks.Rows(connection)
            breaches = [
                *checks.check_messages(rows, self.ledger),
                *checks.check_api(ground.hub.api, self.ledger),
                *checks.check_deadlines(rows),
                *checks.check_state(rows),
                *checks.check_texts(rows, ground.texts_path, cast.phones, cast.attended),
                *checks.check_onlooker(rows, onlooker),
                *checks.check_operator(rows, operators),
                *checks.check_answers(self.ledger),
                *checks.check_replays(ground.dsn),
                *checks.check_verify(ground.environment),
            ]
            if breaches:
                rows.dump(self.directory)
            return breaches

    def _figures(self, ground: Ground, began_s: float) -> Line:
        sent = self.ledger.sent
        return {
            "seed": self.leg.seed,
            "leg": self.leg.number,
            "ground": self.leg.ground.value,
            "kills": sum(line["bit"] and line["fault"] in KILLS for line in self.lines),
            "faults": len(self.leg.strikes),
            "bit": sum(line["bit"] for line in self.lines),
            "sent": len(sent),
            "acknowledged": sum(bool(message.acknowledged) for message in sent),
            "presses": sum(message.sort == "press" for message in sent),
            "readings": sum(len(message.marks) for message in sent if message.sort == "telemetry"),
            "tries": sum(message.tries for message in sent),
            "epochs": getattr(self, "epochs", None),
            "supervisor_starts": ground.supervisor_starts,
            "database_starts": ground.database_starts,
            "stream_positions": getattr(self, "positions", None),
            "publishers": dict(self.ledger.counts),
            "operator": getattr(self, "operator_counts", None),
            "complaints": checks.complaints(ground.logs()),
            "took_s": round(time.monotonic() - began_s, 1),
        }


@contextlib.asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> Any:
    """These go on while the block runs."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first(look: Callable[[], float | None], within_s: float) -> float | None:
    """The first answer that is one; None after the time."""
    deadline_s = time.monotonic() + within_s
    while (answer := look()) is None and time.monotonic() < deadline_s:
        await asyncio.sleep(0.05)
    return answer
