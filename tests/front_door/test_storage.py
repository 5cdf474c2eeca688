"""The front door's memory in PostgreSQL: sessions, messages to devices, credentials."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest

from hub.storage import device_credentials, mqtt_sessions
from hub.storage.database import listen
from hub.storage.device_credentials import PostgresCredentials
from hub.storage.fixed_records import FixedRecords
from hub.storage.mqtt_records import (
    Admission,
    DatabaseAwayError,
    DownFilter,
    OwedMessage,
    Refusal,
    RefusedBecause,
    Settlement,
    StoredSession,
)
from hub.storage.mqtt_sessions import DOWN_MESSAGE_CHANNEL, remember_received
from tests.front_door.fakes import until
from tests.front_door.shelf import Shelf, live, subscription

# -- sessions ---------------------------------------------------------------------------------------------------------


async def test_a_session_is_made_resumed_and_ended(shelf: Shelf) -> None:
    device_id = await shelf.device()
    made = await shelf.lasting(device_id)
    assert not made.present
    resumed = await shelf.lasting(device_id)
    assert (resumed.id, resumed.present, resumed.generation) == (made.id, True, 2)
    assert resumed.subscriptions == (subscription(device_id),)
    fresh = await shelf.sessions.open(device_id, "c", clean_start=True, expiry_s=600)
    assert fresh is not None
    assert (fresh.id == made.id, fresh.present, fresh.subscriptions) == (False, False, ())
    assert await shelf.sessions.open(device_id, "c", clean_start=True, expiry_s=0) is None
    assert await shelf.run("SELECT 1 FROM mqtt_session") == []


async def test_a_session_taken_up_for_the_last_time_ends_with_its_connection(shelf: Shelf) -> None:
    device_id = await shelf.device()
    await shelf.lasting(device_id)
    last = await shelf.sessions.open(device_id, "c", clean_start=False, expiry_s=0)
    assert last is not None
    assert last.present
    await shelf.sessions.close(last, 0)
    assert await shelf.run("SELECT 1 FROM mqtt_session") == []


async def test_a_late_ending_does_not_touch_the_next_connection(shelf: Shelf) -> None:
    device_id = await shelf.device()
    first = await shelf.lasting(device_id)
    await shelf.lasting(device_id)
    await shelf.sessions.close(first, 0)
    await shelf.sessions.close(first, 600)
    assert await shelf.run("SELECT disconnected_at FROM mqtt_session") == [(None,)]


async def test_an_expired_session_is_not_resumed(shelf: Shelf) -> None:
    device_id = await shelf.device()
    old = await shelf.lasting(device_id)
    await shelf.sessions.close(old, 600)
    await shelf.run("UPDATE mqtt_session SET disconnected_at = now() - interval '601 s'")
    assert not (await shelf.lasting(device_id)).present


async def test_two_users_may_use_the_same_client_id(shelf: Shelf) -> None:
    one, other = await shelf.device(), await shelf.device()
    assert (await shelf.lasting(one)).id != (await shelf.lasting(other)).id


async def test_after_a_crash_every_expiry_begins_to_run_and_the_expired_go(shelf: Shelf) -> None:
    device_id = await shelf.device()
    gone, kept, connected = [await shelf.lasting(device_id, name) for name in ("gone", "kept", "connected")]
    await shelf.run("UPDATE mqtt_session SET disconnected_at = now() - interval '1 h' WHERE id = %(id)s", id=gone.id)
    await shelf.sessions.tidy([connected.id])
    rows = await shelf.run("SELECT id, disconnected_at IS NULL FROM mqtt_session ORDER BY id")
    assert dict(rows) == {kept.id: False, connected.id: True}


async def test_qos_2_identifiers_are_remembered_with_the_commit_and_released(shelf: Shelf) -> None:
    session = await shelf.lasting(await shelf.device())
    async with shelf.pool.connection() as connection:
        await remember_received(connection, [(session.id, 9), (session.id, 10), (session.id, 9), (uuid4(), 1)])
    await shelf.sessions.release([(session.id, 10)])
    name = (await shelf.run("SELECT user_id, client_id FROM mqtt_session"))[0]
    resumed = await shelf.sessions.open(str(name[0]), name[1], clean_start=False, expiry_s=600)
    assert resumed is not None
    assert resumed.received_packet_ids == frozenset({9})


async def test_unsubscribing_and_subscribing_to_an_ended_session_do_no_harm(shelf: Shelf) -> None:
    device_id = await shelf.device()
    session = await shelf.lasting(device_id)
    await shelf.sessions.subscribe(session.id, [subscription(device_id, qos=0), subscription(device_id, qos=1)])
    await shelf.sessions.unsubscribe(session.id, [subscription(device_id).topic_filter])
    assert await shelf.run("SELECT 1 FROM mqtt_subscription") == []
    await shelf.sessions.close(session, 0)
    await shelf.sessions.subscribe(session.id, [subscription(device_id)])
    assert await shelf.run("SELECT 1 FROM mqtt_subscription") == []


# -- down messages ----------------------------------------------------------------------------------------------------


async def test_queueing_wakes_the_front_door_when_it_commits(shelf: Shelf) -> None:
    device_id = await shelf.device()
    notifications = listen(shelf.dsn, [DOWN_MESSAGE_CHANNEL], name="test")
    assert await anext(notifications) == ("", "")
    await shelf.queue(device_id)
    assert await asyncio.wait_for(anext(notifications), 5) == (DOWN_MESSAGE_CHANNEL, device_id)
    await notifications.aclose()  # type: ignore[attr-defined]


async def test_a_message_waits_until_somebody_subscribes(shelf: Shelf) -> None:
    device_id = await shelf.device()
    ack, command = await shelf.queue(device_id, "ack"), await shelf.queue(device_id, "command")
    await shelf.queue(device_id, lifetime_s=-1)
    await shelf.queue(await shelf.device())
    only_commands = (DownFilter(device_id=device_id, leaf="command"),)
    assert await shelf.take(live(device_id, filters=only_commands)) == [(1, command, 1)]
    assert await shelf.take(live(device_id)) == [(1, ack, 1), (1, command, 2)]
    assert await shelf.take(live(device_id, in_flight=(ack,))) == [(1, command, 1)]
    await shelf.downlinks.settle([Settlement(message_id=command, session_id=None)])
    assert await shelf.take(live(device_id)) == [(1, ack, 1)]


async def test_room_is_respected(shelf: Shelf) -> None:
    device_id = await shelf.device()
    wanted = [await shelf.queue(device_id) for _ in range(5)]
    assert [message_id for _, message_id, _ in await shelf.take(live(device_id, room=3))] == wanted[:3]


async def test_a_lasting_session_keeps_what_another_session_has_acknowledged(shelf: Shelf) -> None:
    """The watch's own session takes the message; the one that is offline still gets it."""
    device_id = await shelf.device()
    offline = await shelf.lasting(device_id, "offline")
    message_id = await shelf.queue(device_id)
    assert await shelf.take(live(device_id)) == [(1, message_id, 1)]
    await shelf.downlinks.settle([Settlement(message_id=message_id, session_id=None)])
    assert await shelf.delivered() == {message_id}
    assert await shelf.take(live(device_id, key=2)) == []
    assert await shelf.take(live(device_id, offline)) == [(1, message_id, 1)]
    await shelf.downlinks.settle([Settlement(message_id=message_id, session_id=offline.id)])
    assert await shelf.take(live(device_id, offline)) == []


