"""What a demonstration must remember from one start to the next: ids, credentials, the log-in.

A file that only its owner may read, one JSON line an entry, written as it is learned; a line that a crash has torn is
forgotten, all before it is there. Several threads may remember at once.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any


class Register:
    """Entries by key, on disk; each is a flat JSON object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._entries, torn_at = _read(path)
        if torn_at is not None:
            os.truncate(path, torn_at)

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """What was remembered under this key, if anything."""
        return self._entries.get(key)

    def remember(self, key: str, entry: Mapping[str, Any]) -> None:
        """The operating system has it when this returns: a kill of this program loses nothing."""
        line = json.dumps([key, dict(entry)], ensure_ascii=False) + "\n"
        with self._lock:
            self._entries[key] = dict(entry)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(line)

    def forget_everything(self) -> None:
        """For a hub that knows nothing of what is remembered here."""
        with self._lock:
            self._entries = {}
            self._path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, dict[str, Any]], int | None]:
    """The entries, and where the last line begins if it is torn."""
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return {}, None
    whole, _, torn = written.rpartition(b"\n")
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
        entries = {str(key): dict(entry) for key, entry in lines}
    except (ValueError, TypeError) as damaged:
        raise ValueError(f"{path} is damaged; remove it to start a new county") from damaged
    return entries, len(written) - len(torn) if torn else None
