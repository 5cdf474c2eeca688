"""What the front door counts; the metrics endpoint reads it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class FrontDoorCounters:
    """Totals since the start, and `connections` as a gauge."""

    connections: int = 0  #: Sockets open now.
    connections_max: int = 0  #: So many fit, by the limits and by the file descriptors of this process.
    sessions: int = 0  #: Of these, let in.
    accepted: int = 0  #: Sockets ever opened.
    admitted: int = 0
    refused: Counter[str] = field(default_factory=Counter)  #: CONNECTs not let in, by reason.
    closed: Counter[str] = field(default_factory=Counter)  #: Connections ended, by cause.
    publishes: int = 0  #: Messages given to the sink.
    acknowledged: int = 0  #: Messages the sink has acknowledged.
    forbidden: int = 0  #: Messages on somebody else's topic.
    sent_down: int = 0
    settled_down: int = 0
    floods: int = 0
    discarded: int = 0  #: QoS 0 readings of a gateway's child thrown away over a full hold.
    contested: int = 0  #: Episodes of two clients taking one session from each other.
    reconnect_loops: int = 0
    pauses: int = 0  #: How often a connection was not read from, for whatever reason.
