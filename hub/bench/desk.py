"""The desk's figures, in a browser before a hub of its own: what an operator waits for, and what a night costs.

The bars are the issue's: first load 200 kB of scripts, interactive in 1.5 s, an event shown and heard 80 ms after it
was on the stream, 300 at once shown within 2 s, a take beside them within 100 ms, idle at 5 % of a core, 20 % of
growth in twelve hours (`--desk-long`). What is drawn is what counts: each moment is that of the frame.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from hub.bench.county import Button, make_buttons
from hub.bench.desk_shift import KEEP_PORT, twelve_hours
from hub.bench.desk_tab import DeskTab, Epoch, browser_cpu_s, find_chromium, open_browser, open_tab
from hub.bench.hub_process import HubProcess
from hub.bench.measures import Row, close_all, percentile
from hub.bench.publisher import Publisher
from hub.bench.stream_reader import StreamReader
from hub.clock import monotonic_s, utc_now

if TYPE_CHECKING:
    from playwright.async_api import Browser

_FLOOD = 300
_CROWD = 1_000
_PRESSES = 40
_TAKES = 20
_LOADS = 5
#: The collector has picked up after the takes before, and the queue is where it will stay.
_SETTLE_S = 10.0
_IDLE_S = 30.0
_SCROLL_FRAMES = 240
_SCROLL_PX = 400
_LOGIN, _PASSWORD = "bench", "bench-operator"
#: One step in an hour: what is measured is the desk, not the ladder's texts.
_CALM_LADDER = {
    "steps": [{"after_s": 0, "notify": "desk"}, {"after_s": 3600, "notify": "desk"}],
    "repeat": 0,
    "then_every_s": 3600,
    "ack_timeout_s": 3600,
}
_SHOWN = """return document.querySelector('[data-incident]') !== null
    && document.documentElement.dataset.sound === 'critical'"""
_CALM = "return document.querySelector('[data-empty]') !== null && document.documentElement.dataset.sound === 'silent'"
_COUNTED = """const list = document.querySelector('[data-queue]');
    return list?.dataset.count === String(argument) && list.querySelector('[data-incident]') !== null"""
_RESTED = "return document.querySelector('[data-queue]')?.dataset.rested !== undefined"
_TAKEN = "return document.querySelector(`[data-incident='${argument}'][data-state=acknowledged]`) !== null"
_SCROLL = f"document.querySelector('[data-queue]').scrollTop += {_SCROLL_PX}"


def run_desk(show: Callable[[list[Row]], None], *, long: bool = False) -> None:
    """All rows, each shown when it is measured; with `long`, a shift of twelve hours after them.

    Raises:
        NoBrowserError: there is no chromium, or nothing to drive it with.
    """
    find_chromium()
    with tempfile.TemporaryDirectory(prefix="anxin-desk-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        with HubProcess(Path(directory) / "data") as hub:
            hub.api.put("/api/v1/policies/default", _CALM_LADDER)
            account = {"login": _LOGIN, "name": "量测", "role": "operator", "password": _PASSWORD}
            hub.api.post("/api/v1/users", account)
            buttons = make_buttons(hub.api, _FLOOD)
            asyncio.run(_measure(hub, buttons, show, long=long))


async def _measure(
    hub: HubProcess, buttons: Sequence[Button], show: Callable[[list[Row]], None], *, long: bool
) -> None:
    address = f"http://127.0.0.1:{hub.http_port}"
    async with open_browser() as browser:
        show(await _loads(browser, address))
        tab = await open_tab(browser, address, _LOGIN, _PASSWORD)
        reader = StreamReader(hub.http_port, hub.api.key or "")
        reading = asyncio.create_task(reader.run())
        pressing = [Publisher(button, "127.0.0.1", hub.mqtt_port) for button in buttons]
        for publisher in pressing:
            await publisher.connect()
        show(await _press_to_card(hub, tab, reader, pressing))
        show(await _flood(tab, reader, pressing))
        show(await _takes(tab))
        show(await _idle())
        show(await _scroll(hub, tab))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        for publisher in pressing:
            await publisher.close()
        await tab.page.context.close()
        if long:
            await asyncio.to_thread(_close_everything, hub)
            tab = await open_tab(browser, address, _LOGIN, _PASSWORD, script=KEEP_PORT, movable_clock=True)
            show(await twelve_hours(hub, tab, buttons))


async def _loads(browser: "Browser", address: str) -> list[Row]:
    interactive_ms = []
    for _ in range(_LOADS):
        tab = await open_tab(browser, address, _LOGIN, _PASSWORD)
        interactive_ms.append(tab.interactive_ms)
        await tab.page.context.close()
    how = "until the queue stands: log-in, gate, queue; an incident's parts follow behind it; bar 200"
    return [
        Row("desk: first load, scripts gzipped", tab.scripts_kb(), "kB", how),
        Row("desk: interactive", median(interactive_ms), "ms", f"median of {_LOADS} with an empty cache; bar 1,500"),
    ]


def _press(event_id: str) -> bytes:
    return json.dumps({"id": event_id, "event": "sos_pressed", "occurred_at": utc_now().isoformat()}).encode()


async def _press_to_card(
    hub: HubProcess, tab: DeskTab, reader: StreamReader, pressing: Sequence[Publisher]
) -> list[Row]:
    """One press at a time: each is drawn and heard before the next, and closed."""
    epoch = Epoch()
    from_stream_ms, from_press_ms = [], []
    for number in range(_PRESSES):
        await tab.when(_CALM)
        shown = asyncio.create_task(tab.when(_SHOWN))
        await asyncio.sleep(0)
        event_id = f"card-{number}"
        pressed_at = monotonic_s()
        await pressing[number].publish_all("event", [_press(event_id)], window=1)
        streamed_at = await reader.wait_for(event_id)
        shown_ms = await shown
        from_stream_ms.append(shown_ms - epoch.ms(streamed_at))
        from_press_ms.append(shown_ms - epoch.ms(pressed_at))
        await asyncio.to_thread(close_all, hub)
    await tab.when(_CALM)
    how = f"{_PRESSES} presses; drawn, and the sound running; the stream as another reader had it"
    return [
        Row("desk: stream -> card and sound p50", percentile(from_stream_ms, 0.50), "ms", how),
        Row("desk: stream -> card and sound p95", percentile(from_stream_ms, 0.95), "ms", "the same; bar 80"),
        Row(
            "desk: press -> card and sound p95", percentile(from_press_ms, 0.95), "ms", "from PUBLISH, the hub included"
        ),
    ]


async def _flood(tab: DeskTab, reader: StreamReader, pressing: Sequence[Publisher]) -> list[Row]:
    """All at once: each a press of somebody else's."""
    epoch = Epoch()
    shown = asyncio.create_task(tab.when(_COUNTED, _FLOOD))
    await asyncio.sleep(0)
    began = monotonic_s()
    await asyncio.gather(
        *(publisher.publish_all("event", [_press(f"flood-{at}")], window=1) for at, publisher in enumerate(pressing))
    )
    last = max([await reader.wait_for(f"flood-{at}", 60.0) for at in range(len(pressing))])
    shown_ms = await shown
    return [
        Row(
            f"desk: {_FLOOD} at once, all shown",
            (shown_ms - epoch.ms(began)) / 1000,
            "s",
            "from the first PUBLISH; bar 2",
        ),
        Row(
            f"desk: {_FLOOD} at once, after the stream", shown_ms - epoch.ms(last), "ms", "from the last on the stream"
        ),
    ]


