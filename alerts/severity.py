"""How bad it is; sets the clock, the sound and the place in the queue. Never called priority."""

from enum import StrEnum


class Severity(StrEnum):
    """Gravest first; compare with `rank`."""

    CRITICAL = "critical"  #: A life may be at stake now: SOS, a fall. 紧急
    HIGH = "high"  #: Somebody must look within the quarter hour. 严重
    MEDIUM = "medium"  #: Today's work at the desk. 一般
    LOW = "low"  #: To be known. 提示

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def gravest(*severities: Severity) -> Severity:
    """The gravest of those given; at least one is needed."""
    return min(severities, key=lambda severity: severity.rank)
