"""One connection of a station over its network: opened with a will, bounded in time, closed in good order.

Time limits are `asyncio.timeout`s: `asyncio.wait_for` in Python 3.11 can lose a cancellation, and a device that lost it
would never end.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

from simulators.mqtt import Inbound, LinkLostError, Login, MqttConnection
from simulators.network import Fate, Network
from simulators.wire import Topics, encode

#: The hub waits 1.5 times as long before it believes that the device is gone.
KEEP_ALIVE_S = 30
CONNECT_WITHIN_S = 10.0
#: On the way out the hub is told; whoever pressed Ctrl-C does not wait longer than this for it.
FAREWELL_WITHIN_S = 1.0
BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """Where the front door is; with `tls` the connection is encrypted and the hub's certificate checked."""

    host: str
    port: int
    tls: SSLContext | None = None


class Link:
    """An open connection over a network; every method raises LinkLostError when it is lost."""

    def __init__(self, connection: MqttConnection, network: Network, dice: random.Random) -> None:
        self.network = network
        self.is_frozen = False
        self._connection = connection
        self._dice = dice

    def messages(self) -> AsyncIterator[Inbound]:
        """What the hub says, as it comes."""
        return self._connection.messages()

    async def subscribe(self, topic_filter: str) -> None:
        """Returns when it is granted."""
        async with _time_limit(self.network.gives_up_after_s):
            await self._connection.subscribe(topic_filter)

    async def publish(
        self,
        topic: str,
        message: Mapping[str, Any] | bytes,
        *,
        retain: bool = False,
        within_s: float | None = None,
    ) -> None:
        """Returns when the hub has acknowledged; bytes go as they are."""
        payload = message if isinstance(message, bytes) else encode(message)
        await asyncio.sleep(self.network.delay(self._dice))
        async with _time_limit(self.network.gives_up_after_s if within_s is None else within_s):
            match self.network.fate(self._dice):
                case Fate.LOST:
                    await self._connection.tear(topic, payload)
                    raise LinkLostError("the network lost it")
                case Fate.UNANSWERED:
                    await self._connection.publish(topic, payload, retain=retain)
                    self._connection.abort()
                    raise LinkLostError("the network lost the acknowledgement")
                case fate:
                    copies = 2 if fate is Fate.TWICE else 1
                    await self._connection.publish(topic, payload, retain=retain, copies=copies)

    def cut(self) -> None:
        """Gone, without a word: the hub publishes the will."""
        self._connection.abort()

    def freeze(self) -> None:
        """Half-open: neither side hears the other any more, and nobody has said so."""
        self.is_frozen = True
        self._connection.freeze()


@asynccontextmanager
async def open_link(
    address: HubAddress, *, device_id: str, password: str, network: Network, dice: random.Random
) -> AsyncIterator[Link]:
    """A connection with a session that the hub keeps while the device is away."""
    login = Login(
        client_id=device_id,
        user=device_id,
        password=password,
        keep_alive_s=KEEP_ALIVE_S,
        will=(Topics(device_id).status, encode({"online": False})),
    )
    async with _time_limit(CONNECT_WITHIN_S):
        connection = await MqttConnection.open(address.host, address.port, address.tls, login)
    link = Link(connection, network, dice)
    try:
        yield link
    finally:
        try:
            with suppress(LinkLostError):
                async with _time_limit(FAREWELL_WITHIN_S):
                    await connection.close()
        finally:
            if not link.is_frozen:
                connection.abort()


def back_off_s(failures: int, chance: float) -> float:
    """How long to wait after so many failed tries in a row; `chance` (0-1) keeps a thousand devices from one beat."""
    longest = min(BACK_OFF_FIRST_S * 2.0 ** min(failures, 16), BACK_OFF_MAX_S)
    return longest * (0.5 + chance / 2)


@asynccontextmanager
async def _time_limit(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise LinkLostError(f"the hub did not answer within {seconds:g} s") from late
