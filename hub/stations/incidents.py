"""Incidents under their lock: opening, joining, changing - and the carrying out of what the core decides.

Whoever changes an incident (a press in ingest, an operator through the API, a deadline in duty, a caregiver's reply)
goes through `open_or_join` or `change`, so that the incident, its command, its log, its one deadline, its
notifications, the devices' acknowledgements and the stream move together in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from alerts.decisions import (
    CancelNotifications,
    ClearLadderEmpty,
    Notify,
    Record,
    ReportLadderEmpty,
    Stage,
    TellDevices,
)
from alerts.escalation.policy import choose_policy
from alerts.explanation import Explanation
from alerts.incidents import Outcome, current_stage
from alerts.incidents.applying import apply
from alerts.incidents.commands import Command, Join, NoteCleared, Open
from alerts.kinds import IncidentKind, MaintenanceKind, SubjectType
from alerts.observations import Subject
from hub.stations.records import AckMessage, AlertRequest, Entry, LockedIncident, MaintenanceReport
from hub.stations.store import IncidentStore

#: What may be suspected before it is an incident.
HELD_KINDS = frozenset({IncidentKind.FALL})
#: Two openers race at most once a round; more rounds than this would be a mistake of ours.
_OPEN_ROUNDS_MAX = 10


class NotFoundError(LookupError):
    """No such incident within the caller's scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What became of an alert: its incident, and what its device must be told besides `received`."""

    incident_id: UUID
    opened: bool
    stage: Stage | None


async def open_or_join(
    store: IncidentStore, request: AlertRequest, now: datetime, *, own: Sequence[UUID] = ()
) -> Opened:
    """Open an incident, or join the one of this subject and kind that is not closed; held alerts are taken along.

    Decided under that incident's lock: an incident that is being closed meanwhile is not seen any more, and a new one
    opens. A press cannot vanish between the two.

    `own`: alerts that are stored already, of which the request's is the first; none: a new one is written. The command
    names the others, and what was held, as superseded.
    """
    with_alert = not own
    # Who passes a held alert's deadline does not wait for who passes another's: they could wait for each other.
    held = await _release_held(store, request.subject, request.alert.kind, waits=with_alert)
    superseded = tuple(str(alert_id) for alert_id in dict.fromkeys([*held, *own]) if alert_id not in own[:1])
    opened = await _open_or_join(store, request, now, superseded, with_alert=with_alert)
    if held:
        await store.attach_held(held, opened.incident_id)
    return opened


async def change(store: IncidentStore, incident_id: UUID, command: Command) -> Outcome:
    """Do this to one incident, as it stands under its lock.

    Raises:
        NotFoundError: there is no such incident in the scope.
        alerts.incidents.RefusedError: the core refuses; nothing was changed.
    """
    locked = await store.lock_incident(incident_id)
    if locked is None:
        raise NotFoundError(f"incident {incident_id}")
    return await carry_out(store, locked, command)


async def carry_out(store: IncidentStore, locked: LockedIncident, command: Command) -> Outcome:
    """Do this to an incident that the caller has locked.

    Raises:
        alerts.incidents.RefusedError: the core refuses; nothing was changed.
    """
    outcome = apply(locked.incident, command, locked.at)
    entry = _entry(locked.id, locked.division_id, locked.commands + 1, command, outcome, locked.at)
    await store.save_incident(entry)
    await _do_duties(store, entry, outcome)
    return outcome


async def hold(store: IncidentStore, request: AlertRequest, due_at: datetime) -> UUID:
    """Keep a suspicion: an alert without an incident, and its deadline (DESIGN.md section 2, rule 5)."""
    return await store.hold_alert(request, due_at)


async def clear(
    store: IncidentStore, subject: Subject, kind: IncidentKind, why: Explanation, now: datetime
) -> UUID | None:
    """The cause is gone or was taken back: its alerts are cleared, the incident stays for people to close.

    Returns the incident that had alerts to clear; a held alert is over without ever having had one.
    """
    held = await _release_held(store, subject, kind)
    if held:
        await store.clear_held(held, now)
    locked = await store.lock_not_closed(subject, kind)
    if locked is None or not await store.clear_alerts(locked.id, now):
        return None
    await carry_out(store, locked, NoteCleared(explanation=why))
    return locked.id


# --- Opening and joining -------------------------------------------------------------------------------------------


async def _release_held(
    store: IncidentStore, subject: Subject, kind: IncidentKind, *, waits: bool = True
) -> list[UUID]:
    return list(await store.release_held(subject, kind, waits=waits)) if kind in HELD_KINDS else []


