"""A worker of the outbox in a process of its own, to be killed: `python -m tests.hub.notify.worker_process DSN URL`."""

import asyncio
import sys

from hub.notify.channels.addresses import open_channels
from hub.notify.outbox import run_outbox
from hub.storage.database import open_pool
from tests.hub.ingest.worlds import COUNTY
from tests.hub.notify.town import QUICK, SENDER


async def main(dsn: str, url: str) -> None:
    """Deliver until killed."""
    pool = await open_pool(dsn, name="outbox", max_size=8)
    await run_outbox(
        pool, dsn, open_channels([url]), sender=SENDER, division_id=COUNTY, timezone="Asia/Shanghai", timing=QUICK
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
