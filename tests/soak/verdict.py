"""From the minutes to a verdict: memory flat, no growth of what should not grow, latency without drift, nothing lost.

Pure: the same lines give the same verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import exp, log
from statistics import mean, median
from typing import Any

from tests.soak.minutes import Minute
from tests.soak.phases import Phase
from tests.soak.tables import POLICY, Growth

#: The promises of the soak.
MEMORY_GROWTH_MAX = 0.05
LATENCY_DRIFT_MAX = 0.10
#: Bounded tables breathe with the open incidents and the devices that are away.
ROWS_GROWTH_MAX, ROWS_SLACK = 0.10, 20
#: Space that is overwritten in place plateaus where autovacuum keeps it; a page here and there is no growth.
KIB_GROWTH_MAX, KIB_SLACK = 0.25, 256
#: Fewer calm minutes than this say nothing about 5 %: the database's backends come and go, 2 to 10 MiB each.
CALM_MINUTES_MIN = 15
#: A quarter with fewer measured minutes than this has no median worth the name.
PROBED_MINUTES_MIN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, whether it held, and the figure."""

    promise: str
    held: bool
    figure: str


def judge(minutes: Sequence[Minute], ends: Mapping[str, Any] | None = None) -> list[Finding]:
    """Every promise; `ends` are the ledger's counts at the end: acknowledged, lost, doubled; `verified` by the hub."""
    findings = [*_memory(minutes), *_descriptors(minutes), *_tables(minutes), _latency(minutes)]
    for what in ("lost", "doubled"):
        if ends is not None:
            count: int = ends[what]
            findings.append(
                Finding(f"no acknowledged message {what}", count == 0, f"{count} of {ends['acknowledged']}")
            )
    if ends is not None and ends.get("verified") is not None:
        findings.append(Finding("hub verify explains every difference", ends["verified"], ends["hub_verify"][:200]))
    return findings


