"""Opening, joining and changing under load: one incident, one timer, nothing lost between two hands."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from alerts.actors import Actor, ActorType
from alerts.decisions import RaiseAlert
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation
from alerts.incidents import Disposition, RefusedError
from alerts.incidents.commands import Acknowledge, Close, TakeStep
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.stations.deadlines import pass_due_held, pass_due_incidents
from hub.stations.incidents import NotFoundError, change, hold, open_or_join
from hub.stations.records import AlertRequest
from hub.storage.database import Connection, connect, database_now
from hub.storage.incidents import SqlIncidentStore
from hub.storage.scope import Scope
from hub.storage.timers import SqlDeadlineStore
from hub.storage.troubled import Troubled
from tests.hub.ingest.worlds import COUNTY, World

SUBJECT = Subject(type=SubjectType.DEVICE, id="device-1")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def _request(event_id: str) -> AlertRequest:
    return AlertRequest(
        division_id=COUNTY,
        subject=SUBJECT,
        recipient_id=None,
        alert=RaiseAlert(
            kind=IncidentKind.SOS, severity=Severity.CRITICAL, explanation=Explanation(code="sos_pressed")
        ),
        occurred_at=NOW,
        received_at=NOW,
        event_id=event_id,
    )


def _operator(name: str) -> Actor:
    return Actor(type=ActorType.OPERATOR, id=name, name=name)


@pytest.fixture
def world(database: str) -> World:
    """A county."""
    world = World(database)
    world.division()
    return world


async def _open(connection: Connection, event_id: str) -> UUID:
    async with connection.transaction():
        opened = await open_or_join(SqlIncidentStore(connection), _request(event_id), await database_now(connection))
    return opened.incident_id


async def test_presses_and_closings_at_once_lose_no_press(database: str, world: World) -> None:
    async def press(worker: int) -> None:
        async with await connect(database, name="press") as connection:
            for number in range(25):
                await _open(connection, f"{worker}-{number}")

    async def keep_closing(until: asyncio.Event) -> None:
        async with await connect(database, name="desk") as connection:
            while not until.is_set():
                for row in await asyncio.to_thread(world.run, "SELECT id FROM incident WHERE state <> 'closed'"):
                    async with connection.transaction():
                        command = Close(actor=_operator("王"), disposition=Disposition.TEST)
                        await change(SqlIncidentStore(connection), row["id"], command)

    done = asyncio.Event()
    async with asyncio.timeout(60):
        closing = asyncio.create_task(keep_closing(done))
        await asyncio.gather(*(press(worker) for worker in range(4)))
        done.set()
        await closing
    held = [row["event_id"] for row in world.run("SELECT event_id FROM alert WHERE incident_id IS NOT NULL")]
    assert len(held) == len(set(held)) == 100
    assert len(world.incidents()) > 1
    _each_open_incident_has_one_timer(world)


async def test_of_two_who_take_it_one_is_told_who_has_it(database: str, world: World) -> None:
    async with await connect(database, name="test") as connection:
        incident_id = await _open(connection, "p-1")

    async def take(name: str) -> str:
        async with await connect(database, name=name) as connection, connection.transaction():
            try:
                await change(SqlIncidentStore(connection), incident_id, Acknowledge(actor=_operator(name)))
            except RefusedError as refused:
                return f"held by {refused.holder.name if refused.holder else 'nobody'}"
        return "mine"

    answers = await asyncio.gather(*(take(f"op{number}") for number in range(5)))
    winner = world.incidents()[0]["acknowledged_by"]["name"]
    assert sorted(answers) == sorted(["mine", *[f"held by {winner}"] * 4])
    _each_open_incident_has_one_timer(world)


async def test_a_press_that_waited_for_a_step_does_not_bring_the_steps_deadline_back(
    database: str, world: World
) -> None:
    async with await connect(database, name="duty") as duty, await connect(database, name="press") as press:
        incident_id = await _open(duty, "p-1")
        async with duty.transaction():
            await change(SqlIncidentStore(duty), incident_id, TakeStep(reachable=Reachable()))
            pressing = asyncio.create_task(_open(press, "p-2"))
            async with asyncio.timeout(10):
                while not await asyncio.to_thread(
                    world.run, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                ):
                    await asyncio.sleep(0.01)
            cursor = await duty.execute("SELECT due_at FROM timer")
            set_by_duty = await cursor.fetchone()
        await pressing
    (timer,) = world.run("SELECT due_at FROM timer")
    assert set_by_duty == (timer["due_at"],)


async def test_outside_its_division_an_incident_is_not_there(database: str, world: World) -> None:
    async with await connect(database, name="test") as connection:
        incident_id = await _open(connection, "p-1")
        elsewhere = SqlIncidentStore(connection, Scope.of_division("990102000000"))
        with pytest.raises(NotFoundError):
            await change(elsewhere, incident_id, Acknowledge(actor=_operator("王")))


async def test_two_duty_processes_take_each_step_once(database: str, world: World) -> None:
    world.run(
        "INSERT INTO escalation_policy (id, division_id, name, steps, repeat, then_every_s, ack_timeout_s) "
        "VALUES (gen_random_uuid(), %(county)s, 'default', %(steps)s::jsonb, 0, 600, 600)",
        county=COUNTY,
        steps='[{"after_s": 0, "notify": "10000000001"}]',
    )
    subjects = [Subject(type=SubjectType.DEVICE, id=f"device-{number}") for number in range(30)]
    async with await connect(database, name="test") as connection:
        for subject in subjects:
            async with connection.transaction():
                request = AlertRequest(
                    division_id=COUNTY,
                    subject=subject,
                    recipient_id=None,
                    alert=_request("x").alert,
                    occurred_at=NOW,
                    received_at=NOW,
                )
                await open_or_join(SqlIncidentStore(connection), request, await database_now(connection))

    async def work() -> int:
        passed = 0
        async with await connect(database, name="duty") as connection:
            for _ in range(40):
                async with connection.transaction():
                    passed += await pass_due_incidents(SqlDeadlineStore(connection, Troubled()), 5)
        return passed

    assert sum(await asyncio.gather(work(), work(), work())) == 30
    assert world.run("SELECT count(*) AS owed FROM notification")[0]["owed"] == 30
    _each_open_incident_has_one_timer(world)


async def test_two_duty_processes_with_one_of_two_suspicions_each_do_not_wait_for_each_other(
    database: str, world: World
) -> None:
    device_id = world.device()
    suspicion = AlertRequest(
        division_id=COUNTY,
        subject=Subject(type=SubjectType.DEVICE, id=str(device_id)),
        recipient_id=None,
        alert=RaiseAlert(
            kind=IncidentKind.FALL, severity=Severity.HIGH, explanation=Explanation(code="fall_suspected")
        ),
        occurred_at=NOW,
        received_at=NOW,
        device_id=device_id,
    )
    async with await connect(database, name="duty1") as one, await connect(database, name="duty2") as other:
        async with one.transaction():
            for _ in range(2):
                await hold(SqlIncidentStore(one), suspicion, await database_now(one))
        async with asyncio.timeout(10), other.transaction():
            async with one.transaction():
                assert await SqlDeadlineStore(other, Troubled()).lock_due_held() is not None
                assert await pass_due_held(SqlDeadlineStore(one, Troubled())), "the other suspicion is free"
            assert len(world.incidents()) == 1, "it did not wait for the one that is passed elsewhere"
            assert await pass_due_held(SqlDeadlineStore(other, Troubled()))
    assert len(world.incidents()) == 1
    states = [(row["state"], row["incident_id"] is not None) for row in world.run("SELECT * FROM alert")]
    assert states == [("active", True)] * 2
    assert world.run("SELECT 1 FROM timer WHERE owner_type = 'alert'") == []
    _each_open_incident_has_one_timer(world)


async def test_a_deadline_that_fails_is_counted_and_comes_again_and_the_others_pass(
    database: str, world: World
) -> None:
    async with await connect(database, name="test") as connection:
        broken = await _open(connection, "p-1")
    world.run(
        "UPDATE incident SET policy = '{}'::jsonb WHERE id = %(id)s", id=broken
    )  # what no code writes; a mistake of ours would look like this
    world.run("UPDATE timer SET due_at = now() - interval '1 second'")
    async with await connect(database, name="duty") as connection, connection.transaction():
        assert await pass_due_incidents(SqlDeadlineStore(connection, Troubled()), 10) == 0
    (timer,) = world.run("SELECT failures, retry_at > now() AS later FROM timer")
    assert (timer["failures"], timer["later"]) == (1, True)


def _each_open_incident_has_one_timer(world: World) -> None:
    open_ids = {row["id"] for row in world.run("SELECT id FROM incident WHERE state <> 'closed'")}
    timers = [row["owner_id"] for row in world.run("SELECT owner_id FROM timer")]
    assert sorted(timers) == sorted(open_ids)


async def test_the_commands_of_an_incident_are_erased_with_it(database: str, world: World) -> None:
    async with await connect(database, name="test") as connection:
        erased = await _open(connection, "p-1")
    assert [row["incident_id"] for row in world.run("SELECT incident_id FROM incident_command")] == [erased]
    for table in ("incident_log", "alert", "notification"):
        world.run(f"DELETE FROM {table} WHERE incident_id = %(id)s", id=erased)
    world.run("DELETE FROM incident WHERE id = %(id)s", id=erased)
    assert world.run("SELECT 1 FROM incident_command") == []
