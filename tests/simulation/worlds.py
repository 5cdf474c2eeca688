"""Worlds for tests: small and busy ones, in which what is planted is met within days."""

from dataclasses import replace

from hub.simulation.world import NEVER_S, Temperament, World
from hub.simulation.world_making import make_world

#: Every fault often, so that a few weeks have met each of them.
STORMY = Temperament(
    crashes=0.02,
    interleaves=0.5,
    wakes_missed=0.05,
    clock_jumps_every_s=NEVER_S,
    holes=0.1,
    outage_every_s=5 * 86_400.0,
)
CALM = Temperament(
    crashes=0.0, interleaves=0.0, wakes_missed=0.0, clock_jumps_every_s=NEVER_S, holes=0.0, outage_every_s=NEVER_S
)


def busy_world(seed: int, temperament: Temperament = STORMY, times: float = 20.0) -> World:
    """The world of a seed, in which so many times more happens."""
    world = make_world(seed)
    recipients = tuple(
        replace(
            one,
            presses=times * one.presses,
            falls=times * one.falls,
            leaves_bed=times * one.leaves_bed,
            phones=times * one.phones,
        )
        for one in world.recipients
    )
    return replace(world, recipients=recipients, temperament=temperament)
