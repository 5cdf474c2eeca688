"""Room on the disk of the embedded database: when it is full, nothing can be taken in, so it is said long before."""

import shutil
from dataclasses import dataclass
from pathlib import Path

#: At 10 MB of readings a person and year, a county's month; and room for the log of a vacuum or a backup.
LOW_BYTES = 1024**3
LOW_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class Room:
    """What is left, and of how much; bytes."""

    free: int
    total: int

    @property
    def is_low(self) -> bool:
        """Less than a tenth, or less than 1 GiB."""
        return self.free < LOW_BYTES or self.free < self.total * LOW_SHARE

    @property
    def free_mib(self) -> int:
        """For people."""
        return self.free // 1024**2

    @property
    def free_pct(self) -> int:
        """For people."""
        return self.free * 100 // max(self.total, 1)


def database_room(data_dir: Path) -> Room | None:
    """The room below this data directory; None when no embedded database lives there, or nobody can tell."""
    directory = data_dir / "postgres"
    try:
        if not directory.is_dir():
            return None
        usage = shutil.disk_usage(directory)
    except OSError:
        return None
    return Room(free=usage.free, total=usage.total)
