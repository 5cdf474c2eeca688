"""The alarm that needs no database: it looks whether the hub sees, says so in the log, and texts who is on duty.

It goes through the channels the outbox has, but through none of its rows. What it sent is in `duty_file.py`, so that a
process that is killed sends nothing twice; when the database is there again, it goes on record as a maintenance item.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from hub.clock import utc_now
from hub.notify.blind_ladder import DEFAULT_TIMING, BlindTiming, Call, Episode, Outcome, Told, Word, calls_due, is_over
from hub.notify.blind_texts import SEEN_BY_ME, compose_word
from hub.notify.channels.port import Channel, Reply
from hub.notify.direct_texts import submit_directly
from hub.notify.duty_file import DutyFile
from hub.notify.texts import Sender
from hub.storage import maintenance
from hub.storage.addresses import PROMPT
from hub.storage.database import DATABASE_AWAY, Connection, connect, database_now
from hub.storage.on_duty import who_is_on_duty
from hub.storage.scope import Scope
from hub.storage.sight import BlindBecause, Blindness, why_nothing_comes_in

_log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0
_REFRESH_EVERY = timedelta(seconds=15)
#: A start, or a restart of ingest, is no news.
_SAY_AFTER = timedelta(seconds=5)
_SAY_AGAIN_EVERY = timedelta(minutes=1)
_PHONE_DIGITS_COMPARED = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose hub this is, as the texts and the records say it."""

    division_id: str
    name: str
    timezone: str
    sender: Sender


