"""Looks whose shift has ended while they hold incidents, and sees to it that these belong to somebody again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from alerts.actors import Actor, ActorType
from alerts.rosters import Account, members_of, next_holder, shift_has_ended
from hub.stations.shifts import end_shift
from hub.storage.database import DATABASE_AWAY, Connection, Pool, database_now
from hub.storage.faults import name_of
from hub.storage.incidents import SqlIncidentStore
from hub.storage.presence import people_at_desks
from hub.storage.shifts import HeldIncident, accounts_of, held_by_operators, load_desk_rosters

_log = structlog.get_logger(__name__)

#: Within a minute of the change what is held has changed hands; a look that finds nothing held is one statement.
LOOK_EVERY_S = 10.0


async def watch_shifts(pool: Pool, look_every_s: float = LOOK_EVERY_S) -> None:
    """Look for ever. Two duty processes look both: each change is decided under the incident's lock."""
    while True:
        try:
            await look_once(pool)
        except DATABASE_AWAY as error:
            _log.warning("shifts_not_looked_at", error=name_of(error))
        except Exception:  # noqa: BLE001 - the next look comes; whatever this was, the rows are as they were
            _log.exception("shift_watch_failed")
        await asyncio.sleep(look_every_s)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What somebody holds whose shift has ended, and who relieves them; None: nobody."""

    held: HeldIncident
    relief: Actor | None


async def look_once(pool: Pool) -> int:
    """Hand on whatever is held by somebody whose shift has ended; each incident in a transaction of its own."""
    async with pool.connection() as connection:
        held = await held_by_operators(connection)
        looked_at = [await _look_at(connection, one) for one in held]
    changed = 0
    for leaving in looked_at:
        if leaving is not None:
            async with pool.connection() as connection, connection.transaction():
                store = SqlIncidentStore(connection)
                changed += await end_shift(store, leaving.held.id, leaving.held.holder, leaving.relief)
    return changed


async def _look_at(connection: Connection, held: HeldIncident) -> _Leaving | None:
    """Whether its holder's shift has ended, and who then takes over; None: the holder goes on."""
    now = await database_now(connection)
    since = held.acknowledged_at
    accounts = await accounts_of(connection, held.division_id)
    rosters = await load_desk_rosters(connection, held.division_id, accounts, since, now)
    before = await load_desk_rosters(connection, held.division_id, accounts, since, since)
    if not shift_has_ended(rosters, before, held.account_id, since, now):
        return None
    served = {
        roster.role
        for roster in (*before, *rosters)
        if any(member.account_id == held.account_id for member in members_of(roster))
    }
    chosen = next_holder(
        [roster for roster in rosters if roster.role in served],
        now,
        leaving=held.account_id,
        at_desk=await people_at_desks(connection, now),
    )
    return _Leaving(held, None if chosen is None else _actor_of(chosen.account_id, accounts))


def _actor_of(account_id: str | None, accounts: Sequence[Account]) -> Actor | None:
    """Whoever may hold this incident; a roster may name an account that may not."""
    return next(
        (Actor(type=ActorType.OPERATOR, id=one.id, name=one.name) for one in accounts if one.id == account_id), None
    )
