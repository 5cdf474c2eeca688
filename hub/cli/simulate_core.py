"""`hub simulate-core`: years of duty in memory, repeatable by their seed. Needs neither a database nor a network."""

import sys
import time
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from hub.cli.output import AsJson, tell

_DAYS_A_YEAR = 365.0


class Cadence(StrEnum):
    """What the devices of the world say."""

    EVENTS = "events"  #: Device events alone: presses, falls, beds; a year takes about a second.
    FULL = "full"  #: Readings too, about 400 messages a person-day, through the rules.


def simulate_core(
    *,
    seed: Annotated[int, typer.Option(help="Which world. The same seed is the same history, anywhere.")] = 1,
    years: Annotated[float, typer.Option(help="How many years of duty; each further one is the next seed's.")] = 1.0,
    cadence: Annotated[Cadence, typer.Option(help="What the devices say.")] = Cadence.EVENTS,
    until: Annotated[int | None, typer.Option(help="Stop after this step.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Print every line of the history.")] = False,
    as_json: AsJson = False,
) -> None:
    """Live simulated years of duty with faults, and check after every step that nothing was forgotten.

    Worlds of recipients, devices, networks, operators, caregivers and gateways drive the hub's own core and stations in
    memory. Exit code 1: a promise did not hold; what it says repeats it.
    """
    from hub.simulation.simulation import BrokenWorldError, Simulation

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")

    left, lived_years = years, 0
    while left > 0:
        days = _DAYS_A_YEAR * min(left, 1.0)
        began_s = time.process_time()
        try:
            world = Simulation(seed + lived_years, readings=cadence is Cadence.FULL, tell=say if trace else None)
            figures: dict[str, Any] = asdict(world.live(days, until))
        except BrokenWorldError as broken:
            typer.echo(str(broken), err=True)
            raise typer.Exit(1) from broken
        figures["processor_s"] = round(time.process_time() - began_s, 2)
        summary = ", ".join(f"{name} {value}" for name, value in figures.items() if name != "seed")
        tell(f"Seed {figures['seed']}: every promise held; {summary}.", figures, as_json=as_json)
        left -= 1.0
        lived_years += 1
