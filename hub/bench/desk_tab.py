"""A browser with one desk in it, on duty, and what can be read off it: moments, frames, memory, processor.

The page is watched from inside, by a script that the browser runs before the page's own: a moment is the one at which
the change was drawn, in the browser's clock, which is the machine's.
"""

import gzip
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

from hub.clock import monotonic_s, utc_now

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession, Page, Response

#: The desk's sizes are looked at on this one (issue: comfortable at 1440 x 900).
_VIEWPORT: "dict[str, int]" = {"width": 1440, "height": 900}
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_PATIENCE_MS = 30_000.0

#: `__bench.when(test)`: the moment at which the frame was drawn in which `test` held for the first time.
_WATCH = """
(() => {
  const waiting = new Set();
  const look = () => {
    for (const one of waiting) {
      if (!one.test()) continue;
      waiting.delete(one);
      requestAnimationFrame(() => {
        // before whatever else waits for the frame to be done: the page's own work after it is none of the frame's
        scheduler.postTask(() => one.tell(performance.timeOrigin + performance.now()), { priority: "user-blocking" });
      });
    }
  };
  const all = { childList: true, subtree: true, attributes: true, characterData: true };
  const begin = () => new MutationObserver(look).observe(document.documentElement, all);
  if (document.documentElement) begin(); else document.addEventListener("readystatechange", begin, { once: true });
  globalThis.__bench = {
    keyAt: 0,
    when: (test) => new Promise((tell) => { waiting.add({ test, tell }); look(); }),
  };
  addEventListener("keydown", (event) => { __bench.keyAt = performance.timeOrigin + event.timeStamp; }, true);
})();
"""


#: Sorts of a heap snapshot's nodes that are the engine's: compiled code, its tables, the browser's side of the page.
_OF_THE_ENGINE = frozenset({"code", "hidden", "native", "synthetic", "object shape"})


class NoBrowserError(RuntimeError):
    """The desk's figures need a browser; the message says what is missing."""


@dataclass
class DeskTab:
    """One page of the desk, on duty."""

    page: "Page"
    cdp: "CDPSession"
    scripts: dict[str, bytes] = field(default_factory=dict)
    #: From asking for the page until its first field could be typed in, with nothing in the browser's cache.
    interactive_ms: float = 0.0

    async def when(self, test: str, argument: object = None) -> float:
        """When what `test` says (the body of a function of `argument`) was drawn; milliseconds of the epoch."""
        wrapped = f"argument => __bench.when(() => {{ {test} }})"
        moment: float = await self.page.evaluate(wrapped, argument)
        return moment

    async def heap_bytes(self) -> int:
        """What the page's objects take after a collection."""
        await self.cdp.send("HeapProfiler.collectGarbage")
        told: dict[str, Any] = await self.cdp.send("Runtime.getHeapUsage")
        return int(told["usedSize"])

    async def object_bytes(self) -> int:
        """What of it the page's own objects, texts and functions take, without what the engine compiled."""
        parts: list[str] = []

        def keep(told: dict[str, str]) -> None:
            parts.append(told["chunk"])

        self.cdp.on("HeapProfiler.addHeapSnapshotChunk", keep)
        await self.cdp.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        self.cdp.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
        return _object_bytes(json.loads("".join(parts)))

    async def frames_ms(self, step: str, count: int) -> list[float]:
        """How long each of so many frames took while `step` (JavaScript) was done in each."""
        script = f"""async count => {{
            const lasted = []; let last = await new Promise(requestAnimationFrame);
            for (let at = 0; at < count; at += 1) {{
                {step};
                const now = await new Promise(requestAnimationFrame);
                lasted.push(now - last); last = now;
            }}
            return lasted;
        }}"""
        lasted: list[float] = await self.page.evaluate(script, count)
        return lasted

    def scripts_kb(self) -> float:
        """All scripts that were loaded, gzipped, in kB."""
        return sum(len(gzip.compress(content, 6)) for content in self.scripts.values()) / 1000


def find_chromium() -> str:
    """Where the system's browser is.

    Raises:
        NoBrowserError: there is none, or nothing to drive it with.
    """
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise NoBrowserError("the desk's figures need chromium, and none is installed")
    try:
        import playwright  # noqa: F401 - a tool of developers, not of the hub: only asked whether it is there
    except ImportError:
        raise NoBrowserError(
            "the desk's figures need playwright: pip install playwright (a developer's tool)"
        ) from None
    return path


@asynccontextmanager
async def open_browser() -> "AsyncIterator[Browser]":
    """The system's chromium, without a window."""
    path = find_chromium()
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


async def open_tab(
    browser: "Browser", address: str, login: str, password: str, *, script: str = "", movable_clock: bool = False
) -> DeskTab:
    """A desk in a fresh context: logged in, through the gate, its queue read; `script` runs before the page's own."""
    context = await browser.new_context(viewport=_VIEWPORT, locale="zh-CN")  # type: ignore[arg-type]  # its own TypedDict
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    if movable_clock:
        await page.clock.install()
    await page.add_init_script(_WATCH + script)
    tab = DeskTab(page=page, cdp=await context.new_cdp_session(page))
    answers: list[Response] = []

    def keep(answer: "Response") -> None:
        answers.append(answer)

    page.on("response", keep)
    began_ms = utc_now().timestamp() * 1000
    await page.goto(address, wait_until="commit")
    tab.interactive_ms = await tab.when("return document.querySelector('#login') !== null") - began_ms
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.keyboard.press("Enter")
    await page.click("[data-action=start-shift]")
    await page.click("[data-action=enter-desk]")
    await page.wait_for_selector("html[data-link=live]")
    for answer in answers:
        if answer.url.split("?")[0].endswith(".js"):
            tab.scripts[answer.url] = await answer.body()
    return tab


def browser_cpu_s() -> float:
    """Processor time of all processes of the browser we started, so far."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "chrom" in process.name():
                times = process.cpu_times()
                total += times.user + times.system
        except psutil.Error:
            continue
    return total


@dataclass(frozen=True, slots=True)
class Epoch:
    """Turns the monotonic clock of the stream's reader into the browser's milliseconds of the epoch."""

    offset_s: float = field(default_factory=lambda: utc_now().timestamp() - monotonic_s())

    def ms(self, monotonic: float) -> float:
        """That moment in milliseconds of the epoch."""
        return (monotonic + self.offset_s) * 1000


def _object_bytes(snapshot: dict[str, Any]) -> int:
    """The sizes of all nodes that are the page's; each node lies in the list as one number a field."""
    described = snapshot["snapshot"]["meta"]
    fields, sorts = described["node_fields"], described["node_types"][0]
    sort_at, size_at, nodes = fields.index("type"), fields.index("self_size"), snapshot["nodes"]
    return sum(
        nodes[start + size_at]
        for start in range(0, len(nodes), len(fields))
        if sorts[nodes[start + sort_at]] not in _OF_THE_ENGINE
    )
