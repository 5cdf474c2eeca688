"""The log: one event a line, ids but never people."""

import json
import logging
from collections.abc import Callable, Iterator

import psycopg
import pytest
import structlog

from hub.observability import configure_logging
from hub.settings import load_settings


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What came out since the last look; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield lambda: capsys.readouterr().err
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = handlers, level


def _configure(log_format: str, level: str = "info") -> None:
    configure_logging(load_settings({"HUB_LOG_FORMAT": log_format, "HUB_LOG_LEVEL": level}), "ingest")


def test_an_event_is_one_json_object_with_its_role_and_an_aware_time(written: Callable[[], str]) -> None:
    _configure("json")
    structlog.get_logger().info("press_stored", device_id="d-1")
    line = json.loads(written())
    assert (line["event"], line["device_id"], line["role"], line["level"]) == ("press_stored", "d-1", "ingest", "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_name_or_a_number_that_slips_into_a_log_call_is_blotted_out(
    written: Callable[[], str], log_format: str
) -> None:
    _configure(log_format)
    structlog.get_logger().info("text_sent", phone="10000000001", name="示例甲", incident_id="i-1")
    line = written()
    assert "10000000001" not in line
    assert "示例甲" not in line
    assert "i-1" in line


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_database_error_does_not_tell_the_row(
    written: Callable[[], str], log_format: str, empty_database: str
) -> None:
    _configure(log_format)
    phone = "100" + "00000001"  # not to be found in the traceback's source lines
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE people (phone text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES (%s)", (phone,))
        try:
            connection.execute("INSERT INTO people VALUES (%s)", (phone,))
        except psycopg.errors.UniqueViolation:
            structlog.get_logger().exception("not_stored")
    line = written()
    assert "people_pkey" in line
    assert phone not in line


def test_libraries_write_in_the_same_shape_from_warnings_on(written: Callable[[], str]) -> None:
    _configure("json", level="debug")
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("pool is %s", "empty")
    line = json.loads(written())
    assert (line["event"], line["level"]) == ("pool is empty", "warning")


def test_events_below_the_level_are_not_written(written: Callable[[], str]) -> None:
    _configure("console", level="warning")
    structlog.get_logger().info("chatter")
    assert written() == ""
