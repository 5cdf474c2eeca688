"""One reader of the stream: what it may see, and the frames that wait for it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from hub.storage.accounts import Identity, Role
from hub.storage.database import Connection
from hub.storage.scope import Scope
from hub.storage.stream import StreamEvent

#: A reader this far behind is cut off and reconnects with its last id: it costs less than its queue.
QUEUED_FRAMES_MAX = 1000

#: Asks the database whether a credential still holds, and for whom.
Identify = Callable[[Connection], Awaitable[Identity | None]]

_EVERY_KIND = frozenset({"incident", "follow-up", "maintenance"})
_EQUIPMENT_ONLY = frozenset({"maintenance"})


def visible_kinds(role: Role) -> frozenset[str]:
    """What a role sees on the stream: whoever only works on devices sees nothing of people's incidents."""
    return _EQUIPMENT_ONLY if role in {Role.INSTALLER, Role.VENDOR} else _EVERY_KIND


class Subscriber:
    """A queue of frames with an end; filled by the broadcaster, emptied by one response."""

    def __init__(self, identity: Identity, identify: Identify, position: int) -> None:
        self.identity = identity
        self.identify = identify
        self.scope = Scope.of_division(identity.division_id)
        self.kinds = visible_kinds(identity.role)
        self.position = position  #: Changes up to here are not queued: they are replayed, or its client has them.
        self.ended = asyncio.Event()
        self._frames: deque[bytes] = deque()
        self._waiting = asyncio.Event()

    def sees(self, event: StreamEvent) -> bool:
        """Whether a change is within its scope and role."""
        return event.kind in self.kinds and self.scope.covers(event.division_id)

    def put(self, frame: bytes) -> None:
        """Queue a frame; a reader that has fallen too far behind is ended."""
        if len(self._frames) >= QUEUED_FRAMES_MAX:
            self.end()
            return
        self._frames.append(frame)
        self._waiting.set()

    def end(self) -> None:
        """No further frames; the response ends."""
        self._frames.clear()
        self.ended.set()

    async def take(self) -> bytes:
        """All frames that wait, as soon as there is one."""
        await self._waiting.wait()
        frames = b"".join(self._frames)
        self._frames.clear()
        self._waiting.clear()
        return frames
