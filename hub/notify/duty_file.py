"""The little that duty must know without the database: who is on duty, and what was sent about a blindness.

One file in the data directory, readable by its owner alone, replaced as a whole. A process that starts while the
database is away reads it; a disk that cannot be written leaves the alarm with what is in memory.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from hub.notify.blind_ladder import Episode
from hub.storage.on_duty import OnDuty

_log = structlog.get_logger(__name__)

FILE_NAME = "duty.json"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the file holds. Of a blindness that is over, only what has not been put on record yet."""

    version: int = _VERSION
    people: tuple[OnDuty, ...] = ()
    episode: Episode | None = None


_REMEMBERED = TypeAdapter(Remembered)


class DutyFile:
    """The file and its copy in memory; a change is in memory at once, and on disk when the call returns."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._failed = False
        self._turn = asyncio.Lock()
        self.remembered = self._read()

    async def keep_people(self, people: Sequence[OnDuty]) -> None:
        """The database's word on who is on duty; nothing is written when it says what it said before."""
        if tuple(people) != self.remembered.people:
            await self._keep(replace(self.remembered, people=tuple(people)))

    async def keep_episode(self, episode: Episode | None) -> None:
        """What is to be remembered of a blindness; None once it is on record."""
        await self._keep(replace(self.remembered, episode=episode))

    async def _keep(self, remembered: Remembered) -> None:
        """In a thread: the disk may be what is sick."""
        self.remembered = remembered
        try:
            async with self._turn:
                await asyncio.to_thread(self._write, _REMEMBERED.dump_json(self.remembered, indent=1))
        except OSError as error:
            if not self._failed:
                _log.error("duty_file_not_written", reason=error.strerror)
            self._failed = True
        else:
            self._failed = False

    def _write(self, octets: bytes) -> None:
        """Whole or not at all: a file beside it is filled, flushed to the disk, and takes its name."""
        self._path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(fresh, "xb", opener=_private) as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _read(self) -> Remembered:
        try:
            return _REMEMBERED.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Remembered()
        except (OSError, ValidationError) as error:
            _log.warning("duty_file_not_read", error=type(error).__name__)
            return Remembered()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
