"""Runs of the fuzzer: one process a target, bounded by inputs or by time; what it found is kept as files."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.targets import CORPUS, FOLDER, Target

#: An input that takes longer ends the run; libFuzzer counts whole seconds of the wall, and machines are busy.
_INPUT_S_MAX = 60
#: Enough for the interpreter, what it imports and 64 KiB taken apart; more is a leak or a blow-up.
_MEMORY_MIB_MAX = 1024
_SAID_CHARS_MAX = 4000
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_PROGRESS = re.compile(r"^#(\d+)\s.*cov: (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Where a run ends: after so many inputs, or so many seconds."""

    inputs: int | None = None
    seconds: int | None = None

    def arguments(self) -> list[str]:
        """As libFuzzer is told."""
        return [
            *([] if self.inputs is None else [f"-runs={self.inputs}"]),
            *([] if self.seconds is None else [f"-max_total_time={self.seconds}"]),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run."""

    target: str
    inputs: int
    seconds: float
    edges: int  #: Places of the code under test that were reached, as libFuzzer counts them.
    findings: tuple[Path, ...]
    said: str  #: The end of what the fuzzer wrote, for a run that found something.


def fuzz(target: Target, bound: Bound, *, seed: int, findings: Path, grown: Path | None = None) -> Outcome:
    """Fuzz one target from its corpus; `grown` receives what it learnt.

    Inputs that break the check are written to `findings`. Nothing of the repository is changed otherwise.
    """
    findings.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    with TemporaryDirectory(prefix="anxin-fuzz-") as folder:
        corpus = grown or Path(folder) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        for path in target.kept(CORPUS):
            shutil.copy(path, corpus)
        words = Path(folder) / "words"
        words.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens), encoding="ascii")
        started = time.monotonic()
        ended = _run(
            target,
            [
                *bound.arguments(),
                f"-seed={seed}",
                f"-max_len={target.octets_max}",
                *([f"-dict={words}"] if target.tokens else []),  # an empty one is an error to libFuzzer
                f"-timeout={_INPUT_S_MAX}",
                f"-rss_limit_mb={_MEMORY_MIB_MAX}",
                f"-artifact_prefix={findings}/",
                "-print_final_stats=0",
                str(corpus),
            ],
        )
        seconds = time.monotonic() - started
    found = tuple(sorted(set(findings.iterdir()) - before)) if ended.returncode else ()
    if ended.returncode and not found:
        raise RuntimeError(f"the fuzzer of {target.name} did not run: {ended.stdout[-2000:]}")
    done, progress = _DONE.search(ended.stdout), _PROGRESS.findall(ended.stdout)
    last = progress[-1] if progress else ("0", "0")
    return Outcome(
        target=target.name,
        inputs=int(done.group(1) if done else last[0]),
        seconds=seconds,
        edges=int(last[1]),
        findings=found,
        said=ended.stdout[max(ended.stdout.find(" === Uncaught"), 0) :][:_SAID_CHARS_MAX] if found else "",
    )


def minimise(target: Target, grown: Path) -> None:
    """Replace the target's corpus by the smallest inputs that together reach as much as before and what has grown."""
    kept = CORPUS / target.name
    with TemporaryDirectory(prefix="anxin-fuzz-") as folder:
        smallest = Path(folder)
        ended = _run(target, ["-merge=1", f"-max_len={target.octets_max}", folder, str(kept), str(grown)])
        if ended.returncode:
            raise RuntimeError(f"the merge of {target.name} failed: {ended.stdout[-2000:]}")
        if not any(smallest.iterdir()):
            raise RuntimeError(f"the merge of {target.name} kept nothing: {ended.stdout[-2000:]}")
        for path in target.kept(CORPUS):
            path.unlink()
        for path in sorted(smallest.iterdir()):
            shutil.copy(path, kept)


def _run(target: Target, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.engine", target.name]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the same seed finds the same inputs
    with TemporaryDirectory(prefix="anxin-fuzz-") as folder:
        program = Path(folder) / "program"
        program.write_text(f'#!/bin/sh\nexec {shlex.join([*command, str(program)])} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        return subprocess.run(
            [*command, str(program), *arguments],
            cwd=FOLDER.parent.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


def _escaped(token: str) -> str:
    return "".join(
        character if character.isalnum() else f"\\x{octet:02x}" for character in token for octet in character.encode()
    )
