"""Memory: asks the owner to compare what it has in memory with its rows, and says what it answered."""

import asyncio
from datetime import timedelta

from hub.clock import monotonic_s
from hub.storage import comparisons, heartbeats
from hub.storage.comparisons import Comparison
from hub.storage.database import Connection
from hub.verify.differences import Difference, Look

#: A hundred thousand states on a busy machine.
ANSWER_WITHIN = timedelta(seconds=60)
_GLANCE_S = 0.1


async def look_at_memory(connection: Connection, within: timedelta = ANSWER_WITHIN) -> Look:
    """Ask, and wait; `connection` commits by itself."""
    if not await _ingest_works(connection):
        return _nobody()
    asked = await comparisons.ask(connection)
    deadline_s = monotonic_s() + within.total_seconds()
    while monotonic_s() < deadline_s:
        found = await comparisons.find(connection, asked)
        if found is not None:
            return check_memory(found)
        if not await _ingest_works(connection):
            return _nobody()
        await asyncio.sleep(_GLANCE_S)
    silence = Difference(code="memory_not_compared", count=1, params={"within_s": round(within.total_seconds())})
    return Look(check="memory", counted=0, differences=(silence,))


def check_memory(found: Comparison) -> Look:
    """What the owner found."""
    differed = (Difference(code="memory_differed", count=found.different, examples=found.subject_ids),)
    return Look(check="memory", counted=found.compared, differences=differed if found.different else ())


async def _ingest_works(connection: Connection) -> bool:
    return await heartbeats.why_not_ready(connection, "ingest") is None


def _nobody() -> Look:
    return Look(check="memory", counted=0, differences=(Difference(code="nobody_has_memory", count=0),))