async def test_a_resumed_session_knows_what_was_sent_under_which_identifier(shelf: Shelf) -> None:
    device_id = await shelf.device()
    session = await shelf.lasting(device_id)
    sent, unsent = await shelf.queue(device_id), await shelf.queue(device_id)
    await shelf.take(live(device_id, session, room=1))
    resumed = await shelf.lasting(device_id)
    assert {number: message.id for number, message in resumed.unacknowledged.items()} == {1: sent}
    assert await shelf.take(live(device_id, resumed, in_flight=(sent,))) == [(1, unsent, 1)]


async def test_a_lasting_session_is_not_sent_what_it_has_unsubscribed_from(shelf: Shelf) -> None:
    device_id = await shelf.device()
    session = await shelf.lasting(device_id)
    await shelf.queue(device_id)
    await shelf.take(live(device_id, session))
    await shelf.sessions.unsubscribe(session.id, [subscription(device_id).topic_filter])
    assert await shelf.take(live(device_id, session)) == []


async def test_a_gateway_takes_its_childrens_messages_and_no_others(shelf: Shelf) -> None:
    gateway = await shelf.device(kind="gateway")
    child, stranger = await shelf.device(gateway_id=gateway), await shelf.device()
    for_child = await shelf.queue(child)
    await shelf.queue(stranger)
    lasting = await shelf.sessions.open(gateway, "g", clean_start=False, expiry_s=600)
    assert lasting is not None
    await shelf.sessions.subscribe(lasting.id, [subscription(None)])
    assert await shelf.take(live(gateway)) == [(1, for_child, 1)]
    assert await shelf.take(live(gateway, lasting)) == [(1, for_child, 1)]
    assert await shelf.downlinks.users_of([child]) == {child, gateway}
    assert await shelf.downlinks.users_of([stranger]) == {stranger}


