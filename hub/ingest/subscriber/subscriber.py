"""All configured brokers, and the watch over them."""

import asyncio
from collections.abc import Sequence

from hub.broker_addresses import BrokerAddress
from hub.ingest.adapters import find_adapters
from hub.ingest.source import MessageSink
from hub.ingest.subscriber.source import BrokerSource
from hub.ingest.subscriber.watch import SourceWatch
from hub.storage.database import Pool


class Subscriber:
    """The hub as client of existing brokers. Only the owner of the taking in may run it (rule 6)."""

    def __init__(self, addresses: Sequence[BrokerAddress], sink: MessageSink, pool: Pool, division_id: str) -> None:
        adapters = find_adapters() if addresses else None
        self.sources = [BrokerSource(one, adapters, sink, division_id) for one in addresses] if adapters else []
        self._watch = SourceWatch(pool, self.sources, division_id)

    async def run(self) -> None:
        """Subscribe, and stay subscribed, until cancelled."""
        async with asyncio.TaskGroup() as work:
            work.create_task(self._watch.run())
            for source in self.sources:
                work.create_task(source.run())
