"""The note a running hub leaves in its data directory, so that commands find its database and its doors."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_NAME = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """Where the hub that serves this data directory can be reached; true only while process `pid` holds the lock."""

    pid: int
    dsn: str
    url: str
    mqtt_port: int

    def write(self, data_dir: Path) -> None:
        """Put the note in place at once, readable by this user alone."""
        draft = data_dir / f".{_NAME}"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
        draft.replace(data_dir / _NAME)

    @classmethod
    def read(cls, data_dir: Path) -> "RunFile | None":
        """The note as it stands; None without one."""
        try:
            return cls(**json.loads((data_dir / _NAME).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @classmethod
    def remove(cls, data_dir: Path, pid: int) -> None:
        """Take away the note of this process at its proper end; after a crash the lock tells that it is stale."""
        note = cls.read(data_dir)
        if note is not None and note.pid == pid:
            (data_dir / _NAME).unlink(missing_ok=True)
