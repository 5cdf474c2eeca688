"""Modes as ingest lives by them: none hides a cry, and one that is over by what is seen ends in the registry."""

import asyncio
from datetime import timedelta
from uuid import UUID

from psycopg.rows import DictRow

from alerts.modes import Mode
from hub.identity import new_id
from hub.ingest.source import Leaf
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import COUNTY, NOW, World


def enter(world: World, recipient_id: UUID, mode: Mode) -> None:
    """The person is in this mode since yesterday."""
    world.run(
        "INSERT INTO recipient_mode (id, division_id, recipient_id, mode, from_at) "
        "VALUES (%(id)s, %(division)s, %(recipient)s, %(mode)s, now() - interval '1 day')",
        id=new_id(),
        division=COUNTY,
        recipient=recipient_id,
        mode=mode,
    )


def modes(world: World) -> list[DictRow]:
    return world.run("SELECT * FROM recipient_mode ORDER BY from_at")


async def test_no_mode_hides_a_press_a_confirmed_fall_or_an_unreadable_event(world: World, send: Send) -> None:
    for mode in Mode:
        recipient_id = world.recipient(mode)
        enter(world, recipient_id, mode)
        device_id = world.device("smartwatch", worn_by=recipient_id)
        await send(device_id, {"event": "sos_pressed", "id": "1"})
        await send(device_id, {"event": "fall_confirmed", "id": "2"})
        await send(device_id, b"\xff\xfenobody can read this")
    shown = world.run("SELECT kind, severity, state, sounding FROM incident ORDER BY opened_at, kind")
    assert len(shown) == 3 * len(Mode)
    assert {(one["kind"], one["severity"], one["state"], one["sounding"]) for one in shown} == {
        ("sos", "critical", "open", True),
        ("fall", "critical", "open", True),
        ("unreadable_event", "high", "open", True),
    }


async def test_who_gets_into_the_bed_at_home_is_at_home_again_and_the_registry_says_why(
    world: World, send: Send
) -> None:
    recipient_id = world.recipient()
    enter(world, recipient_id, Mode.HOSPITAL)
    bed = world.device("mattress", worn_by=recipient_id)
    now = world.run("SELECT now() AS now")[0]["now"]
    await send(bed, {"event": "bed_entry", "id": "1"}, received_at=now)
    [mode] = modes(world)
    assert mode["until_at"] == mode["ended_at"]
    assert mode["ended_by"] is None
    assert mode["ended_why"]["code"] == "mode_over"
    assert mode["ended_why"]["params"]["sign"] == "in_bed"


async def test_who_moves_is_back_only_within_reach_of_the_gateway(world: World, send: Send) -> None:
    recipient_id = world.recipient()
    enter(world, recipient_id, Mode.AWAY)
    gateway = world.device("gateway")
    band = world.device("wristband", worn_by=recipient_id, behind=gateway)
    now = world.run("SELECT now() AS now")[0]["now"]

    async def moves(after_s: float, sender: UUID) -> list[DictRow]:
        moment = now + timedelta(seconds=after_s)
        reading = {"measured_at": moment.isoformat(), "worn": True, "activity": 0.5}
        await send(band, reading, Leaf.TELEMETRY, sender=sender, received_at=moment)
        return modes(world)

    assert (await moves(0, band))[0]["until_at"] is None  # by a network of its own
    assert (await moves(60, gateway))[0]["until_at"] is not None


async def test_a_forgotten_mode_is_asked_about_at_the_desk(world: World, send: Send) -> None:
    recipient_id = world.recipient()
    enter(world, recipient_id, Mode.AWAY)
    world.run("UPDATE recipient_mode SET from_at = now() - interval '4 days'")
    watch = world.device("smartwatch", worn_by=recipient_id)
    await send(watch, {"event": "heartbeat"}, received_at=NOW)
    async with asyncio.timeout(10):
        while not (asked := world.run("SELECT kind, explanation FROM follow_up")):
            await asyncio.sleep(0.01)
    [question] = asked
    assert question["kind"] == "mode_forgotten"
    assert question["explanation"]["params"]["mode"] == "away"
    assert modes(world)[0]["until_at"] is None
