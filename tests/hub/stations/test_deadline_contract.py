"""What every store of deadlines does: each is passed once, in its order; one that fails keeps nobody else."""

import asyncio
from datetime import timedelta
from uuid import UUID

from alerts.incidents import Deadline, IncidentState
from alerts.incidents.commands import Acknowledge, AddNote
from alerts.incidents.replay import replay
from alerts.kinds import IncidentKind
from hub.stations.deadlines import pass_due_held, pass_due_incidents
from hub.stations.incidents import change, clear, hold
from hub.stations.store import DeadlineOwner
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import NOON, WANG, alert, press, press_in, subject_of


async def _pass(ground: Ground, *, process: str = "one", limit: int = 10) -> int:
    async with ground.transaction(process=process) as stores:
        return await pass_due_incidents(stores.incidents, limit)


async def _due(ground: Ground, *, process: str = "one") -> list[UUID]:
    async with ground.transaction(process=process) as stores:
        return list(await stores.incidents.lock_due(10))


def _fail() -> None:
    raise RuntimeError("a mistake of ours")


async def test_what_is_due_comes_the_longest_due_first_and_what_is_not_due_does_not(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (600, "desk"))
    first, second = [await press(ground, alert(await ground.recipient())) for _ in range(2)]
    assert await _due(ground) == [first, second]
    assert await _pass(ground, limit=1) == 1
    assert await _due(ground) == [second]
    assert (await _pass(ground), await _pass(ground)) == (1, 0)


async def test_a_step_sets_the_next_deadline_and_tells_its_people(ground: Ground) -> None:
    await ground.ladder((0, "contacts"), (600, "desk"))
    person = await ground.recipient()
    await ground.contact(person, "10000000001")
    incident_id = await press(ground, alert(person))
    assert await _pass(ground) == 1
    kept = await ground.kept(incident_id)
    taken_at = kept.commands[-1].at
    assert (kept.incident.deadline, kept.incident.due_at) == (Deadline.ESCALATE, taken_at + timedelta(seconds=600))
    assert kept.texts == (("10000000001", "owed"),)
    assert replay(kept.commands)[-1].incident == kept.incident


async def test_what_another_process_is_passing_is_passed_over(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (600, "desk"))
    incidents = [await press(ground, alert(await ground.recipient())) for _ in range(3)]
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert list(await stores.incidents.lock_due(2)) == incidents[:2]
        assert list(await others.incidents.lock_due(10)) == incidents[2:]


async def test_two_processes_take_each_step_once(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (600, "desk"))
    incidents = [await press(ground, alert(await ground.recipient())) for _ in range(6)]

    async def work(process: str) -> int:
        return sum([await _pass(ground, process=process, limit=2) for _ in range(6)])

    assert sum(await asyncio.gather(work("one"), work("two"))) == 6
    for incident_id in incidents:
        assert (await ground.kept(incident_id)).codes == ["opened", "desk_sounded"]


async def test_a_deadline_whose_incident_somebody_has_is_left_to_them(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (600, "desk"))
    incident_id = await press(ground, alert(await ground.recipient()))
    async with ground.transaction(process="desk") as desk:
        assert await desk.incidents.lock_incident(incident_id) is not None
        assert await _pass(ground) == 0
        await change(desk.incidents, incident_id, Acknowledge(actor=WANG))
    assert await _pass(ground) == 0
    assert (await ground.kept(incident_id)).incident.state is IncidentState.ACKNOWLEDGED


async def test_a_turn_that_fails_is_undone_alone_rests_and_stays_due(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (600, "desk"))
    bad, good = [await press(ground, alert(await ground.recipient())) for _ in range(2)]
    before = await ground.kept(bad)
    async with ground.transaction() as stores:
        async with stores.incidents.turn(DeadlineOwner.INCIDENT, bad):
            await change(stores.incidents, bad, AddNote(actor=WANG, text="?"))
            _fail()
        async with stores.incidents.turn(DeadlineOwner.INCIDENT, good):
            await change(stores.incidents, good, AddNote(actor=WANG, text="!"))
    assert await ground.kept(bad) == before  # its deadline included: how late it is can be seen
    assert (await ground.kept(good)).codes == ["opened", "note"]
    assert (await _due(ground), await _due(ground, process="two")) == ([good], [good])
    assert await _pass(ground) == 1
    async with ground.transaction() as stores:
        seconds = await stores.incidents.next_due_s()
    assert seconds is not None
    assert 0 < seconds <= 2, "it comes again soon, not at once and not never"


