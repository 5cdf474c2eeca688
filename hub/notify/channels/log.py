"""Writes texts instead of sending them: `log:` to the log, number masked; `log:/path/file` whole, as JSON lines.

For demonstrations, tests and a first installation without a gateway. What is written counts as delivered.
"""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import structlog

from hub.clock import utc_now
from hub.notify.channels.port import Accepted, Inbox, Rejected, Submission

_log = structlog.get_logger(__name__)


class LogChannel:
    """One way to send a text (see `port.Channel`); with a path it appends to that file."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.name = f"log:{path.name}" if path else "log"

    @property
    def ready(self) -> bool:
        """Always: there is nothing to connect to."""
        return True

    async def run(self, inbox: Inbox) -> None:
        """Nothing comes back from a log."""
        inbox.readiness_changed()
        await asyncio.Event().wait()

    async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:
        """Write one text; a file that cannot be written is an error that may pass."""
        if self._path is None:
            # the sentence without its names: a log is read by more people than a telephone
            _log.info("text_written", attempt_id=str(attempt_id), to=_mask(destination), characters=len(text))
        else:
            line = {"at": utc_now().isoformat(), "to": destination, "text": text, "attempt_id": str(attempt_id)}
            try:
                await asyncio.to_thread(_append, self._path, json.dumps(line, ensure_ascii=False) + "\n")
            except OSError as error:
                return Rejected(reason=f"file: {error.strerror}", permanent=False)
        return Accepted(provider_ref=str(attempt_id), delivered=True)


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def _mask(number: str) -> str:
    """The last four digits are enough to tell numbers apart."""
    return "*" * max(len(number) - 4, 0) + number[-4:]
