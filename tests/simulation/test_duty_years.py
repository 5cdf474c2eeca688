"""The first half of fifty duty-years by events, and every seed that ever failed: nothing is forgotten or done twice.

One desk, twenty recipients, a year each; a world is ordinary or has what breaks such systems (`hub.simulation.world`).
The other half is a file of its own, so that two workers share them.
"""

from pathlib import Path

import pytest

from tests.simulation.years import TOGETHER, live, live_together

_SEEDS_KEPT = Path(__file__).with_name("seeds.txt")


@pytest.mark.timeout(900)  # some seconds of processor, on a machine that may have other work
@pytest.mark.parametrize("first", range(1, 26, TOGETHER))
def test_a_duty_year_breaks_no_promise(first: int) -> None:
    live_together(first)


def _kept() -> list[tuple[int, float, str]]:
    lines = (line.split(maxsplit=2) for line in _SEEDS_KEPT.read_text(encoding="utf-8").splitlines())
    return [(int(words[0]), float(words[1]), words[2]) for words in lines if words and not words[0].startswith("#")]


@pytest.mark.parametrize(("seed", "days", "why"), _kept())
def test_what_failed_once_does_not_fail_again(seed: int, days: float, why: str) -> None:
    assert live(seed, days).steps > 0, why


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_thousand_duty_years_break_no_promise() -> None:
    for seed in range(1000, 2000):
        live(seed)
