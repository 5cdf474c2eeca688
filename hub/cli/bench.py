"""`hub bench`: the figures of this machine."""

from typing import Annotated

import typer

from hub.cli.errors import CommandError
from hub.cli.output import AsJson


def bench(
    *,
    presses: Annotated[int, typer.Option(min=50, help="Presses for each row of latency.")] = 1_000,
    readings: Annotated[int, typer.Option(min=10, max=600, help="Readings of each of 100 devices.")] = 400,
    floods: Annotated[bool, typer.Option("--floods", help="Measure others' presses beside floods instead.")] = False,
    crowd: Annotated[
        bool, typer.Option("--crowd", help="Measure the desk's lists beside open incidents instead.")
    ] = False,
    desk: Annotated[bool, typer.Option("--desk", help="Measure the desk in a browser instead.")] = False,
    desk_long: Annotated[
        bool, typer.Option("--desk-long", help="The same, and a shift of twelve hours in some minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a hub of its own from outside: press to stream, messages a second, memory and processor when idle.

    Takes some minutes. Machines are noisy: compare rows of one run, and repeat before you believe.
    """
    from hub.bench.crowded_desk import run_crowds
    from hub.bench.desk import run_desk
    from hub.bench.desk_tab import NoBrowserError
    from hub.bench.floods import run_floods
    from hub.bench.run import print_rows, run_benches  # starts a hub; no other command needs it

    if floods:
        run_floods(lambda rows: print_rows(rows, as_json=as_json))
        return
    if crowd:
        run_crowds(lambda rows: print_rows(rows, as_json=as_json))
        return
    if desk or desk_long:
        try:
            run_desk(lambda rows: print_rows(rows, as_json=as_json), long=desk_long)
        except NoBrowserError as missing:
            raise CommandError(str(missing)) from None
        return
    print_rows(run_benches(presses=presses, readings_each=readings), as_json=as_json)
