"""Prints what happens to one device, a line each, and knows how far its calls have come."""

import asyncio
import json

import typer

from simulators.notes import Happening, Note
from simulators.wire import Stage


class Journal:
    """To be given to devices as their report."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._stages: dict[str, set[Stage]] = {}
        self._changed = asyncio.Event()

    def __call__(self, note: Note) -> None:
        """Print it, and remember what the hub said."""
        if note.happening is Happening.CALLED:
            self._stages.setdefault(note.details["event_id"], set())
        elif note.happening is Happening.STAGE:
            self._stages.setdefault(note.details["event_id"], set()).add(Stage(note.details["stage"]))
            self._changed.set()
        typer.echo(json.dumps(note.as_fields(), ensure_ascii=False) if self._as_json else sentence(note))

    def has_reached(self, stage: Stage) -> bool:
        """The first call has come so far; whatever the hub says of a call but a refusal, it has received it."""
        stages = next(iter(self._stages.values()), set[Stage]())
        return stage in stages or (stage is Stage.RECEIVED and bool(stages - {Stage.REFUSED}))

    async def until_decided(self, stage: Stage) -> bool:
        """Wait until the first call has reached the stage or has been refused; whether it has reached it."""
        while not self.has_reached(stage) and not any(Stage.REFUSED in stages for stages in self._stages.values()):
            self._changed.clear()
            await self._changed.wait()
        return self.has_reached(stage)


def sentence(note: Note) -> str:
    """A line for people: the time, what happened, and the details that are known."""
    details = "  ".join(f"{name}={value}" for name, value in note.details.items() if value is not None)
    return f"{note.at.astimezone():%H:%M:%S.%f}"[:-3] + f"  {note.happening.value:<10}{details}"
