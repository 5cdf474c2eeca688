"""What every test of the core begins with."""

import pytest

from alerts.local_time import moment_at


@pytest.fixture(autouse=True)
def _remember_no_moments() -> None:
    """Each test reckons the clocks' jumps itself: remembered ones would hide that the reckoning is wrong."""
    moment_at.cache_clear()
