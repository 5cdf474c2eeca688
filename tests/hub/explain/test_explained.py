"""Incidents explained and replayed from their rows, as ingest and duty have written them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from hub.cli.root import app
from hub.explain.gathered import gather
from hub.explain.replayed import ReplayEnd, replay_kept
from hub.explain.shapes import IncidentExplanation
from hub.explain.story import explain
from hub.stations.deadlines import pass_due_held, pass_due_incidents
from hub.storage import kept_incidents
from hub.storage.database import connect
from hub.storage.kept_incidents import KeptIncident, all_kept
from hub.storage.scope import Scope
from hub.storage.timers import SqlDeadlineStore
from hub.storage.troubled import Troubled
from hub.words.language import Language, Words
from tests.hub.ingest.conftest import Send, pipeline, send, world
from tests.hub.ingest.worlds import NOW, World
from tests.replays import differing

__all__ = ["pipeline", "send", "world"]

SUSPECTED = {"id": "f-1", "event": "fall_suspected", "occurred_at": NOW.isoformat()}
CONFIRMED = {"id": "f-2", "event": "fall_confirmed", "occurred_at": (NOW + timedelta(seconds=3)).isoformat()}
PRESSED = {"id": "p-1", "event": "sos_pressed", "evidence": {"heart_rate_bpm": 118}}


async def explained(database: str, incident_id: UUID, language: Language = Language.EN) -> IncidentExplanation:
    async with await connect(database, name="test") as connection:
        gathered = await gather(connection, incident_id, Scope.everything())
    assert gathered is not None
    return explain(gathered, Words(language, ZoneInfo("Asia/Shanghai")))


async def kept_in(database: str) -> list[KeptIncident]:
    async with await connect(database, name="test") as connection:
        return [kept async for kept in all_kept(connection, None)]


async def pass_deadlines(database: str) -> int:
    async with await connect(database, name="test") as connection:
        return await pass_due_incidents(SqlDeadlineStore(connection, Troubled()), 50)


async def test_a_fall_that_was_suspected_confirmed_and_told_is_told_whole(
    database: str, world: World, send: Send
) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await send(device, SUSPECTED)
    await send(device, CONFIRMED)
    assert await pass_deadlines(database) == 1
    (incident,) = world.incidents()
    said = await explained(database, incident["id"])
    assert said.replay.end == "same", said.replay.sentence
    assert [(alert.part, alert.code, alert.quality) for alert in said.alerts] == [
        ("taken_along", "fall_suspected", "device"),
        ("opened", "fall_confirmed", "device"),
    ]
    assert [decision.command for decision in said.decisions] == ["open", "take_step"]
    assert [line.code for line in said.decisions[0].lines] == ["opened", "took_along"]
    assert str(said.alerts[0].id) == said.decisions[0].lines[1].params["alert_ids"]
    assert "Replayed: same" in said.story[-1]


async def test_a_suspicion_whose_time_passed_keeps_its_evidence(database: str, world: World, send: Send) -> None:
    device = world.device("smartwatch", worn_by=world.recipient())
    await send(device, SUSPECTED)
    await send(device, {**SUSPECTED, "id": "f-3"})
    world.run("UPDATE timer SET due_at = now() - interval '1 second'")
    async with await connect(database, name="test") as connection:
        assert await pass_due_held(SqlDeadlineStore(connection, Troubled()))
    (incident,) = world.incidents()
    said = await explained(database, incident["id"])
    assert said.replay.end == "same", said.replay.sentence
    assert sorted(alert.part for alert in said.alerts) == ["expired", "taken_along"]
    assert said.decisions[0].alert_id == next(alert.id for alert in said.alerts if alert.part == "expired")
    assert [(alert.rule, alert.seen[0].what) for alert in said.alerts] == [("fall", "fall_suspected")] * 2


async def test_a_press_says_where_its_time_comes_from_and_what_the_device_measured(
    database: str, world: World, send: Send
) -> None:
    await send(world.device(worn_by=world.recipient()), PRESSED)
    (incident,) = world.incidents()
    ((alert,)) = (await explained(database, incident["id"], Language.ZH)).alerts
    assert (alert.seen[0].what, alert.seen[0].quality) == ("sos_pressed", "missing")
    assert "心率 118" in alert.seen[0].sentence
    assert "收到时间" in alert.seen[0].sentence


async def test_what_many_presses_and_steps_have_made_replays(
    database: str, world: World, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_incidents, "PORTION", 2)
    for number in range(5):
        device = world.device(worn_by=world.recipient(f"示例{number}"))
        await send(device, {**PRESSED, "id": f"p-{number}"})
        await send(device, {**PRESSED, "id": f"again-{number}"})
    assert await pass_deadlines(database) == 5
    kept = await kept_in(database)
    assert [replay_kept(one).end for one in kept] == [ReplayEnd.SAME] * 5
    assert [len(one.commands) for one in kept] == [3] * 5


DAMAGES = {
    "UPDATE incident SET severity = 'low'": "severity",
    "UPDATE timer SET due_at = due_at + interval '1 millisecond' WHERE owner_type = 'incident'": "due_at",
    "DELETE FROM timer": "deadline",
    "UPDATE incident_log SET params = '{}' WHERE code = 'opened'": "log line 1",
    "DELETE FROM incident_log WHERE code = 'joined'": "lines in the log",
    "UPDATE alert SET explanation = jsonb_set(explanation, '{evidence,version}', '1')": "alert",
    "UPDATE incident SET ladder = jsonb_set(ladder, '{step}', '0')": "ladder",
}


async def test_a_row_that_was_changed_behind_the_core_is_found(database: str, world: World, send: Send) -> None:
    device = world.device(worn_by=world.recipient())
    await send(device, PRESSED)
    await pass_deadlines(database)
    await send(device, {**PRESSED, "id": "p-2"})
    found: dict[str, str] = {}
    async with await connect(database, name="test") as connection:
        for damage in DAMAGES:
            async with connection.transaction(force_rollback=True):
                await connection.execute(damage.encode())
                (replayed,) = [replay_kept(kept) async for kept in all_kept(connection, None)]
                where = "" if replayed.difference is None else replayed.difference.where
            found[damage] = "alert" if where.startswith("alert ") else where
    assert found == DAMAGES


async def test_what_closed_long_ago_is_left_out_when_only_the_latest_is_asked_for(
    database: str, world: World, send: Send
) -> None:
    await send(world.device(worn_by=world.recipient()), PRESSED)
    async with await connect(database, name="test") as connection:
        later = NOW + timedelta(days=9000)
        assert len([kept async for kept in all_kept(connection, later)]) == 1  # not closed
    world.run("DELETE FROM timer")
    world.run("UPDATE incident SET state = 'closed', closed_at = now(), disposition = 'test'")
    async with await connect(database, name="test") as connection:
        assert [kept async for kept in all_kept(connection, later)] == []
        assert len([kept async for kept in all_kept(connection, None)]) == 1


# --- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run_explain(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("HUB_DATABASE_URL", database)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["explain", *(str(argument) for argument in arguments)])

    return run


@pytest.fixture
async def pressed(world: World, send: Send) -> dict[str, Any]:
    await send(world.device(worn_by=world.recipient("示例老人")), PRESSED)
    (incident,) = world.incidents()
    return dict(incident)


def test_the_command_tells_the_story_by_id_and_by_code(
    run_explain: Callable[..., Result], pressed: dict[str, Any], world: World
) -> None:
    by_id = run_explain(pressed["id"], "--language", "zh")
    assert by_id.exit_code == 0, by_id.output
    assert "本人按下了求助键。" in by_id.output
    assert "示例老人" in by_id.output
    assert by_id.output == run_explain(pressed["code"], "--language", "zh").output
    looks = world.run("SELECT actor_name FROM access_log WHERE entity_type = 'incident' AND action = 'look'")
    assert len(looks) == 2


def test_the_command_answers_programs_with_one_object(
    run_explain: Callable[..., Result], pressed: dict[str, Any]
) -> None:
    answer = run_explain(pressed["id"], "--json")
    said = json.loads(answer.output)
    assert (said["id"], said["replay"]["end"], said["language"]) == (str(pressed["id"]), "same", "en")
    assert said["alerts"][0]["rule"] == "sos"


def test_the_command_fails_when_the_replay_differs_as_stories_do(
    run_explain: Callable[..., Result], pressed: dict[str, Any], world: World, database: str
) -> None:
    assert differing(database) == []
    world.run("UPDATE incident SET sounding = false")
    assert differing(database) == [f"incident {pressed['id']}: differs sounding: replayed True, kept False"]
    answer = run_explain(pressed["id"])
    assert answer.exit_code == 1
    assert "sounding: replayed True, kept False" in answer.output


def test_the_command_says_what_it_does_not_know(run_explain: Callable[..., Result], pressed: dict[str, Any]) -> None:
    for nobody in (UUID(int=5), 99, "somebody"):
        answer = run_explain(nobody)
        assert answer.exit_code != 0
        assert str(pressed["id"]) not in answer.output
