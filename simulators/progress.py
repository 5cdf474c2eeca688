"""Where many devices are shown: a table on a terminal, elsewhere a line for each thing that matters."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from simulators.board import KIND_WORDS, Board, Member, Tally
from simulators.notes import Happening, Note

#: Hundreds of devices say something all the time; an eye follows less.
DRAWN_EVERY_S = 0.5
_DRAWN_AT_ONCE = {Happening.CALLED, Happening.STAGE}


class Progress(Protocol):
    """Where a demonstration shows what happens."""

    def say(self, sentence: str) -> None:
        """Something about the demonstration itself."""

    def show(self, note: Note) -> None:
        """Something that happened to a device."""


class PlainProgress:
    """Lines, for pipes and logs."""

    def __init__(self, board: Board, stream: IO[str]) -> None:
        self._board = board
        self._stream = stream

    def say(self, sentence: str) -> None:
        """A line."""
        print(sentence, file=self._stream, flush=True)

    def show(self, note: Note) -> None:
        """A line, if it deserves one."""
        sentence = self._board.take(note)
        if sentence:
            self.say(sentence)


class LiveProgress:
    """A table that changes in place."""

    def __init__(self, board: Board, live: Live) -> None:
        self._board = board
        self._live = live
        self._drawn_at_s = 0.0

    def say(self, sentence: str) -> None:
        """Above the table, where it stays."""
        self._live.console.print(sentence, markup=False, highlight=False)

    def show(self, note: Note) -> None:
        """In the table, which is drawn anew at once for a call and now and then for the rest."""
        self._board.take(note)
        now_s = time.monotonic()
        if note.happening in _DRAWN_AT_ONCE or now_s - self._drawn_at_s >= DRAWN_EVERY_S:
            self._drawn_at_s = now_s
            self._live.update(render(self._board), refresh=True)


def render(board: Board) -> Group:
    """Per kind: how many are there, what they sent, what the hub acknowledged and answered; below, the last calls."""
    kinds = Table(box=None, pad_edge=False, header_style="dim")
    kinds.add_column("device")
    for column in ("online", "readings", "events", "acknowledged", "ms", "p95", "answers on down/"):
        kinds.add_column(column, justify="right")
    for kind, tally in board.tallies.items():
        kinds.add_row(KIND_WORDS.get(kind, kind), *_cells(tally))
    calls = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("last calls", "", "", "stage"):
        calls.add_column(column)
    for call in reversed(board.calls.values()):
        calls.add_row(f"{call.at.astimezone():%H:%M:%S}", call.title, call.event, call.stage)
    return Group(kinds, "", calls) if board.calls else Group(kinds)


def _cells(tally: Tally) -> list[str]:
    times = ["" if (ms := tally.round_trip_ms(share)) is None else f"{ms:.0f}" for share in (0.5, 0.95)]
    counts = [str(count) for count in (tally.readings, tally.events, tally.acknowledged)]
    return [f"{tally.online}/{tally.devices}", *counts, *times, str(tally.answers)]


@contextmanager
def open_progress(members: Mapping[str, Member], stream: IO[str] | None = None) -> Iterator[Progress]:
    """A table on a terminal, lines elsewhere."""
    shown_on = stream or sys.stdout
    board = Board(members)
    if not shown_on.isatty():
        yield PlainProgress(board, shown_on)
        return
    with Live(render(board), console=Console(file=shown_on), auto_refresh=False) as live:
        yield LiveProgress(board, live)
