"""The command `hub`: it answers people in sentences and programs in JSON, whether the hub runs or not."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from hub.cli.context import open_database
from hub.cli.root import app
from hub.embedded import EmbeddedPostgres, Purpose, RunFile
from hub.settings import Settings, load_settings
from tests.hub.runtime.command_line import CommandLine
from tests.hub.runtime.processes import working_in


@pytest.fixture
def hub(data_dir: Path, database: str) -> CommandLine:
    """The command line on a migrated database: quicker than an embedded one for each command."""
    return CommandLine(data_dir, HUB_DATABASE_URL=database)


@pytest.fixture
def embedded_hub(data_dir: Path) -> Iterator[CommandLine]:
    """The command line with an embedded database."""
    yield CommandLine(data_dir)
    assert working_in(data_dir / "postgres") == []


def test_an_api_key_is_the_last_line_of_the_output(embedded_hub: CommandLine) -> None:
    done = embedded_hub("api-key", "create", "--role", "admin", "--json")
    assert done.returncode == 0, done.stderr
    key = json.loads(done.stdout.splitlines()[-1])
    assert key["role"] == "admin"
    assert {"id", "key", "role"} <= key.keys()


def test_a_key_can_be_created_while_a_hub_holds_the_database(embedded_hub: CommandLine, data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    dsn = server.start(Purpose.SERVE)
    try:
        assert embedded_hub("migrate", HUB_DATABASE_URL=dsn).returncode == 0
        assert server.pid is not None
        holder = int((data_dir / "hub.lock").read_text().split()[1])
        RunFile(pid=holder, dsn=dsn, url="", mqtt_port=0).write(data_dir)
        key = embedded_hub.json("api-key", "create", "--role", "admin")
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT id::text FROM api_key").fetchall() == [(key["id"],)]
    finally:
        server.stop()


def test_two_commands_at_once_take_turns_at_the_embedded_database(embedded_hub: CommandLine, data_dir: Path) -> None:
    assert embedded_hub("migrate").returncode == 0
    both = [
        subprocess.Popen(
            embedded_hub.command("api-key", "create", "--role", "viewer", "--json"),
            env=embedded_hub.environment,
            cwd=data_dir,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    keys = {json.loads(each.communicate(timeout=60)[0])["id"] for each in both}
    assert len(keys) == 2
    assert len(embedded_hub("api-key", "list", "--json").stdout.splitlines()) == 2


def test_a_revoked_key_is_listed_as_revoked(hub: CommandLine) -> None:
    key = hub.json("api-key", "create", "--role", "vendor", "--name", "maker of watches")
    assert hub("api-key", "revoke", key["id"]).returncode == 0
    listed = hub.json("api-key", "list")
    assert listed["name"] == "maker of watches"
    assert listed["revoked_at"] is not None
    assert key["key"] not in json.dumps(listed)


def test_what_does_not_exist_is_a_sentence_and_exit_code_1(hub: CommandLine) -> None:
    for command in (
        ("api-key", "revoke", "00000000-0000-7000-8000-000000000000"),
        ("user", "disable", "nobody"),
        ("device", "revoke", "00000000-0000-7000-8000-000000000000"),
        ("device", "create", "--kind", "call_button", "--division", "990199999999"),
        ("recipient", "create", "--name", "示例甲", "--division", "990199999999"),
    ):
        done = hub(*command)
        assert done.returncode == 1, command
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_wrong_usage_is_exit_code_2(hub: CommandLine) -> None:
    assert hub("api-key", "create").returncode == 2
    assert hub("api-key", "create", "--role", "boss").returncode == 2
    assert hub("device", "create", "--kind", "teapot").returncode == 2


def test_an_account_gets_a_password_that_is_shown_once_or_comes_from_the_input(hub: CommandLine) -> None:
    made = hub.json("user", "create", "--login", "li", "--name", "示例员", "--role", "operator")
    assert len(made["password"]) >= 12
    given = hub("user", "passwd", "li", "--password-stdin", "--json", said="a long enough one\n")
    assert given.returncode == 0
    assert "password" not in json.loads(given.stdout)
    short = hub("user", "passwd", "li", "--password-stdin", said="short\n")
    assert short.returncode == 1
    twice = hub("user", "create", "--login", "li", "--name", "示例员", "--role", "operator")
    assert twice.returncode == 1
    assert "already" in twice.stderr


def test_a_disabled_account_can_be_let_in_again(hub: CommandLine) -> None:
    hub("user", "create", "--login", "li", "--name", "示例员", "--role", "operator")
    assert hub.json("user", "disable", "li")["disabled_at"] is not None
    assert hub.json("user", "disable", "li", "--undo")["disabled_at"] is None


def test_a_device_is_given_to_a_recipient_with_credentials_for_its_own_topics(hub: CommandLine) -> None:
    person = hub.json("recipient", "create", "--name", "示例甲", "--phone", "10000000001")
    device = hub.json("device", "create", "--kind", "call_button", "--recipient", person["id"])
    assert device["mqtt"]["username"] == device["id"]
    assert device["mqtt"]["topic_prefix"] == f"anxin/v1/{device['id']}/"
    assert hub.json("device", "list", "--recipient", person["id"])["id"] == device["id"]
    assert hub.json("recipient", "list", "--search", "示例甲")["id"] == person["id"]


def test_every_command_on_the_registry_is_on_record(hub: CommandLine, database: str) -> None:
    person = hub.json("recipient", "create", "--name", "示例甲")
    hub("recipient", "list")
    with psycopg.connect(database) as connection:
        noted = connection.execute("SELECT action, entity_id FROM access_log ORDER BY at").fetchall()
    assert noted == [("create", person["id"]), ("look", "all")]


def test_a_list_for_people_shows_whole_ids(hub: CommandLine) -> None:
    key = hub.json("api-key", "create", "--role", "viewer")
    assert key["id"] in hub("api-key", "list").stdout


def test_a_database_that_does_not_answer_is_a_sentence(hub: CommandLine) -> None:
    done = hub("api-key", "list", HUB_DATABASE_URL="postgresql://anxin:hunter2@127.0.0.1:1/anxin")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_is_a_sentence_and_a_misspelt_one_a_warning(hub: CommandLine) -> None:
    done = hub("api-key", "list", HUB_HTTP_PORT="eighty")
    assert done.returncode == 1
    assert "HUB_HTTP_PORT" in done.stderr
    warned = hub("api-key", "list", HUB_HTPP_PORT="8081")
    assert warned.returncode == 0
    assert "HUB_HTTP_PORT" in warned.stderr


def test_a_role_alone_without_a_database_says_what_it_needs(data_dir: Path) -> None:
    done = CommandLine(data_dir)("serve", "--role", "ingest")
    assert done.returncode == 1
    assert "HUB_DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        (),
        *((name,) for name in ("serve", "migrate", "backup", "restore", "upgrade", "psql", "simulate", "demo")),
        *(("api-key", name) for name in ("create", "list", "revoke")),
        *(("user", name) for name in ("create", "list", "disable", "passwd")),
        *(("device", name) for name in ("create", "list", "revoke")),
        *(("recipient", name) for name in ("create", "list")),
    ],
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*command, "--help"], prog_name="hub")
    assert done.exit_code == 0, done.output
    assert "Usage: hub" in done.output


def test_a_command_finds_the_external_database_first(data_dir: Path) -> None:
    settings: Settings = load_settings({"HUB_DATABASE_URL": "postgresql://127.0.0.1/x", "HUB_DATA_DIR": str(data_dir)})
    with open_database(settings) as dsn:
        assert dsn == "postgresql://127.0.0.1/x"
    assert list(data_dir.iterdir()) == []
