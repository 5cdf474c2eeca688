"""Notices when the machine's clock jumps (rule 13): everything that arrives is stamped by it."""

import asyncio
from datetime import timedelta

import structlog

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.clock import monotonic_s, utc_now
from hub.storage import maintenance
from hub.storage.database import DATABASE_AWAY, Pool, database_now

_log = structlog.get_logger(__name__)

#: A jump this large is worth a maintenance item (DESIGN.md section 2, rule 13).
JUMP = timedelta(seconds=5)
_LOOK_EVERY_S = 1.0


def jumped_by(elapsed_wall_s: float, elapsed_monotonic_s: float) -> float | None:
    """Seconds by which the wall clock moved more (or less) than time did; None below `JUMP`."""
    difference_s = elapsed_wall_s - elapsed_monotonic_s
    return difference_s if abs(difference_s) > JUMP.total_seconds() else None


async def watch_clock(pool: Pool, division_id: str) -> None:
    """Compare the two clocks for ever, and report a jump as the hub's own maintenance item."""
    wall, steady = utc_now(), monotonic_s()
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        wall_now, steady_now = utc_now(), monotonic_s()
        jump_s = jumped_by((wall_now - wall).total_seconds(), steady_now - steady)
        wall, steady = wall_now, steady_now
        if jump_s is not None:
            _log.error("clock_jumped", jump_s=round(jump_s, 1))
            await _report(pool, division_id, jump_s)


async def _report(pool: Pool, division_id: str, jump_s: float) -> None:
    try:
        async with pool.connection() as connection:
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=MaintenanceKind.HUB_CLOCK_JUMPED,
                    division_id=division_id,
                    device_id=None,
                    recipient_id=None,
                    explanation=Explanation(code="hub_clock_jumped", params={"jump_s": round(jump_s, 1)}),
                ),
                await database_now(connection),
            )
    except DATABASE_AWAY as error:
        _log.warning("clock_jump_not_reported", error=type(error).__name__)
