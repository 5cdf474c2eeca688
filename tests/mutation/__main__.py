"""`python -m tests.mutation [FILE ...]`: is every change of the core's rules noticed by a test? (docs/mutation.md)

mutmut makes the mutants and knows which tests reach each of them. It works in a copy below `runs/`, so that nobody's
checkout changes under a run of an hour. Each run begins anew: what mutmut remembers of which test reaches what is not
true any more once a file has moved.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutation.results import read_names, read_results, survivors, table

REPOSITORY = Path(__file__).resolve().parents[2]
GROUND = REPOSITORY / "runs" / "mutation"
#: What the tests of the core read.
NEEDED = ("alerts", "tests", "docs", "pyproject.toml")
#: The share of mutants that tests must notice.
SCORE_MIN = 0.85
_FIRST = "alerts.modes.*"


def main() -> int:
    asked = _arguments()
    if not asked.go_on:
        _lay_out()
    chosen = [f"{file.removesuffix('.py').replace('/', '.')}.*" for file in asked.files]
    if asked.sample:
        chosen = _draw(asked.sample, asked.seed, asked.jobs)
    failed = _mutate(chosen, asked.jobs)
    if failed:
        return failed
    results = [one for one in read_results(GROUND / "mutants") if not asked.files or one.file in asked.files]
    report = f"{table(results)}\n\n{survivors(results, GROUND)}"
    (GROUND / "report.md").write_text(report, encoding="utf-8")
    print(report)  # noqa: T201 - a command that speaks
    tried, noticed = sum(one.tried for one in results), sum(one.noticed for one in results)
    return 0 if tried and noticed / tried >= SCORE_MIN else 1


def _mutate(chosen: list[str], jobs: int) -> int:
    """mutmut on these mutants, or on all; its exit code."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs), *chosen]
    return subprocess.run(command, cwd=GROUND, check=False).returncode


def _draw(count: int, seed: int, jobs: int) -> list[str]:
    """So many mutants of all, each as likely as any other. A run that tries those of one small file makes them."""
    _mutate([_FIRST], jobs)
    every = sorted(name for file in read_names(GROUND / "mutants") for name in file)
    return sorted(random.Random(seed).sample(every, min(count, len(every))))


def _lay_out() -> None:
    """The copy as the checkout is now, and nothing else."""
    shutil.rmtree(GROUND, ignore_errors=True)
    GROUND.mkdir(parents=True)
    for name in NEEDED:
        source, copy = REPOSITORY / name, GROUND / name
        if source.is_file():
            shutil.copy2(source, copy)
        else:
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "corpus"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("files", nargs="*", help="files of the core, as alerts/escalation/ladder.py; none: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at once")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants drawn from all, instead of all")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing")
    parser.add_argument("--go-on", action="store_true", help="with the run that was interrupted, on its copy")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
