"""A process dies at either side of every commit of a history: one after the other, each is struck alone."""

import pytest

from hub.simulation.simulation import Simulation
from tests.simulation.worlds import CALM, busy_world

#: Enough for several incidents from the press to the close, with texts.
DAYS = 0.6


def _boundaries(seed: int) -> int:
    return Simulation(seed, world=busy_world(seed, CALM)).live(DAYS).boundaries


def _strike(seed: int, boundary: int) -> None:
    lived = Simulation(seed, world=busy_world(seed, CALM), strikes=frozenset({boundary})).live(DAYS)
    assert lived.crashes == 1


def test_a_death_at_any_commit_loses_and_doubles_nothing() -> None:
    boundaries = _boundaries(1)
    assert boundaries > 100
    for boundary in range(1, boundaries + 1):
        _strike(1, boundary)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_death_at_any_commit_of_other_worlds_loses_and_doubles_nothing(seed: int) -> None:
    for boundary in range(1, _boundaries(seed) + 1):
        _strike(seed, boundary)
