"""The acknowledgements a connection owes, given in the order in which the messages came (MQTT-4.6.0-2).

A commit of the event lane overtakes the bulk lane's; its PUBACK waits here for its turn.
"""

from collections import deque
from typing import NamedTuple

from hub.ingest.front_door.packet_types import PacketType
from hub.ingest.front_door.reasons import ReasonCode

_WAITING = -1


class Owed:
    """One message on its way to its commit. A plain class: one is made for every message."""

    __slots__ = ("code", "packet_id", "qos", "size")

    def __init__(self, packet_id: int | None, qos: int, size: int) -> None:
        self.packet_id = packet_id
        self.qos = qos
        self.size = size
        self.code: int = _WAITING


class Answer(NamedTuple):
    """A PUBACK or PUBREC whose turn it is."""

    type: PacketType
    packet_id: int
    code: int


class OwedAcknowledgements:
    """The queue of one connection, with what it holds in messages and bytes."""

    def __init__(self) -> None:
        self._queue: deque[Owed] = deque()
        self._qos_2_waiting: set[int] = set()
        self._qos_0_waiting = 0
        self.size = 0  #: Payload bytes of messages that wait for their commit.

    @property
    def unacknowledged(self) -> int:
        """Messages of QoS 1 and 2 that have no answer yet: what receive maximum counts."""
        return len(self._queue)

    @property
    def in_flight(self) -> int:
        """Messages the connection keeps in memory."""
        return len(self._queue) + self._qos_0_waiting

    def owe(self, packet_id: int | None, qos: int, size: int) -> Owed:
        """A message has come in; the answer is due when `settle` says so."""
        owed = Owed(packet_id, qos, size)
        self.size += size
        if packet_id is None:
            self._qos_0_waiting += 1
            return owed
        self._queue.append(owed)
        if qos == 2:
            self._qos_2_waiting.add(packet_id)
        return owed

    def is_waiting_at_qos_2(self, packet_id: int) -> bool:
        """Whether a QoS 2 message of this identifier is still on its way to its commit."""
        return packet_id in self._qos_2_waiting

    def settle(self, owed: Owed, code: int = ReasonCode.SUCCESS) -> list[Answer]:
        """Answer one message; returns the answers that may be sent now. A second answer changes nothing."""
        answers: list[Answer] = []
        if owed.code != _WAITING:
            return answers
        owed.code = code
        self.size -= owed.size
        if owed.packet_id is None:
            self._qos_0_waiting -= 1
            return answers
        queue = self._queue
        while queue and queue[0].code != _WAITING:
            first = queue.popleft()
            packet_id = first.packet_id or 0
            if first.qos == 2:
                self._qos_2_waiting.discard(packet_id)
                answers.append(Answer(PacketType.PUBREC, packet_id, first.code))
            else:
                answers.append(Answer(PacketType.PUBACK, packet_id, first.code))
        return answers
