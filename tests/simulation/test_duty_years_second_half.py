"""The second half of fifty duty-years by events; see the first."""

import pytest

from tests.simulation.years import TOGETHER, live_together


@pytest.mark.timeout(900)  # some seconds of processor, on a machine that may have other work
@pytest.mark.parametrize("first", range(26, 51, TOGETHER))
def test_another_duty_year_breaks_no_promise(first: int) -> None:
    live_together(first)
