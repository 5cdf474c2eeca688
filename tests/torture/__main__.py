"""`python -m tests.torture`: a run of so many kills, one JSON line a fault, one a leg, and the verdict."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from tests.hub.subscriber.broker import PROGRAM
from tests.postgres import temporary_data_dir
from tests.torture.leg import LegRun, Verdict
from tests.torture.schedule import KILLS_A_LEG, Ground, Leg, draw_leg

Line = dict[str, Any]


class Book:
    """The lines of a run, on disk as they come."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def write(self, line: Line) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()


def main() -> int:
    asked = _arguments()
    book = Book(asked.out)
    began_s = time.monotonic()
    verdicts: list[Verdict] = []
    for number in count() if asked.leg is None else [asked.leg]:
        wanted = asked.kills - sum(verdict.figures["kills"] for verdict in verdicts)
        if wanted <= 0 or (asked.minutes and time.monotonic() - began_s > asked.minutes * 60):
            break
        leg = draw_leg(asked.seed, number, min(wanted, KILLS_A_LEG), broker=PROGRAM is not None)
        verdict = _run(leg, book, asked)
        verdicts.append(verdict)
        ending: Line = {"verdict": "ok" if not verdict.breaches else "breach", **verdict.figures}
        if verdict.breaches:
            ending["breaches"] = verdict.breaches
        book.write(ending)
        print(json.dumps(ending, ensure_ascii=False), flush=True)  # noqa: T201 - a command that speaks
        if not verdict.figures["kills"]:
            break  # nothing to kill: the next leg would not come further
    summary = _summary(asked.seed, verdicts, time.monotonic() - began_s)
    book.write(summary)
    print(json.dumps(summary), flush=True)  # noqa: T201
    return 1 if summary["breaches"] else 0


def _run(leg: Leg, book: Book, asked: argparse.Namespace) -> Verdict:
    with temporary_data_dir() as directory:
        directory.chmod(0o755)
        with_broker = PROGRAM is not None and leg.ground is Ground.EXTERNAL
        run = LegRun(leg, directory, with_broker, tell=book.write, binaries=asked.postgres)
        verdict = asyncio.run(run.run())
        if verdict.breaches and asked.keep is not None:
            _keep_logs(directory, asked.keep / f"{leg.seed}-{leg.number}")
        return verdict


def _keep_logs(directory: Path, to: Path) -> None:
    """What the hub said in a leg that failed; its data are made again by the same seed."""
    to.mkdir(parents=True, exist_ok=True)
    for log in [*directory.glob("*.log"), *directory.glob("*/*.log"), *directory.glob("*.jsonl")]:
        (to / f"{log.parent.name}-{log.name}").write_bytes(log.read_bytes())


def _summary(seed: int, verdicts: list[Verdict], took_s: float) -> Line:
    faults = Counter(line["fault"] for verdict in verdicts for line in verdict.lines)
    bit = Counter(line["fault"] for verdict in verdicts for line in verdict.lines if line["bit"])
    totals = ("kills", "faults", "bit", "sent", "acknowledged", "presses", "readings", "tries")
    return {
        "summary": "ok" if not any(verdict.breaches for verdict in verdicts) else "breach",
        "seed": seed,
        "legs": len(verdicts),
        **{name: sum(verdict.figures[name] for verdict in verdicts) for name in totals},
        "breaches": sum(len(verdict.breaches) for verdict in verdicts),
        "bit_by_fault": {fault: f"{bit[fault]}/{times}" for fault, times in sorted(faults.items())},
        "took_s": round(took_s),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="kill -9s that hit somebody; other faults come on top")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--out", type=Path, default=Path("runs/torture.jsonl"))
    parser.add_argument("--minutes", type=float, default=0, help="begin no leg after so long")
    parser.add_argument("--leg", type=int, help="only this one of the run's legs")
    parser.add_argument("--keep", type=Path, help="where the logs of a leg with breaches go")
    parser.add_argument("--postgres", type=Path, help="programs of another PostgreSQL for the external ground")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
