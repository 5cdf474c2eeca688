"""`hub simulate`, from the outside: another process, its output and its exit code."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulators.cli import app
from simulators.scenario import scenario_names
from tests.simulators.stub_api import API_KEY, stub_api
from tests.simulators.stub_hub import StubHub


async def simulate(hub: StubHub, *arguments: str, password: str = "") -> tuple[int, list[str], str]:
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulators.cli",
        "--device",
        "button-1",
        "--password",
        password or hub.password,
        "--port",
        str(hub.port),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(20):
            output, errors = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode or 0, output.decode().splitlines(), errors.decode()


async def test_the_first_thing_it_does_is_to_press(hub: StubHub) -> None:
    code, _, _ = await simulate(hub)
    assert code == 0
    assert len(hub.events()) == 1


async def test_a_press_ends_well_when_the_hub_has_it(hub: StubHub) -> None:
    code, lines, errors = await simulate(hub, "--scenario", "sos", "--json")
    assert (code, errors) == (0, "")
    happened = [json.loads(line)["what"] for line in lines]
    assert "called" in happened
    assert "stage" in happened
    assert len(hub.events()) == 1


@pytest.mark.parametrize("stage", ["taken", "responding", "closed"])
async def test_a_press_waits_for_the_stage_that_is_asked_for(hub: StubHub, stage: str) -> None:
    hub.stages = ("received", stage)
    code, lines, _ = await simulate(hub, "--wait-for", stage, "--json")
    assert code == 0
    assert json.loads([line for line in lines if '"stage"' in line][-1])["stage"] == stage


async def test_a_hub_that_stays_silent_is_an_error_with_a_sentence(hub: StubHub) -> None:
    hub.stages = ()
    code, _, errors = await simulate(hub, "--timeout", "0.5")
    assert code == 1
    assert "did not say 'received' within 0.5 s" in errors


async def test_a_refusal_is_not_waited_out(hub: StubHub) -> None:
    hub.stages = ("refused",)
    code, _, _ = await simulate(hub, "--timeout", "3600")
    assert code == 1


async def test_a_wrong_password_says_so(hub: StubHub) -> None:
    code, lines, _ = await simulate(hub, "--timeout", "0.5", password="wrong")
    assert code == 1
    assert any("refused=True" in line for line in lines)


async def test_a_test_press_says_that_it_is_one(hub: StubHub) -> None:
    await simulate(hub, "--test")
    assert hub.events()[0]["test"] is True


async def test_a_whole_scenario_is_played_and_the_past_comes_first(hub: StubHub) -> None:
    code, lines, errors = await simulate(
        hub, "--scenario", "nothing_moves", "--history", "2h", "--speed", "600", "--json"
    )
    assert (code, errors) == (0, "")
    acts = [fields["act"] for fields in map(json.loads, lines) if fields["what"] == "story"]
    assert acts == ["past", "turn", "get_up"]
    assert len(hub.readings()) > 2 * 60


async def test_every_scenario_is_listed_and_described() -> None:
    listed = CliRunner().invoke(app, ["--list", "--json"])
    named = [json.loads(line)["name"] for line in listed.output.splitlines()]
    assert named == list(scenario_names())
    for name in named:
        described = CliRunner().invoke(app, ["--describe", name])
        assert described.exit_code == 0
        assert "Expected of the hub:" in described.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "no_such"), "there is no scenario 'no_such'"),
        (("--scenario", "night_absence", "--kind", "call_button"), "is played by mattress"),
        (("--scenario", "gateway_outage"), "needs a mattress and a wristband behind the gateway"),
        (("--history", "soon"), "is no duration"),
        (("--child", "lamp=1"), "is not KIND=ID"),
    ],
)
def test_what_cannot_be_played_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["--device", "d", "--password", "p", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


def test_a_device_without_an_id_is_asked_for() -> None:
    result = CliRunner().invoke(app, ["--password", "p"])
    assert result.exit_code == 2
    assert "--device" in result.output


async def test_a_fleet_is_founded_and_speaks(hub: StubHub, tmp_path: Path) -> None:
    with stub_api() as api:
        hub.accepts = lambda device_id, password: password == api.secret_of(device_id)
        options = ("--fleet", "12", "--api-key", API_KEY, "--url", api.base_url, "--lasts", "2s", "--history", "1h")
        register = str(tmp_path / "fleet.jsonl")
        code, lines, errors = await simulate(hub, *options, "--register", register, "--json")
        assert (code, errors) == (0, "")
        assert len(api.names_of("recipients")) <= 12
        created = {fields["id"] for path, fields in api.created if path == "devices"}
    assert len(created) == 12
    assert {json.loads(line)["device_id"] for line in lines} == created
    assert {topic.split("/")[2] for topic in hub.measuring()} == created
    assert any("readings" in each.fields for each in hub.published)
