"""An outage is logged when it begins and once a minute, not at each try."""

import pytest
from structlog.testing import capture_logs

from hub.ingest import outage_log
from hub.ingest.outage_log import OutageLog


class Clock:
    """Moved by the test."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outage_log, "monotonic_s", clock)
    return clock


def test_tries_that_fail_are_logged_once_then_each_minute(clock: Clock) -> None:
    log = OutageLog("database_away")
    with capture_logs() as said:
        for _ in range(61):  # every two seconds, for two minutes
            log.tell(lane="event")
            clock.now_s += 2
    assert [(line["event"], line["for_s"], line["lane"]) for line in said] == [
        ("database_away", 0, "event"),
        ("database_away", 60, "event"),
        ("database_away", 120, "event"),
    ]


def test_the_next_outage_is_said_at_once(clock: Clock) -> None:
    log = OutageLog("database_away")
    with capture_logs() as said:
        log.tell()
        log.end()
        clock.now_s += 1
        log.tell()
        log.tell()
    assert [line["for_s"] for line in said] == [0, 0]
