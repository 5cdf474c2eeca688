"""Power cuts as rows: one maintenance item for a place, with the devices' own items inside it.

What is found is the core's (`alerts.storms.power`). One process at a time looks, as with groups.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from alerts.storms.power import MAINS_POWERED, UNPLUGGED_WITHIN, PowerCut, Sign, SignKind, find_power_cuts, is_over
from hub.storage import maintenance, stream
from hub.storage.database import Connection
from hub.storage.queries import queries

#: Devices of slow rhythm are found silent long after their neighbours; so late they still belong to the same power cut.
LOOK_BACK = timedelta(hours=2)
#: A watch that nobody puts back on its charger says nothing of the mains any more.
FORGOTTEN_AFTER = timedelta(hours=6)


async def watch_power(connection: Connection, now: datetime) -> None:
    """Open, extend and end the power cuts of all places, in the caller's transaction."""
    locked = await (await connection.execute(queries("groups").lock)).fetchone()
    if locked is None or not locked[0]:
        return
    standing = await _end_those_over(connection)
    await connection.execute(queries("power_cuts").unfold)
    for item_id in standing.values():
        await connection.execute(queries("power_cuts").fold, {"item_id": item_id})
    signs = await _read_signs(connection)
    if not signs:
        return
    for place_id, item_id in standing.items():
        await _add(connection, item_id, place_id, _more_of(signs, place_id))
    loose = [sign for sign in signs if sign.place_id not in standing]
    for cut in find_power_cuts(loose, await _count_powered(connection, {sign.place_id for sign in loose})):
        concerned = [sign for sign in loose if sign.place_id == cut.place_id and sign.device_id in cut.device_ids]
        await _open(connection, cut, concerned, now)


def _more_of(signs: Iterable[Sign], place_id: str) -> list[Sign]:
    """What is found silent later is of it, too; a charger that goes out hours later is somebody who gets up."""
    return [sign for sign in signs if sign.place_id == place_id and sign.kind is SignKind.SILENT]


async def _end_those_over(connection: Connection) -> dict[str, UUID]:
    """The power cuts that go on, by place."""
    cursor = await connection.execute(queries("power_cuts").standing, {"forgotten_after": FORGOTTEN_AFTER})
    goes_on: dict[str, UUID] = {}
    for item_id, place_id, concerned, still in await cursor.fetchall():
        if is_over(concerned, still):
            await connection.execute(queries("power_cuts").end, {"item_id": item_id})
            await stream.append(connection, "maintenance", item_id, place_id)
        else:
            goes_on[place_id] = item_id
    return goes_on


async def _read_signs(connection: Connection) -> list[Sign]:
    cursor = await connection.execute(
        queries("power_cuts").signs,
        {"mains": sorted(MAINS_POWERED), "look_back": LOOK_BACK, "unplugged_back": 2 * UNPLUGGED_WITHIN},
    )
    return [
        Sign(kind=SignKind(kind), device_id=device_id, home=home, place_id=place_id, at=at)
        for kind, device_id, home, place_id, at in await cursor.fetchall()
    ]


async def _count_powered(connection: Connection, places: set[str]) -> dict[str, int]:
    cursor = await connection.execute(
        queries("power_cuts").powered, {"mains": sorted(MAINS_POWERED), "places": sorted(places)}
    )
    return {place_id: int(count) for place_id, count in await cursor.fetchall()}


async def _open(connection: Connection, cut: PowerCut, concerned: Iterable[Sign], now: datetime) -> None:
    params: dict[str, Param] = {
        "since": cut.since.isoformat(),
        "sign": cut.kind,
        "homes": cut.homes,
        "devices": len(cut.device_ids),
    }
    await maintenance.report(
        connection,
        maintenance.MaintenanceReport(
            kind=MaintenanceKind.POWER_CUT,
            division_id=cut.place_id,
            device_id=None,
            recipient_id=None,
            explanation=Explanation(code="power_cut", params=params),
        ),
        now,
    )
    cursor = await connection.execute(queries("power_cuts").item_of, {"place_id": cut.place_id})
    for (item_id,) in await cursor.fetchall():
        await _add(connection, item_id, cut.place_id, concerned)


async def _add(connection: Connection, item_id: UUID, place_id: str, signs: Iterable[Sign]) -> None:
    """These devices tell of it, too."""
    by_kind: dict[SignKind, list[str]] = {}
    for sign in signs:
        by_kind.setdefault(sign.kind, []).append(sign.device_id)
    for kind, device_ids in by_kind.items():
        params = {"item_id": item_id, "place_id": place_id, "sign": kind, "device_ids": device_ids}
        cursor = await connection.execute(queries("power_cuts").add_devices, params)
        if cursor.rowcount:
            await connection.execute(queries("power_cuts").fold, {"item_id": item_id})
            await stream.append(connection, "maintenance", item_id, place_id)
