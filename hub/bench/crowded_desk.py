"""What the desk's lists and a report cost while hundreds and thousands of incidents are open, each ladder running."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.bench.http_json import HttpJson
from hub.bench.hub_process import HubProcess
from hub.bench.measures import Row, percentile
from hub.clock import monotonic_s, utc_now

_CROWDS = (500, 5_000)
_LOOKS = 20
#: One step in an hour: the crowd stands still while it is looked at.
_CALM_LADDER = {
    "steps": [{"after_s": 0, "notify": "desk"}, {"after_s": 3600, "notify": "desk"}],
    "repeat": 0,
    "then_every_s": 3600,
    "ack_timeout_s": 3600,
}
_LISTS = {
    "the newest 100": "/api/v1/incidents?state=open",
    "the 100 most needed": "/api/v1/incidents?order=need",
    "groups": "/api/v1/incident-groups",
}


def run_crowds(show: Callable[[list[Row]], None]) -> None:
    """All rows, on a hub started for the purpose in a temporary directory; each crowd is shown when it is measured."""
    with tempfile.TemporaryDirectory(prefix="anxin-crowd-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        with HubProcess(Path(directory) / "data") as hub:
            hub.api.put("/api/v1/policies/default", _CALM_LADDER)
            there = 0
            for crowd in _CROWDS:
                rows = [_gather(hub.api, there, crowd)]
                there = crowd
                rows += [_look(hub.api, crowd, name, path) for name, path in _LISTS.items()]
                rows.append(_look(hub.api, crowd, "the month's report", f"/api/v1/reports/month?month={_this_month()}"))
                show(rows)


def _gather(api: HttpJson, there: int, crowd: int) -> Row:
    """So many calls from numbers on no file: each is an incident of its own."""
    began = monotonic_s()
    with ThreadPoolExecutor(max_workers=4) as several:
        list(several.map(lambda number: _call(api, number), range(there, crowd)))
    took_s = monotonic_s() - began
    return Row(f"{crowd} open: opening them", (crowd - there) / took_s, "incidents/s", "4 programs telephone at once")


def _call(api: HttpJson, number: int) -> None:
    api.post("/api/v1/incidents", {"kind": "phone_report", "caller_phone": f"100{number:08d}"})


def _this_month() -> str:
    return f"{utc_now().astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m}"


def _look(api: HttpJson, crowd: int, name: str, path: str) -> Row:
    api.get(path)
    took_ms = []
    for _ in range(_LOOKS):
        began = monotonic_s()
        api.get(path)
        took_ms.append((monotonic_s() - began) * 1000)
    how = f"p50 of {_LOOKS}; the longest {max(took_ms):.0f} ms"
    return Row(f"{crowd} open: {name}", percentile(took_ms, 0.5), "ms", how)
