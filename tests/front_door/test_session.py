"""The protocol without sockets: packets in, actions out."""

from typing import Any
from uuid import uuid4

import pytest

from hub.ingest.front_door.acknowledgements import Owed
from hub.ingest.front_door.actions import (
    Action,
    AskSubscriptions,
    Authenticate,
    Close,
    CloseCause,
    Deliver,
    NoteForbidden,
    Release,
    Send,
    Settle,
)
from hub.ingest.front_door.codec import Decoder
from hub.ingest.front_door.limits import Limits
from hub.ingest.front_door.packet_types import PacketType, Version
from hub.ingest.front_door.packets import (
    Acknowledgement,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    Publish,
    SubAck,
    Subscribe,
    SubscriptionRequest,
    UnsubAck,
    Unsubscribe,
    Will,
)
from hub.ingest.front_door.properties import Properties
from hub.ingest.front_door.reasons import ForbiddenTopicError, PacketError, ProtocolError, ReasonCode
from hub.ingest.front_door.session import Session, SessionState
from hub.ingest.source import Leaf, RefusalReason
from hub.storage.mqtt_records import Admission, DownMessage, OwedMessage, StoredSession
from tests.front_door.fakes import FakeCredentials, FakeStore

V3, V5 = Version.V3_1_1, Version.V5
DEVICE, CHILD, STRANGER = (f"01a20286-0000-7000-8000-00000000000{number}" for number in "abc")  # fixed: they name tests
EVENT = f"anxin/v1/{DEVICE}/up/event"
BOTH = pytest.mark.parametrize("version", [V3, V5], ids=["3.1.1", "5"])


def connect(version: Version = V5, **changes: Any) -> Connect:
    fields = {"client_id": "c", "clean_start": True, "keep_alive_s": 60, "username": DEVICE, "password": b"s"}
    return Connect(version=version, **{**fields, **changes})


def connected(
    version: Version = V5,
    *,
    limits: Limits | None = None,
    is_gateway: bool = False,
    stored: StoredSession | None = None,
    **changes: Any,
) -> Session:
    session = Session(limits or Limits())
    session.feed(connect(version, **changes))
    session.admit(Admission(device_id=DEVICE, is_gateway=is_gateway), stored, None)
    return session


def sent(actions: list[Action], version: Version = V5) -> list[Packet]:
    """What the client would read."""
    decoder = Decoder(1_000_000, version)
    decoder.feed(b"".join(action.octets for action in actions if isinstance(action, Send)))
    packets = []
    while (packet := decoder.next_packet()) is not None:
        packets.append(packet)
    return packets


def closed(actions: list[Action]) -> Close:
    return next(action for action in actions if isinstance(action, Close))


def delivered(session: Session, packet_id: int | None, qos: int = 1, topic: str = EVENT) -> Owed:
    actions = session.feed(Publish(topic, b"{}", qos, packet_id=packet_id))
    assert isinstance(actions[0], Deliver)
    return actions[0].owed


# -- CONNECT ----------------------------------------------------------------------------------------------------------


@BOTH
def test_a_connect_asks_the_registry(version: Version) -> None:
    session = Session(Limits())
    assert session.feed(connect(version)) == [Authenticate(connect(version))]
    assert session.state is SessionState.AUTHENTICATING


@pytest.mark.parametrize(
    ("changes", "code_3_1_1", "code_5"),
    [
        ({"username": None, "password": None}, 4, 0x86),
        ({"password": None}, 4, 0x86),
        ({"client_id": "x" * 300}, 2, 0x85),
    ],
)
def test_a_connect_that_cannot_succeed_is_refused_at_once(
    changes: dict[str, Any], code_3_1_1: int, code_5: int
) -> None:
    for version, code in ((V3, code_3_1_1), (V5, code_5)):
        actions = Session(Limits()).feed(connect(version, **changes))
        answer = sent(actions, version)[0]
        assert isinstance(answer, ConnAck)
        assert answer.code == code
        assert closed(actions).cause is CloseCause.REFUSED


