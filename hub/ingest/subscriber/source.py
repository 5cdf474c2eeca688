"""A broker with the devices behind it: its adapter, its sessions, and the way of its messages into the pipeline."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from device_adapters import SourceOptions
from hub.broker_addresses import BrokerAddress
from hub.clock import monotonic_s
from hub.ingest.adapters import Adapters, GuardedAdapter, UnknownAdapterError
from hub.ingest.source import MessageSink, Origin
from hub.ingest.subscriber.connection import SessionPlan
from hub.ingest.subscriber.filters import share_out
from hub.ingest.subscriber.parting import BrokerMessage, part_message
from hub.ingest.subscriber.session import BrokerSession
from hub.storage.scope import division_prefix

_log = structlog.get_logger(__name__)

#: Enough presses under way at once for any county, few enough that none waits for long behind the others.
_EVENT_WINDOW_MAX = 200
_EVENT_SESSION_SUFFIX = "-events"


@dataclass(slots=True)
class SourceCounters:
    """What came from this broker since the start; for metrics."""

    messages: int = 0
    ignored: int = 0  #: Retained, empty, or understood as nothing the hub keeps: acknowledged at once.


class BrokerSource:
    """One configured source; a source without its adapter is away, and the hub runs on."""

    def __init__(self, address: BrokerAddress, adapters: Adapters, sink: MessageSink, division_id: str) -> None:
        self.name = address.name
        self.adapter_name = address.adapter
        self.counters = SourceCounters()
        self._sink = sink
        self._began_s = monotonic_s()
        self._sessions: list[BrokerSession] = []
        self._fault: str | None = None
        self._origin = Origin(
            source=address.name,
            division_id=address.division_id or division_id,
            division_prefix="" if address.division_id is None else division_prefix(address.division_id),
        )
        try:
            adapter = adapters.create(
                address.adapter, SourceOptions(zone=address.zone, settings=dict(address.adapter_settings))
            )
        except UnknownAdapterError as error:
            _log.error("source_without_adapter", source=address.name, reason=str(error))
            self._fault = str(error)
        else:
            self._adapter = adapter
            self._sessions = self._plan_sessions(address, adapter)

    @property
    def away_for_s(self) -> float:
        """How long part of this source has not been heard, in seconds; 0 while all of it is subscribed."""
        if self._fault is not None:
            return monotonic_s() - self._began_s
        since = [session.away_since_s for session in self._sessions if session.away_since_s is not None]
        return monotonic_s() - min(since) if since else 0.0

    @property
    def away_because(self) -> str:
        """Why."""
        if self._fault is not None:
            return self._fault
        return next((session.reason for session in self._sessions if session.away_since_s is not None), "")

    async def run(self) -> None:
        """Keep its sessions until cancelled."""
        async with asyncio.TaskGroup() as sessions:
            for session in self._sessions:
                sessions.create_task(session.run())

    def receive(self, message: BrokerMessage, acknowledge: Callable[[], None]) -> None:
        """Hand one message to the pipeline, in parts; what says nothing is acknowledged at once."""
        self.counters.messages += 1
        parts = part_message(message, self._adapter, self._origin, acknowledge)
        if not parts:
            self.counters.ignored += 1
            acknowledge()
        for part in parts:
            self._sink.accept(part)

    def publish(self, topic: str, payload: bytes, acknowledged: Callable[[], None]) -> bool:
        """Send one message down to a device; False while the broker is away."""
        return bool(self._sessions) and self._sessions[0].publish(topic, payload, acknowledged)

    def _plan_sessions(self, address: BrokerAddress, adapter: GuardedAdapter) -> list[BrokerSession]:
        shared = share_out(address, adapter)
        plans = [SessionPlan(client_id=address.client_id, filters=shared.bulk, window=address.window)]
        if shared.events:
            plans.append(
                SessionPlan(
                    client_id=address.client_id + _EVENT_SESSION_SUFFIX,
                    filters=shared.events,
                    window=min(address.window, _EVENT_WINDOW_MAX),
                )
            )
        return [BrokerSession(address, plan, self.receive, self._sink) for plan in plans]
