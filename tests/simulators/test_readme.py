"""What the README shows is run here as a reader would run it: copied out, in a Python of its own."""

import asyncio
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_group

from hub.cli.root import app
from hub.settings import CONFIG_VARIABLE, Settings, variable_name
from tests.simulators.stub_hub import StubHub

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
EXAMPLE_VARIABLES = {f"HUB_EXAMPLE_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD")}
PAPERS = (
    *READMES,
    "docs/operations.md",
    "docs/vendor-guide.md",
    "docs/vendor-guide.zh-CN.md",
    "docs/adapters.md",
    "docs/operator-guide.md",
    "docs/simulators.md",
    "CONTRIBUTING.md",
)


@dataclass(frozen=True, slots=True)
class ExampleHub:
    """A front door, and credentials of a device that it lets in."""

    host: str
    port: int
    user: str
    password: str


@pytest.fixture
async def example_hub(hub: StubHub) -> ExampleHub:
    """The stand-in here; `tests/stories` runs `run_example` against a whole hub."""
    return ExampleHub("127.0.0.1", hub.port, "01939f6e-0000-7000-8000-000000000002", hub.password)


def python_block(readme: str) -> str:
    """The one Python example of a README."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


async def run_example(readme: str, example: ExampleHub) -> tuple[int, str]:
    """Exit code and errors of the example, run against this hub."""
    variables = {
        "HUB_EXAMPLE_HOST": example.host,
        "HUB_EXAMPLE_PORT": str(example.port),
        "HUB_EXAMPLE_USER": example.user,
        "HUB_EXAMPLE_PASSWORD": example.password,
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", python_block(readme), env=os.environ | variables, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(20):
            _, errors = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode or 0, errors.decode()


@pytest.mark.parametrize("readme", READMES)
async def test_five_lines_of_python_press_and_return_when_acknowledged(
    readme: str, example_hub: ExampleHub, hub: StubHub
) -> None:
    assert len(python_block(readme).splitlines()) == 5
    assert await run_example(readme, example_hub) == (0, "")
    (event,) = hub.events()
    assert event["ack"] is True
    assert hub.published[0].topic == f"anxin/v1/{example_hub.user}/up/event"


async def test_five_lines_of_python_do_not_return_before_the_hub_acknowledges(
    example_hub: ExampleHub, hub: StubHub
) -> None:
    hub.acknowledges = False
    running = asyncio.create_task(run_example("README.md", example_hub))
    await hub.until(hub.events)
    assert not running.done()
    assert hub.goodbyes == 0
    hub.acknowledge_held()
    assert await running == (0, "")
    assert hub.goodbyes == 1


async def test_five_lines_of_python_fail_aloud_with_a_wrong_password(hub: StubHub) -> None:
    code, errors = await run_example("README.md", ExampleHub("127.0.0.1", hub.port, "somebody", "wrong"))
    assert code != 0
    assert "Not authorized" in errors
    assert not hub.published


@pytest.mark.parametrize("paper", PAPERS)
def test_every_variable_that_is_named_exists(paper: str) -> None:
    known = {variable_name(field) for field in Settings.model_fields} | {CONFIG_VARIABLE, *EXAMPLE_VARIABLES}
    named = set(re.findall(r"`(HUB_[A-Z_]+)`", (ROOT / paper).read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("paper", PAPERS)
def test_every_command_that_is_named_exists(paper: str) -> None:
    known = set(get_group(app).commands)
    named = set(re.findall(r"(?:`|^|/)hub ([a-z][a-z-]*)", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= known


@pytest.mark.parametrize("paper", PAPERS)
def test_every_make_target_that_is_named_exists(paper: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


def test_operations_names_every_setting() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert [field for field in Settings.model_fields if f"`{variable_name(field)}`" not in text] == []


@pytest.mark.parametrize("readme", READMES)
def test_the_defaults_in_the_table_are_the_defaults(readme: str) -> None:
    rows = re.findall(r"^\| `(HUB_\w+)` \| (?:`(.*?)`)? ?\|", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) >= 10
    for variable, shown in rows:
        assert shown == _default_of(variable)


def _default_of(variable: str) -> str:
    default = Settings.model_fields[variable.removeprefix("HUB_").lower()].default
    if isinstance(default, tuple):
        return ",".join(secret.get_secret_value() for secret in default)
    return "" if default is None else str(default)


def test_both_languages_say_the_same_things_in_the_same_order() -> None:
    outlines = [
        re.findall(r"^(#+|\||\d\.|- )", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE) for readme in READMES
    ]
    assert outlines[0] == outlines[1]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_somewhere(paper: str) -> None:
    source = ROOT / paper
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", source.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (source.parent / link).exists()]
    assert missing == []
