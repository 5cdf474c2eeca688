"""One connection, and whoever speaks over it: a device alone, or a gateway and the devices behind it.

It connects, says hello, sends what its devices have to say, hands them what the hub says, and comes back when the link
is lost. A scenario can take its link away and give it a worse network.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from simulators import calls as calling
from simulators.calls import Call
from simulators.device import SimulatedDevice, milliseconds_between
from simulators.errands import Errands
from simulators.link import FAREWELL_WITHIN_S, HubAddress, Link, back_off_s, open_link
from simulators.memory import Unsent
from simulators.mqtt import Inbound, LinkLostError, RefusedError
from simulators.network import GOOD_NETWORK, Network
from simulators.notes import Happening
from simulators.story_clock import wait_at_most
from simulators.wire import read_acknowledgement, read_command

FIRMWARE = "simulator-2"


class Station:
    """`run` keeps it connected until it is cancelled."""

    def __init__(
        self,
        *,
        address: HubAddress,
        device: SimulatedDevice,
        password: str,
        children: Sequence[SimulatedDevice] = (),
        network: Network = GOOD_NETWORK,
        first_after_s: float = 0.0,
    ) -> None:
        self.device = device
        self.devices = {each.device_id: each for each in (device, *children)}
        self.online = asyncio.Event()  #: Set with the first connection.
        self._address = address
        self._password = password
        self._network = network
        self._first_after_s = first_after_s
        self._dice = random.Random(f"network/{device.device_id}")
        self._news = asyncio.Event()
        self._link: Link | None = None
        self._left_behind: list[Link] = []
        self._is_out_of_reach = False
        for each in self.devices.values():
            each.on_news = self._news.set

    async def run(self) -> None:
        """Live, and stay connected, until cancelled."""
        try:
            async with Errands() as errands:
                for device in self.devices.values():
                    errands.start(device.live())
                errands.start(self._stay_connected())
                await errands.until_one_fails()
        finally:
            for link in self._left_behind:
                link.cut()

    def lose_link(self) -> None:
        """Out of reach until `find_link`: what is measured meanwhile is kept."""
        self._is_out_of_reach = True
        if self._link is not None:
            self._link.cut()

    def find_link(self) -> None:
        """In reach again."""
        self._is_out_of_reach = False
        self._news.set()

    def freeze_link(self) -> None:
        """Half-open: the firmware believes in its link until it has waited too long."""
        if self._link is not None:
            self._link.freeze()

    def break_link(self) -> None:
        """Lost once; the firmware comes back at once."""
        if self._link is not None:
            self._link.cut()

    def change_network(self, network: Network) -> None:
        """From the next message on."""
        self._network = network
        if self._link is not None:
            self._link.network = network

    async def _stay_connected(self) -> None:
        await asyncio.sleep(self._first_after_s)
        failures = 0
        while True:
            await self._until_in_reach()
            try:
                async with self._connection() as link:
                    failures = 0
                    await self._converse(link)
            except LinkLostError as lost:
                self._tell_all(Happening.OFFLINE, reason=str(lost), refused=isinstance(lost, RefusedError))
            await asyncio.sleep(back_off_s(failures, random.random()))
            failures += 1

    async def _until_in_reach(self) -> None:
        while self._is_out_of_reach or not self.device.is_alive:
            self._news.clear()
            await self._news.wait()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Link]:
        """Connected, subscribed, and announced; says good-bye when it is left in peace."""
        opened = open_link(
            self._address,
            device_id=self.device.device_id,
            password=self._password,
            network=self._network,
            dice=self._dice,
        )
        async with opened as link:
            filters = "anxin/v1/+/down/#" if len(self.devices) > 1 else self.device.topics.down
            await link.subscribe(filters)
            await self._say_status(link, online=True)
            self._tell_all(Happening.ONLINE)
            self.online.set()
            self._link = link
            try:
                yield link
            except asyncio.CancelledError:
                with suppress(LinkLostError):
                    await self._say_status(link, online=False, within_s=FAREWELL_WITHIN_S)
                raise
            finally:
                self._link = None
                if link.is_frozen:
                    self._left_behind.append(link)

    def _tell_all(self, happening: Happening, **details: object) -> None:
        for device in self.devices.values():
            device.note(happening, **details)

    async def _say_status(self, link: Link, *, online: bool, within_s: float | None = None) -> None:
        status = {"online": online, "firmware": FIRMWARE, "boot_id": self.device.boot_id}
        await link.publish(self.device.topics.status, status, retain=True, within_s=within_s)

    async def _converse(self, link: Link) -> None:
        now = datetime.now(UTC)
        for device in self.devices.values():
            device.calls = {event_id: calling.reconnected(each, now) for event_id, each in device.calls.items()}
            if link.network.reorders:
                device.memory.shuffle(self._dice)
        async with Errands() as errands:
            errands.start(self._listen(link))
            errands.start(self._send(link, errands))
            await errands.until_one_fails()

    async def _send(self, link: Link, errands: Errands) -> None:
        """Calls at once, each in an errand of its own; what is in memory one message after the other beside them."""
        emptying: asyncio.Event = asyncio.Event()
        errands.start(self._empty_memories(link, emptying))
        while True:
            if not self.device.is_alive:
                link.cut()
                raise LinkLostError("the device has gone out")
            now = datetime.now(UTC)
            for device in self.devices.values():
                for event_id, each in device.calls.items():
                    if calling.is_due(each, now):
                        device.calls[event_id] = calling.sent(each, now)
                        errands.start(_send_call(link, device, device.calls[event_id], now))
            self._news.clear()
            emptying.set()
            due = [each.due_at for device in self.devices.values() for each in device.calls.values() if each.due_at]
            await wait_at_most(self._news, min(due) - datetime.now(UTC) if due else None)

    async def _empty_memories(self, link: Link, news: asyncio.Event) -> None:
        while True:
            news.clear()
            for device in self.devices.values():
                while (unsent := device.memory.next()) is not None:
                    await _send_unsent(link, device, unsent)
                    device.memory.forget(unsent)
            await news.wait()

    async def _listen(self, link: Link) -> None:
        async for message in link.messages():
            self._take(message)

    def _take(self, message: Inbound) -> None:
        _, _, device_id, _, leaf = (*message.topic.split("/"), "", "", "", "")[:5]
        device = self.devices.get(device_id)
        if device is None:
            return
        if leaf == "ack":
            acknowledgement = read_acknowledgement(message.payload)
            if acknowledgement is not None:
                device.take_acknowledgement(acknowledgement)
        elif leaf == "command":
            command = read_command(message.payload)
            if command is not None:
                device.obey(command)


async def _send_call(link: Link, device: SimulatedDevice, current: Call, now: datetime) -> None:
    device.note(Happening.SENT, event_id=current.event_id, times_sent=current.times_sent)
    await link.publish(device.topics.event, device.event_of(current, now))
    after_ms = milliseconds_between(now, datetime.now(UTC))
    device.note(Happening.COMMITTED, event_id=current.event_id, after_ms=after_ms)


async def _send_unsent(link: Link, device: SimulatedDevice, unsent: Unsent) -> None:
    began = datetime.now(UTC)
    await link.publish(device.topics.up(unsent.leaf), unsent.message)
    after_ms = milliseconds_between(began, datetime.now(UTC))
    message = unsent.message
    if isinstance(message, bytes):
        device.note(Happening.REPORTED, event=None, bytes=len(message), after_ms=after_ms)
    elif unsent.leaf == "event":
        device.note(Happening.REPORTED, event=message["event"], after_ms=after_ms)
    elif unsent.count > 1:
        device.note(Happening.MEASURED, readings=unsent.count, after_ms=after_ms)
    else:
        device.note(Happening.MEASURED, **{**message, "after_ms": after_ms})
