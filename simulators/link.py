"""One MQTT connection of a device: opened with a will, bounded in time, closed in good order.

Time limits are `asyncio.timeout`s, not the client's own: those are built on `asyncio.wait_for`, which in Python 3.11
can lose a cancellation, and a device that lost it would never end.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from simulators.wire import Topics, encode

#: The hub waits 1.5 times as long before it believes that the device is gone.
KEEP_ALIVE_S = 30
CONNECT_WITHIN_S = 10.0
#: A hub that holds its acknowledgement for so long has lost its database: connect anew, which sends again.
PUBACK_WITHIN_S = 20.0
#: On the way out the hub is told; whoever pressed Ctrl-C does not wait longer than this for it.
FAREWELL_WITHIN_S = 1.0
BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 30.0
#: SUBACK's code for a filter that is not granted (MQTT 3.1.1, section 3.9.3).
SUBACK_FAILURE = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """Where the front door is; with `tls` the connection is encrypted and the hub's certificate checked."""

    host: str
    port: int
    tls: SSLContext | None = None


class Link:
    """An open connection; every method raises MqttError when the link is lost."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    @property
    def messages(self) -> AsyncIterator[aiomqtt.Message]:
        """What the hub says, as it comes."""
        return aiter(self._client.messages)

    async def subscribe(self, topic_filter: str) -> None:
        """Returns when it is granted; raises MqttError when it is not."""
        async with _time_limit(PUBACK_WITHIN_S):
            granted = await self._client.subscribe(topic_filter, qos=1)
        if any(code.is_failure if isinstance(code, ReasonCode) else code >= SUBACK_FAILURE for code in granted):
            raise aiomqtt.MqttError(f"the hub refused the subscription to {topic_filter}")

    async def publish(
        self, topic: str, fields: Mapping[str, Any], *, retain: bool = False, within_s: float = PUBACK_WITHIN_S
    ) -> None:
        """Returns when the hub has acknowledged; raises MqttError when it does not in time."""
        async with _time_limit(within_s):
            await self._client.publish(topic, encode(fields), qos=1, retain=retain)


@asynccontextmanager
async def open_link(address: HubAddress, *, device_id: str, password: str) -> AsyncIterator[Link]:
    """A connection with a session that the hub keeps while the device is away."""
    client = aiomqtt.Client(
        address.host,
        address.port,
        username=device_id,
        password=password,
        identifier=device_id,
        clean_session=False,
        keepalive=KEEP_ALIVE_S,
        tls_context=address.tls,
        will=aiomqtt.Will(Topics(device_id).status, encode({"online": False}), qos=1, retain=True),
        timeout=math.inf,
    )
    async with _time_limit(CONNECT_WITHIN_S):
        await client.__aenter__()
    try:
        yield Link(client)
    finally:
        with suppress(aiomqtt.MqttError):
            async with _time_limit(FAREWELL_WITHIN_S):
                await client.__aexit__(None, None, None)


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
        raise aiomqtt.MqttError(f"the hub did not answer within {seconds:g} s") from late
