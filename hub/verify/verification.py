"""The verification: reads everything in one picture of the database, and asks each comparison in turn."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from hub.ingest.sent_identity import identity_of
from hub.stations.repetition import ID_REUSED_AFTER
from hub.stations.retry import AttemptState, NotificationState
from hub.storage.database import Connection
from hub.storage.heartbeats import ALIVE_WITHIN
from hub.storage.incident_rows import policy_from_json
from hub.storage.retention import RetentionPeriods
from hub.storage.tallies import LATE_FROM, IntakeCounts
from hub.storage.verification import Period, Picture, Present
from hub.verify import counting, custody, judging, ladders, texts
from hub.verify.counting import Kept, Words
from hub.verify.differences import Difference, Look, differ
from hub.verify.memory import look_at_memory
from hub.verify.rebuilding import look_at_states
from hub.verify.replaying import look_at_replays

#: A deadline is carried out within a second, and within this on a machine that has much to do or has just started.
MARGIN = timedelta(seconds=30)
#: What is late because the database was away until a moment ago is caught up with in seconds.
_MAY_PASS = frozenset({"deadline_overdue", "deadline_fails", "text_left_lying"})
_CATCHING_UP_S = 5.0
_SECOND_LOOKS = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every comparison may draw on."""

    picture: Picture
    period: Period
    present: Present
    kept: RetentionPeriods

    @property
    def duty_works(self) -> bool:
        return "duty" in self.present.roles


async def verify_installation(connection: Connection, period: Period, states_max: int | None) -> list[Look]:
    """Every comparison; `connection` commits by itself."""
    memory = await look_at_memory(connection)
    looks = await _take_picture(connection, period, states_max)
    for _ in range(_SECOND_LOOKS):
        if not any(difference.code in _MAY_PASS for look in looks for difference in look.differences):
            break
        await asyncio.sleep(_CATCHING_UP_S)
        looks = await _take_picture(connection, period, states_max)
    return [*looks, memory]


async def _take_picture(connection: Connection, period: Period, states_max: int | None) -> list[Look]:
    async with connection.transaction():
        picture = Picture(connection, period)
        present = await picture.take()
        looks = await look_at_rows(picture, period, present)
        looks.append(await look_at_replays(picture, period.from_at))
        looks.append(await look_at_states(picture, present.now, states_max))
    return looks


async def look_at_rows(picture: Picture, period: Period, present: Present) -> list[Look]:
    """Every comparison of rows with rows, in the transaction that `picture.take` began."""
    asked = _Asked(picture, period, present, RetentionPeriods())
    intake = await picture.intake()
    return [
        counting.check_outcomes(intake),
        counting.tell_repeated(intake),
        *await _count_rows(asked, intake),
        *await _see_acknowledged(asked),
        await _see_identities(asked),
        judging.check_judged([judging.Sort(**_sort(row)) for row in await picture.rows("judged")]),
        judging.check_raised(await picture.by_hour_and_kind("alerts_found"), await picture.by_hour_and_kind("alerts")),
        custody.check_alert_ends(
            {end: (int(count), tuple(ids)) for end, count, ids in await picture.rows("alert_ends")}
        ),
        await _see_incidents(asked),
        await _see_deadlines(asked),
        ladders.check_ladders([_climb(row) for row in await picture.rows("ladders")]),
        texts.check_texts(
            [_text(row) for row in await picture.rows("texts", margin=MARGIN)],
            present.now,
            MARGIN,
            duty_works=asked.duty_works,
        ),
        await _see_stream(asked),
    ]


# --- Counts --------------------------------------------------------------------------------------------------------


async def _count_rows(asked: _Asked, intake: dict[datetime, IntakeCounts]) -> Iterable[Look]:
    picture, now, first_hour = asked.picture, asked.present.now, await asked.picture.first_hour()
    readings = counting.check_rows(
        "readings",
        {hour: counts.readings_stored for hour, counts in intake.items()},
        await picture.by_hour("readings"),
        Kept(
            counted_since=first_hour,
            since=now - asked.kept.time_series.readings + LATE_FROM,
            late={hour: counts.readings_late for hour, counts in intake.items()},
        ),
        Words(missing="readings_missing", uncounted="readings_uncounted"),
    )
    doubled = await picture.rows("doubled_readings")
    events = counting.check_rows(
        "events",
        {hour: counts.events_stored for hour, counts in intake.items()},
        await picture.by_hour("events"),
        Kept(counted_since=first_hour, since=datetime.min.replace(tzinfo=now.tzinfo)),
        Words(missing="events_missing", uncounted="events_uncounted"),
    )
    quarantined = counting.check_rows(
        "quarantined",
        {hour: counts.quarantined for hour, counts in intake.items()},
        await picture.by_hour("quarantined"),
        Kept(counted_since=first_hour, since=now - asked.kept.raw_payloads),
        Words(missing="quarantined_missing", uncounted="quarantined_uncounted"),
    )
    twice = Look(
        check="readings_once",
        counted=readings.counted,
        differences=tuple(
            Difference(code="readings_doubled", count=int(count), examples=(device_id,)) for device_id, count in doubled
        ),
    )
    return (readings, twice, events, quarantined)