async def test_a_child_that_moved_is_not_the_old_gateways_any_more(shelf: Shelf) -> None:
    old, new = await shelf.device(kind="gateway"), await shelf.device(kind="gateway")
    child = await shelf.device(gateway_id=old)
    lasting = await shelf.sessions.open(old, "g", clean_start=False, expiry_s=600)
    assert lasting is not None
    await shelf.sessions.subscribe(lasting.id, [subscription(None)])
    message_id = await shelf.queue(child)
    assert await shelf.take(live(old, lasting)) == [(1, message_id, 1)]
    await shelf.run("UPDATE device SET gateway_id = %(new)s WHERE id = %(child)s", new=new, child=child)
    assert await shelf.take(live(old, lasting)) == []
    assert await shelf.take(live(new)) == [(1, message_id, 1)]


async def test_expired_messages_are_cleared_away(shelf: Shelf) -> None:
    device_id = await shelf.device()
    session = await shelf.lasting(device_id)
    await shelf.queue(device_id)
    await shelf.take(live(device_id, session))
    await shelf.run("UPDATE down_message SET expires_at = now() - interval '8 days'")
    await shelf.sessions.tidy([session.id])
    assert await shelf.run("SELECT 1 FROM down_message UNION ALL SELECT 1 FROM mqtt_delivery") == []


async def test_both_kinds_of_session_are_served_in_one_round(shelf: Shelf) -> None:
    device_id = await shelf.device()
    session = await shelf.lasting(device_id)
    message_id = await shelf.queue(device_id)
    taken: list[OwedMessage] = await shelf.downlinks.take([live(device_id, key=5), live(device_id, session, key=6)])
    assert sorted((owed.session_key, owed.message.id) for owed in taken) == [(5, message_id), (6, message_id)]
    message = taken[0].message
    assert (message.device_id, message.leaf, message.payload) == (device_id, "ack", b"ack")


# -- credentials ------------------------------------------------------------------------------------------------------


async def test_the_registry_decides_who_comes_in(shelf: Shelf) -> None:
    device_id, gateway = await shelf.device(secret=b"right"), await shelf.device(kind="gateway")
    admitted = await shelf.credentials.authenticate(device_id, b"right")
    assert admitted == Admission(device_id=device_id, secret_sha256=hashlib.sha256(b"right").digest())
    as_gateway = await shelf.credentials.authenticate(gateway, b"s")
    assert isinstance(as_gateway, Admission)
    assert as_gateway.is_gateway
    wrong = await shelf.credentials.authenticate(device_id, b"wrong")
    assert wrong == Refusal(reason=RefusedBecause.WRONG_PASSWORD, device_id=device_id)
    for unknown in (str(uuid4()), "admin", device_id.upper(), ""):
        assert await shelf.credentials.authenticate(unknown, b"right") == Refusal(reason=RefusedBecause.UNKNOWN_DEVICE)
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=device_id)
    revoked = await shelf.credentials.authenticate(device_id, b"right")
    assert revoked == Refusal(reason=RefusedBecause.REVOKED, device_id=device_id)


async def test_withdrawn_are_the_revoked_the_renewed_and_the_changed(shelf: Shelf) -> None:
    ids = [await shelf.device() for _ in range(4)]
    admissions = [await shelf.credentials.authenticate(device_id, b"s") for device_id in ids]
    known = [admission for admission in admissions if isinstance(admission, Admission)]
    assert await shelf.credentials.withdrawn(known) == []
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=ids[0])
    await shelf.run("UPDATE device SET secret_sha256 = '\\x00' WHERE id = %(id)s", id=ids[1])
    await shelf.run("UPDATE device SET kind = 'gateway' WHERE id = %(id)s", id=ids[2])
    assert await shelf.credentials.withdrawn(known) == known[:3]


