"""Texts through a real gateway's protocol: accepted, delivered, refused, lost - each ends in the state that is true."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from alerts.severity import Severity
from hub.notify.channels.addresses import open_channels
from hub.notify.channels.smpp import SmppAddress, SmppChannel
from tests.hub.notify.town import Town, outbox_at_work, until
from tests.smpp_peer import Manner, smpp_peer, smpp_peer_in_a_thread

NUMBER = "10000000001"


def channel_to(port: int, *, response_within_s: float = 10.0) -> SmppChannel:
    address = SmppAddress(host="127.0.0.1", port=port, system_id="hub", password="secret")
    return SmppChannel(address, response_within_s=response_within_s)


async def owed_text(town: Town, severity: Severity = Severity.CRITICAL) -> Callable[[], str]:
    """Owes a text; returns how to look at its state."""
    owed = town.owe(await town.press(town.recipient(), severity), NUMBER)
    return lambda: f"{town.state(owed)}:{','.join(town.states(owed))}"


async def test_a_text_arrives_in_chinese_and_its_receipt_marks_it_as_delivered(town: Town) -> None:
    async with smpp_peer() as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "delivered:delivered")
    (text,) = peer.texts
    assert text.destination == NUMBER
    assert text.text.startswith("【示例县民政】")
    assert text.text.endswith("值班0000-0000000")
    assert (text.data_coding, text.registered_delivery) == (8, 1)


@pytest.mark.parametrize("manner", [Manner.DELIVER_EARLY, Manner.DELIVER_TWICE])
async def test_receipts_may_come_early_or_twice(town: Town, manner: Manner) -> None:
    async with smpp_peer(manner) as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "delivered:delivered")
        await until(lambda: len(town.run("SELECT 1 FROM receipt WHERE attempt_id IS NOT NULL")) == 1)


async def test_a_receipt_may_come_late(town: Town) -> None:
    async with smpp_peer(Manner.ACCEPT_ONLY) as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "sent:accepted")
        assert await peer.send_receipt(peer.texts[0].message_id)
        assert state() == "delivered:delivered"


async def test_a_receipt_is_confirmed_only_when_it_is_stored(town: Town) -> None:
    async with smpp_peer(Manner.ACCEPT_ONLY) as peer, outbox_at_work(town, *open_channels([peer.url])):
        await peer.wait_for(lambda: peer.bound)
        town.run("ALTER TABLE receipt RENAME TO receipt_away")
        assert not await peer.send_receipt("m-1")
        town.run("ALTER TABLE receipt_away RENAME TO receipt")
        assert await peer.send_receipt("m-1")
    assert len(town.run("SELECT 1 FROM receipt WHERE provider_ref = 'm-1'")) == 1


async def test_a_text_that_was_given_up_has_failed(town: Town) -> None:
    async with smpp_peer(Manner.FAIL_LATER) as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "failed:failed")
    assert town.run("SELECT reason FROM attempt")[0]["reason"] == "UNDELIV 011"


async def test_a_number_that_does_not_exist_has_failed_for_good(town: Town) -> None:
    async with smpp_peer(Manner.REFUSE) as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "failed:failed")
    assert len(peer.texts) == 1


async def test_a_gateway_that_is_busy_is_tried_again(town: Town) -> None:
    async with smpp_peer(Manner.THROTTLE) as peer, outbox_at_work(town, *open_channels([peer.url])):
        state = await owed_text(town)
        await peer.wait_for_texts(1)
        peer.manner = Manner.DELIVER
        await until(lambda: state() == "delivered:failed,delivered")
    assert not any(row["repeats_unknown"] for row in town.run("SELECT * FROM attempt"))


async def test_a_gateway_that_never_answers_leaves_it_unknown_and_the_next_try_marked(town: Town) -> None:
    async with smpp_peer(Manner.SILENT) as peer, outbox_at_work(town, channel_to(peer.port, response_within_s=0.3)):
        state = await owed_text(town)
        await peer.wait_for_texts(1)
        peer.manner = Manner.DELIVER
        await until(lambda: state() == "delivered:unknown,delivered")
    assert [row["repeats_unknown"] for row in town.run("SELECT * FROM attempt ORDER BY number")] == [False, True]


async def test_a_gateway_that_dies_while_submitting_leaves_it_unknown(town: Town) -> None:
    async with raw_gateway(lambda _, writer: writer.close()) as port, outbox_at_work(town, channel_to(port)):
        state = await owed_text(town, Severity.MEDIUM)
        await until(lambda: state() == "unknown:unknown")
    assert town.run("SELECT reason FROM attempt")[0]["reason"] == "connection_lost"


async def test_a_gateway_that_comes_later_gets_what_waited_once(town: Town) -> None:
    async with smpp_peer() as first:
        port = first.port
    channel = channel_to(port)
    async with outbox_at_work(town, channel):
        state = await owed_text(town)
        await until(lambda: state() == "sending:queued")
        async with smpp_peer(port=port) as peer:
            await until(lambda: state() == "delivered:delivered")
            assert len(peer.texts) == 1


async def test_the_second_gateway_takes_over_when_the_first_is_away(town: Town) -> None:
    async with smpp_peer() as gone:
        away = gone.url
    async with smpp_peer() as peer, outbox_at_work(town, *open_channels([away, peer.url])):
        state = await owed_text(town)
        await until(lambda: state() == "delivered:delivered")
    assert len(peer.texts) == 1


async def test_a_reply_takes_the_incident(town: Town) -> None:
    incident = await town.press(town.recipient())
    async with smpp_peer() as peer, outbox_at_work(town, *open_channels([peer.url])):
        town.owe(incident, NUMBER)
        await peer.wait_for_texts(1)
        assert await peer.reply(NUMBER, "1 收到")
        await until(lambda: town.incident(incident)["state"] == "acknowledged")
    assert town.incident(incident)["responder_name"] == "示例联系人"


async def test_nothing_leaves_for_an_incident_that_was_taken_while_the_gateway_was_away(town: Town) -> None:
    async with smpp_peer() as first:
        port = first.port
    incident = await town.press(town.recipient())
    async with outbox_at_work(town, channel_to(port)):
        owed = town.owe(incident, NUMBER)
        await until(lambda: town.states(owed) == ["queued"])
        await town.take(incident)
        other = town.owe(await town.press(town.recipient("示例乙")), "10000000002")
        async with smpp_peer(port=port) as peer:
            await until(lambda: town.state(other) == "delivered")
            assert [text.destination for text in peer.texts] == ["10000000002"]
    assert town.state(owed) == "cancelled"


async def test_a_status_of_the_vendors_own_does_not_end_the_connection(town: Town) -> None:
    """Chinese gateways answer with statuses above 0x400 that no specification names."""
    writers = set()
    statuses = [0x0412, 0x0000]

    def answer(sequence: int, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        writer.write(_response(SUBMIT_SM, statuses.pop(0), sequence, b"vendor-1\0"))

    async with raw_gateway(answer) as port, outbox_at_work(town, channel_to(port)):
        state = await owed_text(town)
        await until(lambda: state() == "sent:failed,accepted")
    assert len(writers) == 1
    assert town.run("SELECT reason FROM attempt ORDER BY number")[0]["reason"] == "status 0x00000412"


async def test_a_response_after_the_time_out_ends_the_doubt(town: Town) -> None:
    late: list[Callable[[], None]] = []

    def answer(sequence: int, writer: asyncio.StreamWriter) -> None:
        late.append(lambda: writer.write(_response(SUBMIT_SM, 0, sequence, b"late-1\0")))

    async with raw_gateway(answer) as port, outbox_at_work(town, channel_to(port, response_within_s=0.2)):
        state = await owed_text(town, Severity.MEDIUM)
        await until(lambda: state() == "unknown:unknown")
        late[0]()
        await until(lambda: state() == "sent:accepted")


async def test_a_gateway_that_takes_texts_and_answers_none_is_left_for_a_new_bind(town: Town) -> None:
    binds: list[asyncio.StreamWriter] = []

    def answer_on_another_bind(sequence: int, writer: asyncio.StreamWriter) -> None:
        if writer not in binds:
            binds.append(writer)
        if len(binds) > 1:
            writer.write(_response(SUBMIT_SM, 0, sequence, b"second-1\0"))

    async with (
        raw_gateway(answer_on_another_bind) as port,
        outbox_at_work(town, channel_to(port, response_within_s=0.2)),
    ):
        state = await owed_text(town)
        await until(lambda: state() == "sent:unknown,unknown,accepted")
    assert len(binds) == 2


async def test_a_gateway_that_refuses_the_login_is_asked_again(town: Town) -> None:
    logins = 0

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal logins
        logins += 1
        length, command, _, sequence = struct.unpack("!IIII", await reader.readexactly(16))
        await reader.readexactly(length - 16)
        writer.write(_response(command, 0x0E, sequence, b""))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server, outbox_at_work(town, channel_to(server.sockets[0].getsockname()[1])):
        state = await owed_text(town)
        await until(lambda: logins >= 2)
        assert state() == "sending:queued"


async def test_a_gateway_that_has_fallen_silent_is_left_and_called_anew() -> None:
    """A connection that is half dead shows only when somebody asks."""
    logins: list[asyncio.StreamReader] = []
    inquiries = 0

    async def fall_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal inquiries
        logins.append(reader)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, command, _, sequence = struct.unpack("!IIII", await reader.readexactly(16))
                await reader.readexactly(length - 16)
                if command == ENQUIRE_LINK:
                    inquiries += 1
                else:
                    writer.write(_response(command, 0, sequence, b"\0"))
        writer.close()

    class NobodyHome:
        def readiness_changed(self) -> None:
            """Nothing waits."""

    server = await asyncio.start_server(fall_silent, "127.0.0.1", 0)
    async with server:
        address = SmppAddress(
            host="127.0.0.1", port=server.sockets[0].getsockname()[1], system_id="hub", password="secret"
        )
        channel = SmppChannel(address, response_within_s=0.1, enquire_after_s=0.1)
        work = asyncio.create_task(channel.run(NobodyHome()))  # type: ignore[arg-type]
        await until(lambda: len(logins) >= 2)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    assert inquiries >= 1


async def test_the_gateway_can_be_played_from_a_story_without_asyncio(town: Town) -> None:
    incident = await town.press(town.recipient())
    with smpp_peer_in_a_thread() as peer:
        async with outbox_at_work(town, *open_channels([peer.url])):
            town.owe(incident, NUMBER)
            await until(lambda: peer.texts_to(NUMBER))
            assert await asyncio.to_thread(peer.reply, NUMBER, "1")
            await until(lambda: town.incident(incident)["state"] == "acknowledged")


SUBMIT_SM = 4
ENQUIRE_LINK = 0x15


def _response(command: int, status: int, sequence: int, body: bytes) -> bytes:
    return struct.pack("!IIII", 16 + len(body), command | 0x80000000, status, sequence) + body


@asynccontextmanager
async def raw_gateway(on_submit: Callable[[int, asyncio.StreamWriter], None]) -> AsyncIterator[int]:
    """The port of a gateway that lets everybody in, and does with a submission what smpp34 never would."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, command, _, sequence = struct.unpack("!IIII", await reader.readexactly(16))
                await reader.readexactly(length - 16)
                if command == SUBMIT_SM:
                    on_submit(sequence, writer)
                else:
                    writer.write(_response(command, 0, sequence, b"\0"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
