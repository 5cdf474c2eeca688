"""What ingest tells of itself."""

from hub.broker_addresses import parse_broker_address
from hub.ingest.adapters import find_adapters
from hub.ingest.figures import StoringTrouble, count_ingest
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.pipeline import Pipeline
from hub.ingest.scrubbing import ScrubCounters
from hub.ingest.source import InboundMessage
from hub.ingest.subscriber.source import BrokerSource
from hub.storage.figures import Figure, FigureKind


def _pipeline() -> Pipeline:
    return Pipeline("postgresql://nowhere", "process-1")


def _source(name: str, adapter: str = "anxin") -> BrokerSource:
    address = parse_broker_address(f"mqtt://127.0.0.1:1/?name={name}&adapter={adapter}")
    return BrokerSource(address, find_adapters(), _pipeline(), "990101000000")


def test_what_waits_is_a_gauge_and_what_happened_is_a_counter() -> None:
    pipeline = _pipeline()
    pipeline.counters.stored = 7
    door = FrontDoorCounters(connections=3)
    door.refused["bad_password"] += 2
    figures = count_ingest(pipeline, door, [], ScrubCounters())
    assert Figure("ingest_messages_queued", {"lane": "event"}, 0) in figures
    assert Figure("ingest_messages_queued", {"lane": "telemetry"}, 0) in figures
    assert Figure("ingest_messages_stored", {}, 7, kind=FigureKind.COUNTER) in figures
    assert Figure("ingest_connections", {}, 3) in figures
    assert Figure("ingest_connections_refused", {"reason": "bad_password"}, 2, kind=FigureKind.COUNTER) in figures


def test_no_name_is_told_twice_with_the_same_labels_and_each_name_is_of_one_kind() -> None:
    door = FrontDoorCounters()
    door.closed.update(["revoked", "taken_over"])
    figures = count_ingest(_pipeline(), door, [_source("one"), _source("two")], ScrubCounters())
    samples = [(figure.name, tuple(figure.labels.items())) for figure in figures]
    assert len(samples) == len(set(samples))
    assert len({(figure.name, figure.kind) for figure in figures}) == len({figure.name for figure in figures})


def test_a_broker_tells_what_came_from_it_and_how_long_it_has_not_been_heard() -> None:
    healthy, broken = _source("village"), _source("vendor", adapter="nobody_knows")
    healthy.counters.messages = 5
    figures = {
        (figure.name, figure.labels["source"]): figure
        for figure in count_ingest(_pipeline(), FrontDoorCounters(), [healthy, broken], ScrubCounters())
        if "source" in figure.labels
    }
    assert figures["ingest_source_messages", "village"].value == 5
    assert figures["ingest_source_messages", "village"].kind is FigureKind.COUNTER
    assert figures["ingest_source_away_seconds", "vendor"].value > 0
    assert figures["ingest_source_away_seconds", "vendor"].kind is FigureKind.GAUGE


class _Sink:
    """A sink that stores, or does not."""

    congested = False
    storing = True

    def accept(self, message: InboundMessage) -> None:
        """Nothing comes here."""


def test_commits_that_fail_for_two_heartbeats_are_trouble_until_one_succeeds() -> None:
    sink = _Sink()
    trouble = StoringTrouble(sink)
    sink.storing = False
    assert trouble.ask() is None
    assert trouble.ask() == "what arrives cannot be stored"
    sink.storing = True
    assert trouble.ask() is None
    sink.storing = False
    assert trouble.ask() is None
