"""Kill -9 by schedule: of roles, of the supervisor, of the database's postmaster, of one of its backends."""

import asyncio
import random

import psutil

from hub.bench.hub_process import HubProcess
from tests.soak.phases import kills


class Killer:
    """`done` are the victims since it was last emptied, for the minute's line."""

    def __init__(self, hub: HubProcess, seed: int) -> None:
        self.done: list[str] = []
        self.busy = False  #: A supervisor is being started again.
        self._hub = hub
        self._seed = seed
        self._dice = random.Random(f"backends/{seed}")

    async def run(self, whole_s: float) -> None:
        """The whole schedule."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for kill in kills(self._seed, whole_s):
            await asyncio.sleep(began_s + kill.at_s - loop.time())
            self.done.append(kill.victim)
            self.busy = True
            try:
                await asyncio.to_thread(self.kill, kill.victim)
            finally:
                self.busy = False

    def kill(self, victim: str) -> None:
        """Kill, and wait until the hub is ready again."""
        if victim == "backend":
            self._kill_backend()
        else:
            self._hub.kill(victim)
        if victim == "supervisor":
            self._hub.start_again()
        else:
            self._hub.wait_until_ready()

    def _kill_backend(self) -> None:
        postmaster = self._hub.role("postgres")
        clients = [] if postmaster is None else [each for each in postmaster.children() if _serves_a_client(each)]
        if clients:
            self._dice.choice(clients).kill()


def _serves_a_client(process: psutil.Process) -> bool:
    try:
        return any("[local]" in part for part in process.cmdline())
    except psutil.Error:
        return False
