"""One lasting session at a broker: connected, and connected again with patience when it is lost.

The session and what the broker queued for it survive connections and hubs; it is told by its client id.
"""

import asyncio
from collections.abc import Callable

import structlog

from hub.broker_addresses import BrokerAddress
from hub.clock import monotonic_s
from hub.ingest.subscriber.connection import Congestion, Connection, ConnectionFailedError, Receiver, SessionPlan

_log = structlog.get_logger(__name__)

#: From CONNECT to the last SUBACK.
_OPEN_TIMEOUT_S = 20.0
_BACK_OFF_S = 0.5
_BACK_OFF_MAX_S = 30.0
#: A connection that lived for less was no success: two hubs with one client id throw each other out for ever.
_STABLE_AFTER_S = 5.0


class BrokerSession:
    """Keeps one session connected for as long as `run` runs."""

    def __init__(self, address: BrokerAddress, plan: SessionPlan, receive: Receiver, sink: Congestion) -> None:
        self._address = address
        self._plan = plan
        self._receive = receive
        self._sink = sink
        self._back_off_s = _BACK_OFF_S
        self._is_loss_said = False
        self._connection: Connection | None = None
        #: Since when nothing is heard from this broker; None while subscribed. Starting counts as away.
        self.away_since_s: float | None = monotonic_s()
        self.reason = "connecting"

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        while True:
            began_s = monotonic_s()
            try:
                await self._live()
            except ConnectionFailedError as failure:
                self._note_away(failure.reason)
            if monotonic_s() - began_s > _STABLE_AFTER_S:
                self._back_off_s = _BACK_OFF_S
            await asyncio.sleep(self._back_off_s)
            self._back_off_s = min(self._back_off_s * 2, _BACK_OFF_MAX_S)

    def publish(self, topic: str, payload: bytes, acknowledged: Callable[[], None]) -> bool:
        """Send one message to the broker; False while there is no connection."""
        if self._connection is None:
            return False
        self._connection.publish(topic, payload, acknowledged)
        return True

    async def _live(self) -> None:
        """One connection from CONNECT to its end.

        Raises:
            ConnectionFailedError: it could not be opened, or is lost.
        """
        connection = Connection(self._address, self._plan, self._receive, self._sink)
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT_S):
                await connection.open()
            self._connection = connection
            self._note_back(is_resumed=connection.is_resumed)
            await connection.wait_until_lost()
        except TimeoutError as error:
            raise ConnectionFailedError("the broker does not answer") from error
        finally:
            self._connection = None
            connection.close()

    def _note_away(self, reason: str) -> None:
        """Say it once an episode, however often it is tried again."""
        self.reason = reason
        if not self._is_loss_said:
            _log.warning("source_lost", source=self._address.name, client_id=self._plan.client_id, reason=reason)
            self._is_loss_said = True
        if self.away_since_s is None:
            self.away_since_s = monotonic_s()

    def _note_back(self, *, is_resumed: bool) -> None:
        self.away_since_s = None
        self._is_loss_said = False
        _log.info(
            "source_subscribed", source=self._address.name, client_id=self._plan.client_id, session_resumed=is_resumed
        )