def test_a_lasting_session_without_a_name_is_refused_in_3_1_1() -> None:
    answer = sent(Session(Limits()).feed(connect(V3, client_id="", clean_start=False)), V3)[0]
    assert isinstance(answer, ConnAck)
    assert answer.code == 2


def test_enhanced_authentication_is_refused() -> None:
    answer = sent(Session(Limits()).feed(connect(properties=Properties(authentication_method="SCRAM"))))[0]
    assert isinstance(answer, ConnAck)
    assert answer.code == ReasonCode.BAD_AUTHENTICATION_METHOD


def test_the_connack_tells_the_bounds() -> None:
    session = Session(Limits())
    session.feed(connect(client_id="", keep_alive_s=0, properties=Properties(session_expiry_interval=2**32 - 1)))
    answer = sent(session.admit(Admission(device_id=DEVICE), None, "given"))[0]
    assert isinstance(answer, ConnAck)
    limits = Limits()
    assert answer.properties == Properties(
        receive_maximum=limits.in_flight_max,
        maximum_packet_size=limits.packet_bytes_max,
        topic_alias_maximum=limits.topic_alias_max,
        shared_subscription_available=0,
        assigned_client_identifier="given",
        server_keep_alive=limits.keep_alive_s_default,
        session_expiry_interval=limits.session_expiry_s_max,
    )


@BOTH
def test_a_second_connect_ends_the_connection(version: Version) -> None:
    with pytest.raises(ProtocolError):
        connected(version).feed(connect(version))


@BOTH
@pytest.mark.parametrize("packet", [PingReq(), Publish(EVENT, b""), Disconnect()])
def test_nothing_may_come_before_the_connect(version: Version, packet: Packet) -> None:
    with pytest.raises(ProtocolError):
        Session(Limits()).feed(packet)


@pytest.mark.parametrize("packet", [ConnAck(), PingResp(), Auth(), SubAck(packet_id=1, codes=(0,))])
def test_a_client_may_not_send_what_servers_send(packet: Packet) -> None:
    with pytest.raises(ProtocolError):
        connected().feed(packet)


def test_a_will_on_somebody_elses_topic_is_noticed() -> None:
    session = Session(Limits())
    session.feed(connect(will=Will(topic=f"anxin/v1/{STRANGER}/up/status", payload=b"")))
    assert not session.may_leave_will(Admission(device_id=DEVICE))
    assert session.may_leave_will(Admission(device_id=STRANGER))


# -- PUBLISH ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "leaf"),
    [
        ("up/event", Leaf.EVENT),
        ("up/telemetry", Leaf.TELEMETRY),
        ("up/status", Leaf.STATUS),
        ("up/diary", Leaf.UNKNOWN),
        ("up/event/more", Leaf.UNKNOWN),
        ("up/", Leaf.UNKNOWN),
    ],
)
def test_everything_below_the_own_up_is_taken(tail: str, leaf: Leaf) -> None:
    action = connected().feed(Publish(f"anxin/v1/{DEVICE}/{tail}", b"", 1, packet_id=1))[0]
    assert isinstance(action, Deliver)
    assert (action.up_topic.device_id, action.up_topic.leaf) == (DEVICE, leaf)


FOREIGN = [
    f"anxin/v1/{STRANGER}/up/event",
    f"anxin/v1/{DEVICE}/down/ack",
    f"anxin/v1/{DEVICE}/up",
    f"anxin/v2/{DEVICE}/up/event",
    f"/anxin/v1/{DEVICE}/up/event",
    f"anxin/v1/{DEVICE.upper()}/up/event",
    "$SYS/anything",
    "hello",
]


