"""`hub simulate`, from the outside: another process, its output and its exit code."""

import asyncio
import json
import sys

import pytest

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


async def test_a_press_ends_well_when_the_hub_has_it(hub: StubHub) -> None:
    code, lines, errors = await simulate(hub, "--scenario", "press", "--json")
    assert (code, errors) == (0, "")
    happened = [json.loads(line)["what"] for line in lines]
    assert happened[0] == "pressed"
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
