"""What every store of incidents does: opening, joining, changing, undoing, waiting - and keeping each command."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from alerts.incidents import Disposition, IncidentState, RefusedError
from alerts.incidents.commands import (
    Acknowledge,
    AddNote,
    Close,
    Command,
    HandOver,
    LogContactAttempt,
    Reopen,
    SetResponding,
    TakeStep,
)
from alerts.incidents.replay import log_of, replay
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.stations.incidents import NotFoundError, change
from tests.hub.stations.ground import Ground
from tests.hub.stations.presses import WANG, ZHAO, UndoneError, alert, press, press_in

CLOSED = Close(actor=WANG, disposition=Disposition.REAL)


async def _change(ground: Ground, incident_id: UUID, *commands: Command) -> None:
    for command in commands:
        async with ground.transaction() as stores:
            await change(stores.incidents, incident_id, command)


# --- Opening and joining -------------------------------------------------------------------------------------------


async def test_a_first_alert_opens_an_incident_with_all_that_hangs_on_it(ground: Ground) -> None:
    await ground.ladder((60, "desk"))
    kept = await ground.kept(await press(ground, alert(await ground.recipient())))
    assert (kept.incident.state, kept.alerts) == (IncidentState.OPEN, (("p-1", "active"),))
    assert kept.incident.due_at == kept.incident.opened_at + timedelta(seconds=60)
    assert (kept.codes, [one.n for one in kept.commands], kept.shown) == (["opened"], [1], 1)
    assert await ground.deadlines() == 1


async def test_a_further_alert_joins_the_one_that_is_not_closed(ground: Ground) -> None:
    person = await ground.recipient()
    first = await press(ground, alert(person))
    second = await press(ground, alert(person, "p-2"))
    kept = await ground.kept(first)
    assert second == first
    assert (kept.alerts, kept.codes) == ((("p-1", "active"), ("p-2", "active")), ["opened", "joined"])
    assert await ground.deadlines() == 1


async def test_another_kind_and_another_person_are_other_incidents(ground: Ground) -> None:
    one, other = await ground.recipient(), await ground.recipient()
    requests = [alert(one), alert(one, kind=IncidentKind.BED), alert(other)]
    assert len({await press(ground, request) for request in requests}) == 3


async def test_of_two_who_open_at_once_the_second_joins(ground: Ground) -> None:
    person = await ground.recipient()
    async with ground.transaction() as stores:
        first = await press_in(stores, alert(person))
        second = asyncio.create_task(press(ground, alert(person, "p-2")))
        await ground.until_waiting(second)
    assert await second == first.incident_id
    assert await ground.incidents() == [first.incident_id]


async def test_who_waited_for_an_opening_that_was_undone_opens(ground: Ground) -> None:
    person = await ground.recipient()
    with suppress(UndoneError):
        async with ground.transaction() as stores:
            await press_in(stores, alert(person))
            second = asyncio.create_task(press(ground, alert(person, "p-2")))
            await ground.until_waiting(second)
            raise UndoneError
    kept = await ground.kept(await second)
    assert (kept.alerts, len(await ground.incidents())) == ((("p-2", "active"),), 1)


async def test_a_press_that_waited_for_a_closing_opens_anew(ground: Ground) -> None:
    person = await ground.recipient()
    first = await press(ground, alert(person))
    async with ground.transaction() as stores:
        await change(stores.incidents, first, CLOSED)
        pressing = asyncio.create_task(press(ground, alert(person, "p-2")))
        await ground.until_waiting(pressing)
    second = await pressing
    assert second != first
    assert (await ground.kept(second)).alerts == (("p-2", "active"),)


async def test_what_is_undone_was_never_there(ground: Ground) -> None:
    person = await ground.recipient()
    with suppress(UndoneError):
        async with ground.transaction() as stores:
            await press_in(stores, alert(person))
            raise UndoneError
    assert (list(await ground.incidents()), await ground.deadlines()) == ([], 0)


# --- Changing ------------------------------------------------------------------------------------------------------


async def test_who_waited_finds_the_incident_and_its_deadline_as_they_were_left(ground: Ground) -> None:
    incident_id = await press(ground, alert(await ground.recipient()))

    async def add_note() -> None:
        async with ground.transaction() as stores:
            locked = await stores.incidents.lock_incident(incident_id)
            assert locked is not None
            assert (locked.incident.acknowledged_by, locked.commands) == (WANG, 2)
            assert (locked.incident, locked.at >= taken.at) == (taken.incident, True)

    async with ground.transaction() as stores:
        await change(stores.incidents, incident_id, Acknowledge(actor=WANG))
        locked_again = await stores.incidents.lock_incident(incident_id)
        assert locked_again is not None
        taken = locked_again
        noting = asyncio.create_task(add_note())
        await ground.until_waiting(noting)
    await noting


async def test_one_that_somebody_has_is_not_waited_for_where_that_is_asked(ground: Ground) -> None:
    incident_id = await press(ground, alert(await ground.recipient()))
    async with ground.transaction() as stores, ground.transaction(process="two") as others:
        assert await stores.incidents.lock_incident(incident_id) is not None
        assert await others.incidents.lock_incident_if_free(incident_id) is None
    async with ground.transaction() as stores:
        assert await stores.incidents.lock_incident_if_free(incident_id) is not None


async def test_a_refused_command_leaves_nothing(ground: Ground) -> None:
    incident_id = await press(ground, alert(await ground.recipient()))
    before = await ground.kept(incident_id)
    with pytest.raises(RefusedError):
        await _change(ground, incident_id, Reopen(actor=WANG))
    assert await ground.kept(incident_id) == before


async def test_what_is_not_there_cannot_be_changed(ground: Ground) -> None:
    async with ground.transaction() as stores:
        with pytest.raises(NotFoundError):
            await change(stores.incidents, stores.incidents.new_id(), Acknowledge(actor=WANG))


async def test_a_closed_incident_has_no_deadline_and_a_reopened_one_has_again(ground: Ground) -> None:
    incident_id = await press(ground, alert(await ground.recipient()))
    await _change(ground, incident_id, CLOSED)
    assert ((await ground.kept(incident_id)).incident.due_at, await ground.deadlines()) == (None, 0)
    await _change(ground, incident_id, Reopen(actor=WANG))
    assert ((await ground.kept(incident_id)).incident.state, await ground.deadlines()) == (IncidentState.OPEN, 1)


async def test_the_commands_replayed_are_the_row_its_deadline_and_its_log(ground: Ground) -> None:
    await ground.ladder((0, "desk"), (0.25, "contacts"))
    person = await ground.recipient()
    await ground.contact(person, "10000000001")
    incident_id = await press(ground, alert(person, device_id=await ground.device()))
    async with ground.transaction() as stores:
        for _ in range(2):
            locked = await stores.incidents.lock_incident(incident_id)
            assert locked is not None
            reachable = await stores.incidents.reachable(locked, locked.at)
            await change(stores.incidents, incident_id, TakeStep(reachable=reachable))
    await press(ground, alert(person, "p-2", severity=Severity.HIGH))
    await _change(
        ground,
        incident_id,
        Acknowledge(actor=WANG),
        LogContactAttempt(actor=WANG, params={"outcome": "no_answer", "minutes": 0.1}),
        HandOver(actor=WANG, to=ZHAO, note="交接"),
        SetResponding(actor=ZHAO, params={"name": "孙"}),
        AddNote(actor=ZHAO, text="门已开"),
        Close(actor=ZHAO, disposition=Disposition.REAL),
        Reopen(actor=ZHAO),
    )
    kept = await ground.kept(incident_id)
    happened = replay(kept.commands)
    assert happened[-1].incident == kept.incident
    assert tuple(log_of(happened)) == kept.log
    assert len(kept.commands) == 11
    assert kept.shown >= 10, "once at least for each transaction"


async def test_identities_sort_in_the_order_in_which_they_were_given(ground: Ground) -> None:
    async with ground.transaction() as stores:
        given = [stores.incidents.new_id() for _ in range(50)]
    assert given == sorted(set(given))