async def _see_acknowledged(asked: _Asked) -> list[Look]:
    rows = await asked.picture.rows("acknowledged", within_s=ALIVE_WITHIN.total_seconds())
    return [
        counting.check_acknowledged(holder, int(said), int(committed))
        for holder, _, said, committed in rows
        if said is not None
    ]


async def _see_identities(asked: _Asked) -> Look:
    """The ledger knows every event that says which one it is, and every entry of it is of something."""
    remembered_since = asked.present.now - asked.kept.event_identities
    known = await asked.picture.identities() if asked.period.from_at >= remembered_since else []
    missing = await asked.picture.missing_identities(
        (one.id, one.device_id, identity)
        for one in known
        if (identity := identity_of(one.event_id, one.boot_id, one.seq)) is not None
    )
    doubled = await asked.picture.ids("doubled_events", reused_after=ID_REUSED_AFTER)
    return Look(
        check="identities",
        counted=len(known),
        differences=(
            *differ("identity_missing", missing),
            *differ("identity_of_nothing", await asked.picture.ids("orphan_identities")),
            *differ("events_doubled", doubled),
        ),
    )


# --- Judged and owed -----------------------------------------------------------------------------------------------


async def _see_incidents(asked: _Asked) -> Look:
    picture = asked.picture
    return custody.check_incidents(
        custody.Incidents(
            not_closed=await picture.number("not_closed"),
            unowned=await picture.ids("unowned"),
            without_alert=await picture.ids("without_alert"),
            doubled=await picture.ids("doubled_incidents"),
        )
    )


async def _see_deadlines(asked: _Asked) -> Look:
    picture = asked.picture
    late = await picture.rows("overdue", margin=MARGIN)
    return custody.check_deadlines(
        custody.Deadlines(
            total=await picture.number("deadlines"),
            lost_suspicions=await picture.ids("lost_suspicions"),
            stray=await picture.ids("stray_deadlines"),
            overdue=[owner_id for owner_id, failing in late if not failing],
            failing=[owner_id for owner_id, failing in late if failing],
        ),
        duty_works=asked.duty_works,
    )


async def _see_stream(asked: _Asked) -> Look:
    ((skipped, total),) = await asked.picture.rows("stream_gaps")
    kept_since = asked.present.now - asked.kept.stream_events
    gaps = (Difference(code="positions_skipped", count=int(skipped)),) if skipped else ()
    return Look(
        check="stream",
        counted=int(total),
        differences=(
            *differ("position_missing", await asked.picture.ids("unplaced")),
            *differ("change_unseen", await asked.picture.ids("unseen_changes", kept_since=kept_since)),
            *gaps,
        ),
    )


# --- Rows as the comparisons want them -----------------------------------------------------------------------------


def _sort(row: tuple[Any, ...]) -> dict[str, Any]:
    event, test, historical, kinds, doubled, count, examples = row
    return {
        "event": event,
        "test": test,
        "historical": historical,
        "kinds": tuple(kinds),
        "doubled": doubled,
        "count": int(count),
        "examples": tuple(examples),
    }


def _climb(row: tuple[Any, ...]) -> ladders.Climb:
    incident_id, _, ladder, policy, log, owed = row
    return ladders.Climb(
        incident_id=incident_id,
        policy=policy_from_json(cast("Any", policy)),
        round=ladder["round"],
        step=ladder["step"],
        recurrence=ladder["recurrence"],
        log=[ladders.Entry(*entry) for entry in log],
        owed=[ladders.Owed(*one) for one in owed],
    )


def _text(row: tuple[Any, ...]) -> texts.Text:
    notification_id, state, created_at, may_leave, tries, last_number, stuck = row
    return texts.Text(
        id=notification_id,
        state=NotificationState(state),
        created_at=created_at,
        may_leave=may_leave,
        tries=[AttemptState(one) for one in tries],
        last_number=int(last_number),
        stuck=stuck,
    )
