"""PUBACKs in the order in which messages came (MQTT 5, 4.6): a commit may be early, its PUBACK waits for its turn."""

from collections import deque
from collections.abc import Callable


class OrderedAcknowledgements:
    """What one connection owes its broker."""

    def __init__(self, send: Callable[[int], None]) -> None:
        self._send = send
        self._owed: deque[int] = deque()
        self._is_settled: dict[int, bool] = {}
        self._is_over = False

    def __len__(self) -> int:
        return len(self._owed)

    def owe(self, packet_id: int) -> bool:
        """A message came; False when the broker repeats one that is still being taken in, whose PUBACK is owed."""
        if packet_id in self._is_settled:
            return False
        self._owed.append(packet_id)
        self._is_settled[packet_id] = False
        return True

    def settle(self, packet_id: int) -> None:
        """Its consequences are committed; after the connection's end it is the next one's to be told."""
        if self._is_over:
            return
        self._is_settled[packet_id] = True
        while self._owed and self._is_settled[self._owed[0]]:
            first = self._owed.popleft()
            del self._is_settled[first]
            self._send(first)

    def end(self) -> None:
        """The connection is gone: the broker sends again whatever it was not told, and is answered then."""
        self._is_over = True
        self._owed.clear()
        self._is_settled.clear()
