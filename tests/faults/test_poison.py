"""One message that cannot be stored: the others go on, and it is kept with its reason."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from hub.ingest import pipeline
from hub.ingest.source import Leaf
from hub.ingest.suspects import SuspicionLimits
from tests.faults.conftest import Hub, running_pipeline
from tests.hub.ingest.worlds import NOW, World

#: Of one device, each at its own moment.
READINGS = 3


def reading(number: int) -> dict[str, object]:
    """The n-th reading of a device."""
    return {"id": str(number), "measured_at": (NOW + timedelta(seconds=number)).isoformat(), "heart_rate_bpm": 70}


def poison(world: World, table: str, refusals: Mapping[UUID, str], *, times: int = 10**9) -> None:
    """The database refuses rows of these devices in this table, each with its state, so many times in all."""
    world.run("DROP SEQUENCE IF EXISTS tries")
    world.run("CREATE SEQUENCE tries")  # counts also what is rolled back
    cases = " ".join(f"WHEN '{device}' THEN '{error}'" for device, error in refusals.items())
    world.run(
        f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"DECLARE error text := CASE NEW.device_id::text {cases} END; BEGIN "
        f"IF error IS NOT NULL AND nextval('tries') <= {times} THEN "
        f"RAISE 'poisoned' USING ERRCODE = error; END IF; RETURN NEW; END $$"
    )
    world.run(
        f"CREATE OR REPLACE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
    )


def tries(world: World) -> int:
    """How often the database was asked."""
    return int(world.run("SELECT last_value FROM tries")[0]["last_value"])


def quarantined(world: World) -> list[tuple[UUID, str]]:
    """Whose messages were set aside, and why."""
    rows = world.run("SELECT device_id, reason->'params'->>'error' AS error FROM quarantined_message ORDER BY id")
    return [(row["device_id"], row["error"]) for row in rows]


def stored_readings(world: World) -> dict[UUID, list[int]]:
    """The second of each reading that is there, by device."""
    stored: dict[UUID, list[int]] = {}
    for row in world.run("SELECT device_id, measured_at FROM reading ORDER BY measured_at"):
        stored.setdefault(row["device_id"], []).append(int((row["measured_at"] - NOW).total_seconds()))
    return stored


@contextmanager
def locked(world: World, device: UUID) -> Iterator[None]:
    """Another session holds what is known of this device."""
    with psycopg.connect(world.dsn) as other:
        other.execute("SELECT 1 FROM device_state WHERE device_id = %s FOR UPDATE", [device])
        yield


async def test_readings_the_database_refuses_are_set_aside_and_the_others_are_stored(world: World, hub: Hub) -> None:
    errors = ["22003", "23514", "54000", "P0001", "XX000", "42703"]
    bad = {world.device(worn_by=world.recipient(error)): error for error in errors}
    good = [world.device(worn_by=world.recipient(name)) for name in ("甲", "乙", "丙")]
    await asyncio.to_thread(poison, world, "reading", bad)
    for number in range(READINGS):
        for device in (*bad, *good):
            hub.send(device, reading(number), Leaf.TELEMETRY)
    await hub.until_answered()
    assert all(sent.answers == ["acknowledged"] for sent in hub.sent)
    assert stored_readings(world) == {device: list(range(READINGS)) for device in good}
    told = quarantined(world)
    assert sorted(device for device, _ in told) == sorted(READINGS * list(bad))
    assert all(bad[device] in reason for device, reason in told)
    items = world.run("SELECT device_id FROM maintenance_item WHERE kind = 'quarantine'")
    assert {item["device_id"] for item in items} == set(bad)
    (counted,) = world.run("SELECT sum(set_aside) AS aside, sum(readings_stored) AS stored FROM intake_tally")
    assert counted == {"aside": READINGS * len(bad), "stored": READINGS * len(good)}


async def test_presses_the_database_refuses_are_shown_at_the_desk_and_the_others_are_taken_in(
    world: World, hub: Hub
) -> None:
    bad = {world.device(worn_by=world.recipient(error)): error for error in ("22P05", "XX000")}
    good = world.device(worn_by=world.recipient("乙"))
    await asyncio.to_thread(poison, world, "device_event", bad)
    for device in (*bad, good):
        hub.send(device, {"id": "1", "event": "sos_pressed"})
    await hub.until_answered()
    assert all(sent.answers == ["acknowledged"] for sent in hub.sent)
    assert sorted(incident["kind"] for incident in world.incidents()) == ["sos", "unreadable_event", "unreadable_event"]
    assert set(bad.items()) == {(device, told.split()[-1]) for device, told in quarantined(world)}


async def test_a_nul_in_a_text_of_a_press_is_kept_from_harming_the_others(world: World, hub: Hub) -> None:
    bad, good = world.device(), world.device()
    for device, component in ((bad, "a\x00b"), (good, "button-1")):
        hub.send(device, {"id": "1", "event": "sos_pressed", "component": component})
    await hub.until_answered()
    assert len(world.incidents()) == 2


async def test_collisions_that_pass_are_tried_again_and_nothing_is_set_aside(world: World, hub: Hub) -> None:
    for error in ("40P01", "40001", "55P03", "57014", "0A000"):
        device = world.device(worn_by=world.recipient(error))
        await asyncio.to_thread(poison, world, "device_event", {device: error}, times=1)
        assert (await hub.press(device, "1")).answers == ["acknowledged"]
        assert tries(world) == 2
    assert [incident["kind"] for incident in world.incidents()] == ["sos"] * 5
    assert not quarantined(world)


async def test_what_the_server_cannot_do_now_is_waited_for_however_often_it_fails(world: World, hub: Hub) -> None:
    for error in ("53100", "25006", "57P03", "58030", "42501"):
        device = world.device(worn_by=world.recipient(error))
        await asyncio.to_thread(poison, world, "device_event", {device: error}, times=4)
        sent = hub.send(device, {"id": "1", "event": "sos_pressed"})
        await hub.until(lambda: not hub.pipeline.storing)
        await hub.until(lambda: tries(world) > 2)
        assert not sent.answers
        await hub.until_answered()
        await hub.until(lambda: hub.pipeline.storing)
    assert [incident["kind"] for incident in world.incidents()] == ["sos"] * 5
    assert not quarantined(world)


async def test_a_device_whose_lock_cannot_be_had_waits_apart_in_order_and_the_others_go_on(
    world: World, hub: Hub
) -> None:
    stuck, *others = [world.device(worn_by=world.recipient(name)) for name in ("甲", "乙", "丙")]
    for device in (stuck, *others):
        hub.send(device, reading(0), Leaf.TELEMETRY)
    await hub.until_answered()
    with locked(world, stuck):
        held = [hub.send(stuck, reading(number), Leaf.TELEMETRY) for number in range(1, READINGS)]
        passing = [hub.send(device, reading(number), Leaf.TELEMETRY) for number in (1, 2) for device in others]
        await hub.until(lambda: all(sent.answers for sent in passing))
        await hub.until(lambda: hub.pipeline.set_apart["telemetry"] > 0)
        more = hub.send(others[0], reading(9), Leaf.TELEMETRY)
        await hub.until(lambda: bool(more.answers))
        assert not any(sent.answers for sent in held)
    await hub.until_answered()
    assert stored_readings(world)[stuck] == list(range(READINGS))
    assert not quarantined(world)
    assert hub.pipeline.set_apart == {"event": 0, "telemetry": 0}
    received = world.run("SELECT measured_at FROM reading WHERE device_id = %(id)s ORDER BY ctid", id=stuck)
    assert [row["measured_at"] for row in received] == sorted(row["measured_at"] for row in received)


async def test_a_press_that_only_ever_times_out_is_shown_at_the_desk_in_another_way(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = SuspicionLimits(tries_min=3, within_s=0.3, others_must_pass=False)
    monkeypatch.setattr(pipeline, "_EVENT_DUTY", replace(pipeline._EVENT_DUTY, suspicion=soon))
    device, other = world.device(worn_by=world.recipient("甲")), world.device(worn_by=world.recipient("乙"))
    await asyncio.to_thread(poison, world, "device_event", {device: "57014"})
    async with running_pipeline(database) as hub:
        sent = hub.send(device, {"id": "1", "event": "sos_pressed"})
        await hub.press(other, "2")
        await hub.until_answered()
        assert sent.answers == ["acknowledged"]
    assert sorted(incident["kind"] for incident in world.incidents()) == ["sos", "unreadable_event"]


async def test_a_reading_that_only_ever_times_out_waits_as_long_as_nobody_else_passes(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = SuspicionLimits(tries_min=2, within_s=0.1, others_must_pass=True)
    monkeypatch.setattr(pipeline, "_TELEMETRY_DUTY", replace(pipeline._TELEMETRY_DUTY, suspicion=soon))
    device, other = world.device(worn_by=world.recipient("甲")), world.device(worn_by=world.recipient("乙"))
    await asyncio.to_thread(poison, world, "reading", {device: "57014"})
    async with running_pipeline(database) as hub:
        sent = hub.send(device, reading(0), Leaf.TELEMETRY)
        await hub.until(lambda: tries(world) > 6)
        assert not sent.answers
        assert not quarantined(world)
        hub.send(other, reading(0), Leaf.TELEMETRY)
        await hub.until_answered()
    assert [device_id for device_id, _ in quarantined(world)] == [device]


async def test_what_cannot_even_be_set_aside_is_not_acknowledged_and_holds_up_nobody(world: World, hub: Hub) -> None:
    bad, good = world.device(worn_by=world.recipient("甲")), world.device(worn_by=world.recipient("乙"))
    await asyncio.to_thread(poison, world, "device_event", {bad: "XX000"})
    await asyncio.to_thread(
        world.run, "CREATE TRIGGER refuse BEFORE INSERT ON quarantined_message FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    stuck = hub.send(bad, {"id": "1", "event": "sos_pressed"})
    await hub.press(good, "2")
    await hub.until(lambda: hub.pipeline.set_apart["event"] == 1)
    await hub.press(good, "3")
    assert not stuck.answers
    await asyncio.to_thread(world.run, "DROP TRIGGER refuse ON quarantined_message")
    await hub.until_answered()
    assert sorted(incident["kind"] for incident in world.incidents()) == ["sos", "unreadable_event"]


async def test_a_table_that_is_altered_is_waited_for_by_all_readings_together(world: World, hub: Hub) -> None:
    devices = [world.device() for _ in range(12)]
    with psycopg.connect(world.dsn) as administrator:
        administrator.execute("LOCK TABLE reading")
        for device in devices:
            hub.send(device, reading(0), Leaf.TELEMETRY)
        await hub.until(lambda: not hub.pipeline.storing)
        assert hub.pipeline.set_apart["telemetry"] == 0
        assert not any(sent.answers for sent in hub.sent)
    await hub.until_answered()
    assert stored_readings(world) == {device: [0] for device in devices}
    assert not quarantined(world)
