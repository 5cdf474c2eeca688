"""Hypothesis strategies: every packet of MQTT 5 and 3.1.1 as our values, valid by the specification."""

from typing import Any

from hypothesis import strategies as st

from hub.ingest.front_door import decoding
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
from hub.ingest.front_door.properties import (
    BINARY,
    FLAG,
    NO_PROPERTIES,
    PAIR,
    POSITIVE_U16,
    POSITIVE_U32,
    POSITIVE_VARIABLE,
    PROPERTIES,
    TEXT,
    U16,
    U32,
    Properties,
)

characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
texts = st.text(characters, max_size=20)
topics = st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=30)
filters = st.one_of(
    topics, st.sampled_from(["#", "+/a", "a/+/b", "a/#", "anxin/v1/+/down/#"]), topics.map(lambda topic: topic + "/#")
)
octets = st.binary(max_size=40)
packet_ids = st.integers(1, 65_535)

_VALUES = {
    FLAG: st.integers(0, 1),
    U16: st.integers(1, 65_535),
    POSITIVE_U16: st.integers(1, 65_535),
    U32: st.integers(0, 2**32 - 1),
    POSITIVE_U32: st.integers(1, 2**32 - 1),
    POSITIVE_VARIABLE: st.integers(1, 268_435_455),
    TEXT: texts,
    BINARY: octets,
    PAIR: st.tuples(texts, texts),
}


def properties(packet_type: PacketType, *, without: frozenset[str] = frozenset()) -> st.SearchStrategy[Properties]:
    """Any properties this packet may carry."""
    rows = [row for row in PROPERTIES.values() if packet_type in row.packets and row.name not in without]
    values: dict[str, st.SearchStrategy[Any]] = {}
    for row in rows:
        value = topics if row.name == "response_topic" else _VALUES[row.wire]
        if row.repeatable:
            most = 1 if packet_type is PacketType.SUBSCRIBE and row.name == "subscription_identifiers" else 3
            values[row.name] = st.lists(value, min_size=1, max_size=most).map(tuple)
        else:
            values[row.name] = value
    chosen = st.fixed_dictionaries({}, optional=values)
    return chosen.map(lambda fields: Properties(**fields) if fields else NO_PROPERTIES)


def codes(packet_type: PacketType) -> st.SearchStrategy[int]:
    """The reason codes of this packet."""
    return st.sampled_from(sorted(decoding._CODES[packet_type]))


def block(version: Version, packet_type: PacketType) -> st.SearchStrategy[Properties]:
    if version is Version.V3_1_1:
        return st.just(NO_PROPERTIES)
    if packet_type in {PacketType.CONNECT, PacketType.CONNACK, PacketType.AUTH}:
        plain = properties(packet_type, without=frozenset({"authentication_data"}))
        with_method = properties(packet_type).filter(
            lambda chosen: chosen.authentication_method is not None or chosen.authentication_data is None
        )
        return st.one_of(plain, with_method)
    return properties(packet_type)


@st.composite
def publishes(draw: st.DrawFn, version: Version) -> Publish:
    qos = draw(st.integers(0, 2))
    return Publish(
        topic=draw(topics),
        payload=draw(octets),
        qos=qos,
        retain=draw(st.booleans()),
        dup=draw(st.booleans()) if qos else False,
        packet_id=draw(packet_ids) if qos else None,
        properties=draw(block(version, PacketType.PUBLISH)),
    )


@st.composite
def connects(draw: st.DrawFn, version: Version) -> Connect:
    username = draw(st.none() | texts)
    may_have_password = username is not None or version is Version.V5
    will = st.builds(
        Will,
        topic=topics,
        payload=octets,
        qos=st.integers(0, 2),
        retain=st.booleans(),
        properties=block(version, PacketType.WILL),
    )
    return Connect(
        version=version,
        client_id=draw(texts),
        clean_start=draw(st.booleans()),
        keep_alive_s=draw(st.integers(0, 65_535)),
        username=username,
        password=draw(st.none() | octets) if may_have_password else None,
        will=draw(st.none() | will),
        properties=draw(block(version, PacketType.CONNECT)),
    )


def acknowledgements(version: Version) -> st.SearchStrategy[Acknowledgement]:
    kinds = (PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP)
    if version is Version.V3_1_1:
        return st.builds(Acknowledgement, st.sampled_from(kinds), packet_ids)
    return st.one_of(
        *(st.builds(Acknowledgement, st.just(kind), packet_ids, codes(kind), block(version, kind)) for kind in kinds)
    )


def subscribes(version: Version) -> st.SearchStrategy[Subscribe]:
    options = (
        {"no_local": st.booleans(), "retain_as_published": st.booleans(), "retain_handling": st.integers(0, 2)}
        if version is Version.V5
        else {}
    )
    request = st.builds(SubscriptionRequest, topic_filter=filters, qos=st.integers(0, 2), **options)
    return st.builds(
        Subscribe,
        packet_id=packet_ids,
        requests=st.lists(request, min_size=1, max_size=4).map(tuple),
        properties=block(version, PacketType.SUBSCRIBE),
    )


def packets(version: Version) -> st.SearchStrategy[Packet]:
    """Any packet of the version, of either side."""
    v5 = version is Version.V5
    connack_codes = codes(PacketType.CONNACK) if v5 else st.integers(0, 5)
    suback_codes = codes(PacketType.SUBACK) if v5 else st.sampled_from([0, 1, 2, 0x80])
    unsuback_codes = st.lists(codes(PacketType.UNSUBACK), min_size=1, max_size=4).map(tuple) if v5 else st.just(())
    strategies: list[st.SearchStrategy[Packet]] = [
        connects(version),
        st.builds(
            ConnAck,
            session_present=st.booleans(),
            code=connack_codes,
            properties=block(version, PacketType.CONNACK),
        ),
        publishes(version),
        acknowledgements(version),
        subscribes(version),
        st.builds(
            SubAck,
            packet_id=packet_ids,
            codes=st.lists(suback_codes, min_size=1, max_size=4).map(tuple),
            properties=block(version, PacketType.SUBACK),
        ),
        st.builds(
            Unsubscribe,
            packet_id=packet_ids,
            topic_filters=st.lists(filters, min_size=1, max_size=4).map(tuple),
            properties=block(version, PacketType.UNSUBSCRIBE),
        ),
        st.builds(UnsubAck, packet_id=packet_ids, codes=unsuback_codes, properties=block(version, PacketType.UNSUBACK)),
        st.just(PingReq()),
        st.just(PingResp()),
        st.builds(Disconnect, code=codes(PacketType.DISCONNECT), properties=block(version, PacketType.DISCONNECT))
        if v5
        else st.just(Disconnect()),
    ]
    if v5:
        strategies.append(st.builds(Auth, code=codes(PacketType.AUTH), properties=block(version, PacketType.AUTH)))
    return st.one_of(strategies)
