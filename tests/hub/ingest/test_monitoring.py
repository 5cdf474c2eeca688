"""Live state in ingest: saved with what changed it, one for both lanes, kept over a restart, judged in its time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.kinds import SubjectType
from alerts.observations import Subject
from hub.duty.loop import DutyLoop
from hub.ingest.monitoring import Monitoring, Sitting
from hub.ingest.owner import Owner
from hub.ingest.pipeline import Pipeline
from hub.ingest.source import Leaf
from hub.storage.database import connect, database_now, open_pool
from hub.storage.troubled import Troubled
from hub.storage.wakeup import Wakeup
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import Sent, World

Wait = Callable[[Callable[[], Any]], Awaitable[Any]]


def now() -> datetime:
    return datetime.now(UTC)


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"{name}-{now().timestamp()}", "event": name, "occurred_at": now().isoformat(), **fields}


def reading(**values: Any) -> dict[str, Any]:
    return {"measured_at": now().isoformat(), **values}


def state_of(world: World, subject: UUID) -> dict[str, Any]:
    (row,) = world.run("SELECT state FROM monitoring_state WHERE subject_id = %(id)s", id=subject)
    state: dict[str, Any] = row["state"]
    return state


@pytest.fixture
def wait() -> Wait:
    """Look until there is something."""

    async def until(look: Callable[[], Any]) -> Any:
        async with asyncio.timeout(10):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found

    return until


async def pass_deadlines(dsn: str) -> None:
    """What duty does when it looks."""
    pool = await open_pool(dsn, name="test duty", max_size=2)
    try:
        await DutyLoop(pool, Wakeup(dsn, ["timer"], name="test"), Troubled()).pass_due()
    finally:
        await pool.close()


def let_windows_end(world: World) -> None:
    world.run("UPDATE timer SET due_at = clock_timestamp() - interval '1 second' WHERE owner_type = 'alert'")


# --- Held falls ----------------------------------------------------------------------------------------------------


async def test_a_suspected_fall_is_held_with_its_deadline_and_no_incident(world: World, send: Send) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    assert await send(device, event("fall_suspected", ack=True), received_at=now()) == ["acknowledged"]
    (alert,) = world.run("SELECT state, incident_id, kind FROM alert")
    assert (alert["state"], alert["incident_id"], alert["kind"]) == ("pending", None, "fall")
    (timer,) = world.run("SELECT owner_type, due_at - clock_timestamp() AS left FROM timer")
    assert timer["owner_type"] == "alert"
    assert timedelta(seconds=50) < timer["left"] <= timedelta(seconds=60)
    assert world.incidents() == []


async def test_the_window_is_the_persons_own(world: World, send: Send) -> None:
    recipient = world.recipient()
    world.run('UPDATE recipient SET monitoring = \'{"fall": {"confirm_s": 600}}\' WHERE id = %(id)s', id=recipient)
    await send(world.device("smartwatch", worn_by=recipient), event("fall_suspected"), received_at=now())
    (timer,) = world.run("SELECT due_at - clock_timestamp() AS left FROM timer")
    assert timer["left"] > timedelta(seconds=590)


async def test_recovery_clears_it_and_nothing_reaches_the_desk(world: World, send: Send, database: str) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await send(device, event("fall_suspected"), received_at=now())
    await send(device, reading(posture="standing"), Leaf.TELEMETRY, received_at=now())
    assert [row["state"] for row in world.run("SELECT state FROM alert")] == ["cleared"]
    assert world.run("SELECT 1 FROM timer") == []
    await pass_deadlines(database)
    assert world.incidents() == []
    assert world.run("SELECT 1 FROM stream_event") == []


async def test_without_recovery_the_end_of_the_window_opens_the_incident(
    world: World, send: Send, database: str
) -> None:
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await send(device, event("fall_suspected", id="f-1", ack=True), received_at=now())
    let_windows_end(world)
    await pass_deadlines(database)
    (incident,) = world.incidents()
    assert (incident["kind"], incident["severity"], incident["subject_id"]) == ("fall", "high", str(recipient))
    (alert,) = world.run("SELECT state, incident_id, event_id FROM alert")
    assert (alert["state"], alert["incident_id"], alert["event_id"]) == ("active", incident["id"], "f-1")
    (timer,) = world.run("SELECT owner_type, owner_id FROM timer")
    assert (timer["owner_type"], timer["owner_id"]) == ("incident", incident["id"])


async def test_getting_up_after_that_clears_the_alert_and_leaves_the_incident_to_people(
    world: World, send: Send, database: str
) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await send(device, event("fall_suspected"), received_at=now())
    let_windows_end(world)
    await pass_deadlines(database)
    await send(device, reading(posture="walking"), Leaf.TELEMETRY, received_at=now())
    assert [row["state"] for row in world.run("SELECT state FROM alert")] == ["cleared"]
    assert [incident["state"] for incident in world.incidents()] == ["open"]
    assert "fall_recovered" in [row["code"] for row in world.run("SELECT code FROM incident_log")]


async def test_a_confirmation_takes_the_held_alert_into_its_incident(world: World, send: Send) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await send(device, event("fall_suspected"), received_at=now())
    await send(device, event("fall_confirmed"), received_at=now())
    (incident,) = world.incidents()
    assert {row["incident_id"] for row in world.run("SELECT incident_id FROM alert")} == {incident["id"]}
    assert [row["owner_type"] for row in world.run("SELECT owner_type FROM timer")] == ["incident"]


async def test_a_fall_of_a_device_nobody_has_is_held_and_opened_too(world: World, send: Send, database: str) -> None:
    device = world.device("smartwatch")
    await send(device, event("fall_suspected"), received_at=now())
    let_windows_end(world)
    await pass_deadlines(database)
    (incident,) = world.incidents()
    assert (incident["subject_type"], incident["subject_id"]) == ("device", str(device))


# --- State ---------------------------------------------------------------------------------------------------------


async def test_readings_and_events_of_all_devices_of_a_person_move_one_state(
    world: World, pipeline: Pipeline, wait: Wait
) -> None:
    recipient = world.recipient()
    watch, bed = world.device("smartwatch", worn_by=recipient), world.device("mattress", worn_by=recipient)
    sent = Sent()
    for number in range(40):
        pipeline.accept(sent.message(watch, reading(steps=number), Leaf.TELEMETRY, received_at=now()))
        pipeline.accept(sent.message(bed, reading(in_bed=number % 2 == 0), Leaf.TELEMETRY, received_at=now()))
        pipeline.accept(sent.message(watch, event("motion"), received_at=now()))
    await wait(lambda: len(sent.answers) == 120)
    state = state_of(world, recipient)
    assert state["devices"][str(watch)]["steps"] == 39
    assert state["devices"][str(bed)]["in_bed"] is False
    assert set(sent.answers) == {"acknowledged"}


async def test_history_moves_no_live_state(world: World, send: Send) -> None:
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await send(device, reading(steps=100, activity=0.5), Leaf.TELEMETRY, received_at=now())
    before = state_of(world, recipient)
    hour_ago = now() - timedelta(hours=1)
    buffered = [
        {
            "measured_at": (hour_ago + timedelta(seconds=second)).isoformat(),
            "steps": second,
            "activity": 0,
            "worn": False,
        }
        for second in range(100)
    ]
    await send(device, {"readings": buffered}, Leaf.TELEMETRY, received_at=now())
    after = state_of(world, recipient)
    for told in ("heard_at", "interval_s", "intervals", "up_since"):  # that the device is there, is live
        for state in (before, after):
            state["devices"][str(device)].pop(told, None)
    before.pop("due_at"), after.pop("due_at")
    assert after == before
    assert len(world.run("SELECT 1 FROM reading")) == 101


async def test_a_transaction_that_fails_leaves_no_trace_in_memory(world: World, send: Send, pipeline: Pipeline) -> None:
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await send(device, reading(steps=1), Leaf.TELEMETRY, received_at=now())
    world.run("ALTER TABLE reading ADD CONSTRAINT refused CHECK (steps < 1000)")
    assert await send(device, reading(steps=5000), Leaf.TELEMETRY, received_at=now()) == ["acknowledged"]
    assert await send(device, reading(heart_rate_bpm=70), Leaf.TELEMETRY, received_at=now()) == ["acknowledged"]
    subject = Subject(type=SubjectType.RECIPIENT, id=str(recipient))
    state = pipeline.monitoring.find(subject)
    assert state is not None
    assert state.devices[str(device)].steps == 1
    assert state.to_json() == state_of(world, recipient)


async def test_a_new_owner_goes_on_from_what_was_saved(world: World, send: Send, database: str) -> None:
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await send(device, event("fall_suspected"), received_at=now())
    fresh = Monitoring()
    async with await connect(database, name="test") as connection:
        await fresh.load(connection, await database_now(connection))
    state = fresh.find(Subject(type=SubjectType.RECIPIENT, id=str(recipient)))
    assert state is not None
    assert state.fall is not None
    assert state.to_json() == state_of(world, recipient)


async def test_two_transactions_about_one_person_wait_for_each_other(world: World, database: str) -> None:
    recipient = world.recipient()
    subject = Subject(type=SubjectType.RECIPIENT, id=str(recipient))
    monitoring = Monitoring()
    async with await connect(database, name="first") as one, await connect(database, name="second") as two:
        first, second = Sitting(monitoring, now()), Sitting(monitoring, now())
        await first.claim(one, {subject})
        waiting = asyncio.create_task(second.claim(two, {subject}))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        first.leave()
        async with asyncio.timeout(5):
            await waiting
        second.leave()


# --- Time ----------------------------------------------------------------------------------------------------------


def limit_inactivity(world: World, recipient: UUID) -> None:
    world.run(
        'UPDATE recipient SET monitoring = \'{"inactivity": {"day_limit_s": 1, "night_limit_s": 1}}\' '
        "WHERE id = %(id)s",
        id=recipient,
    )


async def test_stillness_becomes_an_incident_when_its_time_comes(world: World, send: Send, wait: Wait) -> None:
    recipient = world.recipient()
    limit_inactivity(world, recipient)
    device = world.device("smartwatch", worn_by=recipient)
    began = asyncio.get_running_loop().time()
    while not world.incidents():
        assert asyncio.get_running_loop().time() - began < 10
        await send(device, reading(activity=0, steps=5), Leaf.TELEMETRY, received_at=now())
        await asyncio.sleep(0.1)
    (incident,) = world.incidents()
    assert (incident["kind"], incident["subject_id"]) == ("inactivity", str(recipient))


async def test_somebody_of_whom_nothing_is_ever_heard_is_a_follow_up(world: World, database: str, wait: Wait) -> None:
    recipient = world.recipient()
    world.run("UPDATE recipient SET monitoring = '{\"no_sign_of_life_s\": 1}' WHERE id = %(id)s", id=recipient)
    world.device("smartwatch", worn_by=recipient)
    owner = Owner(database, "test")
    epoch = await owner.become_owner()
    work = asyncio.create_task(Pipeline(database, "test").run(epoch))
    (row,) = await wait(lambda: world.run("SELECT kind, recipient_id FROM follow_up"))
    assert (row["kind"], row["recipient_id"]) == ("no_sign_of_life", recipient)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await owner.release(epoch)


async def test_a_change_of_the_registry_is_looked_at_at_once(
    world: World, send: Send, pipeline: Pipeline, wait: Wait
) -> None:
    recipient = world.recipient()
    device = world.device("smartwatch", worn_by=recipient)
    await send(device, reading(heart_rate_bpm=70), Leaf.TELEMETRY, received_at=now())
    world.run("UPDATE recipient SET monitoring = '{\"no_sign_of_life_s\": 0.5}' WHERE id = %(id)s", id=recipient)
    pipeline.monitoring.recheck(str(device))
    (row,) = await wait(lambda: world.run("SELECT kind FROM follow_up"))
    assert row["kind"] == "no_sign_of_life"


async def test_a_gateway_is_heard_in_whatever_it_carries(world: World, send: Send) -> None:
    gateway = world.device("gateway")
    child = world.device("call_button", worn_by=world.recipient(), behind=gateway)
    await send(child, event("heartbeat"), sender=gateway, received_at=now())
    first = state_of(world, gateway)["devices"][str(gateway)]["heard_at"]
    await send(child, reading(battery_pct=80), Leaf.TELEMETRY, sender=gateway, received_at=now())
    assert state_of(world, gateway)["devices"][str(gateway)]["heard_at"] > first
