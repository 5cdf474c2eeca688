"""`make soak MINUTES=120`: accelerated life with faults on; figures every minute, and a verdict.

Ctrl-C ends it early, with the verdict of what was there. `--judge FILE` judges a record again.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from hub.bench.measures import percentile
from tests.soak.minutes import Minute, read_minute
from tests.soak.soak import Soak, SoakOrder, remove
from tests.soak.verdict import Finding, judge


def main() -> int:
    """1 when a promise did not hold."""
    options = _options()
    if options.judge is not None:
        return _print_verdict(*_read(options.judge))
    directory = options.directory or Path(tempfile.mkdtemp(prefix="anxin-soak-"))
    print(f"The soak's hub keeps its data in {directory}.", flush=True)  # noqa: T201 - for whoever runs it
    with options.output.open("w", encoding="utf-8", buffering=1) as record:

        def write(line: dict[str, Any]) -> None:
            record.write(json.dumps(line, ensure_ascii=False) + "\n")
            _print_line(line)

        shown = {name: getattr(options, name) for name in ("minutes", "seed", "devices", "speed")}
        write({"what": "soak", **shown})
        soak = Soak(SoakOrder(**shown, directory=directory, write=write))
        broken = _run(soak)
    failed = _print_verdict(soak.minutes, soak.ends) or broken
    if not failed and options.directory is None:
        remove(directory)
    return failed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1, help="Of kills, mischief and operators.")
    parser.add_argument("--devices", type=int, default=100, help="Of the simulated county.")
    parser.add_argument("--speed", type=float, default=24.0, help="How many times as fast its people live.")
    parser.add_argument("--output", type=Path, default=Path("soak.jsonl"), help="The record, a JSON line a minute.")
    parser.add_argument("--directory", type=Path, help="Of the hub's data; by default a fresh one, gone if all held.")
    parser.add_argument("--judge", type=Path, metavar="FILE", help="Judge a record, run nothing.")
    return parser.parse_args()


def _run(soak: Soak) -> int:
    """1 when the soak could not go on: what it measured until then is judged all the same."""
    try:
        asyncio.run(_run_until_ended(soak))
    except Exception:  # noqa: BLE001 - two hours of figures are not thrown away for the last minute's failure
        traceback.print_exc()
        return 1
    return 0


async def _run_until_ended(soak: Soak) -> None:
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, soak.end_early)
    await soak.run()


def _read(path: Path) -> tuple[list[Minute], dict[str, Any] | None]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    ends = next((line for line in lines if line["what"] == "ends"), None)
    return [read_minute(line) for line in lines if line["what"] == "minute"], ends


def _print_line(line: dict[str, Any]) -> None:
    if line["what"] != "minute":
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201 - the program's output
        return
    minute = read_minute(line)
    latency = minute.latency
    pressed = "no press measured"
    if latency is not None and latency.presses_ms:
        p99_ms = percentile(latency.presses_ms, 0.99)
        pressed = f"press p50 {latency.press_ms:.1f} p99 {p99_ms:.1f}, reference {latency.reference_ms:.1f} ms"
    print(  # noqa: T201 - the program's output
        f"{minute.minute:>4} {minute.phase:<8} PSS {minute.family_pss_kib / 1024:.0f} MiB, {pressed}, "
        f"load {minute.load_1m} {' '.join(minute.faults)}",
        flush=True,
    )


def _print_verdict(minutes: list[Minute], ends: dict[str, Any] | None) -> int:
    findings = judge(minutes, ends)
    for finding in findings:
        print(f"{'ok  ' if finding.held else 'FAIL'} {finding.promise}: {finding.figure}")  # noqa: T201 - as above
    print(_sentence(findings, len(minutes)))  # noqa: T201 - as above
    return int(any(not finding.held for finding in findings))


def _sentence(findings: list[Finding], minutes: int) -> str:
    broken = [finding.promise for finding in findings if not finding.held]
    verdict = f"{len(broken)} promises did not hold: {'; '.join(broken)}" if broken else "every promise held"
    return f"Soak of {minutes} minutes: {verdict}."


if __name__ == "__main__":
    sys.exit(main())