async def test_a_gateways_children_are_those_registered_and_not_revoked(shelf: Shelf) -> None:
    gateway = await shelf.device(kind="gateway")
    child, revoked = await shelf.device(gateway_id=gateway), await shelf.device(gateway_id=gateway)
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=revoked)
    assert await shelf.credentials.children(gateway) == {child}


async def test_who_was_let_in_before_is_remembered_though_nothing_else_was_read(shelf: Shelf) -> None:
    known, unknown, revoked = await shelf.device(), await shelf.device(), await shelf.device()
    admitted = await shelf.credentials.authenticate(known, b"s")
    await shelf.credentials.authenticate(revoked, b"s")
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=revoked)
    await shelf.credentials.authenticate(revoked, b"s")
    await shelf.pool.close()
    assert await shelf.credentials.authenticate(known, b"s") == admitted
    unavailable = Refusal(reason=RefusedBecause.UNAVAILABLE)
    for user_id, secret in ((known, b"wrong"), (unknown, b"s"), (revoked, b"s")):
        assert await shelf.credentials.authenticate(user_id, secret) == unavailable
    with pytest.raises(DatabaseAwayError):
        await shelf.sessions.release([(uuid4(), 1)])


@pytest.fixture
async def learning(shelf: Shelf) -> AsyncIterator[PostgresCredentials]:
    """The credentials of a hub that runs."""
    running = asyncio.create_task(shelf.credentials.run())
    yield shelf.credentials
    running.cancel()


def recalls(credentials: PostgresCredentials, device_id: str, secret: bytes = b"s") -> bool:
    """Whether the device would be let in while the database is away."""
    return isinstance(credentials._recall(UUID(device_id), hashlib.sha256(secret).digest()), Admission)


async def test_devices_that_never_came_are_known_by_heart(shelf: Shelf, learning: PostgresCredentials) -> None:
    device_id, gateway, revoked = await shelf.device(), await shelf.device(kind="gateway"), await shelf.device()
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=revoked)
    learning.recheck_all()
    await until(lambda: recalls(learning, device_id))
    await shelf.pool.close()
    admitted = await learning.authenticate(gateway, b"s")
    assert isinstance(admitted, Admission)
    assert (admitted.device_id, admitted.is_gateway) == (gateway, True)
    plain = await learning.authenticate(device_id, b"s")
    assert isinstance(plain, Admission)
    assert not plain.is_gateway
    for user_id, secret in ((device_id, b"wrong"), (revoked, b"s"), (str(uuid4()), b"s")):
        assert await learning.authenticate(user_id, secret) == Refusal(reason=RefusedBecause.UNAVAILABLE)


async def test_what_the_registry_tells_is_learnt_one_by_one(shelf: Shelf, learning: PostgresCredentials) -> None:
    revoked, renewed, deleted = await shelf.device(), await shelf.device(), await shelf.device()
    learning.recheck_all()
    await until(lambda: recalls(learning, deleted))
    new = await shelf.device()
    await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=revoked)
    await shelf.run("UPDATE device SET secret_sha256 = sha256('t') WHERE id = %(id)s", id=renewed)
    await shelf.run("DELETE FROM device WHERE id = %(id)s", id=deleted)
    for device_id in (revoked, renewed, deleted, new):
        learning.recheck(device_id)
    await until(lambda: recalls(learning, new))
    assert [recalls(learning, one) for one in (revoked, renewed, deleted)] == [False, False, False]
    assert recalls(learning, renewed, b"t")


async def test_a_change_is_not_undone_by_a_reading_that_began_before_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    device_id, other = await shelf.device(), await shelf.device()
    credentials, read_all = shelf.credentials, shelf.credentials._read_all

    async def read_and_revoke() -> FixedRecords:
        old = await read_all()
        await shelf.run("UPDATE device SET revoked_at = now() WHERE id = %(id)s", id=device_id)
        credentials.recheck(device_id)
        return old

    monkeypatch.setattr(credentials, "_read_all", read_and_revoke)
    credentials.recheck_all()
    await credentials._learn()
    assert not recalls(credentials, device_id)
    assert recalls(credentials, other)


