"""Incidents replayed: what was changed behind the core is told, and what cannot be replayed with its reason."""

from hub.ingest.pipeline import Pipeline
from tests.hub.ingest.conftest import Send
from tests.hub.ingest.worlds import World
from tests.hub.verify.conftest import Damaged, Verify

PRESS = {"id": "p-1", "event": "sos_pressed"}


async def test_each_damage_to_an_incident_has_its_sentence(
    world: World, pipeline: Pipeline, send: Send, verify: Verify, damaged: Damaged
) -> None:
    await send(world.device(worn_by=world.recipient()), PRESS)
    assert "replayed" not in await verify()
    for statement, code in (
        ("UPDATE timer SET due_at = due_at + interval '1 second'", "replay_differs"),
        ("UPDATE incident SET severity = 'low'", "replay_differs"),
        ("UPDATE incident_log SET params = '{}'", "replay_differs"),
        ("UPDATE incident_command SET command = '{}'", "not_replayable"),
        ("UPDATE incident_command SET n = n + 1", "not_replayable"),
        ("DELETE FROM incident_command", "commands_missing"),
    ):
        assert (await damaged(statement))["replayed"] == [code], statement


async def test_what_older_rules_decided_or_nobody_kept_is_explained(
    world: World, pipeline: Pipeline, send: Send, damaged: Damaged
) -> None:
    await send(world.device(worn_by=world.recipient()), PRESS)
    assert "replayed" not in await damaged("UPDATE incident_command SET rules_version = 0")
    assert "replayed" not in await damaged(
        "WITH gone AS (DELETE FROM incident_command) UPDATE incident SET opened_at = '2020-01-01Z'"
    )
