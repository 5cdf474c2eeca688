"""The Dockerfile: what it copies is there, what it runs exists, and the image that comes out runs as nobody special."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hub.settings import Settings, variable_name
from tests.deploy.compose_file import ROOT
from tests.deploy.dockerfile import Instruction, is_ignored, read_stages

#: https://docs.docker.com/reference/dockerfile/ - those that may be needed here.
KNOWN = {
    "FROM",
    "ENV",
    "WORKDIR",
    "COPY",
    "RUN",
    "LABEL",
    "USER",
    "VOLUME",
    "EXPOSE",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


@pytest.fixture(scope="module")
def stages() -> list[list[Instruction]]:
    """The stages, each from its FROM on."""
    return read_stages()


def _of(stage: list[Instruction], word: str) -> list[str]:
    return [one.rest for one in stage if one.word == word]


def _exec_form(stage: list[Instruction], word: str) -> list[str]:
    [words] = [json.loads(rest) for rest in _of(stage, word)]
    return [str(one) for one in words]


def test_there_are_two_stages_on_one_pinned_base(stages: list[list[Instruction]]) -> None:
    build, final = (_of(stage, "FROM")[0].split() for stage in stages)
    assert build[1:] == ["AS", "build"]
    assert build[0] == final[0]
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", final[0])
    assert {one.word for stage in stages for one in stage} <= KNOWN


def test_everything_that_is_copied_is_there_and_reaches_the_builder(stages: list[list[Instruction]]) -> None:
    for rest in _of(stages[0], "COPY"):
        *sources, _target = rest.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert not is_ignored(source), source
    for kept_away in (
        ".env",
        "data/postgres",
        ".git/config",
        "hub/api/desk_bundle/index.html",
        "desk/node_modules/vue",
    ):
        assert is_ignored(kept_away), kept_away
    assert not is_ignored("hub/storage/migrations/001_registry.sql")


def test_every_package_of_the_wheel_is_copied(stages: list[list[Instruction]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copied = {source for rest in _of(stages[0], "COPY") for source in rest.split()[:-1]}
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= copied
    assert {project["project"]["readme"], *project["project"]["license-files"]} <= copied
    hook = Path(project["tool"]["hatch"]["build"]["hooks"]["custom"]["path"])
    assert hook.parts[0] in copied


def test_what_builds_the_wheel_is_in_the_lock(stages: list[list[Instruction]]) -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    [tools] = [run for run in _of(stages[0], "RUN") if "/opt/build/bin/pip install" in run]
    wanted = shlex.split(tools.split("/wheels", 1)[1])
    assert wanted
    assert set(wanted) <= set(locked)


def test_the_hub_runs_as_a_user_without_rights(stages: list[list[Instruction]]) -> None:
    final = stages[-1]
    assert _of(final, "USER") == ["10001:10001"]
    [accounts] = _of(final, "RUN")
    assert "--uid 10001" in accounts
    assert "--gid 10001" in accounts
    words = [one.word for one in final]
    assert words.index("USER") < words.index("ENTRYPOINT")


def test_its_settings_are_the_hubs_and_its_doors_are_exposed(stages: list[list[Instruction]]) -> None:
    final = stages[-1]
    chosen = dict(pair.split("=", 1) for rest in _of(final, "ENV") for pair in shlex.split(rest))
    ours = {name for name in chosen if name.startswith("HUB_")}
    assert ours <= {variable_name(field) for field in Settings.model_fields}
    assert _of(final, "VOLUME") == [json.dumps([chosen["HUB_DATA_DIR"]])]
    assert _of(final, "EXPOSE") == ["8080 1883 8883"]
    assert (Settings().http_port, Settings().mqtt_port) == (8080, 1883)


def test_its_commands_are_commands_of_the_hub(stages: list[list[Instruction]]) -> None:
    final = stages[-1]
    assert _exec_form(final, "ENTRYPOINT") == ["hub"]
    [healthcheck] = _of(final, "HEALTHCHECK")
    asked = json.loads(healthcheck.split("CMD", 1)[1])
    assert asked[0] == "hub"
    for arguments in (_exec_form(final, "CMD"), asked[1:]):
        known = subprocess.run(
            [sys.executable, "-m", "hub", *arguments, "--help"], capture_output=True, text=True, check=False
        )
        assert known.returncode == 0, known.stderr
