"""The alarm for a desk at which nobody sits although the roster says that somebody does.

After some minutes the supervisor is told by text, then the leader; once, and once more when it is over. What was told
is a row that is written before the text leaves. Ladders do not wait for any of this: they pass the desk over at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from pydantic import TypeAdapter

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.notify.blind_ladder import BlindTiming, Call, Outcome, Telling, Told, Word, calls_due, is_over
from hub.notify.blind_texts import PLACE_CHARACTERS_MAX, say_duration
from hub.notify.channels.port import Channel
from hub.notify.direct_texts import submit_directly
from hub.notify.texts import Sender, compose_answer
from hub.stations.records import MaintenanceReport
from hub.storage import maintenance
from hub.storage.database import DATABASE_AWAY, Connection, Pool, database_now
from hub.storage.faults import name_of
from hub.storage.leadership import lead
from hub.storage.unmanned_desks import (
    UnmannedDesk,
    begin_episode,
    desks_that_nobody_mans,
    open_episodes,
    save_episode,
    who_hears_of_it,
)

_log = structlog.get_logger(__name__)

OFFICE = "desk alarm"
LOOK_EVERY_S = 10.0
#: Administrators are told where a place has neither supervisor nor leader with a number.
ROLES = ("supervisor", "leader", "admin")
#: Nobody is told of the same absence twice.
_NEVER = timedelta(days=3650)
_TOLD = TypeAdapter(tuple[Told, ...])


def timing_of(alarm_after: timedelta) -> BlindTiming:
    """When the supervisor is told, and then the leader: as much later once more, ten minutes at least."""
    return BlindTiming(
        alarm_after=alarm_after, next_role_after=max(alarm_after, timedelta(minutes=10)), again_after=_NEVER
    )


class DeskAlarm:
    """Looks, tells and records; one process of all does."""

    def __init__(
        self,
        pool: Pool,
        channels: Sequence[Channel],
        sender: Sender,
        timing: BlindTiming,
        *,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._pool = pool
        self._channels = tuple(channels)
        self._sender = sender
        self._timing = timing
        self._look_every_s = look_every_s

    async def run(self, dsn: str) -> None:
        """Look for ever, whenever this process leads."""
        await lead(dsn, OFFICE, self._look_for_ever)

    async def look(self, now: datetime) -> None:
        """One look at all desks, and what follows from it."""
        async with self._pool.connection() as connection:
            unmanned = await desks_that_nobody_mans(connection, now)
            for division_id in sorted(unmanned):
                await begin_episode(connection, division_id, now)
            episodes = await open_episodes(connection)
        for desk in episodes:
            await self._go_on(desk, now, is_unmanned=desk.division_id in unmanned)

    async def _look_for_ever(self) -> None:
        while True:
            try:
                async with self._pool.connection() as connection:
                    now = await database_now(connection)
                await self.look(now)
            except DATABASE_AWAY as error:
                _log.warning("desks_not_looked_at", error=name_of(error))
            except Exception:  # noqa: BLE001 - the next look comes; whatever this was, the rows are as they were
                _log.exception("desk_alarm_failed")
            await asyncio.sleep(self._look_every_s)

    async def _go_on(self, desk: UnmannedDesk, now: datetime, *, is_unmanned: bool) -> None:
        """Tell what is to be told of one desk. Whoever comes and goes again within minutes has not been back."""
        until = None if is_unmanned else desk.until_at or now
        telling = Telling(since=desk.since, until=until, told=_TOLD.validate_python(desk.told))
        async with self._pool.connection() as connection:
            people = await who_hears_of_it(connection, desk.division_id, now)
        for call in calls_due(telling, people, now, self._timing, ROLES):
            telling = await self._tell(desk, telling, call, now)
        settled = is_over(telling, now, self._timing)
        async with self._pool.connection() as connection:
            await _save(connection, desk, telling, now if settled else None)
            if settled and telling.told:
                await maintenance.report(connection, _report(desk, telling), now)

    async def _tell(self, desk: UnmannedDesk, telling: Telling, call: Call, now: datetime) -> Telling:
        """On record before it leaves, so that a process that dies here repeats nothing at once."""
        told = Told(phone=call.phone, role=call.role, word=call.word, at=now, outcome=Outcome.LEAVING)
        async with self._pool.connection() as connection:
            await _save(connection, desk, replace(telling, told=(*telling.told, told)), None)
        text = compose_word(telling, call.word, desk.place, desk.timezone, self._sender)
        outcome = await submit_directly(self._channels, text, call.phone)
        _log.warning("desk_alarm_text", division_id=desk.division_id, role=call.role, word=call.word, outcome=outcome)
        return replace(telling, told=(*telling.told, replace(told, outcome=outcome)))


async def _save(connection: Connection, desk: UnmannedDesk, telling: Telling, settled_at: datetime | None) -> None:
    told = list(_TOLD.dump_python(telling.told, mode="json"))
    await save_episode(connection, desk.id, until_at=telling.until, told=told, settled_at=settled_at)


def _report(desk: UnmannedDesk, telling: Telling) -> MaintenanceReport:
    """What stays on record of an absence of which somebody was told."""
    until = telling.until or telling.since
    texts = sum(told.word is Word.BLIND and told.outcome is not Outcome.FAILED for told in telling.told)
    return MaintenanceReport(
        kind=MaintenanceKind.DESK_UNMANNED,
        division_id=desk.division_id,
        device_id=None,
        recipient_id=None,
        explanation=Explanation(
            code="desk_unmanned",
            params={"since": telling.since.isoformat(), "until": until.isoformat(), "texts": texts},
        ),
        momentary=True,
    )


def compose_word(telling: Telling, word: Word, place: str, timezone: str, sender: Sender) -> str:
    """One part: that nobody is at the desk, or that somebody is again. No person in it."""
    where, zone = place[:PLACE_CHARACTERS_MAX], ZoneInfo(timezone)
    since = f"{telling.since.astimezone(zone):%H:%M}"
    match word:
        case Word.BLIND:
            return compose_answer(f"{where}值班台自{since}起无人值守，求助将直接转给联系人，请立即安排人员到岗", sender)
        case Word.SEEING:
            until = telling.until or telling.since
            back = f"{until.astimezone(zone):%H:%M}"
            return compose_answer(f"{where}值班台已于{back}恢复，无人{say_duration(until - telling.since)}", sender)
