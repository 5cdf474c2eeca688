"""Looks a week ahead in every roster for hours that nobody has, and for people on duty whom nobody could ring."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from alerts.numbers import is_dialable
from alerts.rosters import Roster, gaps, hours_of
from hub.storage.database import Connection, database_now
from hub.storage.roster_items import RosterFault, show_faults
from hub.storage.roster_rows import Wanted, load_rosters
from hub.storage.scope import Scope

#: Days in which a substitute can still be found.
AHEAD = timedelta(days=7)
KINDS = (MaintenanceKind.ROSTER_GAP, MaintenanceKind.ROSTER_UNREACHABLE)


async def review_rosters(connection: Connection) -> None:
    """Report what is wrong with the rosters of the coming days, one item each, and clear what is mended."""
    now = await database_now(connection)
    wanted = Wanted(since=now, until=now + AHEAD, known_at=now, scope=Scope.everything())
    rosters = await load_rosters(connection, wanted)
    # in a thread: deadlines must not wait while a large plan is looked through
    await show_faults(connection, await asyncio.to_thread(find_faults, rosters, now), KINDS, now)


def find_faults(rosters: Sequence[Roster], now: datetime) -> dict[RosterFault, Explanation]:
    """What is wrong with each."""
    found: dict[RosterFault, Explanation] = {}
    for roster in rosters:
        for kind, explanation in (
            (MaintenanceKind.ROSTER_GAP, explain_gaps(roster, now)),
            (MaintenanceKind.ROSTER_UNREACHABLE, explain_unreachable(roster, now)),
        ):
            if explanation is not None:
                found[RosterFault(kind=kind, division_id=roster.division_id, role=roster.role)] = explanation
    return found


def explain_gaps(roster: Roster, now: datetime) -> Explanation | None:
    """The hours ahead that nobody has; None when somebody is always there, or nobody need be."""
    found = [] if roster.gaps_intended else gaps(roster, now, now + AHEAD)
    if not found:
        return None
    return Explanation(
        code="roster_gap",
        params={
            "role": roster.role,
            "since": found[0].from_at.isoformat(),
            "until": found[0].until_at.isoformat(),
            "count": len(found),
            "days": AHEAD.days,
        },
    )


def explain_unreachable(roster: Roster, now: datetime) -> Explanation | None:
    """How many of those who have duty in the days ahead nobody could ring; None when everybody could be.

    They have no number, or one that could ring nowhere, or their account is disabled.
    """
    serving = {member for member, _, _ in hours_of(roster, now, now + AHEAD)}
    unreachable = [member for member in serving if member.disabled or not is_dialable(member.phone)]
    if not unreachable:
        return None
    return Explanation(
        code="roster_unreachable",
        params={"role": roster.role, "count": len(unreachable), "days": AHEAD.days},
    )
