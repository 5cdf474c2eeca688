"""Passing what is due: each deadline's command is decided by the core and carried out with the next deadline."""

from uuid import UUID

from alerts.engine import judge_expired
from alerts.escalation.linked import TOLD_LATELY, LinkedIncident
from alerts.incidents import IncidentState
from alerts.incidents.commands import Command, PassHoldDeadline, TakeStep
from hub.stations.incidents import carry_out, open_or_join
from hub.stations.records import AlertRequest, LockedIncident
from hub.stations.store import DeadlineOwner, DeadlineStore


async def pass_due_incidents(store: DeadlineStore, limit: int) -> int:
    """Carry out up to `limit` deadlines that are due; returns how many were.

    Two duty processes share the work deadline by deadline. One that fails is undone alone and comes again later; a
    store that is away is raised, and the whole transaction is as if it had not been.
    """
    passed = 0
    for incident_id in await store.lock_due(limit):
        async with store.turn(DeadlineOwner.INCIDENT, incident_id):
            # Whoever has the incident now will set its deadline anew: duty never waits, so it cannot deadlock.
            locked = await store.lock_incident_if_free(incident_id)
            if locked is not None:
                await carry_out(store, locked, await _what_is_due(store, locked))
                passed += 1
    return passed


async def pass_due_held(store: DeadlineStore) -> bool:
    """Open the incident of one held alert whose time has come; whether there was one.

    One a transaction: it may have to wait for an incident's lock, and then must hold no other deadline.
    """
    alert_id = await store.lock_due_held()
    if alert_id is None:
        return False
    async with store.turn(DeadlineOwner.ALERT, alert_id):
        await _open_held(store, alert_id)
    return True


async def _what_is_due(store: DeadlineStore, locked: LockedIncident) -> Command:
    if locked.incident.state is not IncidentState.OPEN:
        return PassHoldDeadline()
    others = await store.other_open(locked)
    return TakeStep(
        reachable=await store.reachable(locked, locked.at),
        linked=tuple(LinkedIncident.of(other) for other in others),
        told=await store.told_lately(locked, locked.at - TOLD_LATELY),
    )


async def _open_held(store: DeadlineStore, alert_id: UUID) -> None:
    held = await store.read_held(alert_id)
    if held is None:
        await store.drop_held_deadline(alert_id)
        return
    request = AlertRequest(
        division_id=held.division_id,
        subject=held.subject,
        recipient_id=held.recipient_id,
        alert=judge_expired(held.explanation),
        occurred_at=held.occurred_at,
        received_at=held.received_at,
    )
    await open_or_join(store, request, await store.now(), own=(alert_id,))