def growth(values: Sequence[float]) -> float:
    """By which share something grows over the length of these minutes, as fast as it did in their last two thirds.

    The first third warms up. The slope is the median of all slopes between two minutes (Theil and Sen): a minute in
    which the database has three backends more does not tilt it.
    """
    last = values[len(values) // 3 :]
    if len(last) < 2:
        return 0.0
    slopes = [(last[b] - last[a]) / (b - a) for a, b in combinations(range(len(last)), 2)]
    return median(slopes) * len(values) / median(last)


def drift(minutes: Sequence[Minute]) -> float | None:
    """How much slower presses are in the last quarter than in the second, at equal reference work; None: too few.

    An analysis of covariance on logarithms of the minutes' medians: how presses follow the reference is learnt from the
    differences inside each quarter, and the difference between the quarters is freed of what the reference explains.
    A plain ratio would take a busier machine for a drift, since a press crosses more processes than the reference.
    """
    quarter = len(minutes) // 4
    before, after = _logarithms(minutes[quarter : 2 * quarter]), _logarithms(minutes[3 * quarter :])
    if len(before) < PROBED_MINUTES_MIN or len(after) < PROBED_MINUTES_MIN:
        return None
    slope = _slope_within(before, after)
    shift = [mean(press - slope * reference for press, reference in each) for each in (before, after)]
    return exp(shift[1] - shift[0]) - 1


def _logarithms(minutes: Sequence[Minute]) -> list[tuple[float, float]]:
    """Press and reference of the minutes in which nothing was killed."""
    measured = [
        each.latency for each in minutes if each.latency is not None and each.latency.presses_ms and not each.faults
    ]
    return [(log(each.press_ms), log(each.reference_ms)) for each in measured]


def _slope_within(*groups: Sequence[tuple[float, float]]) -> float:
    covariance = variance = 0.0
    for group in groups:
        press_mean, reference_mean = (mean(values) for values in zip(*group, strict=True))
        covariance += sum((press - press_mean) * (reference - reference_mean) for press, reference in group)
        variance += sum((reference - reference_mean) ** 2 for _, reference in group)
    return covariance / variance if variance else 0.0


def undisturbed(minutes: Sequence[Minute]) -> list[Minute]:
    """The longest run of minutes through which every process lived."""
    runs: list[list[Minute]] = [[]]
    for before, now in pairwise(minutes):
        same = all(
            name in now.processes and now.processes[name].age_s > figures.age_s
            for name, figures in before.processes.items()
        )
        if not (same and before.processes and now.phase == Phase.CALM):
            runs.append([])
            continue
        runs[-1].append(now)
    return max(runs, key=len)


def _memory(minutes: Sequence[Minute]) -> list[Finding]:
    calm = [
        each for each in undisturbed(minutes) if all(one.private_kib is not None for one in each.processes.values())
    ]
    if len(calm) < CALM_MINUTES_MIN:
        return [Finding("memory is flat", False, f"only {len(calm)} calm minutes")]
    series = {role: [float(each.processes[role].private_kib or 0) for each in calm] for role in calm[0].processes}
    together = [sum(parts) for parts in zip(*series.values(), strict=True)]
    findings = []
    for name, values in {"all processes": together, **series}.items():
        grown = growth(values)
        figure = f"{grown:+.1%} in {len(calm)} calm minutes ({values[0] / 1024:.0f} -> {values[-1] / 1024:.0f} MiB)"
        promise = f"memory of {name} grows by at most {MEMORY_GROWTH_MAX:.0%}"
        findings.append(Finding(promise, grown <= MEMORY_GROWTH_MAX, figure))
    return findings


def _descriptors(minutes: Sequence[Minute]) -> list[Finding]:
    calm = undisturbed(minutes)
    findings = []
    for role in calm[0].processes if calm else ():
        for what in ("fds", "threads"):
            values = [getattr(each.processes[role], what) for each in calm]
            third = max(len(values) // 3, 1)
            before, after = max(values[: 2 * third]), median(values[2 * third :] or values)
            held = after <= before + 2
            if role != "postgres" or not held:
                findings.append(Finding(f"{what} of {role} do not grow", held, f"<= {before}, then {after:.0f}"))
    return findings


def _tables(minutes: Sequence[Minute]) -> list[Finding]:
    counted = [each for each in minutes if each.tables]
    if not counted:
        return [Finding("tables are counted", False, "never")]
    findings = []
    for name in sorted(counted[-1].tables):
        policy = POLICY.get(name)
        seen = [each.tables[name] for each in counted if name in each.tables]
        quarter = len(seen) // 4
        before, after = seen[quarter : 2 * quarter] or seen, seen[3 * quarter :]
        rows_before, rows_after = max(each.rows for each in before), median(each.rows for each in after)
        kib_before, kib_after = max(each.kib for each in before), median(each.kib for each in after)
        figure = f"rows {rows_before} -> {rows_after:.0f}, KiB {kib_before} -> {kib_after:.0f}"
        match policy:
            case Growth.TRAFFIC:
                continue
            case Growth.FIXED:
                held = len({each.rows for each in seen}) == 1
                findings.append(Finding(f"{name} stays as it is", held, f"rows {seen[0].rows} -> {seen[-1].rows}"))
            case Growth.BOUNDED:
                held = rows_after <= rows_before * (1 + ROWS_GROWTH_MAX) + ROWS_SLACK
                held = held and kib_after <= kib_before * (1 + KIB_GROWTH_MAX) + KIB_SLACK
                findings.append(Finding(f"{name} is bounded", held, figure))
            case None:
                findings.append(Finding(f"{name} has a policy", False, figure))
    queues = {name for each in counted for name in each.queues}
    for name in sorted(queues):
        depths = [each.queues.get(name, 0) for each in counted]
        quarter = len(depths) // 4
        before_max, after_median = max(depths[quarter : 2 * quarter] or depths), median(depths[3 * quarter :])
        held = after_median <= before_max * (1 + ROWS_GROWTH_MAX) + ROWS_SLACK
        findings.append(Finding(f"queue {name} is bounded", held, f"{before_max} -> {after_median:.0f}"))
    return findings


def _latency(minutes: Sequence[Minute]) -> Finding:
    drifted = drift(minutes)
    promise = f"latency drifts by at most {LATENCY_DRIFT_MAX:.0%}"
    if drifted is None:
        return Finding(promise, False, "too few probes")
    return Finding(promise, drifted <= LATENCY_DRIFT_MAX, f"{drifted:+.1%} at equal reference work")
