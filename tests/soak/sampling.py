"""What a minute looks like from outside: processes, tables, queues, the log."""

import json
import os
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from hub.bench.hub_process import HubProcess
from tests.soak.minutes import ProcessFigures, TableFigures
from tests.soak.tables import parent_of

_TABLES = """
SELECT c.relname, pg_total_relation_size(c.oid) / 1024, coalesce(s.n_dead_tup, 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
 WHERE n.nspname = 'public' AND c.relkind = 'r'
"""
#: What is owed at this moment; each must come to rest again and again.
_QUEUES = {
    "texts owed": "SELECT count(*) FROM notification WHERE state IN ('owed', 'sending')",
    "attempts under way": "SELECT count(*) FROM attempt WHERE state IN ('queued', 'submitting')",
    "incidents not closed": "SELECT count(*) FROM incident WHERE state <> 'closed'",
    "follow-ups not closed": "SELECT count(*) FROM follow_up WHERE state <> 'closed'",
    "maintenance open": "SELECT count(*) FROM maintenance_item WHERE state = 'open'",
    "suspicions pending": "SELECT count(*) FROM alert WHERE state = 'pending'",
    "timers overdue": "SELECT count(*) FROM timer WHERE due_at < now() - interval '30 seconds'",
}
#: What libraries write is a sentence; where it begins to differ from one time to the next.
_DETAIL = re.compile(r"[:<]| in '")
_LOUD = frozenset({"warning", "error", "critical"})


def sample_processes(hub: HubProcess) -> dict[str, ProcessFigures]:
    """Each role by itself, the database's processes as one."""
    parts: dict[str, list[ProcessFigures]] = defaultdict(list)
    now_s = time.time()
    for number, process in enumerate(hub.processes()):
        try:
            with process.oneshot():
                memory = process.memory_full_info()
                times = process.cpu_times()
                figures = ProcessFigures(
                    processes=1,
                    age_s=int(now_s - process.create_time()),
                    pss_kib=memory.pss // 1024,
                    uss_kib=memory.uss // 1024,
                    fds=process.num_fds(),
                    threads=process.num_threads(),
                    cpu_s=round(times.user + times.system, 1),
                    shared_kib=_shared_kib(process.pid),
                )
                parts["supervisor" if number == 0 else _role_of(process.cmdline())].append(figures)
        except (psutil.Error, OSError):
            continue
    return {role: _together(figures) for role, figures in parts.items()}


def _role_of(line: list[str]) -> str:
    if len(line) >= 2 and line[-2] == "--role":
        return line[-1]
    return "postgres" if line and "postgres" in line[0] else "other"


def _together(parts: list[ProcessFigures]) -> ProcessFigures:
    return ProcessFigures(
        processes=len(parts),
        age_s=max(part.age_s for part in parts),
        pss_kib=sum(part.pss_kib for part in parts),
        uss_kib=sum(part.uss_kib for part in parts),
        fds=sum(part.fds for part in parts),
        threads=sum(part.threads for part in parts),
        cpu_s=round(sum(part.cpu_s for part in parts), 1),
        shared_kib=sum(part.shared_kib or 0 for part in parts),
    )


def _shared_kib(pid: int) -> int:
    """Its proportion of shared memory: the database's buffers, which fill as far as they are set to."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss_Shmem:"):
            return int(line.split()[1])
    return 0


def sample_database(dsn: str) -> tuple[dict[str, TableFigures], dict[str, int]]:
    """Every table with its indexes (partitions with their table), and the queues; raises psycopg.Error."""
    tables: dict[str, TableFigures] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name, kib, dead in connection.execute(_TABLES).fetchall():
            counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
            before = tables.get(parent_of(name), TableFigures(rows=0, kib=0, dead=0))
            tables[parent_of(name)] = TableFigures(
                rows=before.rows + (counted[0] if counted else 0), kib=before.kib + kib, dead=before.dead + dead
            )
        queues = {}
        for queue, query in _QUEUES.items():
            row = connection.execute(query.encode()).fetchone()
            queues[queue] = row[0] if row else 0
    return tables, queues


class LogReader:
    """What the hub complained about since the last look, by event name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0

    def new_events(self) -> dict[str, int]:
        """Counts of warnings and errors."""
        with self._path.open("rb") as log:
            log.seek(self._position)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._position += len(whole) + len(newline)
        return dict(Counter(name for line in whole.splitlines() if (name := _complaint(line)) is not None))


def _complaint(line: bytes) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return "(no JSON)" if line.strip() else None
    if not isinstance(entry, dict) or entry.get("level") not in _LOUD:
        return None
    event = _DETAIL.split(str(entry.get("event")), maxsplit=1)[0]
    return f"{entry.get('role', '?')}: {event}"


def load_1m() -> float:
    """How busy the machine is, whoever uses it."""
    return round(os.getloadavg()[0], 2)
