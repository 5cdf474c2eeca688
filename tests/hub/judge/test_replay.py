"""Recorded traffic, judged: what the verdicts say, and when."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from hub.ingest.adapters import find_adapters
from hub.judge.recordings import Line, RecordingError, read_people, read_traffic
from hub.judge.replay import Replay

Json = dict[str, Any]
EVENING = datetime.fromisoformat("2026-11-22T12:00:00+00:00")  # 20:00 in Shanghai


def at(after_s: float) -> datetime:
    return EVENING + timedelta(seconds=after_s)


def said(after_s: float, device: str, leaf: str, **payload: Any) -> Line:
    """A message `after_s` seconds into the recording."""
    return Line(at(after_s), f"anxin/v1/{device}/up/{leaf}", json.dumps(payload).encode())


def reads(after_s: float, device: str = "w1", *, aged_s: float = 0, **values: Any) -> Line:
    return said(after_s, device, "telemetry", measured_at=at(after_s - aged_s).isoformat(), **values)


def event(after_s: float, name: str, device: str = "w1", **fields: Any) -> Line:
    return said(
        after_s, device, "event", event=name, id=f"{name}-{after_s}", occurred_at=at(after_s).isoformat(), **fields
    )


def one_person(**changes: Any) -> Json:
    return {
        "id": "p1",
        "timezone": "Asia/Shanghai",
        "lives_alone": True,
        "devices": [{"id": "w1", "kind": "smartwatch"}],
        "monitoring": {},
        "modes": [],
        **changes,
    }


Judge = Callable[..., list[Json]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge these lines about these people; returns the verdicts."""

    def judge_lines(*lines: Line, people: list[Json] | None = None, until_s: float | None = None) -> list[Json]:
        path = tmp_path / "people.jsonl"
        path.write_text("\n".join(json.dumps(person) for person in people or [one_person()]))
        verdicts: list[Any] = []
        replay = Replay(read_people(path), verdicts.append, timedelta(minutes=30), find_adapters())
        for line in lines:
            replay.take(line)
        replay.finish(None if until_s is None else at(until_s))
        return verdicts

    return judge_lines


def brief(verdicts: list[Json]) -> list[tuple[float, str, str, str]]:
    """(seconds, queue, kind, change) of each."""
    return [
        ((datetime.fromisoformat(one["at"]) - EVENING).total_seconds(), one["queue"], one["kind"], one["change"])
        for one in verdicts
    ]


def test_a_press_is_on_the_desk_at_once_with_all_that_a_verdict_says(judge: Judge) -> None:
    (verdict,) = judge(event(3, "sos_pressed"))
    assert verdict == {
        "at": "2026-11-22T12:00:03Z",
        "recipient_id": "p1",
        "queue": "desk",
        "kind": "sos",
        "severity": "critical",
        "change": "opened",
        "device_id": "w1",
        "why": {"code": "sos_pressed", "params": {"device_id": "w1", "component": None}},
    }


def test_a_fall_without_recovery_opens_at_the_end_of_its_window_between_two_lines(judge: Judge) -> None:
    verdicts = judge(reads(0, posture="walking", steps=5), event(10, "fall_suspected"), reads(200, heart_rate_bpm=99))
    assert brief(verdicts) == [(70, "desk", "fall", "opened")]
    assert verdicts[0]["why"]["code"] == "fall_not_recovered"


def test_a_fall_with_recovery_never_reaches_the_desk(judge: Judge) -> None:
    assert judge(event(10, "fall_suspected"), reads(40, posture="standing"), until_s=600) == []


def test_a_confirmation_takes_the_held_fall_along(judge: Judge) -> None:
    verdicts = judge(event(10, "fall_suspected"), event(20, "fall_confirmed"), until_s=600)
    assert brief(verdicts) == [(20, "desk", "fall", "opened")]


def test_a_graver_alert_raises_the_incident_and_another_joins_it(judge: Judge) -> None:
    verdicts = judge(event(10, "fall_suspected"), event(80, "fall_confirmed"), event(90, "fall_confirmed"), until_s=100)
    assert [(one["change"], one["severity"]) for one in verdicts] == [
        ("opened", "high"),
        ("raised", "critical"),
        ("joined", "critical"),
    ]


def test_an_incident_closes_half_an_hour_after_its_last_alert(judge: Judge) -> None:
    presses = [event(second, "sos_pressed") for second in (0, 1500, 3299, 5200)]
    assert [change for _, _, _, change in brief(judge(*presses))] == ["opened", "joined", "joined", "opened"]


def test_the_same_event_again_is_one_event(judge: Judge) -> None:
    press = event(0, "sos_pressed")
    assert len(judge(press, Line(at(30), press.topic, press.payload))) == 1


