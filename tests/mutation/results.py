"""What mutmut found, read from the files it leaves beside each mutated module."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Exit codes as mutmut keeps them: pytest's own for a failure, and its own for the rest.
_NOTICED = frozenset({1, 3, 24, 36, -24, 152, 255})  #: A test failed, or ran into its time limit.
_SURVIVED = 0
_NO_TEST = frozenset({5, 33})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """The mutants of one file."""

    file: str
    tried: int
    noticed: int
    survived: tuple[str, ...]
    without_test: tuple[str, ...]
    odd: tuple[str, ...]  #: Neither noticed nor survived: looked at by hand.

    @property
    def score(self) -> float:
        """The share that a test has noticed."""
        return self.noticed / self.tried if self.tried else 1.0


def read_results(mutants: Path) -> list[FileResult]:
    """One for each file that has mutants which were tried, by name."""
    found = []
    for path in sorted(mutants.rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        tried = {name: code for name, code in codes.items() if code is not None}
        if tried:
            found.append(_count(str(path.relative_to(mutants)).removesuffix(".meta"), tried))
    return found


def read_names(mutants: Path) -> list[list[str]]:
    """The names of all mutants, tried or not, file by file."""
    return [
        list(json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"])
        for path in sorted(mutants.rglob("*.py.meta"))
    ]


def _count(file: str, codes: dict[str, int]) -> FileResult:
    sorts = Counter(code in _NOTICED for code in codes.values())
    return FileResult(
        file=file,
        tried=len(codes),
        noticed=sorts[True],
        survived=tuple(name for name, code in codes.items() if code == _SURVIVED),
        without_test=tuple(name for name, code in codes.items() if code in _NO_TEST),
        odd=tuple(
            f"{name} ({code})" for name, code in codes.items() if code != _SURVIVED and code not in _NOTICED | _NO_TEST
        ),
    )


def table(results: Iterable[FileResult]) -> str:
    """The scores as the document shows them."""
    rows = ["| File | Mutants | Noticed | Survived | Without a test | Score |", "|---|---:|---:|---:|---:|---:|"]
    every = list(results)
    rows += [_row(one.file, [one]) for one in every]
    rows.append(_row("**all**", every))
    return "\n".join(rows)


def _row(name: str, results: list[FileResult]) -> str:
    tried, noticed = sum(one.tried for one in results), sum(one.noticed for one in results)
    survived = sum(len(one.survived) + len(one.odd) for one in results)
    untested = sum(len(one.without_test) for one in results)
    score = 100 * noticed / tried if tried else 100.0
    return f"| {name} | {tried} | {noticed} | {survived} | {untested} | {score:.1f} % |"


def survivors(results: Iterable[FileResult], ground: Path) -> str:
    """Each mutant that nobody noticed, as the lines it changed."""
    names = [name for one in results for name in (*one.survived, *one.without_test)]
    odd = [f"- odd: {name}" for one in results for name in one.odd]
    return "\n".join([*odd, *(f"## {name}\n{_change(name, ground)}" for name in names)])


def _change(name: str, ground: Path) -> str:
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], cwd=ground, capture_output=True, text=True, check=False
    )
    lines = [line for line in shown.stdout.splitlines() if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}]
    return "\n".join(lines)
