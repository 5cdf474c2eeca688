"""What needs no broker: addresses, filters, the order of acknowledgements."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_adapters import SourceOptions
from hub.broker_addresses import BrokerAddressError, filters_overlap, parse_broker_address, refuse_doubles
from hub.ingest.adapters import find_adapters
from hub.ingest.subscriber.acknowledgements import OrderedAcknowledgements
from hub.ingest.subscriber.filters import Subscriptions, share_out
from hub.settings import SettingsError, load_settings

ADAPTERS = find_adapters([])


def _shared(address: str) -> Subscriptions:
    parsed = parse_broker_address(address)
    return share_out(parsed, ADAPTERS.create(parsed.adapter, SourceOptions()))


def test_an_address_says_everything_that_a_connection_needs() -> None:
    address = parse_broker_address(
        "mqtts://hub:p%40ss%2Fword@broker.example:8884/?adapter=kati_watch&filter=iMEDE_watch/#&name=kati"
        "&client_id=hub-1&division=990101000000&zone=Asia/Bangkok&version=3.1.1&keepalive=15&window=50&adapter.mode=x"
    )
    assert (address.host, address.port, address.tls) == ("broker.example", 8884, True)
    assert (address.username, address.password) == ("hub", "p@ss/word")
    assert (address.name, address.adapter, address.filters) == ("kati", "kati_watch", ("iMEDE_watch/#",))
    assert (address.client_id, address.division_id, str(address.zone)) == ("hub-1", "990101000000", "Asia/Bangkok")
    assert (address.version, address.keepalive_s, address.window) == ("3.1.1", 15, 50)
    assert address.adapter_settings == {"mode": "x"}
    assert "p@ss" not in repr(address)


def test_an_address_of_a_host_alone_speaks_the_hubs_own_protocol() -> None:
    address = parse_broker_address("mqtt://broker.example")
    assert (address.port, address.adapter, address.filters) == (1883, "anxin", ())
    assert (address.name, address.client_id) == ("broker.example", "anxin-hub-broker.example")


@pytest.mark.parametrize("written", ["a/%2B/up/%23", "a/+/up/#"])
def test_wildcards_may_be_written_as_they_are(written: str) -> None:
    assert parse_broker_address(f"mqtt://h/?filter={written}&filter=b").filters == ("a/+/up/#", "b")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://h", "mqtt://"),
        ("mqtt://", "mqtt://"),
        ("mqtt://h:port", "mqtt://"),
        ("mqtt://h/topic", "/?filter="),
        ("mqtt://h/?filtr=a", "filtr"),
        ("mqtt://h/?name=a&name=b", "twice"),
        ("mqtt://h/?filter=a/b%2B", "no topic filter"),
        ("mqtt://h/?filter=%23/a", "no topic filter"),
        ("mqtt://h/?filter=$share/g/a", "no topic filter"),
        ("mqtt://h/?division=99", "12-digit"),
        ("mqtt://h/?zone=Mars", "Mars"),
        ("mqtt://h/?version=4", "3.1.1"),
        ("mqtt://h/?window=0", "from 1"),
        ("mqtt://h/?keepalive=x", "from 5"),
        ("mqtt://h/?ca=ca.pem", "mqtts"),
        ("mqtts://h/?ca=/no/such.pem", "no file"),
        ("mqtt://h/?name=a b", "name"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(address: str, says: str) -> None:
    with pytest.raises(BrokerAddressError, match=says):
        parse_broker_address(address)


def test_sources_are_told_apart_by_name_and_session() -> None:
    with pytest.raises(BrokerAddressError, match="called h"):
        refuse_doubles([parse_broker_address("mqtt://h:1"), parse_broker_address("mqtt://h:2")])
    with pytest.raises(BrokerAddressError, match="client id"):
        refuse_doubles(parse_broker_address(f"mqtt://h?name={name}&client_id=x") for name in "ab")


def test_settings_refuse_a_wrong_source_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as refused:
        load_settings({"HUB_MQTT_SOURCES": "mqtt://hub:hunter2@h/?filtr=a"})
    assert "filtr" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    brokers = load_settings({"HUB_MQTT_SOURCES": "mqtt://one/?filter=a/+/b, mqtts://two"}).brokers
    assert [(broker.name, broker.tls) for broker in brokers] == [("one", False), ("two", True)]


def test_presses_get_a_session_of_their_own_where_filters_tell_them_apart() -> None:
    own = _shared("mqtt://h/?filter=anxin/v1/+/up/#")
    assert own.events == ("anxin/v1/+/up/event",)
    assert own.bulk == ("anxin/v1/+/up/telemetry", "anxin/v1/+/up/status")
    assert own == _shared("mqtt://h")
    by_kind = _shared("mqtt://h/?adapter=kati_watch&filter=iMEDE_watch/hb&filter=iMEDE_watch/sos")
    assert (by_kind.bulk, by_kind.events) == (("iMEDE_watch/hb",), ("iMEDE_watch/sos",))
    chosen = _shared("mqtt://h/?adapter=g616_watch&filter=a/1&event_filter=a/2")
    assert (chosen.bulk, chosen.events) == (("a/1",), ("a/2",))


@pytest.mark.parametrize(
    "address",
    [
        "mqtt://h/?adapter=g616_watch",
        "mqtt://h/?adapter=mattress_sensor",
        "mqtt://h/?adapter=kati_watch",
        "mqtt://h/?filter=anxin/v1/#&filter=anxin/v1/+/up/event",
    ],
)
def test_where_they_cannot_be_told_apart_there_is_one_session(address: str) -> None:
    assert _shared(address).events == ()


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a/b", "a/b", True),
        ("a/+", "+/b", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a", True),
        ("a/b", "a/c", False),
        ("a/+", "a", False),
        ("a/+/c", "a/b/d", False),
        ("a", "a/b", False),
    ],
)
def test_filters_overlap_when_a_topic_can_match_both(one: str, other: str, overlap: bool) -> None:
    assert filters_overlap(one, other) is overlap
    assert filters_overlap(other, one) is overlap


@given(st.permutations(range(1, 9)))
def test_acknowledgements_leave_in_the_order_of_arrival_whatever_commits_first(commits: list[int]) -> None:
    sent: list[int] = []
    owed = OrderedAcknowledgements(sent.append)
    for packet_id in range(1, 9):
        assert owed.owe(packet_id)
    for number, packet_id in enumerate(commits, 1):
        owed.settle(packet_id)
        committed = set(commits[:number])
        assert sent == [one for one in range(1, 9) if set(range(1, one + 1)) <= committed]
    assert len(owed) == 0


def test_a_repeated_message_is_owed_once_and_nothing_is_owed_after_the_end() -> None:
    sent: list[int] = []
    owed = OrderedAcknowledgements(sent.append)
    assert owed.owe(7)
    assert not owed.owe(7)
    owed.end()
    owed.settle(7)
    assert sent == []