@pytest.mark.parametrize("topic", FOREIGN)
def test_a_foreign_topic_is_refused(topic: str) -> None:
    session = connected()
    note, answer = session.feed(Publish(topic, b"", 1, packet_id=5))
    assert note == NoteForbidden()
    assert sent([answer]) == [Acknowledgement(PacketType.PUBACK, 5, ReasonCode.NOT_AUTHORIZED)]
    assert session.feed(Publish(topic, b"", 2, packet_id=6))[1] == Send(b"\x50\x03\x00\x06\x87")
    assert session.feed(Publish(topic, b"")) == [NoteForbidden()]
    in_3_1_1 = connected(V3)
    with pytest.raises(ForbiddenTopicError) as caught:
        in_3_1_1.feed(Publish(topic, b""))
    assert closed(in_3_1_1.fail(caught.value)).cause is CloseCause.FORBIDDEN


def test_a_gateway_may_speak_for_others_until_the_pipeline_says_no() -> None:
    session = connected(is_gateway=True)
    owed = delivered(session, 7, topic=f"anxin/v1/{CHILD}/up/event")
    assert sent(session.refuse(owed, RefusalReason.NOT_AUTHORIZED)) == [Acknowledgement(PacketType.PUBACK, 7, 0x87)]
    in_3_1_1 = connected(V3, is_gateway=True)
    refused = in_3_1_1.refuse(delivered(in_3_1_1, 7, topic=f"anxin/v1/{CHILD}/up/event"), RefusalReason.NOT_AUTHORIZED)
    assert closed(refused).cause is CloseCause.FORBIDDEN
    assert isinstance(connected(is_gateway=True).feed(Publish("anxin/v1/x/up/event", b""))[0], NoteForbidden)


def test_a_sender_that_was_revoked_is_disconnected() -> None:
    session = connected()
    actions = session.refuse(delivered(session, 1), RefusalReason.REVOKED)
    farewell = sent(actions)[0]
    assert isinstance(farewell, Disconnect)
    assert farewell.code == ReasonCode.ADMINISTRATIVE_ACTION
    assert closed(actions).cause is CloseCause.REVOKED
    assert not closed(actions).with_will


@BOTH
def test_acknowledgements_wait_for_their_turn(version: Version) -> None:
    session = connected(version)
    first, second, third = (delivered(session, number) for number in (1, 2, 3))
    assert session.settle(third) == []
    assert session.settle(second) == []
    assert sent(session.settle(first), version) == [Acknowledgement(PacketType.PUBACK, n) for n in (1, 2, 3)]
    assert session.settle(first) == []


@BOTH
def test_qos_0_does_not_hold_up_the_others(version: Version) -> None:
    session = connected(version)
    silent = delivered(session, None, qos=0)
    assert len(session.settle(delivered(session, 1))) == 1
    assert session.in_flight == (1, 2)
    assert session.settle(silent) == []
    assert session.in_flight == (0, 0)


@BOTH
def test_qos_2_is_delivered_once(version: Version) -> None:
    session = connected(version)
    again = Publish(EVENT, b"{}", 2, dup=True, packet_id=9)
    owed = delivered(session, 9, qos=2)
    assert session.feed(again) == []  # still on its way to the commit
    assert sent(session.settle(owed), version) == [Acknowledgement(PacketType.PUBREC, 9)]
    assert sent(session.feed(again), version) == [Acknowledgement(PacketType.PUBREC, 9)]
    release = Acknowledgement(PacketType.PUBREL, 9)
    assert sent(session.feed(release), version) == [Acknowledgement(PacketType.PUBCOMP, 9)]
    code = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND if version is V5 else 0
    assert sent(session.feed(release), version) == [Acknowledgement(PacketType.PUBCOMP, 9, code)]
    delivered(session, 9, qos=2)  # a new message under the released identifier


