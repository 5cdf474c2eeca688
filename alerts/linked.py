"""What a step reads of the other incidents of its recipient: enough to tell which of them leads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from alerts.incidents import Incident
from alerts.kinds import IncidentKind
from alerts.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedIncident:
    """Another open incident of the same recipient, as it stands when a step is taken."""

    id: str
    kind: IncidentKind
    severity: Severity
    opened_at: datetime

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """The part of an incident that the ladder of another one may look at."""
        return cls(id=incident.id, kind=incident.kind, severity=incident.severity, opened_at=incident.opened_at)
