"""A saved state that cannot be read, or judged from, harms nobody: it begins anew, and maintenance hears of it."""

import asyncio
import json
from uuid import UUID

from tests.faults.conftest import Hub, running_pipeline
from tests.hub.ingest.worlds import World


def save(world: World, person: UUID, state: object) -> None:
    """What is saved of this person, whatever it is."""
    world.run(
        "UPDATE monitoring_state SET state = %(state)s::jsonb WHERE subject_id = %(id)s",
        id=person,
        state=json.dumps(state),
    )


def saved(world: World, person: UUID) -> dict[str, object]:
    """What is saved now."""
    state: dict[str, object] = world.run("SELECT state FROM monitoring_state WHERE subject_id = %(id)s", id=person)[0][
        "state"
    ]
    return state


def garbage(state: dict[str, object]) -> list[object]:
    """States that no version of the hub has written."""
    return [
        [],
        "x",
        7,
        None,
        {},
        {**state, "version": 999},
        {**state, "devices": "x"},
        {**state, "fall": "x"},
        {**state, "surplus": 1},
        {**state, "seen_at": 5},
        {**state, "due_at": "never"},
        dict.fromkeys(state) | {"version": state["version"], "devices": {}, "raised": {}},
    ]


async def test_whatever_was_saved_the_hub_starts_and_a_press_is_taken_in(world: World, database: str) -> None:
    person = world.recipient()
    device = world.device(worn_by=person)
    async with running_pipeline(database) as hub:
        await hub.press(device, "0")
    good = saved(world, person)
    presses = 0
    for state in garbage(good):
        save(world, person, state)
        async with running_pipeline(database) as hub:
            presses += 1
            assert (await hub.press(device, f"{presses}")).answers == ["acknowledged"], state
        assert saved(world, person)["version"] == good["version"], state
    (incident,) = world.incidents()
    assert incident["kind"] == "sos"
    assert len(world.run("SELECT 1 FROM alert")) == 1 + presses
    (item,) = world.run("SELECT recipient_id, occurrences FROM maintenance_item WHERE kind = 'state_lost'")
    assert item["recipient_id"] == person
    assert item["occurrences"] >= presses - 1


async def test_thresholds_that_cannot_be_read_are_the_usual_ones(world: World, hub: Hub) -> None:
    profiles: list[object] = ["x", [], {"fall": "x"}, {"fall": {"confirm_s": "soon"}}, {"unheard_of": 1}]
    for profile in profiles:
        device = world.device(worn_by=world.recipient(str(profile)))
        await asyncio.to_thread(
            world.run, "UPDATE recipient SET monitoring = %(profile)s::jsonb", profile=json.dumps(profile)
        )
        await hub.press(device, "1")
    assert [incident["kind"] for incident in world.incidents()] == ["sos"] * len(profiles)
