"""Messages in order per device; senders take turns, and within a sender its devices: a flood waits behind itself.

A sender is a device, a gateway, or a broker with all that is behind it. Nothing is refused here and nothing is dropped.
"""

from collections import Counter, deque
from collections.abc import Callable

from hub.ingest.source import InboundMessage


class _Devices:
    """The devices one sender speaks of, in the order of their turns."""

    __slots__ = ("_queues",)

    def __init__(self) -> None:
        self._queues: dict[str, deque[InboundMessage]] = {}

    def __bool__(self) -> bool:
        return bool(self._queues)

    def put(self, message: InboundMessage) -> None:
        queue = self._queues.get(message.device_id)
        if queue is None:
            queue = self._queues[message.device_id] = deque()
        queue.append(message)

    def take(self, is_busy: Callable[[str], bool]) -> InboundMessage | None:
        """The oldest message of the first device that is not busy; the device goes to the end of the row."""
        queues = self._queues
        for device_id in queues:
            if not is_busy(device_id):
                queue = queues.pop(device_id)
                message = queue.popleft()
                if queue:
                    queues[device_id] = queue
                return message
        return None


class FairQueue:
    """What waits in a lane."""

    def __init__(self) -> None:
        self._senders: dict[str, _Devices] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, message: InboundMessage) -> None:
        """Queue behind what this sender has said of this device."""
        devices = self._senders.get(message.sender_id)
        if devices is None:
            devices = self._senders[message.sender_id] = _Devices()
        devices.put(message)
        self._length += 1

    def take(
        self, most: int, each_most: int, is_busy: Callable[[str], bool], *, bytes_most: int
    ) -> list[InboundMessage]:
        """Up to `most` messages in turn, up to `each_most` of a sender, none of a device that is busy.

        The message with which the payloads come to `bytes_most` is the last.
        """
        size = 0
        batch: list[InboundMessage] = []
        taken: Counter[str] = Counter()
        resting: dict[str, _Devices] = {}
        served: dict[str, _Devices] = {}
        senders = self._senders
        while senders and len(batch) < most and size < bytes_most:
            sender_id = next(iter(senders))
            devices = senders.pop(sender_id)
            message = devices.take(is_busy)
            if message is None:
                resting[sender_id] = devices
                continue
            taken[sender_id] += 1
            batch.append(message)
            size += len(message.payload)
            if devices:
                (senders if taken[sender_id] < each_most else served)[sender_id] = devices
        if resting or served:  # who rests has waited longest, and is the first to be looked at again
            self._senders = {**resting, **senders, **served}
        self._length -= len(batch)
        return batch