def test_nobody_who_has_the_device_is_said_and_the_press_is_shown(judge: Judge) -> None:
    (verdict,) = judge(event(0, "sos_pressed", "stranger"))
    assert (verdict["recipient_id"], verdict["device_id"], verdict["queue"]) == (None, "stranger", "desk")


def test_an_event_nobody_can_read_is_shown_and_a_reading_nobody_can_read_is_maintenance(judge: Judge) -> None:
    verdicts = judge(said(0, "w1", "event", event="helpme"), said(1, "w1", "telemetry", heart_rate_bpm="much"))
    assert brief(verdicts) == [(0, "desk", "unreadable_event", "opened"), (1, "maintenance", "quarantine", "opened")]


def test_silence_is_judged_to_the_instant_and_to_the_end_of_the_clock(judge: Judge) -> None:
    lines = [reads(60 * minute, heart_rate_bpm=70, worn=True) for minute in range(11)]
    verdicts = judge(*lines, until_s=600 + 13 * 3600)
    assert brief(verdicts) == [
        (600 + 600, "maintenance", "device_offline", "opened"),
        (600 + 6 * 3600, "maintenance", "data_blind", "opened"),
        (600 + 12 * 3600, "follow-up", "no_sign_of_life", "opened"),
    ]


def test_a_flat_watch_is_maintenance_and_never_inactivity(judge: Judge) -> None:
    person = one_person(monitoring={"inactivity": {"day_limit_s": 300, "night_limit_s": 300}})
    lines = [
        reads(30 * number, worn=True, activity=0.3, steps=number, battery_pct=max(16 - number, 0))
        for number in range(17)
    ]
    kinds = [kind for _, _, kind, _ in brief(judge(*lines, people=[person], until_s=3 * 3600))]
    assert kinds == ["low_battery", "device_offline"]


def test_an_absence_from_home_is_silence_that_means_nothing(judge: Judge) -> None:
    away = {"mode": "away", "from": at(300).isoformat(), "until": at(2 * 86_400).isoformat()}
    verdicts = judge(reads(0, heart_rate_bpm=70), people=[one_person(modes=[away])], until_s=86_400)
    assert {kind for _, _, kind, _ in brief(verdicts)} == {"device_offline"}


def test_whoever_gets_into_the_bed_at_home_is_away_no_more(judge: Judge) -> None:
    away = {"mode": "away", "from": at(-7200).isoformat()}
    person = one_person(devices=[{"id": "b1", "kind": "mattress"}], modes=[away])
    lines = [reads(60, "b1", in_bed=False), reads(3600, "b1", in_bed=True), reads(7200, "b1", in_bed=False)]
    absent = (7200 + 1800, "desk", "bed", "opened")
    home = brief(judge(*lines, people=[person], until_s=3 * 3600))
    away_still = brief(judge(lines[0], lines[2], people=[person], until_s=3 * 3600))
    assert (home.count(absent), away_still.count(absent)) == (1, 0)


def test_a_mode_nobody_ends_becomes_a_call(judge: Judge) -> None:
    person = one_person(modes=[{"mode": "away", "from": at(0).isoformat()}])
    asked = (3 * 86_400.0, "follow-up", "mode_forgotten", "opened")
    assert asked in brief(judge(reads(0, heart_rate_bpm=70), people=[person], until_s=4 * 86_400))


def test_the_mattress_notices_the_night_absence_and_the_return(judge: Judge) -> None:
    person = one_person(devices=[{"id": "m1", "kind": "mattress"}])
    hours = 3600
    lines = [reads(60 * minute, "m1", in_bed=True, heart_rate_bpm=60) for minute in range(6 * 60)]
    lines += [reads(6 * hours + 60 * minute, "m1", in_bed=False) for minute in range(40)]
    lines += [reads(6 * hours + 40 * 60, "m1", in_bed=True, heart_rate_bpm=60)]
    assert brief(judge(*lines, people=[person])) == [
        (6 * hours + 1800, "desk", "bed", "opened"),
        (6 * hours + 2400, "desk", "bed", "cleared"),
    ]


def test_an_hour_of_buffered_history_changes_nothing(judge: Judge) -> None:
    person = one_person(monitoring={"inactivity": {"day_limit_s": 600, "night_limit_s": 600}})
    live = [reads(60 * minute, activity=0.4, steps=minute) for minute in range(10)]
    buffered = [reads(600, aged_s=3600 + 60 * minute, activity=0.0, steps=1) for minute in range(60)]
    assert judge(*live, *buffered, people=[person], until_s=900) == []


def test_a_gateways_death_is_one_item(judge: Judge) -> None:
    person = one_person(
        devices=[
            {"id": "g1", "kind": "gateway"},
            *({"id": f"w{number}", "kind": "wristband", "gateway_id": "g1"} for number in range(5)),
        ]
    )
    lines = [
        reads(60 * minute + number, f"w{number}", heart_rate_bpm=70, worn=True)
        for minute in range(30)
        for number in range(5)
    ]
    verdicts = judge(*lines, people=[person], until_s=5 * 3600)
    assert [(one["kind"], one["device_id"]) for one in verdicts] == [("device_offline", "g1")]