async def _takes(tab: DeskTab) -> list[Row]:
    """Enter in the queue, each time on the first of those that nobody has."""
    took_ms = []
    await tab.page.focus("[data-queue]")
    for _ in range(_TAKES):
        await tab.page.keyboard.press("End")
        await tab.page.keyboard.press("Home")
        await tab.when(_RESTED)
        rested = await tab.page.get_attribute("[data-queue]", "data-rested")
        taken = asyncio.create_task(tab.when(_TAKEN, rested))
        await asyncio.sleep(0)
        await tab.page.keyboard.press("Enter")
        key_at: float = await tab.page.evaluate("() => __bench.keyAt")
        took_ms.append(await taken - key_at)
    how = f"{_TAKES} times Enter, until the card says whose it is"
    return [
        Row(f"desk: take beside {_FLOOD}, p50", percentile(took_ms, 0.50), "ms", how),
        Row(f"desk: take beside {_FLOOD}, p95", percentile(took_ms, 0.95), "ms", "the same; bar 100"),
    ]


async def _idle() -> list[Row]:
    """Nothing happens but the clocks on the cards and the sound."""
    await asyncio.sleep(_SETTLE_S)
    before, began = browser_cpu_s(), monotonic_s()
    await asyncio.sleep(_IDLE_S)
    share = (browser_cpu_s() - before) / (monotonic_s() - began) * 100
    how = f"over {_IDLE_S:.0f} s, all processes of the browser, sounding; bar 5"
    return [Row(f"desk: idle beside {_FLOOD} cards", share, "% of a core", how)]


async def _scroll(hub: HubProcess, tab: DeskTab) -> list[Row]:
    """Calls from numbers on no file fill the queue up; their group is unfolded; then a wheel turns without end."""

    def call(number: int) -> None:
        hub.api.post("/api/v1/incidents", {"kind": "phone_report", "caller_phone": f"100{number:08d}"})

    with ThreadPoolExecutor(max_workers=4) as several:
        await asyncio.to_thread(lambda: list(several.map(call, range(_FLOOD, _CROWD))))
    await tab.when(_COUNTED, _CROWD)
    await asyncio.sleep(3)  # a group is made a second or two later, and its members come once more
    await tab.page.keyboard.press("g")
    await tab.page.keyboard.press("Home")
    lasted_ms = await tab.frames_ms(_SCROLL, _SCROLL_FRAMES)
    how = f"{_SCROLL_FRAMES} frames of {_SCROLL_PX} px"
    return [
        Row(f"desk: scroll of {_CROWD:,}, longest frame", max(lasted_ms), "ms", how),
        Row(
            f"desk: scroll of {_CROWD:,}, p95 of frames",
            percentile(lasted_ms, 0.95),
            "ms",
            "16.7 is every frame of 60 Hz",
        ),
    ]


def _close_everything(hub: HubProcess) -> None:
    """Also what the operator holds: a shift begins with nothing."""
    for incident in hub.api.all_items("/api/v1/incidents?state=open&state=acknowledged&limit=200"):
        hub.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})
