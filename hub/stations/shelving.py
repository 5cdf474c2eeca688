"""Shelves: setting a nuisance aside, and bringing back what still lasts when a shelf ends.

What may be set aside is the core's to say (`alerts.storms.shelving`). A shelf cannot end while a transaction puts
something on it, and what it held is brought back one subject at a time, after its end is committed: so neither is
anything lost between the two, nor does the end of a shelf wait for an incident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from alerts.actors import Actor
from alerts.decisions import HoldAlert, RaiseAlert
from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from alerts.storms.shelving import shelf_for, shelvable_as
from hub.stations.incidents import open_or_join
from hub.stations.records import AlertRequest, MaintenanceReport
from hub.stations.store import DeadlineOwner, DeadlineStore, IncidentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedShelf:
    """A shelf that has just ended: what it held back, and how much of that still lasts."""

    division_id: str
    device_id: UUID | None
    recipient_id: UUID | None
    held_back: int
    still: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshelved:
    """What an ended shelf held of one subject and kind, and still lasts: the newest alert, and all of them."""

    request: AlertRequest
    alert_ids: Sequence[UUID]


class ShelfStore(DeadlineStore, Protocol):
    """Shelves whose time has come, and what was on them."""

    async def lock_due_shelf(self) -> UUID | None:
        """A shelf whose end has come, the longest due first; none that another has, or that rests."""
        ...

    async def end_shelf(self, shelf_id: UUID, by: Actor | None, now: datetime) -> EndedShelf | None:
        """End it, by somebody or by time; None when it had ended already. Wakes duty."""
        ...

    async def lock_unshelved(self) -> Unshelved | None:
        """What an ended shelf held and still lasts, locked; none that another has."""
        ...

    async def attach_unshelved(self, alert_ids: Sequence[UUID], incident_id: UUID) -> None:
        """They are active alerts of the incident now."""
        ...


async def set_aside(
    store: IncidentStore, request: AlertRequest, finding: RaiseAlert | HoldAlert, now: datetime
) -> bool:
    """Record the alert on the shelf that holds for it; False: there is none, it goes to the desk."""
    if shelvable_as(finding) is None:
        return False
    shelf = shelf_for(await store.shelves_over(request.subject, request.device_id), request.subject, finding, now)
    if shelf is None:
        return False
    await store.shelve_alert(request, UUID(shelf.id))
    return True


async def pass_due_shelf(store: ShelfStore) -> bool:
    """End one shelf whose time has come; whether there was one."""
    shelf_id = await store.lock_due_shelf()
    if shelf_id is None:
        return False
    async with store.turn(DeadlineOwner.SHELF, shelf_id):
        await end_shelf(store, shelf_id, None)
    return True


async def end_shelf(store: ShelfStore, shelf_id: UUID, by: Actor | None) -> bool:
    """End a shelf, by hand or by time, and say so to maintenance; False when it had ended already."""
    now = await store.now()
    ended = await store.end_shelf(shelf_id, by, now)
    if ended is None:
        return False
    params: dict[str, Param] = {
        "held_back": ended.held_back,
        "still": ended.still,
        "by": None if by is None else by.name,
        "shelf_id": str(shelf_id),
    }
    await store.report_maintenance(
        MaintenanceReport(
            kind=MaintenanceKind.SHELF_ENDED,
            division_id=ended.division_id,
            device_id=ended.device_id,
            recipient_id=ended.recipient_id,
            explanation=Explanation(code="shelf_ended", params=params),
            momentary=True,
        ),
        now,
    )
    return True


async def raise_unshelved(store: ShelfStore) -> bool:
    """Bring back what an ended shelf held of one subject, and still lasts; whether there was any.

    One a transaction: it may have to wait for an incident's lock, and then must hold nothing else.
    """
    unshelved = await store.lock_unshelved()
    if unshelved is None:
        return False
    async with store.turn(DeadlineOwner.ALERT, unshelved.alert_ids[0]):
        opened = await open_or_join(store, unshelved.request, await store.now(), own=unshelved.alert_ids)
        await store.attach_unshelved(unshelved.alert_ids, opened.incident_id)
    return True
