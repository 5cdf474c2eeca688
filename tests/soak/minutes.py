"""One minute of a soak as it is written down: a JSON line.

Sizes are KiB, durations ms, counts since the start of the soak unless named `new_`.
"""

from dataclasses import asdict, astuple, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """From the PUBLISH of a press to its line in the stream, and the reference work that followed each.

    Those that met a fault are only counted.
    """

    met_fault: int
    presses_ms: tuple[float, ...]
    references_ms: tuple[float, ...]

    @property
    def press_ms(self) -> float:
        """The median press."""
        return median(self.presses_ms)

    @property
    def reference_ms(self) -> float:
        """The median piece of reference work."""
        return median(self.references_ms)


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """One role, or all processes of the database together."""

    processes: int
    age_s: int  #: Of the oldest.
    pss_kib: int
    uss_kib: int
    fds: int
    threads: int
    cpu_s: float  #: Since each was started.
    shared_kib: int | None = (
        None  #: Of the PSS: shared memory, which the database's settings bound. None: not looked at.
    )

    @property
    def private_kib(self) -> int | None:
        """PSS without the shared memory."""
        return None if self.shared_kib is None else self.pss_kib - self.shared_kib


@dataclass(frozen=True, slots=True)
class TableFigures:
    """One table with its indexes."""

    rows: int
    kib: int
    dead: int  #: As PostgreSQL estimates.


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """One line."""

    minute: int
    at: str
    phase: str
    faults: tuple[str, ...] = ()
    latency: Latency | None = None
    processes: dict[str, ProcessFigures] = field(default_factory=dict)
    tables: dict[str, TableFigures] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    new_log_events: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    load_1m: float = 0.0

    @property
    def family_pss_kib(self) -> int:
        """All processes together."""
        return sum(figures.pss_kib for figures in self.processes.values())

    def as_json(self) -> dict[str, Any]:
        """What `read_minute` reads; figures of processes and tables as lists in the order of their fields."""
        return {
            "what": "minute",
            **asdict(self),
            "processes": {name: list(astuple(figures)) for name, figures in self.processes.items()},
            "tables": {name: list(astuple(figures)) for name, figures in self.tables.items()},
        }


def read_minute(line: dict[str, Any]) -> Minute:
    """A minute as `as_json` wrote it."""
    latency = line["latency"]
    return Minute(
        **{
            **{name: value for name, value in line.items() if name != "what"},
            "faults": tuple(line["faults"]),
            "latency": None if latency is None else _read_latency(latency),
            "processes": {name: ProcessFigures(*figures) for name, figures in line["processes"].items()},
            "tables": {name: TableFigures(*figures) for name, figures in line["tables"].items()},
        }
    )


def _read_latency(fields: dict[str, Any]) -> Latency:
    return Latency(
        met_fault=fields["met_fault"],
        presses_ms=tuple(fields["presses_ms"]),
        references_ms=tuple(fields["references_ms"]),
    )