class BlindAlarm:
    """Looks, tells and records, until cancelled; may begin before the database has ever been reached."""

    def __init__(
        self,
        dsn: str,
        file: DutyFile,
        channels: Sequence[Channel],
        place: Place,
        *,
        timing: BlindTiming = DEFAULT_TIMING,
        look_every_s: float = LOOK_EVERY_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._dsn = dsn
        self._file = file
        self._channels = tuple(channels)
        self._place = place
        self._timing = timing
        self._look_every_s = look_every_s
        self._now = now
        self._connection: Connection | None = None
        self._why: str | None = None
        self._said_at: datetime | None = None
        self._refreshed_at: datetime | None = None

    @property
    def blindness(self) -> Blindness | None:
        """Since when nothing is seen; None while all is well."""
        episode = self._file.remembered.episode
        if episode is None or episode.until is not None:
            return None
        return Blindness(because=episode.because, since=episode.since)

    async def run(self) -> None:
        """Look for ever. Whatever goes wrong in one look, the next one comes."""
        try:
            while True:
                try:
                    await self.look()
                except Exception:  # noqa: BLE001 - the last alarm there is must not end with a mistake of ours
                    _log.exception("blind_alarm_failed")
                await asyncio.sleep(self._look_every_s)
        finally:
            await self.close()

    async def overhear(self, reply: Reply) -> bool:
        """Whether a text was the answer to one of ours: then it is remembered here, and is no news to the desk."""
        episode = self._file.remembered.episode
        if episode is None or reply.text.strip() != SEEN_BY_ME:
            return False
        if not any(_same_number(told.phone, reply.origin) for told in episode.told):
            return False
        _log.info("blind_alarm_answered")
        await self._file.keep_episode(replace(episode, answered_at=self._now()))
        return True

    async def look(self) -> None:
        """One look, and what follows from it."""
        because = await self._why_blind()
        await self._note(because, self._now())
        episode = self._file.remembered.episode
        if episode is None:
            return
        self._say(episode, self._now())
        for call in calls_due(episode, self._file.remembered.people, self._now(), self._timing):
            await self._tell(call)
        await self._finish()

    # --- Seeing -----------------------------------------------------------------------------------------------------

    async def _why_blind(self) -> BlindBecause | None:
        try:
            connection = await self._connected()
            self._why = await why_nothing_comes_in(connection)
            await self._refresh_people(connection)
        except Exception as error:  # noqa: BLE001 - away, read-only, empty or broken: nothing can be seen through it
            self._why = type(error).__name__
            await self.close()
            return BlindBecause.DATABASE_AWAY
        return None if self._why is None else BlindBecause.NOT_TAKING_IN

    async def _refresh_people(self, connection: Connection) -> None:
        if self._refreshed_at is None or not timedelta() <= self._now() - self._refreshed_at < _REFRESH_EVERY:
            people = await who_is_on_duty(connection, Scope.of_division(self._place.division_id))
            self._refreshed_at = self._now()
            await self._file.keep_people(people)

    async def _note(self, because: BlindBecause | None, now: datetime) -> None:
        """Begin, go on with or end an episode; its texts name the reason that held when the first of them left."""
        episode = self._file.remembered.episode
        if because is None:
            if episode is not None and episode.until is None:
                await self._file.keep_episode(replace(episode, until=now))
        elif episode is None:
            await self._file.keep_episode(Episode(because=because, since=now))
        elif episode.until is not None:
            await self._file.keep_episode(self._after_another(episode, because, now))
        elif because is not episode.because and not episode.told:
            await self._file.keep_episode(replace(episode, because=because))

    def _after_another(self, before: Episode, because: BlindBecause, now: datetime) -> Episode:
        """Blind again before the last one was on record: the same one, unless it had been over for a while."""
        if before.until is not None and now - before.until < self._timing.steady_after:
            return replace(before, until=None, because=before.because if before.told else because)
        return Episode(because=because, since=now)

    # --- Telling ----------------------------------------------------------------------------------------------------

    def _say(self, episode: Episode, now: datetime) -> None:
        """In the log at once, and every minute again."""
        if episode.until is not None:
            if self._said_at is not None:
                self._said_at = None
                _log.info("hub_sees_again", blind_s=_seconds(episode.until - episode.since), texts=_texts_left(episode))
        elif now - episode.since >= _SAY_AFTER and (self._said_at is None or now - self._said_at >= _SAY_AGAIN_EVERY):
            self._said_at = now
            _log.error(
                "hub_blind",
                because=episode.because,
                why=self._why,
                since=episode.since.isoformat(),
                blind_s=_seconds(now - episode.since),
                on_duty=len(self._file.remembered.people),
                texts=_texts_left(episode),
            )

    async def _tell(self, call: Call) -> None:
        """Hand one text to the first channel that takes it; on disk before it leaves, so that no restart repeats it."""
        episode = self._file.remembered.episode
        if episode is None:
            return
        text = compose_word(episode, call.word, self._place.sender, self._place.name, self._place.timezone)
        told = Told(phone=call.phone, role=call.role, word=call.word, at=self._now(), outcome=Outcome.LEAVING)
        await self._file.keep_episode(replace(episode, told=(*episode.told, told)))
        outcome = await submit_directly(self._channels, text, call.phone)
        _log.warning("blind_alarm_text", role=call.role, word=call.word, outcome=outcome)
        await self._settle(told, outcome)

    async def _settle(self, told: Told, outcome: Outcome) -> None:
        """The episode may have changed meanwhile: somebody answered."""
        episode = self._file.remembered.episode
        if episode is not None:
            settled = tuple(replace(one, outcome=outcome) if one is told else one for one in episode.told)
            await self._file.keep_episode(replace(episode, told=settled))

    # --- Recording --------------------------------------------------------------------------------------------------

    async def _finish(self) -> None:
        """What is over goes on record, and is forgotten here."""
        episode = self._file.remembered.episode
        if episode is None or episode.until is None or not is_over(episode, self._now(), self._timing):
            return
        if episode.until - episode.since >= self._timing.recorded_after or episode.told:
            try:
                await self._record(await self._connected(), episode, episode.until)
            except DATABASE_AWAY as error:
                _log.warning("blindness_not_recorded", error=type(error).__name__)
                await self.close()
                return
        await self._file.keep_episode(None)

    async def _record(self, connection: Connection, episode: Episode, until: datetime) -> None:
        params: dict[str, Param] = {
            "because": episode.because,
            "since": episode.since.isoformat(),
            "until": until.isoformat(),
            "blind_s": _seconds(until - episode.since),
            "texts": _texts_left(episode),
        }
        async with connection.transaction():
            await maintenance.report(
                connection,
                maintenance.MaintenanceReport(
                    kind=MaintenanceKind.HUB_BLIND,
                    division_id=self._place.division_id,
                    device_id=None,
                    recipient_id=None,
                    explanation=Explanation(code="hub_blind", params=params),
                    momentary=True,
                ),
                await database_now(connection),
            )

    # --- The connection ---------------------------------------------------------------------------------------------

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn, name="duty sight", autocommit=True, patience=PROMPT)
        return self._connection

    async def close(self) -> None:
        """Let the connection go; the next look makes another."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


def _texts_left(episode: Episode) -> int:
    """How many texts said that it is blind, counting those of which nobody knows whether they left."""
    return sum(told.word is Word.BLIND and told.outcome is not Outcome.FAILED for told in episode.told)


def _seconds(lasted: timedelta) -> int:
    return round(lasted.total_seconds())


def _same_number(one: str, other: str) -> bool:
    """Gateways write the country's code or leave it out."""
    ends = [_digits(number)[-_PHONE_DIGITS_COMPARED:] for number in (one, other)]
    return bool(ends[0]) and ends[0] == ends[1]


def _digits(number: str) -> str:
    return "".join(letter for letter in number if letter.isascii() and letter.isdigit())
