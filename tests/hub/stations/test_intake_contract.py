"""What every store of device events does, and what taking one in means: known by its identity, judged once."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from alerts.decisions import Finding, RaiseAlert
from alerts.explanation import Explanation
from alerts.incidents import IncidentState
from alerts.incidents.commands import Acknowledge, SetResponding
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.stations.incidents import change
from hub.stations.intake import SentEvent, take_in
from hub.stations.intake_store import DeviceEventRow, EventIdentity, UnreadableEvent
from hub.stations.unreadable import set_aside
from tests.hub.ingest.worlds import COUNTY
from tests.hub.stations.ground import Ground, Stores
from tests.hub.stations.presses import NOON, WANG, UndoneError, subject_of


def _identity(device_id: UUID, row_id: UUID, name: str, *, packet_id: int = 1) -> EventIdentity:
    return EventIdentity(
        device_id=device_id,
        identity=name.encode(),
        device_event_id=row_id,
        payload_sha256=sha256(name.encode()).digest(),
        packet_id=packet_id,
    )


def _sent(stores: Stores, person: UUID, device_id: UUID, event_id: str = "e-1", *, lasting: bool = True) -> SentEvent:
    """A press of the person's device."""
    row = DeviceEventRow(
        id=stores.intake.new_id(),
        division_id=COUNTY,
        device_id=device_id,
        recipient_id=person,
        event="sos_pressed",
        event_id=event_id,
        seq=None,
        boot_id=None,
        occurred_at=NOON,
        device_occurred_at=NOON,
        received_at=NOON,
        quality="clock",
        historical=False,
        test=False,
        component=None,
        wants_ack=True,
        evidence=None,
        location=None,
        payload=b"{}",
    )
    identity = _identity(device_id, row.id, event_id)
    return SentEvent(row=row, identity=identity, lasting=lasting, dup=False, subject=subject_of(person))


def _found(device_id: UUID) -> tuple[Finding, ...]:
    why = Explanation(code="sos_pressed")
    return (RaiseAlert(kind=IncidentKind.SOS, severity=Severity.CRITICAL, explanation=why, device_id=str(device_id)),)


def _never() -> Iterable[Finding]:
    raise AssertionError("a repeated event was judged again")


async def _press(ground: Ground, person: UUID, device: UUID, at: datetime = NOON, *, lasting: bool = True) -> bool:
    async with ground.transaction() as stores:
        sent = _sent(stores, person, device, lasting=lasting)
        return await take_in(stores.intake, sent, lambda: _found(device), at)


# --- The ledger ----------------------------------------------------------------------------------------------------


