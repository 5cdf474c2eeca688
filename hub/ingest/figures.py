"""What ingest says of itself with its heartbeat: whether it does its duty, and what it counts, for `/metrics`."""

from collections.abc import Sequence

from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.pipeline import Pipeline
from hub.ingest.scrubbing import ScrubCounters
from hub.ingest.source import MessageSink
from hub.ingest.subscriber.source import BrokerSource
from hub.storage.figures import Figure, FigureKind


class StoringTrouble:
    """Why an ingest whose doors are open is not ready: commits fail. Once between two heartbeats is no trouble yet."""

    def __init__(self, sink: MessageSink) -> None:
        self._sink = sink
        self._beats = 0

    def ask(self) -> str | None:
        """Asked once a heartbeat."""
        self._beats = 0 if self._sink.storing else self._beats + 1
        return "what arrives cannot be stored" if self._beats > 1 else None


def count_ingest(
    pipeline: Pipeline, door: FrontDoorCounters, sources: Sequence[BrokerSource], scrub: ScrubCounters
) -> list[Figure]:
    """Everything since this process began, and how much waits now."""
    return [
        *_count_pipeline(pipeline),
        *_count_door(door),
        *_count_comparisons(scrub),
        *(one for source in sources for one in _count_source(source)),
    ]


def _count_pipeline(pipeline: Pipeline) -> list[Figure]:
    counted = pipeline.counters
    return [
        *(_gauge("messages_queued", queued, lane=lane) for lane, queued in pipeline.queued.items()),
        *(_gauge("messages_set_apart", apart, lane=lane) for lane, apart in pipeline.set_apart.items()),
        _counter("messages_stored", counted.stored),
        _counter("messages_refused", counted.refused),
        _counter("messages_set_aside", counted.set_aside),
        _counter("batches", counted.batches),
        _counter("commits_retried", counted.retried),
    ]


def _count_comparisons(counted: ScrubCounters) -> list[Figure]:
    return [
        _counter("states_compared", counted.compared),
        _counter("states_different", counted.different),
        _counter("state_rounds", counted.rounds),
    ]


def _count_door(counted: FrontDoorCounters) -> list[Figure]:
    return [
        _gauge("connections", counted.connections),
        _gauge("connections_max", counted.connections_max),
        _gauge("sessions", counted.sessions),
        _counter("connections_accepted", counted.accepted),
        _counter("connections_admitted", counted.admitted),
        *(_counter("connections_refused", count, reason=reason) for reason, count in counted.refused.items()),
        *(_counter("connections_closed", count, cause=cause) for cause, count in counted.closed.items()),
        _counter("publishes", counted.publishes),
        _counter("publishes_acknowledged", counted.acknowledged),
        _counter("publishes_forbidden", counted.forbidden),
        _counter("down_messages_sent", counted.sent_down),
        _counter("down_messages_settled", counted.settled_down),
        _counter("floods", counted.floods),
        _counter("publishes_discarded", counted.discarded),
        _counter("reconnect_loops", counted.reconnect_loops),
        _counter("sessions_contested", counted.contested),
        _counter("reading_pauses", counted.pauses),
    ]


def _count_source(source: BrokerSource) -> list[Figure]:
    return [
        _counter("source_messages", source.counters.messages, source=source.name),
        _counter("source_messages_ignored", source.counters.ignored, source=source.name),
        _gauge("source_away_seconds", source.away_for_s, source=source.name),
    ]


def _gauge(name: str, value: float, **labels: str) -> Figure:
    return Figure(f"ingest_{name}", labels, value)


def _counter(name: str, value: float, **labels: str) -> Figure:
    return Figure(f"ingest_{name}", labels, value, kind=FigureKind.COUNTER)
