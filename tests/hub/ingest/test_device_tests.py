"""Presses of a device that somebody tries, as ingest takes them in; and tests that a device says itself."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hub.identity import new_id
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import COUNTY, NOW, World

PRESS = {"event": "sos_pressed"}


def try_out(world: World) -> UUID:
    """A worn button that somebody tries, ten minutes from now on."""
    device_id = world.device(worn_by=world.recipient())
    world.run(
        "INSERT INTO test_window (id, division_id, device_id, from_at, until_at, opened_by) "
        "VALUES (%(id)s, %(division)s, %(device)s, %(from_at)s, %(until)s, "
        """'{"type": "operator", "id": "1", "name": "王"}')""",
        id=new_id(),
        division=COUNTY,
        device=device_id,
        from_at=NOW,
        until=NOW + timedelta(minutes=10),
    )
    return device_id


@pytest.fixture
def tried(world: World) -> UUID:
    """The one device of most tests."""
    return try_out(world)


def at(passed_s: float) -> datetime:
    return NOW + timedelta(seconds=passed_s)


def pending(world: World) -> list[bool]:
    """Of each incident, whether it may be confirmed as a test."""
    return [incident["test_pending_until"] is not None for incident in world.incidents()]


def log(world: World) -> list[str]:
    return [row["code"] for row in world.run("SELECT code FROM incident_log ORDER BY at, id")]


async def test_a_press_within_the_window_may_be_a_test_and_sounds_like_any_other(
    world: World, send: Send, tried: UUID
) -> None:
    assert await send(tried, {**PRESS, "id": "1", "ack": True}, received_at=at(60)) == ["acknowledged"]
    [incident] = world.incidents()
    assert incident["test_pending_until"] - incident["opened_at"] == timedelta(minutes=2)
    assert (incident["severity"], incident["state"], incident["sounding"]) == ("critical", "open", True)
    assert world.acks() == [("1", "received")]


async def test_a_press_outside_of_the_window_is_real(world: World, send: Send) -> None:
    presses: list[tuple[dict[str, str], float]] = [
        ({"occurred_at": at(-5).isoformat()}, 10),  # pressed before the window
        ({}, -1),
        ({}, 600),  # after it
        ({"occurred_at": at(5).isoformat()}, 700),  # pressed within it, here only now
    ]
    for press, received_s in presses:
        await send(try_out(world), {**PRESS, **press}, received_at=at(received_s))
    assert pending(world) == [False] * len(presses)


async def test_another_device_and_another_cry_within_the_window_are_real(world: World, send: Send, tried: UUID) -> None:
    [wearer] = world.run("SELECT recipient_id FROM assignment WHERE device_id = %(id)s", id=tried)
    watch = world.device("smartwatch", worn_by=wearer["recipient_id"])
    await send(tried, {"event": "fall_confirmed", "id": "f"}, received_at=at(30))
    await send(tried, {**PRESS, "id": "1"}, received_at=at(60))
    assert [(one["kind"], one["test_pending_until"] is not None) for one in world.incidents()] == [
        ("fall", False),
        ("sos", True),
    ]
    await send(watch, {**PRESS, "id": "2"}, received_at=at(70))
    assert pending(world) == [False, False]
    assert log(world)[-2:] == ["joined", "test_not_only"]


async def test_a_press_of_a_device_nobody_has_may_be_a_test_too(world: World, send: Send, tried: UUID) -> None:
    world.run("DELETE FROM assignment")
    await send(tried, PRESS, received_at=at(60))
    assert pending(world) == [True]


async def test_what_a_device_says_of_its_tests_is_kept_the_latest_of_them(world: World, send: Send) -> None:
    device_id = world.device(worn_by=world.recipient())

    def kept() -> list[tuple[str, datetime]]:
        return [(row["how"], row["tested_at"]) for row in world.run("SELECT * FROM device_test")]

    await send(device_id, {**PRESS, "test": True, "id": "1"}, received_at=at(0))
    assert kept() == [("code", NOW)]
    await send(device_id, {"event": "self_test_passed", "id": "2"}, received_at=at(60))
    assert kept() == [("self_test", at(60))]
    await send(device_id, {**PRESS, "test": True, "id": "3", "occurred_at": at(-900).isoformat()}, received_at=at(90))
    await send(device_id, {"event": "self_test_failed", "id": "4"}, received_at=at(120))
    await send(device_id, {"event": "heartbeat", "test": True, "id": "5"}, received_at=at(150))
    assert kept() == [("self_test", at(60))]
    assert world.incidents() == []
