"""Years by events, and what must be true of each."""

from hub.simulation.simulation import Lived, Simulation

#: Each test lives so many years: few enough that a failure names its seed at once, many enough to share the start.
TOGETHER = 5


def live(seed: int, days: float = 365.0) -> Lived:
    """One world; breaks off where a promise does not hold."""
    return Simulation(seed).live(days)


def live_together(first: int) -> None:
    """The years of `TOGETHER` seeds from `first` on."""
    lived = [live(seed) for seed in range(first, first + TOGETHER)]
    # A world in which nothing happens would prove nothing.
    assert all(year.incidents > 100 and year.texts > 10 and year.accepted > 500 for year in lived)
    assert sum(year.crashes for year in lived) > 0
    assert all(year.latest_step_s <= 1.0 for year in lived)
