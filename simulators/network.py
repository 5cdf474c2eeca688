"""What a bad network does to a device, as chances; the device still behaves as its firmware would.

Over TCP a message that is lost is a link that breaks: before the hub has it, or after, when only the acknowledgement is
missing and the same message comes again.
"""

import random
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of one message."""

    ARRIVES = "arrives"
    TWICE = "twice"  #: The same packet again, with the DUP mark.
    LOST = "lost"  #: The link breaks in the middle of it.
    UNANSWERED = "unanswered"  #: It arrives, and the link breaks before the acknowledgement.


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the network is; chances are per message, 0-1."""

    delay_s: float = 0.0  #: Before each message, on average.
    loss: float = 0.0
    duplicates: float = 0.0
    reorders: bool = False  #: What was buffered leaves in an order of chance.
    gives_up_after_s: float = 20.0  #: So long the firmware waits for a PUBACK before it connects anew.

    def delay(self, dice: random.Random) -> float:
        """Seconds that this message is late."""
        return dice.uniform(0, 2 * self.delay_s) if self.delay_s else 0.0

    def fate(self, dice: random.Random) -> Fate:
        """What becomes of the next message."""
        throw = dice.random()
        if throw < self.loss:
            return Fate.LOST if throw < self.loss / 2 else Fate.UNANSWERED
        return Fate.TWICE if dice.random() < self.duplicates else Fate.ARRIVES


#: Nothing gets lost on the way.
GOOD_NETWORK = Network()
