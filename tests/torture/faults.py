"""How each fault is done, and whether it bit: a fault that hit nobody proves nothing."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from tests.torture.devices import Device
from tests.torture.ground import Ground, Owner
from tests.torture.ledger import Way
from tests.torture.links import COMMIT_ASKED, COMMITTED, Link, Pair, is_commit_of_ingest, is_puback
from tests.torture.processes import process_of
from tests.torture.schedule import Fault, Strike


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a fault waits for what it needs; when it is over, it hit nobody."""

    trap_s: float = 8.0  #: For something to step into a trap.
    victim_s: float = 4.0  #: For a victim that is being started again.
    take_over_s: float = 6.0  #: A lease and a try.


#: A night of a thousand kills goes on to the next one; a short leg in which each kind comes once does not.
INSISTING = Patience(trap_s=60, victim_s=60, take_over_s=60)


@dataclass(frozen=True, slots=True)
class Bite:
    """Whom it hit, and whether it did."""

    bit: bool
    victim: str = ""


@dataclass
class Tormentor:
    """Does to the ground and its links what the schedule says."""

    ground: Ground
    devices: list[Device]
    patience: Patience = field(default_factory=Patience)

    async def inflict(self, strike: Strike) -> Bite:
        match strike.fault:
            case Fault.INGEST | Fault.DUTY | Fault.WEB | Fault.SUPERVISOR:
                return self._kill(strike.fault.value, await self._pid_of(strike.fault.value))
            case Fault.STANDBY:
                return self._kill("standby", self.ground.standby_pid())
            case Fault.BOTH_INGESTS:
                pid = await self._pid_of("ingest")
                both = [self.ground.kill(pid), self.ground.kill(self.ground.standby_pid())]
                return Bite(all(both), "ingest and standby")
            case Fault.POSTMASTER:
                return self._kill("postmaster", await self._pid_of("postgres"))
            case Fault.BACKEND:
                return await self._kill_backend(strike)
            case Fault.BACKEND_ENDED:
                return await self._end_backend(strike)
            case Fault.COMMIT_KILL | Fault.COMMIT_CUT:
                return await self._answer_lost(strike.fault)
            case Fault.COMMIT_LOST:
                return await self._commit_lost()
            case Fault.PUBACK_KILL:
                return await self._puback_lost()
            case Fault.PAUSED_OWNER:
                return await self._pause_owner(strike)
            case Fault.DOOR_CUT:
                cut = [door.reset_all() for door in self.ground.doors]
                return Bite(sum(cut) > 0, f"{sum(cut)} devices")
            case Fault.DOOR_SLOW | Fault.DOOR_TORN | Fault.DOOR_DEAF | Fault.DOOR_MUTE:
                return await self._worsen(self.ground.doors, strike)
            case Fault.DATABASE_CUT:
                count = self._database_link.reset_all()
                return Bite(count > 0, f"{count} connections")
            case Fault.DATABASE_SLOW | Fault.DATABASE_HOLE:
                return await self._worsen([self._database_link], strike)
            case Fault.BROKER_KILL | Fault.BROKER_STOP:
                return await self._end_broker(strike.fault)
            case _:
                assert_never(strike.fault)

    # --- Processes --------------------------------------------------------------------------------------------------

    async def _pid_of(self, role: str) -> int | None:
        """Who that is now, or a moment later: one that is being started again is a victim too."""
        deadline = time.monotonic() + self.patience.victim_s
        while (pid := await asyncio.to_thread(self.ground.role_pid, role)) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return pid

    def _kill(self, victim: str, pid: int | None) -> Bite:
        return Bite(self.ground.kill(pid), victim)

    async def _kill_backend(self, strike: Strike) -> Bite:
        name, pid = await self._pick_backend(strike.draw)
        return Bite(self.ground.kill(pid), name)

    async def _end_backend(self, strike: Strike) -> Bite:
        name, pid = await self._pick_backend(strike.draw)
        if pid is None:
            return Bite(bit=False)
        ended = await asyncio.to_thread(self.ground.ask, f"SELECT pg_terminate_backend({pid})")
        return Bite(ended == [(True,)], name)

    async def _pick_backend(self, draw: float) -> tuple[str, int | None]:
        backends = await asyncio.to_thread(
            self.ground.ask,
            "SELECT application_name, pid FROM pg_stat_activity WHERE application_name LIKE 'hub %' ORDER BY 1, 2",
        )
        if not backends:
            return "", None
        name, pid = backends[int(draw * len(backends))]
        return _without_process(str(name)), int(str(pid))

    async def _pause_owner(self, strike: Strike) -> Bite:
        """Bites when somebody else took over meanwhile."""
        owner = await self._stop_owner()
        if owner is None:
            return Bite(bit=False)
        try:
            await asyncio.sleep(strike.lasts_s)
            is_followed = await self._is_followed(owner.epoch)
            seen = "" if is_followed else f", and nobody took over: {await asyncio.to_thread(self.ground.testify)}"
        finally:
            awake = self.ground.wake(owner.pid)
        if not awake:
            return Bite(bit=False, victim="owner, killed while it was stopped")
        return Bite(is_followed, f"owner{seen}")

    async def _stop_owner(self) -> Owner | None:
        """Stop whoever owns, and look again: one that was being followed as it was stopped is no owner any more."""
        deadline = time.monotonic() + self.patience.victim_s
        while time.monotonic() < deadline:
            owner = await asyncio.to_thread(self.ground.owner)
            if owner is not None and self.ground.pause(owner.pid):
                if await asyncio.to_thread(self.ground.owner) == owner:
                    return owner
                self.ground.wake(owner.pid)
            await asyncio.sleep(0.05)
        return None

    async def _is_followed(self, epoch: int) -> bool:
        deadline = time.monotonic() + self.patience.take_over_s
        while time.monotonic() < deadline:
            if await asyncio.to_thread(self.ground.epoch) > epoch:
                return True
            await asyncio.sleep(0.1)
        return False

    # --- Around the COMMIT ------------------------------------------------------------------------------------------

    async def _answer_lost(self, fault: Fault) -> Bite:
        """The server has committed; ingest hears nothing, and dies of it or loses its connection."""
        pair = await self._trap(self._database_link, is_commit_of_ingest(COMMITTED), upward=False)
        if pair is None:
            return Bite(bit=False)
        lane = pair.name.rsplit(" ", 1)[-1]
        if fault is Fault.COMMIT_KILL:
            killed = self.ground.kill(process_of(pair.name))
            pair.reset()
            return Bite(killed, f"ingest, {lane} lane")
        pair.reset()
        return Bite(bit=True, victim=f"{lane} lane")

    async def _commit_lost(self) -> Bite:
        pair = await self._trap(self._database_link, is_commit_of_ingest(COMMIT_ASKED), upward=True)
        if pair is None:
            return Bite(bit=False)
        pair.reset()
        return Bite(bit=True, victim=f"{pair.name.rsplit(' ', 1)[-1]} lane")

    async def _puback_lost(self) -> Bite:
        """A PUBACK is on its way and its device never gets it; ingest is gone before it could tell again."""
        traps = [door.set_trap(is_puback, upward=False) for door in self.ground.doors]
        try:
            async with asyncio.timeout(self.patience.trap_s):
                done, _ = await asyncio.wait([trap.sprung for trap in traps], return_when=asyncio.FIRST_COMPLETED)
            number = next(number for number, trap in enumerate(traps) if trap.sprung in done)
            pid = await self._pid_of("ingest") if number == 0 else self.ground.standby_pid()
            killed = self.ground.kill(pid)
            done.pop().result().reset()
            return Bite(killed, "ingest" if number == 0 else "standby")
        except TimeoutError:
            return Bite(bit=False)
        finally:
            for door, trap in zip(self.ground.doors, traps, strict=True):
                door.lift(trap)

    async def _trap(self, link: Link, recognises: Callable[[Pair, bytes], bool], *, upward: bool) -> Pair | None:
        trap = link.set_trap(recognises, upward=upward)
        try:
            async with asyncio.timeout(self.patience.trap_s):
                return await trap.sprung
        except TimeoutError:
            return None
        finally:
            link.lift(trap)

    # --- Networks ---------------------------------------------------------------------------------------------------

    async def _worsen(self, links: list[Link], strike: Strike) -> Bite:
        before = sum((link.counts for link in links), start=type(links[0].counts)())
        for link in links:
            _set_weather(link, strike.fault, is_bad=True)
        try:
            await asyncio.sleep(strike.lasts_s)
        finally:
            for link in links:
                _set_weather(link, strike.fault, is_bad=False)
                if strike.fault in (Fault.DOOR_DEAF, Fault.DOOR_MUTE, Fault.DATABASE_HOLE):
                    link.reset_all()  # bytes are missing: nothing that follows on these connections makes sense
        after = sum((link.counts for link in links), start=type(links[0].counts)())
        suffered = sum((after - before).values())
        return Bite(suffered > 0, f"{suffered} times")

    @property
    def _database_link(self) -> Link:
        assert self.ground.database_link is not None
        return self.ground.database_link

    # --- The broker -------------------------------------------------------------------------------------------------

    async def _end_broker(self, fault: Fault) -> Bite:
        """Properly; or by SIGKILL when its publishers rest and it has saved - what it loses else is its own affair."""
        if self.ground.broker_is_away:
            return Bite(bit=False)
        async with self.ground.broker_away() as broker:
            if fault is Fault.BROKER_STOP:
                await asyncio.to_thread(broker.stop)
                return Bite(bit=True, victim="mosquitto")
            speaking = [device for device in self.devices if Way.BROKER in device.habits.ways]
            for device in speaking:
                device.hold()
            try:
                await self.ground.until(lambda: not any(device.is_at_broker for device in speaking), "publishers rest")
                await asyncio.to_thread(broker.save)
                broker.kill()
            finally:
                for device in speaking:
                    device.go_on()
        return Bite(bit=True, victim="mosquitto")


def _without_process(connection_name: str) -> str:
    """`hub ingest <host>-<process id> event` without what differs from machine to machine."""
    return re.sub(r" \S+-\d+", "", connection_name)


def _set_weather(link: Link, fault: Fault, *, is_bad: bool) -> None:
    match fault:
        case Fault.DOOR_SLOW | Fault.DATABASE_SLOW:
            link.weather.delay_s = 0.05 if is_bad else 0.0
        case Fault.DOOR_TORN:
            link.weather.torn = is_bad
        case Fault.DOOR_DEAF:
            link.weather.deaf = is_bad
        case Fault.DOOR_MUTE:
            link.weather.mute = is_bad
        case Fault.DATABASE_HOLE:
            link.weather.deaf = link.weather.mute = is_bad
        case _:
            raise ValueError(f"{fault} is no weather")
