"""The Dockerfile and .dockerignore as the tests read them."""

import fnmatch
import re
from typing import NamedTuple

from tests.deploy.compose_file import ROOT


class Instruction(NamedTuple):
    """One line of the Dockerfile, continuations joined."""

    word: str
    rest: str


def read_stages() -> list[list[Instruction]]:
    """The stages, each from its FROM on."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    instructions = [Instruction(*line.split(maxsplit=1)) for line in lines]
    starts = [place for place, one in enumerate(instructions) if one.word == "FROM"]
    return [instructions[a:b] for a, b in zip(starts, [*starts[1:], len(instructions)], strict=True)]


def is_ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of the source from the builder; the last pattern that fits decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        kept = pattern.startswith("!")
        bare = pattern.lstrip("!").removeprefix("**/")
        heads = ["/".join(path.split("/")[: depth + 1]) for depth in range(path.count("/") + 1)]
        names = path.split("/") if pattern.startswith("**/") else heads
        if any(fnmatch.fnmatch(name, bare) for name in names):
            ignored = not kept
    return ignored
