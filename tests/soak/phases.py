"""When what is broken: kills in the first and the last third, none in the middle, so that a process can grow old there.

Garbage, late batches, repetitions, floods and torn connections go on throughout.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """A part of the soak."""

    WARM_UP = "warm-up"  #: Everything starts.
    KILLS = "kills"  #: Roles, backends, the postmaster, the supervisor die.
    CALM = "calm"  #: Nobody is killed: processes grow old, and a leak shows.
    SETTLING = "settling"  #: The end: what is owed is done.


#: Where each phase ends, as a share of the whole.
_ENDS = ((0.03, Phase.WARM_UP), (0.33, Phase.KILLS), (0.67, Phase.CALM), (0.95, Phase.KILLS))
#: A leader of five minutes' work and a hub that is never whole would measure nothing but starts.
KILL_EVERY_S = (90.0, 210.0)
#: Ingest and the database hold what must not be lost: they die most often.
VICTIMS = ("ingest", "ingest", "postgres", "backend", "backend", "duty", "web", "supervisor")


def phase_at(elapsed_s: float, whole_s: float) -> Phase:
    """The phase at a moment."""
    return next((phase for end, phase in _ENDS if elapsed_s < end * whole_s), Phase.SETTLING)


@dataclass(frozen=True, slots=True)
class Kill:
    """Who dies, and when."""

    at_s: float
    victim: str


def kills(seed: int, whole_s: float) -> Iterator[Kill]:
    """The schedule of a seed, in order."""
    dice = random.Random(f"kills/{seed}")
    at_s = 0.0
    while (at_s := at_s + dice.uniform(*KILL_EVERY_S)) < whole_s:
        victim = dice.choice(VICTIMS)
        if phase_at(at_s, whole_s) is Phase.KILLS:
            yield Kill(at_s, victim)
