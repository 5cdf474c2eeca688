"""Runs the measurements and prints them as a table, or as JSON lines."""

import asyncio
import json
import tempfile
from pathlib import Path

from hub.bench.county import make_buttons
from hub.bench.hub_process import HubProcess
from hub.bench.measures import Row, idle, messages_per_second, press_to_stream

#: 50 devices press, the others are the background and the bulk.
_BUTTONS = 150


def run_benches(*, presses: int = 1_000, readings_each: int = 400) -> list[Row]:
    """All rows, on a hub started for the purpose in a temporary directory."""
    # The embedded database may run as another user: the directory is no other user's business, but passable.
    with tempfile.TemporaryDirectory(prefix="anxin-bench-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        with HubProcess(Path(directory) / "data") as hub:
            rows = [Row("start to ready, new database", hub.started_in_s, "s", "first start, migrations included")]
            rows += idle(hub, 20.0)
            buttons = make_buttons(hub.api, _BUTTONS)
            rows += asyncio.run(press_to_stream(hub, buttons, presses, 0, "idle"))
            rows += asyncio.run(press_to_stream(hub, buttons, presses, 100, "100 messages/s"))
            rows += asyncio.run(messages_per_second(hub, buttons[50:], readings_each))
            hub.stop()
            hub.start()
            rows.append(Row("start to ready, kept data", hub.started_in_s, "s", "second start"))
        return rows


def print_rows(rows: list[Row], *, as_json: bool) -> None:
    """One line a row."""
    for row in rows:
        if as_json:
            print(json.dumps({"name": row.name, "value": round(row.value, 3), "unit": row.unit, "how": row.how}))  # noqa: T201
        else:
            print(f"{row.name:<56} {row.value:>10.2f} {row.unit:<12} {row.how}", flush=True)  # noqa: T201
