"""Fifty duty-years by events, and every seed that ever failed: nothing is forgotten, lost, or done twice.

One desk, twenty recipients, a year each; a world is ordinary or has what breaks such systems (`hub.simulation.world`).
"""

from pathlib import Path

import pytest

from hub.simulation.simulation import Lived, Simulation

#: Each test lives so many years: few enough that a failure names its seed at once, many enough to share the start.
_TOGETHER = 5
_YEARS = 50
_SEEDS_KEPT = Path(__file__).with_name("seeds.txt")


def _live(seed: int, days: float = 365.0) -> Lived:
    return Simulation(seed).live(days)


@pytest.mark.timeout(900)  # some seconds of processor, on a machine that may have other work
@pytest.mark.parametrize("first", range(1, _YEARS + 1, _TOGETHER))
def test_a_duty_year_breaks_no_promise(first: int) -> None:
    lived = [_live(seed) for seed in range(first, first + _TOGETHER)]
    # A world in which nothing happens would prove nothing.
    assert all(year.incidents > 100 and year.texts > 10 and year.accepted > 500 for year in lived)
    assert sum(year.crashes for year in lived) > 0
    assert all(year.latest_step_s <= 1.0 for year in lived)


def _kept() -> list[tuple[int, float, str]]:
    lines = (line.split(maxsplit=2) for line in _SEEDS_KEPT.read_text(encoding="utf-8").splitlines())
    return [(int(words[0]), float(words[1]), words[2]) for words in lines if words and not words[0].startswith("#")]


@pytest.mark.parametrize(("seed", "days", "why"), _kept())
def test_what_failed_once_does_not_fail_again(seed: int, days: float, why: str) -> None:
    assert _live(seed, days).steps > 0, why


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_thousand_duty_years_break_no_promise() -> None:
    for seed in range(1000, 2000):
        _live(seed)
