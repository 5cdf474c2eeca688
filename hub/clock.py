"""The only place of the hub that reads a clock; everything else is given the time.

Due times use the database's clock (DESIGN.md section 2, rule 13); this one stamps what arrives.
"""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock, aware, in UTC."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds of a clock that never jumps; for time-outs and rates."""
    return time.monotonic()
