"""What a demonstration shows: a quiet table on a terminal, elsewhere a line for each thing that matters."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from simulators.county import County
from simulators.notes import Happening, Note
from simulators.press import Light

_LIGHT_WORDS = {
    Light.CALLING: "calling",
    Light.RECEIVED: "received: waiting for somebody to take it",
    Light.TAKEN: "taken by the desk",
    Light.HELP_IS_COMING: "help is coming",
    Light.OVER: "closed",
    Light.NOT_RECEIVED: "refused",
}
_SHOWN_IN_TABLE = {Happening.ONLINE, Happening.OFFLINE, Happening.PRESSED, Happening.STAGE}
_KIND_WORDS = {"call_button": "call button", "smartwatch": "smartwatch"}


class Progress(Protocol):
    """Where a demonstration shows what happens."""

    def say(self, sentence: str) -> None:
        """Something about the demonstration itself."""

    def show(self, note: Note) -> None:
        """Something that happened to a device."""


@dataclass(slots=True)
class _Row:
    wearer: str
    kind: str
    is_online: bool = False
    was_online: bool = False
    last_press: str = ""
    stage: str = ""

    @property
    def title(self) -> str:
        return f"{self.wearer} · {_KIND_WORDS.get(self.kind, self.kind)}"


class Board:
    """The devices of a county as last seen; `take` turns a note into the sentence it deserves, if any."""

    def __init__(self, county: County) -> None:
        self.rows = {device.device_id: _Row(device.wearer, device.kind) for device in county.devices}

    def take(self, note: Note) -> str | None:
        """Remember what the note says."""
        row = self.rows[note.device_id]
        clock = f"{note.at.astimezone():%H:%M:%S}"
        match note.happening:
            case Happening.ONLINE:
                sentence = f"{row.title} is back" if row.was_online else None
                row.is_online = row.was_online = True
            case Happening.OFFLINE:
                sentence = f"{row.title} lost the hub: {note.details['reason']}" if row.is_online else None
                row.is_online = False
            case Happening.PRESSED:
                row.last_press, row.stage = clock, _LIGHT_WORDS[Light.CALLING]
                sentence = f"{row.title} is pressed"
            case Happening.COMMITTED:
                sentence = f"{row.title}: on disk, {note.details['after_ms']} ms after it was sent"
            case Happening.STAGE:
                row.stage = _LIGHT_WORDS[Light(note.details["light"])]
                sentence = f"{row.title}: {row.stage}"
            case Happening.SENT | Happening.MEASURED | Happening.COMMANDED:
                sentence = None
        return sentence and f"{clock}  {sentence}"


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

    def say(self, sentence: str) -> None:
        """Above the table, where it stays."""
        self._live.console.print(sentence, markup=False, highlight=False)

    def show(self, note: Note) -> None:
        """In the table, which is drawn anew only when it says something new."""
        self._board.take(note)
        if note.happening in _SHOWN_IN_TABLE:
            self._live.update(render(self._board), refresh=True)


def render(board: Board) -> Table:
    """The table: who, with which device, there or not, and how far the last call has come."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("", "person", "device", "last press", "stage"):
        table.add_column(column)
    for row in board.rows.values():
        lamp = "[green]●[/]" if row.is_online else "[red]○[/]"
        table.add_row(lamp, row.wearer, _KIND_WORDS.get(row.kind, row.kind), row.last_press, row.stage)
    return table


@contextmanager
def open_progress(county: County, stream: IO[str] | None = None) -> Iterator[Progress]:
    """A table on a terminal, lines elsewhere."""
    shown_on = stream or sys.stdout
    board = Board(county)
    if not shown_on.isatty():
        yield PlainProgress(board, shown_on)
        return
    with Live(render(board), console=Console(file=shown_on), auto_refresh=False) as live:
        yield LiveProgress(board, live)