async def test_what_could_not_be_read_is_read_when_the_database_is_back(shelf: Shelf) -> None:
    device_id = await shelf.device()
    credentials = shelf.credentials
    credentials.recheck_all()
    credentials.recheck(device_id)
    async with await psycopg.AsyncConnection.connect(shelf.dsn) as blocker:
        await blocker.execute("LOCK TABLE device")
        with pytest.raises(DatabaseAwayError):
            await credentials._learn()
    await credentials._learn()
    assert recalls(credentials, device_id)


async def test_pages_of_devices_and_of_session_names_leave_nobody_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_credentials, "_PAGE", 2)
    monkeypatch.setattr(mqtt_sessions, "_NAMES_MAX", 2)
    devices = [await shelf.device() for _ in range(5)]
    await shelf.credentials._learn()
    assert [recalls(shelf.credentials, one) for one in devices] == [True] * 5
    for device_id in devices[:3]:
        await shelf.lasting(device_id, "c")
    await shelf.lasting(devices[0], "d")
    await shelf.sessions.open(devices[4], "brief", clean_start=True, expiry_s=0)
    names = [name async for page in shelf.sessions.names() for name in page]
    assert sorted(names) == sorted([(devices[0], "d"), *((one, "c") for one in devices[:3])])


async def test_the_tables_refuse_what_mqtt_does_not_have(shelf: Shelf) -> None:
    session = await shelf.lasting(await shelf.device())
    with pytest.raises(psycopg.errors.CheckViolation):
        await shelf.run("INSERT INTO mqtt_received VALUES (%(id)s, 0)", id=session.id)


async def test_a_database_that_hangs_counts_as_away(shelf: Shelf) -> None:
    """Somebody holds the table: the client is answered from memory instead of running into its time-out."""
    device_id = await shelf.device()
    admitted = await shelf.credentials.authenticate(device_id, b"s")
    async with await psycopg.AsyncConnection.connect(shelf.dsn) as blocker:
        await blocker.execute("LOCK TABLE device")
        started = asyncio.get_running_loop().time()
        assert await shelf.credentials.authenticate(device_id, b"s") == admitted
        assert asyncio.get_running_loop().time() - started < 5


async def test_a_storm_of_sessions_is_opened_together_and_each_is_its_own(shelf: Shelf) -> None:
    devices = [await shelf.device() for _ in range(5)]
    before = [await shelf.lasting(device, f"c{number}") for number, device in enumerate(devices)]
    asked = [(device, f"c{number}", number) for number, device in enumerate(devices)] * 3
    opened = await asyncio.gather(
        *(
            shelf.sessions.open(device, client, clean_start=number == 4, expiry_s=0 if number == 3 else 600)
            for device, client, number in asked
        )
    )
    for number, old in enumerate(before):
        mine = [session for session, (_, _, about) in zip(opened, asked, strict=True) if about == number]
        generations = [session.generation if session is not None else None for session in mine]
        if number == 4:  # a clean start each time
            assert generations == [1, 1, 1]
            assert len({session.id for session in mine if session is not None}) == 3
        else:
            assert generations == [2, 3, 4]
            assert all(session is not None and session.id == old.id and session.present for session in mine)
            assert all(session is not None and len(session.subscriptions) == 1 for session in mine)


async def test_sessions_closed_together_end_as_each_asked_and_a_later_connection_keeps_its_own(shelf: Shelf) -> None:
    devices = [await shelf.device() for _ in range(3)]
    stays, ends, taken_over = [await shelf.lasting(device) for device in devices]
    later = await shelf.sessions.open(devices[2], "c", clean_start=False, expiry_s=600)
    await asyncio.gather(
        shelf.sessions.close(stays, 600), shelf.sessions.close(ends, 0), shelf.sessions.close(taken_over, 600)
    )
    rows = await shelf.run("SELECT id, disconnected_at IS NULL FROM mqtt_session")
    assert later is not None
    assert dict(rows) == {stays.id: False, later.id: True}


async def test_a_session_for_a_device_that_is_gone_spoils_no_other(shelf: Shelf) -> None:
    device = await shelf.device()
    gone = "00000000-0000-7000-8000-00000000dead"
    opened, failed = await asyncio.gather(
        shelf.sessions.open(device, "c", clean_start=False, expiry_s=600),
        shelf.sessions.open(gone, "c", clean_start=False, expiry_s=600),
        return_exceptions=True,
    )
    assert isinstance(opened, StoredSession)
    assert isinstance(failed, Exception)
