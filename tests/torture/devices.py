"""Devices that do not give up: they repeat, take over, change their names, and note what was acknowledged to them."""

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass
from itertools import count

from tests.torture.author import Author, Registered
from tests.torture.ledger import Ledger, Message, Way
from tests.torture.line import Line
from tests.torture.wire import Login, LostError, Wire

_PACKET_ID_MAX = 65_535
#: Not longer, so that a device finds the way to the standby while the owner is paused.
_RETRY_S = (0.1, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a device behaves; drawn by the seed."""

    qos: int = 1
    lasting: bool = False  #: Keeps its session and its client id, asks for acknowledgements and hears them.
    renames: bool = False  #: Connects under another client id each time.
    takes_over: bool = False  #: Opens a second connection while the first one still works.
    ways: tuple[Way, ...] = (Way.DOOR,)  #: Both: its events go to the front door, and then to the broker too.
    workers: int = 1  #: Messages under way at once.
    pause_s: float = 1.0


class Device:
    """A device - or a gateway, with the children it speaks for."""

    def __init__(
        self,
        me: Registered,
        children: list[Registered],
        habits: Habits,
        ledger: Ledger,
        *,
        ports: dict[Way, list[int]],
        dice: random.Random,
    ) -> None:
        self.habits = habits
        self._dice = dice
        self._me = me
        self._ledger = ledger
        self._authors = [
            Author(who, dice, asks=habits.lasting and who is me, is_broker=habits.ways == (Way.BROKER,))
            for who in (children or [me])
        ]
        self._client_id = f"torture-{me.id[-12:]}"
        self._packet_ids = count(1)
        remembers = {Way.DOOR: self._keeps_session, Way.BROKER: False}
        logins = {Way.DOOR: self._door_login, Way.BROKER: self._broker_login}
        self._lines = {
            way: Line(ports[way], logins[way], self._hear, ledger, dice, remembers=remembers[way])
            for way in habits.ways
        }
        self.is_at_broker = False  #: Something of its is under way to the broker.
        self._is_stopping = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()

    @property
    def id(self) -> str:
        return self._me.id

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        self._is_stopping.set()
        self._may_send.set()

    def hold(self) -> None:
        """Begin nothing new until `go_on`."""
        self._may_send.clear()

    def go_on(self) -> None:
        self._may_send.set()

    async def live(self) -> None:
        """Send until `stop`, then until everything is acknowledged that must be."""
        try:
            await asyncio.gather(*(self._work() for _ in range(self.habits.workers)))
        finally:
            for line in self._lines.values():
                line.close()

    async def listen(self, deadline_s: float) -> None:
        """Stay connected until every answer that was asked for has come down, or the time is over."""
        line = self._lines[Way.DOOR]
        asked = {(self.id, sent.event_id) for sent in self._ledger.sent if sent.asks and sent.device_id == self.id}
        commanded = {command for command in self._ledger.commanded if command[0] == self.id}
        while time.monotonic() < deadline_s and not (asked <= self._ledger.heard and commanded <= self._ledger.obeyed):
            try:
                await line.wire()
            except LostError:
                line.give_up(None)
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.05)
        line.close()

    @property
    def _keeps_session(self) -> bool:
        return self.habits.lasting or self.habits.qos == 2

    async def _work(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._dice.expovariate(1 / self.habits.pause_s)):
                    await self._is_stopping.wait()
            await self._may_send.wait()
            if self._is_stopping.is_set():
                return
            await self._send(self._dice.choice(self._authors).next_message())

    async def _send(self, message: Message) -> None:
        self._ledger.note_sent(message)
        self._ledger.in_flight += 1
        try:
            for way in self.habits.ways if message.leaf == "event" else self.habits.ways[:1]:
                await self._may_send.wait()
                self.is_at_broker = way is Way.BROKER
                await self._insist(message, way)
        finally:
            self.is_at_broker = False
            self._ledger.in_flight -= 1

    async def _insist(self, message: Message, way: Way) -> None:
        """Until it is acknowledged: the same bytes, over however many connections."""
        line, qos = self._lines[way], self.habits.qos if way is Way.DOOR else 1
        packet_id, is_again, is_received = self._next_packet_id(), False, False
        while True:
            wire: Wire | None = None
            try:
                if self.habits.takes_over and self._dice.random() < 0.1:
                    await line.take_over()
                wire = await line.wire()
                if not is_received:
                    message.tries += 1
                    topic = f"anxin/v1/{message.device_id}/up/{message.leaf}"
                    await wire.publish(topic, message.payload, packet_id=packet_id, qos=qos, dup=is_again)
                    self._ledger.note_acknowledged(message, way)
                    is_received = True
                if qos == 2:
                    await wire.release(packet_id)
            except LostError as error:
                self._ledger.counts[str(error).split("(")[0][:30]] += 1
                line.give_up(wire)
                if message.forgettable and not is_received:
                    return
                is_again = qos == 2 or self._dice.random() < 0.5
                if not is_again:
                    packet_id = self._next_packet_id()
                await asyncio.sleep(self._dice.uniform(*_RETRY_S))
            else:
                return

    def _door_login(self) -> Login:
        if self.habits.renames and self._dice.random() < 0.5:
            self._client_id = f"torture-{self._me.id[-12:]}-{self._dice.randrange(10_000)}"
        return Login(
            client_id=self._client_id,
            username=self._me.id,
            password=self._me.secret,
            clean=not self._keeps_session,
            subscribe=f"anxin/v1/{self._me.id}/down/#" if self.habits.lasting else None,
        )

    def _broker_login(self) -> Login:
        return Login(client_id=f"{self._client_id}-b{self._dice.randrange(1_000_000)}")

    def _hear(self, topic: str, payload: bytes) -> None:
        device_id, told = topic.split("/")[2], json.loads(payload)
        if topic.endswith("/down/command"):
            self._ledger.obeyed.add((device_id, told["id"]))
        elif told["stage"] == "received":
            self._ledger.heard.add((device_id, told["ref"]))

    def _next_packet_id(self) -> int:
        return (next(self._packet_ids) - 1) % _PACKET_ID_MAX + 1