async def test_without_a_deadline_nothing_is_due(ground: Ground) -> None:
    async with ground.transaction() as stores:
        assert await stores.incidents.next_due_s() is None
        assert list(await stores.incidents.lock_due(10)) == []
        assert await stores.incidents.lock_due_held() is None
    await ground.ladder((600, "desk"))
    await press(ground, alert(await ground.recipient()))
    async with ground.transaction() as stores:
        seconds = await stores.incidents.next_due_s()
    assert seconds is not None
    assert 590 < seconds <= 600


# --- Held alerts ---------------------------------------------------------------------------------------------------


async def _hold(ground: Ground, person: UUID, event_id: str, *, due_in_s: float = -1) -> UUID:
    async with ground.transaction() as stores:
        due_at = await stores.incidents.now() + timedelta(seconds=due_in_s)
        request = alert(person, event_id, kind=IncidentKind.FALL, device_id=await ground.device())
        return await hold(stores.incidents, request, due_at)


async def _pass_held(ground: Ground) -> bool:
    async with ground.transaction() as stores:
        return await pass_due_held(stores.incidents)


async def test_a_held_alert_opens_its_incident_when_its_time_has_come_and_no_earlier(ground: Ground) -> None:
    person = await ground.recipient()
    await _hold(ground, person, "f-1", due_in_s=600)
    assert not await _pass_held(ground)
    await _hold(ground, person, "f-2")
    assert await _pass_held(ground)
    [incident_id] = await ground.incidents()
    kept = await ground.kept(incident_id)
    assert (sorted(kept.alerts), kept.codes) == ([("f-1", "active"), ("f-2", "active")], ["opened", "took_along"])
    assert not await _pass_held(ground)


async def test_a_held_alert_that_another_process_is_passing_is_passed_over(ground: Ground) -> None:
    first, second = [await _hold(ground, await ground.recipient(), event_id) for event_id in ("f-1", "f-2")]
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert await stores.incidents.lock_due_held() == first
        assert await others.incidents.lock_due_held() == second


async def test_who_clears_a_held_alert_that_is_just_being_passed_finds_its_incident(ground: Ground) -> None:
    person = await ground.recipient()
    await _hold(ground, person, "f-1")

    async def cancel() -> UUID | None:
        async with ground.transaction(process="ingest") as stores:
            subject, why = subject_of(person), alert(person).alert.explanation
            return await clear(stores.incidents, subject, IncidentKind.FALL, why, NOON)

    async with ground.transaction() as stores:
        assert await pass_due_held(stores.incidents)
        cancelling = asyncio.create_task(cancel())
        await ground.until_waiting(cancelling)
    [incident_id] = await ground.incidents()
    assert await cancelling == incident_id
    assert (await ground.kept(incident_id)).alerts == (("f-1", "cleared"),)


async def test_a_held_alert_that_is_held_no_more_is_dropped(ground: Ground) -> None:
    person = await ground.recipient()
    alert_id = await _hold(ground, person, "f-1")
    async with ground.transaction() as stores:
        held = await stores.incidents.read_held(alert_id)
        assert held is not None
        assert (held.subject, held.explanation.code) == (subject_of(person), "fall_seen")
        await press_in(stores, alert(person, "f-2", kind=IncidentKind.FALL))
    async with ground.transaction() as stores:
        assert await stores.incidents.read_held(alert_id) is None
        await stores.incidents.drop_held_deadline(alert_id)
    assert await ground.deadlines() == 1  # the incident's own


async def test_what_is_just_being_passed_is_left_to_whoever_passes_it_where_that_is_asked(ground: Ground) -> None:
    person = await ground.recipient()
    passing, other = [await _hold(ground, person, event_id) for event_id in ("f-1", "f-2")]
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert await stores.incidents.lock_due_held() == passing
        released = await others.incidents.release_held(subject_of(person), IncidentKind.FALL, waits=False)
        assert list(released) == [other]
