"""What a demonstration must remember from one start to the next: ids, credentials, the log-in.

A file that only its owner may read, replaced whole after each entry, so that a crash leaves the entry before.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Register:
    """Entries by key, on disk; each is a flat JSON object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, dict[str, Any]] = _read(path)

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """What was remembered under this key, if anything."""
        return self._entries.get(key)

    def remember(self, key: str, entry: Mapping[str, Any]) -> None:
        """On disk when this returns."""
        self._entries[key] = dict(entry)
        self._write()

    def forget_everything(self) -> None:
        """For a hub that knows nothing of what is remembered here."""
        self._entries = {}
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._entries, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as damaged:
        raise ValueError(f"{path} is damaged; remove it to start a new county") from damaged
    return dict(entries)
