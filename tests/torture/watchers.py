"""Who looks on: whether the hub says that it is ready, what the stream shows, and an operator at work."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.client import HTTPException

from hub.bench.http_json import Answer, HttpJson
from tests.torture.ledger import Ledger

_GLANCE_S = 0.15
#: Who is to say no has said so by then, when nothing is listening; a stale heartbeat takes longer and is nobody's loss.
_SAYS_NO_S = 2.5
#: An operator's answer, and the stream's next tick (5 s), may take so long.
_ANSWER_S = 6.0
_SILENCE_S = 12.0


@dataclass
class ReadyWatch:
    """When `/readyz` said yes and when not."""

    port: int
    is_ready: bool = True
    turns: list[tuple[float, bool]] = field(default_factory=list)  #: (moment, from then on)

    async def run(self) -> None:
        probe = HttpJson(self.port, timeout_s=2.0)
        while True:
            with contextlib.suppress(OSError, HTTPException, ValueError):
                self._note((await asyncio.to_thread(probe.ask, "GET", "/readyz")).status == 200)
                await asyncio.sleep(_GLANCE_S)
                continue
            self._note(is_ready=False)
            await asyncio.sleep(_GLANCE_S)

    def _note(self, is_ready: bool) -> None:
        if is_ready is not self.is_ready:
            self.is_ready = is_ready
            self.turns.append((time.monotonic(), is_ready))

    def back_after(self, moment_s: float) -> float | None:
        """Seconds from the moment until it was ready again; 0: it never said no; None: it is not yet."""
        later = [turn for turn in self.turns if turn[0] > moment_s]
        if not later:
            return 0.0 if self.is_ready and time.monotonic() - moment_s > _SAYS_NO_S else None
        yes = [at_s for at_s, is_ready in later if is_ready]
        return round(yes[0] - moment_s, 2) if yes else None


@dataclass
class Onlooker:
    """Reads the stream as a desk does, from its last position after each cut; keeps every position in order."""

    port: int
    key: str
    start: int
    positions: list[int] = field(default_factory=list)
    resets: int = 0
    connections: int = 0

    async def run(self) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError):
                await self._read()
            await asyncio.sleep(_GLANCE_S)

    async def _read(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
        try:
            after = self.positions[-1] if self.positions else self.start
            writer.write(
                f"GET /api/v1/stream?after={after} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {self.key}\r\nAccept: text/event-stream\r\n\r\n".encode()
            )
            event, position = "", 0
            while True:
                async with asyncio.timeout(_SILENCE_S):
                    line = await reader.readuntil(b"\n")
                name, _, value = line.decode().strip().partition(":")
                if name.startswith("HTTP/") and " 200 " in line.decode():
                    self.connections += 1
                if name == "event":
                    event = value.strip()
                    self.resets += event == "reset"
                if name == "id":
                    position = int(value)
                if name == "data" and event in ("incident", "follow-up", "maintenance"):
                    self.positions.append(position)
        finally:
            writer.transport.abort()


@dataclass
class Operator:
    """Takes, notes, closes and reopens - and remembers what the hub has confirmed."""

    api: HttpJson
    attended: set[str]
    listening: list[str]  #: Devices that must get what they are commanded.
    ledger: Ledger
    dice: random.Random
    confirmed_notes: list[str] = field(default_factory=list)
    tried_notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        api = HttpJson(self.api.port, self.api.key, timeout_s=_ANSWER_S)
        while True:
            await asyncio.sleep(self.dice.uniform(0.1, 0.8))
            with contextlib.suppress(OSError, HTTPException, ValueError):
                act = self._command if self.listening and self.dice.random() < 0.1 else self._do_something
                await act(lambda *asked: asyncio.to_thread(api.ask, *asked))

    async def _command(self, ask: Callable[..., Awaitable[Answer]]) -> None:
        device_id = self.dice.choice(self.listening)
        done = await ask("POST", f"/api/v1/devices/{device_id}/commands", {"command": "sound"})
        self.counts[f"command {done.status}"] += 1
        if done.status == 202:
            self.ledger.commanded.add((device_id, done.body["id"]))

    async def _do_something(self, ask: Callable[..., Awaitable[Answer]]) -> None:
        state = self.dice.choice(["open", "acknowledged", "closed"])
        answer = await ask("GET", f"/api/v1/incidents?state={state}&limit=50")
        if answer.status != 200:
            self.counts[f"list {answer.status}"] += 1
            return
        mine = [one for one in answer.body["items"] if one["subject"]["id"] in self.attended]
        if not mine:
            return
        path = f"/api/v1/incidents/{self.dice.choice(mine)['id']}"
        what = self.dice.choice(["acknowledge", "acknowledge", "close", "close", "notes", "contact-attempts", "reopen"])
        body: dict[str, str] = {}
        if what == "close":
            body = {"disposition": "false"}
        elif what == "notes":
            body = {"text": f"note {self.dice.getrandbits(64):x}"}
            self.tried_notes.append(body["text"])  # before it is tried: it may be stored and not confirmed
        elif what == "contact-attempts":
            body = {"outcome": "no_answer", "who": "示例"}
        done = await ask("POST", f"{path}/{what}", body)
        self.counts[f"{what} {done.status}"] += 1
        if what == "notes" and 200 <= done.status < 300:
            self.confirmed_notes.append(body["text"])
