"""Twelve hours at the desk in some minutes: what a shift brings, and what it leaves behind in the browser.

A county of 5,000 has 150 incidents a day (DOMAIN.md), a shift half of them: each comes, is drawn and sounds, is taken,
called for and closed, through the hub's own API, while the desk shows it. The hours between are passed by the browser's
clock: every second of the desk's own timers, and every fifth a tick of the stream, handed to the page where the worker
hands them over. Memory is compared with that after the first hour, when everything was loaded and shown once.
"""

import json
from collections.abc import Sequence

from hub.bench.county import Button
from hub.bench.desk_tab import DeskTab
from hub.bench.hub_process import HubProcess
from hub.bench.measures import Row
from hub.bench.publisher import Publisher
from hub.clock import utc_now

_HOURS = 12
_INCIDENTS_PER_HOUR = 75 / 12
_TICK_EVERY_S = 5
_MIB = 1024 * 1024

#: Keeps the worker's port, so that ticks can be handed to the page as the worker hands them over.
KEEP_PORT = """
(() => {
  const Worker = globalThis.SharedWorker;
  globalThis.SharedWorker = class extends Worker {
    constructor(...told) { super(...told); globalThis.__port = this.port; }
  };
})();
"""
_TICK = """told => __port.dispatchEvent(
    new MessageEvent("message", { data: { type: "tick", body: JSON.stringify(told) } }))"""


async def twelve_hours(hub: HubProcess, tab: DeskTab, buttons: Sequence[Button]) -> list[Row]:
    """A shift's incidents, seconds and ticks; how much more the page's objects take at its end than after an hour.

    The tab was opened with `KEEP_PORT`, and with a clock that can be moved.
    """
    pressing = [
        Publisher(button, "127.0.0.1", hub.mqtt_port) for button in buttons[: round(_HOURS * _INCIDENTS_PER_HOUR)]
    ]
    heaps: list[int] = []
    objects: list[int] = []
    came = ticks = 0
    for hour in range(_HOURS):
        until = round((hour + 1) * _INCIDENTS_PER_HOUR)
        for number in range(came, until):
            await _play_incident(hub, tab, pressing[number], number)
        came = until
        ticks += await _pass_hour(tab)
        heaps.append(await tab.heap_bytes())
        if hour in {0, _HOURS - 1}:
            objects.append(await tab.object_bytes())
    how = f"{came} incidents, {_HOURS * 3600:,} seconds, {ticks:,} ticks; {heaps[0] / _MIB:.1f} MiB after 1 h; bar 20"
    own = f"without what the engine compiled of the scripts; {objects[0] / _MIB:.1f} MiB after 1 h"
    return [
        Row("desk: heap after 12 h", heaps[-1] / _MIB, "MiB", "after a collection"),
        Row("desk: heap growth in 12 h", _growth_pct(heaps), "%", how),
        Row("desk: growth of the desk's own objects", _growth_pct(objects), "%", own),
    ]


def _growth_pct(sizes: Sequence[int]) -> float:
    return (sizes[-1] - sizes[0]) / sizes[0] * 100


async def _play_incident(hub: HubProcess, tab: DeskTab, publisher: Publisher, number: int) -> None:
    """A press is seen and heard, taken with Enter, called for, noted and closed."""
    await publisher.connect()
    said = {"id": f"shift-{number}", "event": "sos_pressed", "occurred_at": utc_now().isoformat()}
    await publisher.publish_all("event", [json.dumps(said).encode()], window=1)
    await publisher.close()
    await tab.page.locator("html[data-sound=critical]").wait_for()
    incident_id = await tab.page.get_attribute("[data-queue][data-rested]", "data-rested")
    await tab.page.focus("[data-queue]")
    await tab.page.keyboard.press("Enter")
    await tab.page.locator(f"[data-incident='{incident_id}'][data-state=acknowledged]").wait_for()
    address = f"http://127.0.0.1:{hub.http_port}/api/v1/incidents/{incident_id}"
    steps: dict[str, dict[str, str]] = {
        "contact-attempts": {"who": "本人", "outcome": "reached"},
        "notes": {"text": "本人接听，无碍"},
        "close": {"disposition": "false", "note": "误按"},
    }
    for step, body in steps.items():
        answer = await tab.page.context.request.post(f"{address}/{step}", data=body, headers={"X-Anxin-Desk": "1"})
        if not answer.ok:
            raise RuntimeError(f"{step}: {answer.status} {await answer.text()}")
    await tab.page.locator("[data-empty]").wait_for()


async def _pass_hour(tab: DeskTab) -> int:
    """An hour of the desk's timers, with the ticks of the stream in between; how many ticks."""
    ticks = 3600 // _TICK_EVERY_S
    for _ in range(ticks):
        await tab.page.clock.run_for(_TICK_EVERY_S * 1000)
        await tab.page.evaluate(_TICK, {"server_time": utc_now().isoformat(), "storing": True})
    return ticks