def test_a_lasting_session_remembers_qos_2_and_releases_in_the_database_first() -> None:
    stored = StoredSession(id=uuid4(), generation=2, present=True, received_packet_ids=frozenset({9}))
    session = connected(stored=stored)
    assert sent(session.feed(Publish(EVENT, b"", 2, dup=True, packet_id=9))) == [Acknowledgement(PacketType.PUBREC, 9)]
    assert session.feed(Acknowledgement(PacketType.PUBREL, 9)) == [Release(9)]
    assert sent(session.released(9)) == [Acknowledgement(PacketType.PUBCOMP, 9)]


def test_more_than_receive_maximum_ends_the_connection() -> None:
    session = connected(limits=Limits(in_flight_max=2))
    delivered(session, 1)
    delivered(session, 2, qos=2)
    with pytest.raises(ProtocolError) as caught:
        session.feed(Publish(EVENT, b"", 1, packet_id=3))
    assert caught.value.reason is ReasonCode.RECEIVE_MAXIMUM_EXCEEDED


def test_qos_2_that_is_never_released_is_bounded_in_3_1_1() -> None:
    session = connected(V3, limits=Limits(in_flight_max=2))
    for number in (1, 2):
        session.settle(delivered(session, number, qos=2))
    with pytest.raises(ProtocolError):
        session.feed(Publish(EVENT, b"", 1, packet_id=3))


@BOTH
def test_a_payload_over_64_kib_ends_the_connection(version: Version) -> None:
    session = connected(version)
    assert isinstance(session.feed(Publish(EVENT, bytes(65_536), 0))[0], Deliver)
    with pytest.raises(PacketError) as caught:
        session.feed(Publish(EVENT, bytes(65_537), 0))
    actions = session.fail(caught.value)
    assert closed(actions).cause is CloseCause.TOO_LARGE
    assert [packet.code for packet in sent(actions) if isinstance(packet, Disconnect)] == (
        [ReasonCode.PACKET_TOO_LARGE] if version is V5 else []
    )


def test_topic_aliases_stand_for_topics() -> None:
    session = connected()
    first = session.feed(Publish(EVENT, b"", properties=Properties(topic_alias=3)))[0]
    second = session.feed(Publish("", b"", properties=Properties(topic_alias=3)))[0]
    assert isinstance(first, Deliver)
    assert isinstance(second, Deliver)
    assert second.up_topic == first.up_topic
    assert second.publish.topic == EVENT


@pytest.mark.parametrize(
    ("publish", "reason"),
    [
        (Publish(EVENT, b"", properties=Properties(topic_alias=0)), ReasonCode.TOPIC_ALIAS_INVALID),
        (Publish(EVENT, b"", properties=Properties(topic_alias=65)), ReasonCode.TOPIC_ALIAS_INVALID),
        (Publish("", b"", properties=Properties(topic_alias=4)), ReasonCode.PROTOCOL_ERROR),
        (Publish(EVENT, b"", properties=Properties(subscription_identifiers=(1,))), ReasonCode.PROTOCOL_ERROR),
    ],
)
def test_a_bad_alias_ends_the_connection(publish: Publish, reason: ReasonCode) -> None:
    with pytest.raises(ProtocolError) as caught:
        connected().feed(publish)
    assert caught.value.reason is reason


# -- SUBSCRIBE --------------------------------------------------------------------------------------------------------


def subscribe(session: Session, *topic_filters: str, qos: int = 1, children: frozenset[str] = frozenset()) -> list[int]:
    requests = tuple(SubscriptionRequest(topic_filter=topic_filter, qos=qos) for topic_filter in topic_filters)
    ask = session.feed(Subscribe(packet_id=1, requests=requests))[0]
    assert isinstance(ask, AskSubscriptions)
    answer = sent(session.subscribed(ask, children), session.version)[0]
    assert isinstance(answer, SubAck)
    return list(answer.codes)


