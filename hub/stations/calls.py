"""What a call to the desk does to the incident it is about."""

from collections.abc import Mapping
from uuid import UUID

from alerts.actors import Actor
from alerts.explanation import Param
from alerts.incidents import IncidentState, RefusedError
from alerts.incidents.commands import Acknowledge, Join, LogContactAttempt
from hub.stations.incidents import NotFoundError, carry_out, change
from hub.stations.records import AlertRequest
from hub.stations.store import IncidentStore


async def join_by_call(store: IncidentStore, incident_id: UUID, request: AlertRequest) -> None:
    """Somebody cries for help once more, by telephone: a further alert of whatever incident it is. It sounds again.

    Raises:
        NotFoundError: there is no such incident in the scope.
        alerts.incidents.RefusedError: `closed`; a closed one is not joined, a new one opens.
    """
    locked = await store.lock_incident(incident_id)
    if locked is None:
        raise NotFoundError(f"incident {incident_id}")
    if locked.incident.state is IncidentState.CLOSED:
        raise RefusedError("closed")
    await store.insert_alert(locked.id, request)
    await carry_out(store, locked, Join(alert=request.alert))


async def take_with_call(
    store: IncidentStore, incident_id: UUID, actor: Actor, spoken: Mapping[str, Param] | None
) -> None:
    """Whoever registers the call takes it: they are on the telephone already, and so the contact is logged as one.

    What somebody else holds stays with them; it sounds at their desk. `spoken`: with whom; None: that is not known.
    """
    locked = await store.lock_incident(incident_id)
    if locked is None or locked.incident.acknowledged_by not in (None, actor):
        return
    await carry_out(store, locked, Acknowledge(actor=actor))
    if spoken is not None:
        await change(store, incident_id, LogContactAttempt(actor=actor, params=spoken))
