"""Clocks in recorded traffic: learned in recorded time, as the hub learned them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.ingest.adapters import find_adapters
from hub.judge.recordings import Line, read_people
from hub.judge.replay import Replay

Json = dict[str, Any]
NOON = datetime.fromisoformat("2026-11-22T04:00:00+00:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Judge = Callable[[list[Line]], list[Json]]


def said(at: datetime, leaf: str, **payload: Any) -> Line:
    return Line(at, f"anxin/v1/w1/up/{leaf}", json.dumps(payload).encode())


def worn(minutes: range, *, slow_by: timedelta, **values: Any) -> list[Line]:
    """A reading a minute of somebody who walks about."""
    return [
        said(NOON + step * MINUTE, "telemetry", measured_at=(NOON + step * MINUTE - slow_by).isoformat(), **values)
        for step in minutes
    ]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge these lines about one person with a watch."""

    def judge_lines(lines: list[Line]) -> list[Json]:
        path = tmp_path / "people.jsonl"
        path.write_text(json.dumps({"id": "p1", "devices": [{"id": "w1", "kind": "smartwatch"}]}), encoding="utf-8")
        verdicts: list[Json] = []
        replay = Replay(read_people(path), verdicts.append, timedelta(minutes=30), find_adapters([]))
        for line in lines:
            replay.take(line)
        return verdicts

    return judge_lines


def clock_verdicts(verdicts: list[Json]) -> list[tuple[str, str, int | None]]:
    return [
        (verdict["change"], verdict["why"]["code"], verdict["why"]["params"].get("offset_s"))
        for verdict in verdicts
        if verdict["kind"] == "clock_wrong"
    ]


def test_an_offset_is_learned_told_once_and_taken_back(judge: Judge) -> None:
    lines = worn(range(30), slow_by=8 * HOUR) + worn(range(30, 32), slow_by=timedelta())
    assert clock_verdicts(judge(lines)) == [
        ("opened", "clock_offset", 28_800),
        ("cleared", "clock_wrong_over", None),
    ]


def test_a_low_battery_of_a_slow_clock_is_news_as_soon_as_its_offset_is_known(judge: Judge) -> None:
    """Until then it was history, which tells nothing of now."""
    verdicts = judge(worn(range(30), slow_by=8 * HOUR, battery_pct=3))
    (low,) = [verdict for verdict in verdicts if verdict["kind"] == "low_battery"]
    assert low["at"] == (NOON + 10 * MINUTE).isoformat().replace("+00:00", "Z")


def test_a_buffer_that_is_emptied_at_once_teaches_nothing(judge: Judge) -> None:
    buffered = [
        said(NOON + 6 * HOUR, "telemetry", measured_at=(NOON + step * MINUTE).isoformat(), battery_pct=3)
        for step in range(300)
    ]
    verdicts = judge(worn(range(3), slow_by=timedelta(), battery_pct=80) + buffered)
    assert {verdict["kind"] for verdict in verdicts} == {"device_offline"}  # nothing of a clock, nor of a battery


def test_the_same_lines_again_teach_nothing(judge: Judge) -> None:
    """A device that was not answered sends what it has sent, at the pace of life."""
    first = [
        said(NOON - 8 * HOUR, "telemetry", readings=[{"measured_at": (NOON - 9 * HOUR + step * MINUTE).isoformat()}])
        for step in range(30)
    ]
    again = [Line(NOON + step * MINUTE, line.topic, line.payload) for step, line in enumerate(first)]
    assert clock_verdicts(judge(first + again)) == []


def test_a_fall_of_long_ago_by_a_right_clock_opens_at_once_and_one_of_now_by_a_slow_clock_waits(judge: Judge) -> None:
    fall = {"id": "f", "event": "fall_suspected", "occurred_at": (NOON + 12 * MINUTE - 8 * HOUR).isoformat()}
    of_long_ago = judge([*worn(range(12), slow_by=timedelta()), said(NOON + 12 * MINUTE, "event", **fall)])
    assert [verdict["kind"] for verdict in of_long_ago] == ["fall"]
    of_now = judge([*worn(range(12), slow_by=8 * HOUR), said(NOON + 12 * MINUTE, "event", **fall)])
    assert [verdict["kind"] for verdict in of_now] == ["clock_wrong"]  # held for signs of recovery