def test_one_silent_child_of_a_living_gateway_is_its_own_item(judge: Judge) -> None:
    person = one_person(
        devices=[
            {"id": "g1", "kind": "gateway"},
            *({"id": f"w{number}", "kind": "wristband", "gateway_id": "g1"} for number in range(3)),
        ]
    )
    lines = [
        reads(60 * minute + number, f"w{number}", heart_rate_bpm=70, worn=True)
        for minute in range(60)
        for number in range(3)
        if number > 0 or minute < 30
    ]
    verdicts = judge(*lines, people=[person])
    assert [(one["kind"], one["device_id"]) for one in verdicts] == [("device_offline", "w0")]


def test_the_same_recording_gives_the_same_verdicts(judge: Judge) -> None:
    lines = [
        *(reads(20 * number, activity=0.0, steps=3, posture="sitting") for number in range(50)),
        event(1000, "fall_suspected"),
        *(reads(1010 + 20 * number, activity=0.0, steps=3) for number in range(50)),
    ]
    person = one_person(monitoring={"inactivity": {"day_limit_s": 120, "night_limit_s": 120}})
    first = judge(*lines, people=[person], until_s=9000)
    assert first == judge(*lines, people=[person], until_s=9000)
    assert {"inactivity", "fall", "device_offline"} <= {one["kind"] for one in first}


def test_a_foreign_watch_is_judged_by_its_own_adapter_and_its_serial_number(judge: Judge) -> None:
    person = one_person(devices=[{"id": "w1", "kind": "smartwatch", "serial": "860000000000017"}])
    topic = "atom/g616/status/860000000000017"
    up = {"imei": "860000000000017", "sos": True, "heartRate": "70"}
    verdicts = judge(*(Line(at(10 * number), topic, json.dumps(up).encode()) for number in range(3)), people=[person])
    assert [(one["recipient_id"], one["kind"], one["change"]) for one in verdicts if one["queue"] == "desk"] == [
        ("p1", "sos", "opened")
    ]


# --- Files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        ({"payload": {"event": "sos_pressed"}}, {"event": "sos_pressed"}),
        ({"payload": '{"event": "sos_pressed"}'}, {"event": "sos_pressed"}),
        ({"payload": "eyJldmVudCI6ICJzb3NfcHJlc3NlZCJ9", "encoding": "base64"}, {"event": "sos_pressed"}),
    ],
)
def test_a_payload_is_an_object_a_text_or_base64(tmp_path: Path, fields: Json, payload: Json) -> None:
    path = tmp_path / "traffic.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"at": "2026-11-22T20:00:00+08:00", "topic": "t", **fields}).encode()))
    (line,) = read_traffic(path)
    assert (line.at, line.topic, json.loads(line.payload)) == (EVENING, "t", payload)


@pytest.mark.parametrize(
    ("name", "pack"), [("t.jsonl", bytes), ("t.jsonl.gz", gzip.compress), ("t.jsonl.zst", zstandard.compress)]
)
def test_a_recording_is_plain_gzip_or_zstandard(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    line = b'{"at": "2026-11-22T20:00:00+08:00", "topic": "t", "payload": {}}\n'
    path = tmp_path / name
    path.write_bytes(pack(line * 3) + pack(line))
    assert len(list(read_traffic(path))) == 4


@pytest.mark.parametrize(
    ("ending", "content"),
    [(".gz", b"plain text"), (".gz", gzip.compress(b"x" * 100_000)[:-9]), (".zst", b"plain text")],
)
def test_a_recording_that_is_not_what_its_name_says_is_refused(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"t.jsonl{ending}"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=re.escape(str(path))):
        list(read_traffic(path))


@pytest.mark.parametrize(
    ("raw", "said_of_it"),
    [
        ("{", "line 2"),
        ('{"topic": "t", "payload": {}}', "'at' is missing"),
        ('{"at": "2026-11-22T20:00:00", "topic": "t", "payload": {}}', "no offset"),
        ('{"at": "2026-11-22T20:00:00Z", "topic": 7, "payload": {}}', "topic"),
        ('{"at": "2026-11-22T20:00:00Z", "topic": "t", "payload": "?", "encoding": "base64"}', "base64"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, raw: str, said_of_it: str) -> None:
    path = tmp_path / "traffic.jsonl"
    path.write_text('{"at": "2026-11-22T20:00:00Z", "topic": "t", "payload": {}}\n' + raw)
    with pytest.raises(RecordingError, match=said_of_it) as refused:
        list(read_traffic(path))
    assert "line 2" in str(refused.value)