async def test_an_identity_is_new_once_and_then_names_its_event(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    async with ground.transaction() as stores:
        sent = _sent(stores, person, device)
        assert await stores.intake.remember_event(sent.identity, NOON) is None
        await stores.intake.insert_device_event(sent.row)
    async with ground.transaction() as stores:
        known = await stores.intake.remember_event(_identity(device, stores.intake.new_id(), "e-1"), NOON)
        assert known is not None
        assert (known.device_event_id, known.seen_at, known.device_occurred_at) == (sent.row.id, NOON, NOON)
        newer = _identity(device, stores.intake.new_id(), "e-1", packet_id=2)
        await stores.intake.succeed_event(newer, NOON + timedelta(days=2))
        known = await stores.intake.remember_event(newer, NOON + timedelta(days=3))
        assert known is not None
        assert (known.device_event_id, known.packet_id) == (newer.device_event_id, 2)
        assert known.seen_at == NOON + timedelta(days=2)


async def test_another_device_has_identities_of_its_own(ground: Ground) -> None:
    async with ground.transaction() as stores:
        for _ in range(2):
            identity = _identity(await ground.device(), stores.intake.new_id(), "e-1")
            assert await stores.intake.remember_event(identity, NOON) is None


async def test_an_identity_that_was_undone_is_not_known(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    with suppress(UndoneError):
        async with ground.transaction() as stores:
            await take_in(stores.intake, _sent(stores, person, device), lambda: _found(device), NOON)
            raise UndoneError
    assert (list(await ground.incidents()), list(await ground.acks())) == ([], [])
    assert await _press(ground, person, device)


async def test_of_two_who_bring_the_same_event_at_once_one_is_told_of_the_other(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    async with ground.transaction() as stores:
        assert await take_in(stores.intake, _sent(stores, person, device), lambda: _found(device), NOON)
        second = asyncio.create_task(_press(ground, person, device))
        await ground.until_waiting(second)
    assert not await second
    assert len(await ground.incidents()) == 1


# --- Taking one in -------------------------------------------------------------------------------------------------


async def test_a_press_is_received_and_in_an_incident(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    assert await _press(ground, person, device)
    [incident_id] = await ground.incidents()
    assert (await ground.kept(incident_id)).alerts == (("e-1", "active"),)
    assert await ground.acks() == [("e-1", "received")]


async def test_a_repeated_press_changes_nothing_and_is_answered_by_how_its_incident_stands(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    await _press(ground, person, device)
    [incident_id] = await ground.incidents()
    told = [("e-1", "received")]
    for command, stages in (
        (Acknowledge(actor=WANG), ["received", "taken"]),
        (SetResponding(actor=WANG), ["received", "responding"]),
    ):
        async with ground.transaction() as stores:
            await change(stores.incidents, incident_id, command)
        before = await ground.kept(incident_id)
        told = list(await ground.acks())
        async with ground.transaction() as stores:
            assert not await take_in(stores.intake, _sent(stores, person, device), _never, NOON)
        assert list(await ground.acks()) == told + [("e-1", stage) for stage in stages]
        assert await ground.kept(incident_id) == before


async def test_a_press_without_a_lasting_identity_is_another_one_after_some_seconds(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    assert await _press(ground, person, device, lasting=False)
    assert not await _press(ground, person, device, NOON + timedelta(seconds=10), lasting=False)
    assert await _press(ground, person, device, NOON + timedelta(seconds=11), lasting=False)
    [incident_id] = await ground.incidents()
    assert len((await ground.kept(incident_id)).alerts) == 2


async def test_an_id_given_again_after_a_day_is_a_press_and_an_item(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    await _press(ground, person, device)
    async with ground.transaction() as stores:
        sent = _sent(stores, person, device)
        later = replace(
            sent,
            row=replace(sent.row, device_occurred_at=NOON + timedelta(days=1)),
            identity=replace(sent.identity, payload_sha256=sha256(b"other").digest()),
        )
        assert await take_in(stores.intake, later, lambda: _found(device), NOON + timedelta(days=1))
    assert await ground.maintenance() == [("event_id_reused", 1)]


async def test_the_incident_of_an_event_is_found_as_it_stands(ground: Ground) -> None:
    person, device = await ground.recipient(), await ground.device()
    async with ground.transaction() as stores:
        sent = _sent(stores, person, device)
        await take_in(stores.intake, sent, lambda: _found(device), NOON)
        standing = await stores.intake.standing_of(sent.row.id)
        assert standing is not None
        assert (standing.state, standing.responding) == (IncidentState.OPEN, False)
        assert await stores.intake.standing_of(stores.intake.new_id()) is None


# --- What cannot be read -------------------------------------------------------------------------------------------


async def _garbage(ground: Ground, device: UUID, payload: bytes, at: datetime = NOON) -> bool:
    event = UnreadableEvent(
        division_id=COUNTY,
        device_id=device,
        recipient_id=None,
        topic="up/event",
        payload=payload,
        reason=Explanation(code="not_json"),
        received_at=at,
        event_id="g-1",
    )
    async with ground.transaction() as stores:
        identity = _identity(device, stores.intake.new_id(), payload.decode())
        return await set_aside(stores.intake, event, identity, at, dup=False) is not None


async def test_an_event_nobody_can_read_is_shown_and_its_device_is_refused(ground: Ground) -> None:
    device = await ground.device()
    assert await _garbage(ground, device, b"?")
    [incident_id] = await ground.incidents()
    kept = await ground.kept(incident_id)
    assert (kept.incident.kind, kept.alerts) == (IncidentKind.UNREADABLE_EVENT, (("g-1", "active"),))
    assert await ground.acks() == [("g-1", "refused")]


async def test_the_same_bytes_within_seconds_are_one_cry_and_later_another(ground: Ground) -> None:
    device = await ground.device()
    assert await _garbage(ground, device, b"?")
    assert not await _garbage(ground, device, b"?", NOON + timedelta(seconds=10))
    assert await _garbage(ground, device, b"?", NOON + timedelta(seconds=11))
    assert len(await ground.incidents()) == 1
