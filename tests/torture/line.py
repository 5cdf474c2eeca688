"""A device's way to one of its ports: connected when it is needed, and again, and taken over by itself."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.torture.ledger import Ledger
from tests.torture.wire import Heard, Login, Wire


@dataclass
class Line:
    """One client of one server, over however many connections; the ports are tried in turn."""

    ports: list[int]
    login: Callable[[], Login]
    heard: Heard
    ledger: Ledger
    dice: random.Random
    remembers: bool = False  #: The server must know the session again.
    _port_number: int = 0
    _wire: Wire | None = None
    _has_been: bool = False
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._port_number = self.dice.randrange(len(self.ports))

    async def wire(self) -> Wire:
        """The open connection, or a new one."""
        async with self._connecting:
            if self._wire is None or self._wire.is_lost:
                self._wire = await self._open()
            return self._wire

    async def take_over(self) -> None:
        """Another connection of the same client id, while the first one may have messages under way."""
        async with self._connecting:
            self._wire = await self._open()
            self.ledger.counts["took over"] += 1

    def give_up(self, wire: Wire | None) -> None:
        """This connection has failed: the next try goes to the other port."""
        if wire is not None:
            wire.cut()
        if wire is None or wire is self._wire:
            self._wire = None
            self._port_number = (self._port_number + 1) % len(self.ports)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.cut()

    async def _open(self) -> Wire:
        wire = await Wire.open(self.ports[self._port_number], self.login(), self.heard)
        if self.remembers and self._has_been and not wire.session_present:
            self.ledger.counts["session forgotten"] += 1
        self._has_been = True
        self.ledger.counts["connected"] += 1
        return wire
