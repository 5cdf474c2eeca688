"""A duty-year at full cadence: about 400 messages a person-day go through the rules, and what they find to the desk."""

import pytest

from hub.simulation.simulation import Simulation

#: 400 messages a person-day of 20 people for a year; what devices out of coverage could not keep is not there.
READINGS_MIN = 0.95 * 400 * 20 * 365


@pytest.mark.timeout(900)  # 40 s of processor, on a machine that may have other work
def test_a_year_at_full_cadence_breaks_no_promise() -> None:
    lived = Simulation(1, readings=True).live(365)
    assert lived.readings > READINGS_MIN
    assert lived.incidents > 100
    assert lived.latest_step_s <= 1.0


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_twenty_years_at_full_cadence_break_no_promise() -> None:
    for seed in range(1000, 1020):
        Simulation(seed, readings=True).live(365)
