"""The reasons not to read from a connection for a while.

Reading pauses, and the peer's TCP window fills, instead of anything being dropped. While commits fail (the database is
away) reading goes on, because a PINGREQ must be answered; then a connection that holds too much is closed without an
acknowledgement, and its client still has every message.
"""

from collections.abc import Callable
from enum import IntFlag

from hub.ingest.front_door.balances import Balance
from hub.ingest.front_door.host import Host
from hub.ingest.source import Leaf


class Pause(IntFlag):
    """Why a connection is not read from."""

    AUTHENTICATING = 1  #: The registry is being asked.
    IN_FLIGHT = 2  #: So much of its user waits for its commit already.
    SINK = 4  #: The pipeline holds as much as it may.
    RATE = 8  #: Its sender asks for what it may not, or throws away too much, faster than it may.
    WRITING = 16  #: The client does not read.
    HOLD = 32  #: What is over the rate fills its share of the hold.


class Pace:
    """Why one connection is not read from now; `stop` and `go_on` are called when that begins and ends."""

    def __init__(
        self,
        host: Host,
        balance: Callable[[], Balance],
        *,
        stop: Callable[[], None],
        go_on: Callable[[], None],
    ) -> None:
        self.reasons = Pause(0)
        self._host = host
        self._balance = balance
        self._stop = stop
        self._go_on = go_on

    def pause(self, reason: Pause) -> None:
        """Do not read, for this reason too."""
        if not self.reasons:
            self._stop()
        self.reasons |= reason

    def resume(self, reason: Pause) -> None:
        """This reason is gone."""
        if reason in self.reasons:
            self.reasons &= ~reason
            if not self.reasons:
                self._go_on()

    def pause_for_room(self, leaf: Leaf) -> bool:
        """Stop reading when enough is in flight; True when `reconsider` must be called to go on.

        A device event never stops its connection for a congested sink: the event lane is not what is full of telemetry.
        """
        sink = self._host.sink
        if not sink.storing:
            return False
        if not self._balance().has_room(self._host):
            self.pause(Pause.IN_FLIGHT)
        if leaf is not Leaf.EVENT and sink.congested:
            self.pause(Pause.SINK)
        return bool(self.reasons & (Pause.IN_FLIGHT | Pause.SINK))

    def reconsider(self) -> bool:
        """Read again if what was waited for has come; True when there is nothing left to wait for."""
        storing = self._host.sink.storing
        if Pause.IN_FLIGHT in self.reasons and (not storing or self._balance().has_room(self._host, share=2)):
            self.resume(Pause.IN_FLIGHT)
        if Pause.SINK in self.reasons and (not storing or not self._host.sink.congested):
            self.resume(Pause.SINK)
        return not self.reasons & (Pause.IN_FLIGHT | Pause.SINK)
