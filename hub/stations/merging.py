"""Two incidents become one: both change in the caller's transaction, each by its own command."""

from uuid import UUID

from alerts.actors import Actor
from alerts.incidents.commands import MergeInto, TakeIn
from hub.stations.incidents import NotFoundError, carry_out
from hub.stations.records import LockedIncident
from hub.stations.store import IncidentStore


async def merge(
    store: IncidentStore, incident_id: UUID, into_id: UUID, codes: tuple[int, int], actor: Actor, *, may_override: bool
) -> None:
    """Close the one as a duplicate of the other, which goes on for both; `codes`: by which people call them.

    Locked in the order of their ids: of two who merge the same two the other way round, neither waits for ever.

    Raises:
        NotFoundError: one of them is not in the scope.
        alerts.incidents.RefusedError: the core refuses; the caller's transaction must be undone.
    """
    locked = {each: await _lock(store, each) for each in sorted({incident_id, into_id})}
    merged, going_on = locked[incident_id], locked[into_id]
    code, into_code = codes
    taken_in = TakeIn(
        actor=actor,
        from_id=str(incident_id),
        from_code=code,
        kind=merged.incident.kind,
        severity=merged.incident.severity,
    )
    goes_on = going_on.incident
    merging = MergeInto(
        actor=actor,
        into_id=str(into_id),
        into_code=into_code,
        responding=goes_on.responding_at is not None,
        may_override=may_override,
    )
    await carry_out(store, merged, merging)
    await carry_out(store, going_on, taken_in)


async def _lock(store: IncidentStore, incident_id: UUID) -> LockedIncident:
    locked = await store.lock_incident(incident_id)
    if locked is None:
        raise NotFoundError(f"incident {incident_id}")
    return locked
