"""`hub verify` as it is called: its exit code, its lines, and what they never say."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from hub.cli.root import app
from hub.clock import utc_now
from hub.verify.sentences import SENTENCES
from hub.words.language import Language
from tests.hub.ingest.worlds import World


@pytest.fixture
def installation(database: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """Rows that no hub works on now: one incident of long ago whose next step is due in an hour."""
    monkeypatch.setenv("HUB_DATABASE_URL", database)
    world = World(database)
    recipient = world.recipient("示例不可示人")
    world.run(
        "INSERT INTO incident (id, division_id, kind, severity, state, subject_type, subject_id, recipient_id, "
        "explanation, opened_at, last_alert_at, sounding, policy, ladder) VALUES (%(id)s, '990101000000', 'sos', "
        "'critical', 'open', 'recipient', %(id)s, %(id)s, '{\"code\": \"phone_report\", \"params\": {}}', "
        "'2020-01-01Z', now(), true, %(policy)s, %(ladder)s)",
        id=recipient,
        policy=json.dumps(
            {
                "name": "p",
                "steps": [{"after_s": 0, "notify": "desk"}],
                "repeat": 0,
                "then_every_s": 9,
                "ack_timeout_s": 9,
            }
        ),
        ladder=json.dumps({"run": 1, "round": 0, "step": 0, "recurrence": 0}),
    )
    world.run(
        "INSERT INTO timer (owner_type, owner_id, division_id, purpose, due_at) "
        "SELECT 'incident', id, division_id, 'escalate', now() + interval '1 hour' FROM incident"
    )
    world.run(
        "INSERT INTO alert (id, division_id, incident_id, kind, severity, state, occurred_at, received_at, "
        "explanation) SELECT id, division_id, id, 'phone_report', severity, 'active', now(), now(), explanation "
        "FROM incident"
    )
    world.run(
        "INSERT INTO stream_event (id, kind, entity_id, division_id) "
        "SELECT gen_random_uuid(), 'incident', id, division_id FROM incident"
    )
    return world


def verify(*arguments: str) -> Result:
    """The command's answer."""
    return CliRunner().invoke(app, ["verify", *arguments])


def test_everything_explained_ends_with_zero(installation: World) -> None:
    done = verify("--json")
    assert done.exit_code == 0, done.output
    *lines, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["code"] for line in lines] == ["from_before_commands", "nobody_has_memory"]
    assert summary["unexplained"] == 0
    assert summary["checked"]["incidents"] == 1


def test_what_is_not_explained_ends_with_one_and_names_ids_only(installation: World) -> None:
    installation.run("DELETE FROM timer")
    (incident,) = installation.incidents()
    for arguments in (("--json",), (), ("--language", "zh")):
        done = verify(*arguments)
        assert done.exit_code == 1
        assert str(incident["id"]) in done.stdout
        assert "不可示人" not in done.output
    assert "Not explained: 1." in done.output


def test_an_hour_that_nobody_counted_and_one_that_is_over_leave_nothing_to_say(installation: World) -> None:
    long_ago = utc_now() - timedelta(days=30)
    span = ("--from", long_ago.isoformat(), "--until", (long_ago + timedelta(hours=1)).isoformat())
    assert verify(*span).exit_code == 0


@pytest.mark.parametrize("arguments", [("--last", "soon"), ("--from", "2099-01-01T00:00:00Z")])
def test_what_cannot_be_asked_ends_with_two(installation: World, arguments: tuple[str, str]) -> None:
    done = verify(*arguments)
    assert done.exit_code == 2
    assert "Could not look" in done.output


def test_a_database_that_does_not_answer_ends_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    done = verify()
    assert done.exit_code == 2
    assert "Could not look" in done.output


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for words in SENTENCES.values():
        assert words.en.isascii()
        assert not words.zh.isascii()
    assert {language.value for language in Language} == {"zh", "en"}
