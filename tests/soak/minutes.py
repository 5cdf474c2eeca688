"""One minute of a soak as it is written down: a JSON line.

Sizes are KiB, durations ms, counts since the start of the soak unless named `new_`.
"""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """From the PUBLISH of a press to its line in the stream, and the reference work of the same minute.

    `ratio` is the median of press over reference, each with the one that followed it: others slow down both.
    """

    probes: int  #: Measured; those that met a fault are not among them.
    met_fault: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    reference_p50_ms: float
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """One role, or all processes of the database together."""

    processes: int
    age_s: int  #: Of the oldest.
    pss_kib: int
    uss_kib: int
    fds: int
    threads: int
    cpu_s: float  #: Since each was started.


@dataclass(frozen=True, slots=True, kw_only=True)
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
        return sum(figures.pss_kib for figures in self.processes.values())

    def as_json(self) -> dict[str, Any]:
        """What `read_minute` reads."""
        return {"what": "minute", **asdict(self)}


def read_minute(line: dict[str, Any]) -> Minute:
    """A minute as `as_json` wrote it."""
    fields = {name: value for name, value in line.items() if name != "what"}
    latency = fields.pop("latency")
    return Minute(
        **{
            **fields,
            "faults": tuple(fields["faults"]),
            "latency": None if latency is None else Latency(**latency),
            "processes": {name: ProcessFigures(**figures) for name, figures in fields["processes"].items()},
            "tables": {name: TableFigures(**figures) for name, figures in fields["tables"].items()},
        }
    )
