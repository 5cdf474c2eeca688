"""Replaying what a whole hub has kept, from outside: a sentence for each incident that does not come out the same."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from hub.bench.hub_process import HubProcess
from hub.embedded import RunFile
from hub.explain.all_replayed import Replays, replay_all
from hub.storage.addresses import UNHURRIED
from hub.storage.database import DATABASE_AWAY, connect


def differing(dsn: str) -> list[str]:
    """Every incident of the database whose commands do not give what is on record, with both sides."""
    return [f"incident {incident_id}: {replayed}" for incident_id, replayed in _replay(dsn).others.items()]


def differing_in(hub: HubProcess) -> list[str]:
    """The same of a hub that runs; nothing while its database cannot be reached, as some stories want it."""
    note = RunFile.read(hub.data_dir)
    dsn = hub.environment.get("HUB_DATABASE_URL") or (None if note is None else note.dsn)
    if dsn is None:
        return []
    try:
        return differing(dsn)
    except DATABASE_AWAY:
        return []


def _replay(dsn: str) -> Replays:
    async def replay() -> Replays:
        async with await connect(dsn, name="replays", autocommit=True, patience=UNHURRIED) as connection:
            return await replay_all(connection)

    # Playwright keeps a loop of its own in this thread.
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(asyncio.run, replay()).result()
