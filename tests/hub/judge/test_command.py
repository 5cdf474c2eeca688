"""`hub judge` as it is called."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.judge import read_duration
from hub.cli.root import app

PRESS = {"at": "2026-11-22T00:00:00Z", "topic": "anxin/v1/b/up/event", "payload": {"event": "sos_pressed"}}


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h30m", timedelta(minutes=90)),
        ("90s", timedelta(seconds=90)),
        ("45", timedelta(seconds=45)),
    ],
)
def test_a_length_of_time_is_written_as_people_write_it(text: str, length: timedelta) -> None:
    assert read_duration(text) == length


@pytest.mark.parametrize("text", ["", "soon", "30 minutes", "-5m"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="30m"):
        read_duration(text)


def test_one_verdict_a_line_and_nothing_else(tmp_path: Path) -> None:
    people, traffic = tmp_path / "people.jsonl", tmp_path / "traffic.jsonl"
    people.write_text(json.dumps({"id": "p", "devices": [{"id": "b", "kind": "call_button"}]}) + "\n\n")
    traffic.write_text(json.dumps(PRESS) + "\n")
    done = CliRunner().invoke(app, ["judge", "--people", str(people), "--traffic", str(traffic)])
    assert done.exit_code == 0
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["sos"]


def test_messages_after_the_end_of_the_clock_are_not_judged(tmp_path: Path) -> None:
    people, traffic = tmp_path / "people.jsonl", tmp_path / "traffic.jsonl"
    people.write_text("")
    traffic.write_text(json.dumps(PRESS) + "\n" + json.dumps({**PRESS, "at": "2026-11-22T09:00:00Z"}))
    call = ["judge", "--people", str(people), "--traffic", str(traffic), "--until", "2026-11-22T08:00:00Z"]
    assert len(CliRunner().invoke(app, call).stdout.splitlines()) == 1
