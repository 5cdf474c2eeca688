"""Where the person of an incident is likely to be: at home, and where a device last was, if that may be known.

Whereabouts are sensitive (DOMAIN.md section 6). A position is told when the person agreed to it, or while an SOS or a
fall of theirs is not closed: then only what the device said when it cried. Everything else stays where it is.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from alerts.kinds import IncidentKind
from hub.storage.database import Connection, database_now
from hub.storage.places import PointView
from hub.storage.queries import queries
from hub.storage.scope import Scope
from hub.storage.views import View, fetch_view

#: An older fix says nothing about where to go now.
_FIX_WITHIN = timedelta(hours=24)
_CRIES = frozenset({IncidentKind.SOS, IncidentKind.FALL})


class PositionView(View):
    """Where a device was, in the datum it said; `accuracy_m` null: nobody knows how near."""

    lat: float
    lon: float
    accuracy_m: float | None
    source: str | None
    datum: Literal["wgs84", "gcj02", "bd09"]
    fixed_at: datetime


class WhereaboutsView(View):
    """Where to look for the person of an incident.

    `withheld`: the person has not agreed to be located, so positions are neither kept nor shown; `position` is then at
    most what the device said when it cried, while that is not closed. `home` is WGS-84.
    """

    position: PositionView | None
    home: PointView | None
    withheld: bool


class _Permission(View):
    recipient_id: UUID | None
    division_id: str
    state: str
    kind: str
    location_consent: bool
    home: PointView | None


async def find_whereabouts(
    connection: Connection, incident_id: UUID, scope: Scope
) -> tuple[WhereaboutsView, str] | None:
    """Where to look, and the incident's division; None when no incident in scope has this id."""
    asked = {"incident_id": incident_id, "scope": scope.sql}
    found = await fetch_view(connection, _Permission, queries("whereabouts").of_incident, asked)
    if found is None:
        return None
    now = await database_now(connection)
    asked |= {"recipient_id": found.recipient_id, "now": now, "since": now - _FIX_WITHIN}
    fixes = []
    if found.location_consent or _cries(found):
        fixes.append(await fetch_view(connection, PositionView, queries("whereabouts").of_cry, asked))
    if found.location_consent:
        fixes.append(await fetch_view(connection, PositionView, queries("whereabouts").of_readings, asked))
    newest = max((fix for fix in fixes if fix is not None), key=lambda fix: fix.fixed_at, default=None)
    withheld = found.recipient_id is not None and not found.location_consent
    return WhereaboutsView(position=newest, home=found.home, withheld=withheld), found.division_id


def _cries(found: _Permission) -> bool:
    """Whether this is a cry that nobody has dealt with; of a device that nobody wears on record, too."""
    return found.state != "closed" and found.kind in _CRIES
