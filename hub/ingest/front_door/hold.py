"""The hold: messages of devices over their rate, read from the socket and not yet given to the pipeline.

A child of a gateway that talks without end must not keep its siblings' cries in the socket behind it. So what is over
the rate is read, kept here in order, and given on at the device's rate; events and other devices pass by. Nothing here
is acknowledged. The socket is stopped only when the sender's share of the hold is full; a connection's end changes
nothing, because who sends a day's readings and hangs up has said them.
"""

import asyncio
from collections import deque
from typing import NamedTuple, Protocol

from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.rate import Rates, Source
from hub.ingest.source import InboundMessage, MessageSink

#: The shortest wait for the next token: a flood does not set a timer for every message.
_WAIT_S_MIN = 0.1


class Holder(Protocol):
    """The connection a held message came by."""

    def let_go(self, size: int) -> None:
        """One of its messages was given on."""
        ...

    def go_on(self) -> None:
        """There is room again; called once for each `wait_for_room`."""
        ...


class _Held(NamedTuple):
    message: InboundMessage
    holder: Holder


class _Share:
    """What one sender has in the hold, and its connections that wait for room."""

    __slots__ = ("count", "size", "waiting")

    def __init__(self) -> None:
        self.count = 0
        self.size = 0
        self.waiting: dict[Holder, None] = {}


class Hold:
    """What all senders have in it."""

    def __init__(self, rates: Rates, limits: Limits, sink: MessageSink, loop: asyncio.AbstractEventLoop) -> None:
        self.count = 0
        self.size = 0
        self._rates = rates
        self._limits = limits
        self._sink = sink
        self._loop = loop
        self._queues: dict[Source, deque[_Held]] = {}
        self._shares: dict[str, _Share] = {}
        self._timers: dict[Source, asyncio.TimerHandle] = {}
        self._is_closed = False

    def may_pass(self, source: Source) -> bool:
        """Count a message: whether it is within its rate, and nothing of its source waits before it."""
        return source not in self._queues and self._rates.take(source, self._loop.time())

    def is_full(self, sender_id: str) -> bool:
        """Whether this sender may not put in more."""
        limits = self._limits
        if self.count >= limits.hold_total_max or self.size >= limits.hold_bytes_total_max:
            return True
        share = self._shares.get(sender_id)
        return share is not None and (share.count >= limits.hold_max or share.size >= limits.hold_bytes_max)

    def put(self, source: Source, message: InboundMessage, holder: Holder) -> None:
        """Keep a message until its source has a token for it."""
        queue = self._queues.get(source)
        if queue is None:
            queue = self._queues[source] = deque()
            self._set_timer(source)
        queue.append(_Held(message, holder))
        size = len(message.payload)
        share = self._shares.get(source.sender_id)
        if share is None:
            share = self._shares[source.sender_id] = _Share()
        share.count += 1
        share.size += size
        self.count += 1
        self.size += size

    def wait_for_room(self, sender_id: str, holder: Holder) -> None:
        """Call `go_on` when the sender may put in more."""
        share = self._shares.setdefault(sender_id, _Share())
        share.waiting[holder] = None
        if not share.count:  # the others fill the hold: nothing of this sender's own will wake it
            self._loop.call_later(_WAIT_S_MIN, self._wake, sender_id)

    def close(self) -> None:
        """Forget everything: nothing of it was acknowledged, and another hub may be the owner now."""
        self._is_closed = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._queues.clear()
        self._shares.clear()
        self.count = self.size = 0

    def _set_timer(self, source: Source) -> None:
        wait_s = max(_WAIT_S_MIN, self._rates.wait_s(source, self._loop.time()))
        self._timers[source] = self._loop.call_later(wait_s, self._give, source)

    def _give(self, source: Source) -> None:
        """Give on what the tokens allow."""
        queue, now_s = self._queues[source], self._loop.time()
        while queue and self._may_give(source) and self._rates.take(source, now_s):
            message, holder = queue.popleft()
            self._account(source.sender_id, len(message.payload))
            holder.let_go(len(message.payload))
            self._sink.accept(message)
        if queue:
            self._set_timer(source)
        else:
            del self._queues[source], self._timers[source]
        self._wake(source.sender_id)

    def _may_give(self, source: Source) -> bool:
        """While commits fail the pipeline's own bounds hold; a full one is not filled further with readings."""
        return source.is_event or not self._sink.storing or not self._sink.congested

    def _account(self, sender_id: str, size: int) -> None:
        share = self._shares[sender_id]
        share.count -= 1
        share.size -= size
        self.count -= 1
        self.size -= size

    def _wake(self, sender_id: str) -> None:
        share = self._shares.get(sender_id)
        if share is None or self._is_closed:
            return
        if share.waiting and not self.is_full(sender_id):
            waiting, share.waiting = share.waiting, {}
            for holder in waiting:
                holder.go_on()
        if share.waiting and not share.count:
            self._loop.call_later(_WAIT_S_MIN, self._wake, sender_id)
        elif not share.count and not share.waiting:
            del self._shares[sender_id]