@pytest.mark.parametrize(
    ("topic_filter", "code"),
    [
        (f"anxin/v1/{DEVICE}/down/#", 1),
        (f"anxin/v1/{DEVICE}/down/ack", 1),
        (f"anxin/v1/{DEVICE}/down/+", 1),
        (f"anxin/v1/{DEVICE}/#", 0x87),
        (f"anxin/v1/{DEVICE}/up/#", 0x87),
        (f"anxin/v1/{STRANGER}/down/#", 0x87),
        ("anxin/v1/+/down/#", 0x87),
        ("#", 0x87),
        ("$SYS/#", 0x87),
        (f"$share/all/anxin/v1/{DEVICE}/down/#", 0x9E),
        (f"anxin/v1/{DEVICE}/down/#/ack", 0x8F),
        (f"anxin/v1/{DEVICE}/down/a+", 0x8F),
        pytest.param(f"anxin/v1/{DEVICE}/down/" + "x" * 3_000, 0x8F, id="too long for the key it is part of"),
    ],
)
def test_a_device_reads_only_its_own_down(topic_filter: str, code: int) -> None:
    assert subscribe(connected(), topic_filter) == [code]
    assert subscribe(connected(V3), topic_filter) == [min(128, code)]


def test_a_gateway_reads_its_childrens_down() -> None:
    session = connected(is_gateway=True)
    codes = subscribe(
        session,
        "anxin/v1/+/down/#",
        f"anxin/v1/{CHILD}/down/ack",
        f"anxin/v1/{STRANGER}/down/ack",
        "anxin/v1/nobody/down/ack",
        children=frozenset({CHILD}),
    )
    assert codes == [1, 1, 0x87, 0x87]
    assert session.down is not None
    assert sorted(session.down.subscriptions) == sorted(["anxin/v1/+/down/#", f"anxin/v1/{CHILD}/down/ack"])


def test_the_granted_qos_is_at_most_one() -> None:
    assert [subscribe(connected(), f"anxin/v1/{DEVICE}/down/#", qos=qos) for qos in (0, 1, 2)] == [[0], [1], [1]]


def test_subscriptions_are_bounded() -> None:
    session = connected(limits=Limits(subscriptions_max=1))
    own = f"anxin/v1/{DEVICE}/down"
    assert subscribe(session, f"{own}/ack", f"{own}/command") == [1, 0x97]


def test_unsubscribing_says_what_was_there() -> None:
    session = connected()
    own = f"anxin/v1/{DEVICE}/down/#"
    subscribe(session, own)
    drop = session.feed(Unsubscribe(packet_id=2, topic_filters=(own, "other")))[0]
    answer = sent(session.unsubscribed(drop))[0]  # type: ignore[arg-type]
    assert answer == UnsubAck(packet_id=2, codes=(0x00, 0x11))


# -- down/ ------------------------------------------------------------------------------------------------------------


def owed_message(leaf: str = "ack", packet_id: int = 1, payload: bytes = b"{}") -> OwedMessage:
    store = FakeStore(FakeCredentials())
    message: DownMessage = store.messages[store.queue(DEVICE, leaf, payload)]
    return OwedMessage(session_key=1, message=message, packet_id=packet_id)


def test_a_message_is_settled_when_the_client_has_it() -> None:
    session = connected()
    subscribe(session, f"anxin/v1/{DEVICE}/down/#")
    owed = owed_message()
    assert sent(session.send_down(owed)) == [Publish(f"anxin/v1/{DEVICE}/down/ack", b"{}", 1, packet_id=1)]
    assert session.send_down(owed) == []  # not twice on one connection
    assert session.feed(Acknowledgement(PacketType.PUBACK, 1)) == [Settle(owed.message)]
    assert session.feed(Acknowledgement(PacketType.PUBACK, 1)) == []
    live = session.live(1)
    assert live is not None
    assert live.in_flight == (owed.message.id,)  # the database does not know yet
    assert session.down is not None
    session.down.forget_settled(owed.message.id)
    assert session.live(1).in_flight == ()  # type: ignore[union-attr]


