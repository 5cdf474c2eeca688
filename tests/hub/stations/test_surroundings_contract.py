"""What hangs on incidents in every store: texts, devices, siblings, held alerts, causes that are gone."""

from datetime import timedelta
from uuid import UUID

from alerts.explanation import Explanation
from alerts.incidents import Disposition, IncidentState
from alerts.incidents.commands import (
    Acknowledge,
    Close,
    Command,
    TakeStep,
)
from alerts.incidents.replay import replay
from alerts.kinds import IncidentKind, MaintenanceKind
from alerts.severity import Severity
from hub.stations.incidents import change, clear, hold
from hub.stations.records import MaintenanceReport
from tests.hub.ingest.worlds import COUNTY
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import NOON, WANG, alert, press, subject_of

CLOSED = Close(actor=WANG, disposition=Disposition.REAL)


async def _change(ground: Ground, incident_id: UUID, *commands: Command) -> None:
    for command in commands:
        async with ground.transaction() as stores:
            await change(stores.incidents, incident_id, command)


# --- What a change owes --------------------------------------------------------------------------------------------


async def _owe(ground: Ground, *phones: str) -> UUID:
    """An incident whose one step has told these contacts."""
    await ground.ladder((0, "contacts"), (600, "desk"))
    person = await ground.recipient()
    for phone in phones:
        await ground.contact(person, phone)
    incident_id = await press(ground, alert(person))
    async with ground.transaction() as stores:
        locked = await stores.incidents.lock_incident(incident_id)
        assert locked is not None
        reachable = await stores.incidents.reachable(locked, locked.at)
        await change(stores.incidents, incident_id, TakeStep(reachable=reachable))
    return incident_id


async def test_a_step_owes_each_of_its_people_a_text(ground: Ground) -> None:
    kept = await ground.kept(await _owe(ground, "10000000001", "10000000002"))
    assert kept.texts == (("10000000001", "owed"), ("10000000002", "owed"))


async def test_what_has_not_left_does_not_leave_once_it_is_taken(ground: Ground) -> None:
    incident_id = await _owe(ground, "10000000001")
    await _change(ground, incident_id, Acknowledge(actor=WANG))
    assert (await ground.kept(incident_id)).texts == (("10000000001", "cancelled"),)


