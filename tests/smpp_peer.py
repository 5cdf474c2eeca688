"""An SMS gateway for tests: smpp34's server, an implementation that shares nothing with ours.

It records each text, answers as the test says, and plays the telephone: receipts early, late or twice, and replies.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

import smpp34

Result = TypeVar("Result")

_RECEIPT = 0x04
_UCS2 = 8
_THROTTLED = 0x58
_NO_SUCH_NUMBER = 0x0B


class Manner(Enum):
    """How the gateway treats the texts that follow."""

    DELIVER = "accepts, then sends a receipt"
    DELIVER_EARLY = "sends the receipt, then accepts"
    DELIVER_TWICE = "accepts, then sends the receipt twice"
    FAIL_LATER = "accepts, then says that it was given up"
    ACCEPT_ONLY = "accepts, and is silent"
    THROTTLE = "says that it is too much"
    REFUSE = "says that there is no such number"
    SILENT = "never answers"


@dataclass(frozen=True, slots=True)
class SentText:
    """One text as the gateway received it."""

    at: datetime
    destination: str
    text: str
    data_coding: int
    registered_delivery: int
    message_id: str


class SmppPeer:
    """A gateway on a port of its own; `url` is what HUB_SMS takes."""

    def __init__(self, manner: Manner = Manner.DELIVER, port: int | None = None) -> None:
        self.manner = manner
        self.port = port or _free_port()
        self.url = f"smpp://hub:secret@127.0.0.1:{self.port}"
        self.texts: list[SentText] = []
        self._server: Any = smpp34.Server(host="127.0.0.1", port=self.port)
        self._sessions: dict[str, Any] = {}
        self._unanswered: list[Any] = []
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen."""
        await self._server.start()
        self._loop = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Drop every connection and be gone."""
        for task in [self._loop, *self._tasks]:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self._server.stop()
        self._sessions.clear()
        self._unanswered.clear()

    @property
    def bound(self) -> bool:
        """Whether a client has logged in."""
        return bool(self._sessions)

    async def wait_for(self, condition: Callable[[], object], within_s: float = 15.0) -> None:
        """Return when the condition holds; it is looked at whenever something arrives here."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def wait_for_texts(self, count: int, within_s: float = 15.0) -> list[SentText]:
        """The texts, once there are so many."""
        await self.wait_for(lambda: len(self.texts) >= count, within_s)
        return list(self.texts)

    def texts_to(self, destination: str) -> list[SentText]:
        """The texts of one number, in order."""
        return [text for text in self.texts if text.destination == destination]

    async def reply(self, origin: str, text: str) -> bool:
        """A text from a telephone; returns whether the client confirmed that it has it."""
        session = next(iter(self._sessions.values()))
        response = await session.deliver_sm("10690000", text.encode("utf-16-be"), source_addr=origin, data_coding=_UCS2)
        return bool(response.is_success)

    async def send_receipt(self, message_id: str, state: str = "DELIVRD", error: str = "000") -> bool:
        """What becomes of a text; returns whether the client confirmed that it has it."""
        session = next(iter(self._sessions.values()))
        words = (
            f"id:{message_id} sub:001 dlvrd:001 submit date:2611220214 done date:2611220214 stat:{state} err:{error}"
        )
        response = await session.deliver_sm("10690000", words.encode(), source_addr="10000000001", esm_class=_RECEIPT)
        return bool(response.is_success)

    async def _serve(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self._sessions[event.session_id] = event
            elif isinstance(event, smpp34.Unbound):
                self._sessions.pop(event.session_id, None)
            else:
                task = asyncio.create_task(self._answer(event))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            self._changed.set()

    async def _answer(self, event: Any) -> None:
        message_id = f"{self.port}-{len(self.texts) + 1}"
        self.texts.append(
            SentText(
                at=datetime.now(UTC),
                destination=event.destination_addr,
                text=bytes(event.short_message).decode("utf-16-be"),
                data_coding=event.data_coding,
                registered_delivery=event.registered_delivery,
                message_id=message_id,
            )
        )
        self._changed.set()
        match self.manner:
            case Manner.DELIVER:
                event.accept(message_id)
                await self.send_receipt(message_id)
            case Manner.DELIVER_EARLY:
                await self.send_receipt(message_id)
                event.accept(message_id)
            case Manner.DELIVER_TWICE:
                event.accept(message_id)
                await self.send_receipt(message_id)
                await self.send_receipt(message_id)
            case Manner.FAIL_LATER:
                event.accept(message_id)
                await self.send_receipt(message_id, "UNDELIV", "011")
            case Manner.ACCEPT_ONLY:
                event.accept(message_id)
            case Manner.THROTTLE:
                event.reject(_THROTTLED)
            case Manner.REFUSE:
                event.reject(_NO_SUCH_NUMBER)
            case Manner.SILENT:
                self._unanswered.append(event)  # an event that is dropped would be answered with an error


@asynccontextmanager
async def smpp_peer(manner: Manner = Manner.DELIVER, port: int | None = None) -> AsyncIterator[SmppPeer]:
    """A gateway that listens for the length of a test."""
    peer = SmppPeer(manner, port)
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()


class SmppPeerInAThread:
    """The same gateway for stories that are told without asyncio."""

    def __init__(self, peer: SmppPeer, loop: asyncio.AbstractEventLoop) -> None:
        self._peer = peer
        self._loop = loop
        self.url = peer.url

    @property
    def texts(self) -> list[SentText]:
        """What has come so far."""
        return list(self._peer.texts)

    @property
    def bound(self) -> bool:
        """Whether a client has logged in."""
        return self._peer.bound

    def behave(self, manner: Manner) -> None:
        """Treat the texts that follow in this manner."""
        self._loop.call_soon_threadsafe(setattr, self._peer, "manner", manner)

    def texts_to(self, destination: str) -> list[SentText]:
        """The texts of one number, in order."""
        return [text for text in self.texts if text.destination == destination]

    def wait_for_texts(self, count: int, within_s: float = 15.0) -> list[SentText]:
        """The texts, once there are so many."""
        return self._run(self._peer.wait_for_texts(count, within_s))

    def reply(self, origin: str, text: str) -> bool:
        """A text from a telephone; returns whether the client confirmed that it has it."""
        return self._run(self._peer.reply(origin, text))

    def send_receipt(self, message_id: str, state: str = "DELIVRD", error: str = "000") -> bool:
        """What becomes of a text; returns whether the client confirmed that it has it."""
        return self._run(self._peer.send_receipt(message_id, state, error))

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


@contextmanager
def smpp_peer_in_a_thread(manner: Manner = Manner.DELIVER, port: int | None = None) -> Iterator[SmppPeerInAThread]:
    """A gateway that listens for the length of a story, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smpp peer", daemon=True)
    thread.start()

    async def start() -> SmppPeer:
        peer = SmppPeer(manner, port)
        await peer.start()
        return peer

    peer = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield SmppPeerInAThread(peer, loop)
    finally:
        asyncio.run_coroutine_threadsafe(peer.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
