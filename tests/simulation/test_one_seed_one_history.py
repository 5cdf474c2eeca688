"""One seed is one history: in this process, in another one, whatever order hashes give."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hub.cli.root import app
from hub.simulation.simulation import Simulation

DAYS = 20.0


@pytest.mark.parametrize("readings", [False, True])
def test_the_same_seed_is_the_same_history(readings: bool) -> None:
    days = 5.0 if readings else DAYS
    first, second = (Simulation(3, readings=readings).live(days) for _ in range(2))
    assert first == second
    assert Simulation(4, readings=readings).live(days).digest != first.digest


@pytest.mark.parametrize("hash_seed", ["1", "4711"])
def test_a_seed_is_the_same_history_in_every_process(hash_seed: str) -> None:
    code = f"from hub.simulation.simulation import Simulation; print(Simulation(3).live({DAYS}).digest)"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == Simulation(3).live(DAYS).digest


def test_the_command_says_what_was_lived() -> None:
    answered = CliRunner().invoke(app, ["simulate-core", "--seed", "3", "--years", str(DAYS / 365), "--json"])
    assert answered.exit_code == 0, answered.output
    figures = json.loads(answered.output)
    assert figures["digest"] == Simulation(3).live(DAYS).digest


def test_a_trace_up_to_a_step_is_the_beginning_of_the_history() -> None:
    asked = ["simulate-core", "--seed", "3", "--years", "1", "--trace"]
    short = CliRunner().invoke(app, [*asked, "--until", "300"]).output.splitlines()[:-1]
    longer = CliRunner().invoke(app, [*asked, "--until", "600"]).output.splitlines()[:-1]
    assert len(longer) > len(short) > 0
    assert longer[: len(short)] == short
