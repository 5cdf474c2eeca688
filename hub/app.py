"""The composition root: the one place that builds objects and wires them. One coroutine a role.

A press on its way: `run_ingest` (front door or subscriber -> pipeline -> rows), `run_duty` (deadlines -> outbox ->
channels), `run_web` (HTTP, stream, desk). Each runs until it is cancelled; an exception ends the process, and the
supervisor starts it again.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from hub.pauses import lengthen_pauses
from hub.settings import Settings
from hub.storage import divisions, heartbeats, readiness
from hub.storage.addresses import BRISK, PROMPT, UNHURRIED, Patience
from hub.storage.database import DATABASE_AWAY, Pool, listen, open_pool
from hub.storage.durability import check_durability
from hub.storage.figures import Figure

if TYPE_CHECKING:
    from hub.storage.troubled import Troubled

_log = structlog.get_logger(__name__)

_DATABASE_RETRY_S = 0.5
#: The supervisor tries to migrate every two seconds.
_MIGRATION_WITHIN_S = 10.0


# --- Ingest --------------------------------------------------------------------------------------------------------


async def run_ingest(settings: Settings, dsn: str) -> None:
    """Own the taking in, open the front door, and work until cancelled or until another owns."""
    from hub.ingest.figures import StoringTrouble, count_ingest
    from hub.ingest.front_door.descriptors import fit, raise_descriptor_limit
    from hub.ingest.front_door.limits import DEFAULT_LIMITS
    from hub.ingest.front_door.server import FrontDoor
    from hub.ingest.owner import Owner
    from hub.ingest.pipeline import Pipeline
    from hub.ingest.scrubbing import Scrubber
    from hub.ingest.subscriber.posting import BrokerPost
    from hub.ingest.subscriber.subscriber import Subscriber
    from hub.ingest.watching import FrontDoorWatch
    from hub.storage.device_credentials import PostgresCredentials
    from hub.storage.down_messages import PostgresDownlinks
    from hub.storage.mqtt_sessions import PostgresMqttSessions

    holder = heartbeats.process_name()
    async with _pool(dsn, "ingest", max_size=4) as pool:
        state = _Readiness("waiting for the database")
        beating = asyncio.create_task(_beat(pool, "ingest", holder, state))
        await _prepare(pool, settings, state)
        state.reason = "standing by"
        owner = Owner(dsn, holder)
        epoch = await owner.become_owner()
        pipeline = Pipeline(dsn, holder)
        scrubber = Scrubber(pipeline.monitoring, dsn, holder, settings.division)
        watch = FrontDoorWatch(pool)
        limits = fit(DEFAULT_LIMITS, raise_descriptor_limit())
        if limits.connections_max < DEFAULT_LIMITS.connections_max:
            _log.warning("few_descriptors", connections_max=limits.connections_max, raise_it="ulimit -Hn")
        credentials = PostgresCredentials(pool)
        door = FrontDoor(
            sink=pipeline,
            credentials=credentials,
            sessions=PostgresMqttSessions(pool),
            downlinks=PostgresDownlinks(pool),
            watcher=watch,
            limits=limits,
        )
        subscriber = Subscriber(settings.brokers, pipeline, pool, settings.division)
        state.trouble = StoringTrouble(pipeline).ask
        state.figures = lambda: count_ingest(pipeline, door.counters, subscriber.sources, scrubber.counters)
        await door.start()
        try:
            async with asyncio.TaskGroup() as work:
                work.create_task(owner.stay_owner(epoch))
                work.create_task(pipeline.run(epoch))
                work.create_task(watch.run())
                work.create_task(scrubber.run(epoch))
                work.create_task(credentials.run())
                work.create_task(_wake_door(dsn, door, credentials, pipeline.monitoring, scrubber))
                work.create_task(subscriber.run())
                work.create_task(BrokerPost(dsn, pool, subscriber.sources, watch.is_connected).run())
                lengthen_pauses()
                await _open_doors(settings, door)
                state.ready = True
        except* Exception:
            door.close_all()
            raise
        finally:
            state.ready = False
            await door.stop()
            await owner.release(epoch)
            await _end(beating)


async def _open_doors(settings: Settings, door: Any) -> None:
    if settings.mqtt_port:
        port = await door.listen(settings.bind, settings.mqtt_port)
        _log.info("front_door_open", port=port, tls=False)
    if settings.mqtt_tls_port and settings.mqtt_tls_cert is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(settings.mqtt_tls_cert, settings.mqtt_tls_key)
        port = await door.listen(settings.bind, settings.mqtt_tls_port, tls=context)
        _log.info("front_door_open", port=port, tls=True)


async def _wake_door(dsn: str, door: Any, credentials: Any, monitoring: Any, scrubber: Any) -> None:
    """What other roles committed for the devices: messages down, and changes of the registry; and who verifies."""
    async for channel, device_id in listen(dsn, ["down_message", "registry", "comparison"], name="front door"):
        match channel:
            case "down_message":
                door.wake(device_id)
            case "registry":
                credentials.recheck(device_id)
                door.recheck(device_id)
                monitoring.recheck(device_id)
            case "comparison":
                scrubber.wake()
            case _:
                scrubber.wake()
                door.poll()
                credentials.recheck_all()
                door.recheck_all()
                monitoring.recheck_all()


# --- Duty ----------------------------------------------------------------------------------------------------------


async def run_duty(settings: Settings, dsn: str) -> None:
    """Do what is due: deadlines, owed texts, housekeeping."""
    from hub.duty.clock_watch import watch_clock
    from hub.duty.grouping import keep_groups
    from hub.duty.loop import run_duty_loop
    from hub.duty.shift_watch import watch_shifts
    from hub.duty.storage_watch import StorageWatch
    from hub.housekeeping import run_housekeeping
    from hub.notify.blind_alarm import BlindAlarm, Place
    from hub.notify.blind_ladder import BlindTiming
    from hub.notify.channels.addresses import open_channels
    from hub.notify.desk_alarm import DeskAlarm, timing_of
    from hub.notify.duty_file import DutyFile
    from hub.notify.outbox import run_outbox
    from hub.notify.texts import Sender
    from hub.storage.troubled import Troubled

    channels = open_channels([address.get_secret_value() for address in settings.sms])
    sender = Sender(signature=settings.sms_signature, desk_phone=settings.desk_phone)
    place = Place(division_id=settings.division, name=settings.division_name, timezone=settings.timezone, sender=sender)
    timing = BlindTiming(alarm_after=timedelta(seconds=settings.blind_alarm_after_s))
    absence = timedelta(seconds=settings.desk_alarm_after_s)
    alarm = BlindAlarm(dsn, DutyFile(settings.data_dir), channels, place, timing=timing)
    prepared, troubled = asyncio.Event(), Troubled()
    async with (
        _pool(dsn, "duty", max_size=6) as pool,
        _pool(dsn, "housekeeping", max_size=3, min_size=0, patience=UNHURRIED) as slow_pool,
        asyncio.TaskGroup() as work,
    ):
        state = _Readiness("waiting for the database")
        work.create_task(alarm.run())
        work.create_task(_beat(pool, "duty", heartbeats.process_name(), state))
        work.create_task(
            run_outbox(
                pool,
                dsn,
                channels,
                sender=sender,
                division_id=settings.division,
                timezone=settings.timezone,
                begin=prepared,
                overhear=alarm.overhear,
                troubled=troubled,
            )
        )
        await _prepare(pool, settings, state)
        prepared.set()
        lengthen_pauses()
        state.ready = True
        work.create_task(run_duty_loop(pool, dsn, troubled))
        work.create_task(keep_groups(pool, dsn))
        work.create_task(run_housekeeping(dsn, _housekeeping_jobs(slow_pool, troubled, settings)))
        work.create_task(watch_shifts(pool))
        work.create_task(DeskAlarm(pool, channels, sender, timing_of(absence)).run(dsn))
        work.create_task(watch_clock(pool, settings.division))
        storage_watch = StorageWatch(pool, settings.division, troubled, dsn=dsn, data_dir=settings.data_dir)
        work.create_task(storage_watch.run())


def _housekeeping_jobs(pool: Pool, troubled: "Troubled", settings: Settings) -> list[Any]:
    from hub.housekeeping import Job
    from hub.housekeeping.published_days import publish_holidays
    from hub.housekeeping.roster_review import review_rosters
    from hub.storage import quarantine, retention, time_series
    from hub.storage.database import database_now

    async def keep_partitions() -> None:
        async with pool.connection() as connection:
            await time_series.keep_partitions(connection)

    async def refresh_rollups() -> None:
        async with pool.connection() as connection:
            async with connection.transaction():
                now = await database_now(connection)
            await time_series.refresh_rollups(connection, now)

    async def bound_quarantine() -> None:
        async with pool.connection() as connection:
            await quarantine.forget_oldest(connection)

    async def delete_expired() -> None:
        async with pool.connection() as connection:
            await retention.delete_expired(connection, retention.RetentionPeriods(), troubled)

    async def learn_holidays() -> None:
        async with pool.connection() as connection:
            await publish_holidays(connection, settings.holidays, settings.division)

    async def look_ahead_in_rosters() -> None:
        async with pool.connection() as connection:
            await review_rosters(connection)

    return [
        Job(name="holidays", every=timedelta(days=1), work=learn_holidays),
        Job(name="rosters", every=timedelta(days=1), work=look_ahead_in_rosters, after="roster"),
        Job(name="reading partitions", every=timedelta(hours=6), work=keep_partitions),
        Job(name="roll-ups", every=timedelta(minutes=1), work=refresh_rollups),
        Job(name="quarantine", every=timedelta(minutes=5), work=bound_quarantine),
        Job(name="retention", every=timedelta(hours=1), work=delete_expired),
    ]


# --- Web -----------------------------------------------------------------------------------------------------------


async def run_web(settings: Settings, dsn: str) -> None:
    """Speak HTTP with the desk and with machines; `/readyz` says when the whole hub keeps its promises."""
    from hub.api.app import create_app
    from hub.api.broadcaster import Broadcaster
    from hub.api.parts import Parts
    from hub.api.server import bind, serve
    from hub.storage.passwords import Passwords
    from hub.storage.wakeup import Wakeup

    listener = bind(settings.bind, settings.http_port)
    async with _pool(dsn, "web", max_size=10, patience=PROMPT) as pool:
        broadcaster = Broadcaster(pool, Wakeup(dsn, ["stream"], name="stream"))
        parts = Parts(settings=settings, pool=pool, passwords=Passwords(), broadcaster=broadcaster)
        application = create_app(parts)
        lengthen_pauses()
        async with asyncio.TaskGroup() as work:
            work.create_task(broadcaster.run())
            work.create_task(serve(application, listener, tls_cert=settings.tls_cert, tls_key=settings.tls_key))


# --- Shared --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Readiness:
    """What a role says of itself in its heartbeat."""

    reason: str
    ready: bool = False
    trouble: Callable[[], str | None] = lambda: None  #: Why a process that is ready does not do its duty just now.
    figures: Callable[[], Sequence[Figure]] = tuple


@contextlib.asynccontextmanager
async def _pool(
    dsn: str, name: str, *, max_size: int, min_size: int = 1, patience: Patience = BRISK
) -> AsyncIterator[Pool]:
    pool = await open_pool(dsn, name=name, max_size=max_size, min_size=min_size, patience=patience)
    try:
        yield pool
    finally:
        await pool.close()


async def _prepare(pool: Pool, settings: Settings, state: _Readiness) -> None:
    """Wait for the database, refuse to begin on one that may forget (rule 9), put the hub's own division on record.

    Raises:
        RuntimeError: it stays at another version: whoever starts this role again may bring it to this one first.
    """
    waited_s, is_away = 0.0, False
    while True:
        try:
            async with pool.connection() as connection:
                outdated = await readiness.why_not_migrated(connection)
                if outdated is not None and waited_s > _MIGRATION_WITHIN_S:
                    raise RuntimeError(outdated)
                weakness = outdated or await check_durability(connection)
                if weakness is None:
                    await divisions.ensure_division(
                        connection, settings.division, settings.division_name, settings.timezone
                    )
                    return
            waited_s += _DATABASE_RETRY_S
            _log.error("database_not_fit", reason=weakness)
            state.reason = weakness
        except DATABASE_AWAY as error:
            if not is_away:
                _log.warning("waiting_for_database", error=type(error).__name__)
            is_away = True
        await asyncio.sleep(_DATABASE_RETRY_S)


async def _beat(pool: Pool, role: str, holder: str, state: _Readiness) -> None:
    """Say every moment that this process works; readiness believes it only for a while."""
    while True:
        trouble = state.trouble() if state.ready else state.reason
        try:
            async with pool.connection() as connection:
                await heartbeats.beat(
                    connection, role, holder, ready=trouble is None, reason=trouble, figures=state.figures()
                )
        except DATABASE_AWAY as error:
            _log.debug("heartbeat_not_written", error=type(error).__name__)
        except Exception:  # noqa: BLE001 - whatever this was: a process that fell silent for it would be taken for dead
            _log.exception("heartbeat_failed")
        await asyncio.sleep(heartbeats.BEAT_EVERY.total_seconds() if state.ready else _DATABASE_RETRY_S)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
