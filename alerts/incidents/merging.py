"""Merging: two incidents turn out to be one matter. The one is closed as a duplicate, the other goes on for both.

Both logs say it, and each keeps its alerts. The devices of the one that is closed are not told that it is over, because
it is not: from then on they are told what becomes of the other (the stores' `askers`).
"""

from dataclasses import replace
from datetime import datetime

from alerts.actors import Actor
from alerts.decisions import Duty, Record, Stage, TellDevices
from alerts.explanation import Param
from alerts.incidents.commands import MergeInto, TakeIn
from alerts.incidents.holding import with_hold_deadline
from alerts.incidents.incident import ACKNOWLEDGED, OPEN, Disposition, Incident, Outcome, RefusedError
from alerts.incidents.moves_by_people import acknowledge, close
from alerts.severity import gravest


def merge_into(incident: Incident, command: MergeInto, now: datetime) -> Outcome:
    """Close it as a duplicate of another, which goes on for both.

    Raises:
        RefusedError: `closed`; `held` with the holder, as `close` does; `same` when it is the other one itself.
    """
    if command.into_id == incident.id:
        raise RefusedError("same")
    closed = close(incident, command.actor, Disposition.DUPLICATE, None, now, may_override=command.may_override)
    merged = Record(
        code="merged_into", params={"into_id": command.into_id, "into_code": command.into_code}, actor=command.actor
    )
    duties: list[Duty] = [merged if _is_closing(duty) else duty for duty in closed.duties if not _is_farewell(duty)]
    if command.responding:
        duties.append(TellDevices(stage=Stage.RESPONDING))
    return Outcome(incident=replace(closed.incident, duplicate_of=command.into_id), duties=tuple(duties))


def take_in(incident: Incident, command: TakeIn, now: datetime) -> Outcome:
    """Go on for another as well: as grave as the graver of both; what nobody has is taken by whoever merges.

    Raises:
        RefusedError: `closed`.
    """
    taken = _taken_first(incident, command.actor, now)
    grave = gravest(incident.severity, command.severity)
    params: dict[str, Param] = {"from_id": command.from_id, "from_code": command.from_code, "kind": command.kind}
    duties: list[Duty] = [*taken.duties, Record(code="took_in", params=params, actor=command.actor)]
    if grave is not incident.severity:
        raised: dict[str, Param] = {"from": incident.severity, "to": grave}
        duties.append(Record(code="raised_by_merging", params=raised, actor=command.actor))
    touched = with_hold_deadline(replace(taken.incident, severity=grave, touched_at=now))
    return Outcome(incident=touched, duties=tuple(duties))


def _taken_first(incident: Incident, actor: Actor, now: datetime) -> Outcome:
    if incident.state is OPEN:
        return acknowledge(incident, actor, now)
    if incident.state is not ACKNOWLEDGED:
        raise RefusedError("closed")
    return Outcome(incident=incident)


def _is_closing(duty: Duty) -> bool:
    return isinstance(duty, Record) and duty.code == "closed"


def _is_farewell(duty: Duty) -> bool:
    return isinstance(duty, TellDevices) and duty.stage is Stage.CLOSED
