"""What happens in the tests of the contract: presses, falls, and who takes them."""

from datetime import UTC, datetime
from uuid import UUID

from alerts.actors import Actor, ActorType
from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.stations.incidents import Opened, open_or_join
from hub.stations.records import AlertRequest
from tests.hub.ingest.worlds import COUNTY
from tests.hub.stations.ground import Ground, Stores

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WANG = Actor(type=ActorType.OPERATOR, id="wang", name="王")
ZHAO = Actor(type=ActorType.OPERATOR, id="zhao", name="赵")


class UndoneError(Exception):
    """What a test ends a transaction with that is to leave nothing."""


def subject_of(recipient_id: UUID) -> Subject:
    return Subject(type=SubjectType.RECIPIENT, id=str(recipient_id))


def alert(
    recipient_id: UUID,
    event_id: str = "p-1",
    *,
    kind: IncidentKind = IncidentKind.SOS,
    severity: Severity = Severity.CRITICAL,
    device_id: UUID | None = None,
) -> AlertRequest:
    """An alert of this person; with a device, which asks to be told."""
    return AlertRequest(
        division_id=COUNTY,
        subject=subject_of(recipient_id),
        recipient_id=recipient_id,
        alert=RaiseAlert(kind=kind, severity=severity, explanation=Explanation(code=f"{kind}_seen")),
        occurred_at=NOON,
        received_at=NOON,
        device_id=device_id,
        event_id=event_id,
        wants_ack=device_id is not None,
    )


async def press_in(stores: Stores, request: AlertRequest) -> Opened:
    """An alert, in a transaction that goes on."""
    return await open_or_join(stores.incidents, request, await stores.incidents.now())


async def press(ground: Ground, request: AlertRequest) -> UUID:
    """An alert, committed; its incident."""
    async with ground.transaction() as stores:
        return (await press_in(stores, request)).incident_id
