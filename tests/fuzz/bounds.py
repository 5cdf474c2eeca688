"""What one input may cost, whatever is in it: the ceiling every target holds, far above what an honest input needs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Processor seconds for one input of at most 64 KiB. Honest ones need a thousandth; a quadratic one needs far more.
PROCESSOR_S_MAX = 2.0


@contextmanager
def bounded_time(most_s: float = PROCESSOR_S_MAX) -> Iterator[None]:
    """Fail when the block needs more of the processor; time it only waited for one does not count."""
    started = time.process_time()
    yield
    spent_s = time.process_time() - started
    assert spent_s <= most_s, f"one input took {spent_s:.2f} s of the processor"
