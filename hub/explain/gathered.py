"""Everything an explanation is told from, read for one incident in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.explanation import Evidence, Explanation
from hub.storage.database import Connection
from hub.storage.explanations import AlertRow, TextRow, alerts_of, device_kinds, qualities_of, texts_of
from hub.storage.incident_views import find_incident
from hub.storage.kept_incidents import KeptIncident, find_kept
from hub.storage.scope import Scope
from hub.storage.views import NamedView


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert, and what its rule said."""

    row: AlertRow
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose incident it is, where, and under which code people speak of it."""

    id: UUID
    code: int
    recipient: NamedView | None
    division_id: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One incident with its alerts, commands, log and texts; names of devices' kinds, and of readings' times."""

    about: About
    kept: KeptIncident
    alerts: Sequence[ToldAlert]
    texts: Sequence[TextRow]
    device_kinds: Mapping[str, str]
    qualities: Mapping[tuple[str, datetime], str]


async def gather(connection: Connection, incident_id: UUID, scope: Scope) -> Gathered | None:
    """What is known of an incident in scope."""
    view = await find_incident(connection, incident_id, scope)
    kept = None if view is None else await find_kept(connection, incident_id)
    if view is None or kept is None:
        return None
    alerts = [
        ToldAlert(row=row, explanation=Explanation.from_json(row.explanation))
        for row in await alerts_of(connection, incident_id)
    ]
    evidence = [alert.explanation.evidence for alert in alerts if alert.explanation.evidence is not None]
    return Gathered(
        about=About(
            id=view.id,
            code=view.code,
            recipient=view.recipient,
            division_id=view.division_id,
            place=view.place,
        ),
        kept=kept,
        alerts=alerts,
        texts=await texts_of(connection, incident_id),
        device_kinds=await device_kinds(connection, _devices(alerts, evidence)),
        qualities=await qualities_of(connection, _readings(evidence)),
    )


def _devices(alerts: Iterable[ToldAlert], evidence: Iterable[Evidence]) -> list[UUID]:
    seen = {UUID(one.device_id) for said in evidence for one in said.seen if one.device_id is not None}
    return sorted(seen | {alert.row.device_id for alert in alerts if alert.row.device_id is not None})


def _readings(evidence: Iterable[Evidence]) -> list[tuple[UUID, datetime]]:
    """What has no quality of its own may be a reading."""
    return [
        (UUID(one.device_id), one.at)
        for said in evidence
        for one in said.seen
        if one.device_id is not None and one.quality is None
    ]
