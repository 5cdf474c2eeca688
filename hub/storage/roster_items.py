"""What is wrong with rosters, in the maintenance queue: one item for each kind, place and role; it clears itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.stations.records import MaintenanceReport
from hub.storage import maintenance, stream
from hub.storage.database import Connection
from hub.storage.queries import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """Which roster, and what kind of thing is wrong with it."""

    kind: MaintenanceKind
    division_id: str
    role: str


async def show_faults(
    connection: Connection,
    found: Mapping[RosterFault, Explanation],
    kinds: Collection[MaintenanceKind],
    now: datetime,
) -> None:
    """These are all faults of these kinds: new ones become items, those that are over are cleared.

    What an open item says already is not reported once more.
    """
    await connection.execute(queries("roster_items").alone)
    cursor = await connection.execute(queries("roster_items").open_items, {"kinds": [str(kind) for kind in kinds]})
    shown = {
        RosterFault(kind=MaintenanceKind(kind), division_id=division_id, role=role): explanation
        for kind, division_id, role, explanation in await cursor.fetchall()
    }
    for fault, explanation in found.items():
        if shown.get(fault) != explanation.to_json():
            await maintenance.report(connection, _report(fault, explanation), now, about=fault.role)
    for fault in shown.keys() - found.keys():
        await _clear(connection, fault, now)


def _report(fault: RosterFault, explanation: Explanation) -> MaintenanceReport:
    return MaintenanceReport(
        kind=fault.kind,
        division_id=fault.division_id,
        device_id=None,
        recipient_id=None,
        explanation=explanation,
    )


async def _clear(connection: Connection, fault: RosterFault, now: datetime) -> None:
    cursor = await connection.execute(
        queries("roster_items").clear,
        {"kind": fault.kind, "division_id": fault.division_id, "about": fault.role, "now": now},
    )
    for (item_id,) in await cursor.fetchall():
        await stream.append(connection, "maintenance", item_id, fault.division_id)
