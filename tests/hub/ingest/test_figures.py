"""What ingest tells of itself."""

from hub.ingest.figures import count_ingest
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.pipeline import Pipeline
from hub.storage.figures import Figure, FigureKind


def test_what_waits_is_a_gauge_and_what_happened_is_a_counter() -> None:
    pipeline = Pipeline("postgresql://nowhere", "process-1")
    pipeline.counters.stored = 7
    door = FrontDoorCounters(connections=3)
    door.refused["bad_password"] += 2
    figures = count_ingest(pipeline, door)
    assert Figure("ingest_messages_queued", {"lane": "event"}, 0) in figures
    assert Figure("ingest_messages_queued", {"lane": "telemetry"}, 0) in figures
    assert Figure("ingest_messages_stored", {}, 7, kind=FigureKind.COUNTER) in figures
    assert Figure("ingest_connections", {}, 3) in figures
    assert Figure("ingest_connections_refused", {"reason": "bad_password"}, 2, kind=FigureKind.COUNTER) in figures


def test_no_name_is_told_twice_with_the_same_labels_and_each_name_is_of_one_kind() -> None:
    door = FrontDoorCounters()
    door.closed.update(["revoked", "taken_over"])
    figures = count_ingest(Pipeline("postgresql://nowhere", "process-1"), door)
    samples = [(figure.name, tuple(figure.labels.items())) for figure in figures]
    assert len(samples) == len(set(samples))
    assert len({(figure.name, figure.kind) for figure in figures}) == len({figure.name for figure in figures})
