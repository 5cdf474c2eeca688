"""`make fuzz`: every target, for so many inputs or seconds in all; a finding stays in `tests/fuzz/findings`."""

import argparse
import json
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.engine_run import Bound, Outcome, fuzz, minimise
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import CORPUS, FINDINGS, TARGETS, Target


def main() -> int:
    """Fuzz; 1 when something was found."""
    arguments = _arguments()
    chosen = [TARGETS[name] for name in arguments.target or TARGETS]
    seed = arguments.seed or secrets.randbelow(2**31 - 1) + 1
    _say(f"seed {seed}, {len(chosen)} targets")
    bound = _share(arguments, len(chosen))

    def run(target: Target) -> Outcome:
        with TemporaryDirectory(prefix="anxin-fuzz-") as folder:
            grown = Path(folder)
            if arguments.keep:
                (CORPUS / target.name).mkdir(parents=True, exist_ok=True)
                for number, octets in enumerate(seeds()[target.name]):
                    (grown / f"seed-{number}").write_bytes(octets)
            outcome = fuzz(target, bound, seed=seed, findings=FINDINGS / target.name, grown=grown)
            if arguments.keep and not outcome.findings:
                minimise(target, grown)
            _report(outcome, as_json=arguments.json)
            return outcome

    with ThreadPoolExecutor(arguments.jobs) as jobs:
        outcomes = list(jobs.map(run, chosen))
    inputs, found = sum(one.inputs for one in outcomes), sum(len(one.findings) for one in outcomes)
    _say(f"{inputs:,} inputs, {sum(one.seconds for one in outcomes):,.0f} s, {found} findings")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--inputs", type=int, help="so many inputs, shared by the targets")
    parser.add_argument("--seconds", type=int, help="so many seconds of fuzzing, shared by the targets")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="this one alone; may be repeated")
    parser.add_argument("--seed", type=int, help="of libFuzzer; otherwise one is drawn and said")
    parser.add_argument("--jobs", type=int, default=1, help="targets at once")
    parser.add_argument("--keep", action="store_true", help="what was learnt becomes part of the corpus, minimised")
    parser.add_argument("--json", action="store_true", help="one JSON line a target")
    return parser.parse_args()


def _share(arguments: argparse.Namespace, count: int) -> Bound:
    if arguments.inputs is None and arguments.seconds is None:
        arguments.seconds = 60
    inputs = None if arguments.inputs is None else max(arguments.inputs // count, 1)
    seconds = None if arguments.seconds is None else max(arguments.seconds // count, 1)
    return Bound(inputs=inputs, seconds=seconds)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        fields = {**asdict(outcome), "findings": [path.name for path in outcome.findings]}
        _say(json.dumps(fields))
        return
    rate = outcome.inputs / outcome.seconds if outcome.seconds else 0.0
    _say(
        f"{outcome.target:24} {outcome.inputs:>10,} inputs {outcome.seconds:>7.0f} s {rate:>8,.0f}/s "
        f"{outcome.edges:>5} edges {len(outcome.findings):>3} findings"
    )
    if outcome.findings:
        _say(outcome.said)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