async def _open_or_join(
    store: IncidentStore, request: AlertRequest, now: datetime, superseded: tuple[str, ...], *, with_alert: bool
) -> Opened:
    for _ in range(_OPEN_ROUNDS_MAX):
        locked = await store.lock_not_closed(request.subject, request.alert.kind)
        if locked is not None:
            if with_alert:
                await store.insert_alert(locked.id, request)
            outcome = await carry_out(store, locked, Join(alert=request.alert, superseded=superseded))
            return Opened(incident_id=locked.id, opened=False, stage=current_stage(outcome.incident))
        opened_id = await _try_open(store, request, now, superseded, with_alert=with_alert)
        if opened_id is not None:
            return Opened(incident_id=opened_id, opened=True, stage=None)
    raise RuntimeError("an incident was neither there nor could it be opened")


async def _try_open(
    store: IncidentStore, request: AlertRequest, now: datetime, superseded: tuple[str, ...], *, with_alert: bool
) -> UUID | None:
    policy = choose_policy(
        await store.policy_rules(),
        kind=request.alert.kind,
        severity=request.alert.severity,
        division_id=request.division_id,
    )
    incident_id = store.new_id()
    command = Open(
        incident_id=str(incident_id),
        subject=request.subject,
        alert=request.alert,
        policy=policy,
        superseded=superseded,
    )
    outcome = apply(None, command, now)
    entry = _entry(incident_id, request.division_id, 1, command, outcome, now)
    if not await store.insert_incident(entry, request, with_alert=with_alert):
        return None
    await _do_duties(store, entry, outcome)
    return incident_id


# --- Carrying out --------------------------------------------------------------------------------------------------


def _entry(incident_id: UUID, division_id: str, n: int, command: Command, outcome: Outcome, at: datetime) -> Entry:
    return Entry(
        id=incident_id,
        division_id=division_id,
        n=n,
        at=at,
        command=command,
        incident=outcome.incident,
        log=tuple(duty for duty in outcome.duties if isinstance(duty, Record)),
    )


async def _do_duties(store: IncidentStore, entry: Entry, outcome: Outcome) -> None:
    """Everything that is owed besides the log, which was written with the entry."""
    owed = [duty for duty in outcome.duties if isinstance(duty, Notify)]
    if owed:
        await store.owe(entry, owed)
    for duty in outcome.duties:
        match duty:
            case Record() | Notify():
                pass
            case CancelNotifications():
                await store.cancel_notifications(entry.id)
            case TellDevices():
                await _tell_askers(store, entry, duty)
            case ReportLadderEmpty():
                await store.report_maintenance(_ladder_empty(entry, duty), entry.at)
            case ClearLadderEmpty():
                await _clear_ladder_empty(store, entry)
            case _:
                assert_never(duty)


async def _tell_askers(store: IncidentStore, entry: Entry, duty: TellDevices) -> None:
    acks = [
        AckMessage(
            device_id=asker.device_id,
            division_id=asker.division_id,
            event_ref=asker.event_ref,
            stage=duty.stage,
            reason=duty.reason,
        )
        for asker in await store.askers(entry.id)
    ]
    if acks:
        await store.tell_devices(acks, entry.at)


def _ladder_empty(entry: Entry, duty: ReportLadderEmpty) -> MaintenanceReport:
    """One item for a person, whose numbers are missing; without one it is the place's."""
    params = {**duty.explanation.params, "incident_id": str(entry.id)}
    return MaintenanceReport(
        kind=MaintenanceKind.NOBODY_REACHABLE if duty.nobody else MaintenanceKind.LADDER_EMPTY,
        division_id=entry.division_id,
        device_id=None,
        recipient_id=_recipient_of(entry),
        explanation=replace(duty.explanation, params=params),
    )


async def _clear_ladder_empty(store: IncidentStore, entry: Entry) -> None:
    """The person's items are over; a place's stays until somebody has looked at all of it."""
    recipient_id = _recipient_of(entry)
    if recipient_id is None:
        return
    for kind in (MaintenanceKind.LADDER_EMPTY, MaintenanceKind.NOBODY_REACHABLE):
        await store.clear_maintenance(kind, recipient_id, entry.at)


def _recipient_of(entry: Entry) -> UUID | None:
    subject = entry.incident.subject
    return UUID(subject.id) if subject.type is SubjectType.RECIPIENT else None