async def test_a_device_that_asked_is_told_once_for_each_of_its_events(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    incident_id = await press(ground, alert(person, device_id=device))
    await press(ground, alert(person, device_id=device))
    await press(ground, alert(person, "p-2", device_id=device))
    await press(ground, alert(person, "p-3"))  # asked for nothing
    await _change(ground, incident_id, Acknowledge(actor=WANG))
    assert sorted(await ground.acks()) == [("p-1", "taken"), ("p-2", "taken")]


async def test_the_same_fault_is_one_item_with_a_count(ground: Ground) -> None:
    device = await ground.device()
    fault = MaintenanceReport(
        kind=MaintenanceKind.LOW_BATTERY,
        division_id=COUNTY,
        device_id=device,
        recipient_id=None,
        explanation=Explanation(code="low_battery"),
    )
    async with ground.transaction() as stores:
        await stores.incidents.report_maintenance(fault, NOON)
        await stores.incidents.report_maintenance(fault, NOON)
    assert await ground.maintenance() == [("low_battery", 2)]
    async with ground.transaction() as stores:
        await stores.incidents.clear_maintenance(MaintenanceKind.LOW_BATTERY, device, NOON)
        await stores.incidents.report_maintenance(fault, NOON + timedelta(seconds=1))
    assert await ground.maintenance() == [("low_battery", 1)]


# --- What is beside it ---------------------------------------------------------------------------------------------


async def test_the_other_open_incidents_of_the_person_are_seen_the_oldest_first(ground: Ground) -> None:
    person = await ground.recipient()
    sos = await press(ground, alert(person))
    bed = await press(ground, alert(person, kind=IncidentKind.BED, severity=Severity.MEDIUM))
    fall = await press(ground, alert(person, kind=IncidentKind.FALL))
    taken = await press(ground, alert(person, kind=IncidentKind.VITALS))
    await _change(ground, taken, Acknowledge(actor=WANG))
    await press(ground, alert(await ground.recipient()))
    async with ground.transaction() as stores:
        locked = await stores.incidents.lock_incident(bed)
        assert locked is not None
        others = await stores.incidents.other_open(locked)
    assert [UUID(other.id) for other in others] == [sos, fall]
    assert all(other.due_at is not None for other in others)


async def test_whom_the_persons_other_incidents_were_to_tell_is_seen_but_not_what_was_cancelled(ground: Ground) -> None:
    told = await _owe(ground, "10000000001")
    kept = await ground.kept(told)
    person = UUID(kept.incident.subject.id)
    bed = await press(ground, alert(person, kind=IncidentKind.BED))

    async def numbers() -> list[str]:
        async with ground.transaction() as stores:
            locked = await stores.incidents.lock_incident(bed)
            assert locked is not None
            return [one.number for one in await stores.incidents.told_lately(locked, locked.at - timedelta(minutes=5))]

    assert await numbers() == ["10000000001"]
    await _change(ground, told, Acknowledge(actor=WANG))  # it had not left: nobody was told
    assert await numbers() == []


async def test_one_that_was_alerted_lately_is_found_until_it_is_closed(ground: Ground) -> None:
    person = await ground.recipient()
    incident_id = await press(ground, alert(person))
    alerted_at = (await ground.kept(incident_id)).incident.last_alert_at

    async def found(since_s: float) -> UUID | None:
        async with ground.transaction() as stores:
            since = alerted_at + timedelta(seconds=since_s)
            return await stores.incidents.recent_incident(subject_of(person), IncidentKind.SOS, since)

    assert (await found(-1), await found(0)) == (incident_id, None)
    await _change(ground, incident_id, CLOSED)
    assert await found(-1) is None


# --- Held alerts, and causes that are gone -------------------------------------------------------------------------


async def test_a_held_alert_is_no_incident_and_is_taken_along_by_the_one_of_its_kind(ground: Ground) -> None:
    person = await ground.recipient()
    async with ground.transaction() as stores:
        await hold(stores.incidents, alert(person, "f-1", kind=IncidentKind.FALL), NOON)
    assert (list(await ground.incidents()), await ground.deadlines()) == ([], 1)
    await press(ground, alert(person))  # of another kind: it stays held
    assert await ground.deadlines() == 2
    incident_id = await press(ground, alert(person, "f-2", kind=IncidentKind.FALL))
    assert sorted((await ground.kept(incident_id)).alerts) == [("f-1", "active"), ("f-2", "active")]
    assert await ground.deadlines() == 2


async def test_a_held_alert_that_is_cleared_never_was_an_incident(ground: Ground) -> None:
    person = await ground.recipient()
    async with ground.transaction() as stores:
        await hold(stores.incidents, alert(person, "f-1", kind=IncidentKind.FALL), NOON)
    async with ground.transaction() as stores:
        why = Explanation(code="fall_cancelled")
        assert await clear(stores.incidents, subject_of(person), IncidentKind.FALL, why, NOON) is None
    assert (list(await ground.incidents()), await ground.deadlines()) == ([], 0)
    incident_id = await press(ground, alert(person, "f-2", kind=IncidentKind.FALL))
    assert (await ground.kept(incident_id)).alerts == (("f-2", "active"),)


async def test_a_cause_that_is_gone_clears_its_alerts_once_and_the_incident_stays(ground: Ground) -> None:
    person = await ground.recipient()
    incident_id = await press(ground, alert(person))
    for expected in (incident_id, None):
        async with ground.transaction() as stores:
            why = Explanation(code="sos_cancelled")
            assert await clear(stores.incidents, subject_of(person), IncidentKind.SOS, why, NOON) == expected
    kept = await ground.kept(incident_id)
    assert (kept.incident.state, kept.alerts, kept.codes) == (
        IncidentState.OPEN,
        (("p-1", "cleared"),),
        ["opened", "sos_cancelled"],
    )
    assert replay(kept.commands)[-1].incident == kept.incident