def test_at_qos_0_a_message_is_settled_when_it_is_written() -> None:
    session = connected()
    subscribe(session, f"anxin/v1/{DEVICE}/down/#", qos=0)
    actions = session.send_down(owed_message())
    assert isinstance(actions[1], Settle)
    assert sent(actions) == [Publish(f"anxin/v1/{DEVICE}/down/ack", b"{}")]


def test_the_clients_receive_maximum_is_respected() -> None:
    session = connected(properties=Properties(receive_maximum=1))
    subscribe(session, f"anxin/v1/{DEVICE}/down/#")
    assert len(session.live(1).packet_ids) == 1  # type: ignore[union-attr]
    session.send_down(owed_message(packet_id=1))
    assert session.live(1) is None


def test_a_message_larger_than_the_client_takes_is_not_sent() -> None:
    session = connected(properties=Properties(maximum_packet_size=100))
    subscribe(session, f"anxin/v1/{DEVICE}/down/#")
    actions = session.send_down(owed_message(payload=bytes(100)))
    assert [type(action) for action in actions] == [Settle]


def test_a_resumed_session_is_sent_again_what_it_has_not_acknowledged() -> None:
    owed = owed_message(packet_id=77)
    stored = StoredSession(id=uuid4(), generation=2, present=True, unacknowledged={77: owed.message})
    session = Session(Limits())
    session.feed(connect(clean_start=False))
    answer, again = sent(session.admit(Admission(device_id=DEVICE), stored, None))
    assert isinstance(answer, ConnAck)
    assert answer.session_present
    assert again == Publish(f"anxin/v1/{DEVICE}/down/ack", b"{}", 1, dup=True, packet_id=77)
    assert session.feed(Acknowledgement(PacketType.PUBACK, 77)) == [Settle(owed.message)]


def test_subscription_identifiers_come_back_with_the_message() -> None:
    session = connected()
    request = SubscriptionRequest(topic_filter=f"anxin/v1/{DEVICE}/down/#", qos=1)
    identified = Properties(subscription_identifiers=(42,))
    ask = session.feed(Subscribe(packet_id=1, requests=(request,), properties=identified))[0]
    session.subscribed(ask, frozenset())  # type: ignore[arg-type]
    publish = sent(session.send_down(owed_message()))[0]
    assert isinstance(publish, Publish)
    assert publish.properties.subscription_identifiers == (42,)


# -- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "with_will"), [(0x00, False), (0x04, True), (0x80, True)])
def test_a_disconnect_voids_the_will_unless_it_asks_for_it(code: int, with_will: bool) -> None:
    close = closed(connected().feed(Disconnect(code=code)))
    assert (close.cause, close.with_will) == (CloseCause.CLIENT_LEFT, with_will)


def test_a_disconnect_may_shorten_the_sessions_life_but_not_begin_one() -> None:
    lasting = connected(properties=Properties(session_expiry_interval=60))
    lasting.feed(Disconnect(properties=Properties(session_expiry_interval=0)))
    assert lasting.expiry_s == 0
    with pytest.raises(ProtocolError):
        connected().feed(Disconnect(properties=Properties(session_expiry_interval=60)))


@BOTH
def test_nothing_is_sent_after_the_end(version: Version) -> None:
    session = connected(version)
    owed = delivered(session, 1)
    session.fail(ProtocolError("enough"))
    assert session.settle(owed) == []
    assert session.feed(PingReq()) == []
    assert session.send_down(owed_message()) == []
    assert session.disconnect(CloseCause.SHUTDOWN, ReasonCode.SERVER_SHUTTING_DOWN, "late") == []


def test_a_broken_connect_is_answered_in_mqtt_5_and_only_closed_in_3_1_1() -> None:
    for version, answers in ((V5, 1), (V3, 0)):
        session = Session(Limits())
        session.version = version
        actions = session.fail(ProtocolError("broken"))
        assert len(sent(actions, version)) == answers
        assert closed(actions).cause is CloseCause.PROTOCOL
