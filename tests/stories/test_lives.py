"""What devices see of people's lives, from outside: falls, flat watches, nights, buffered hours, a gateway's death."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Json, Village, wait_until

CONFIRM_S = 2


def monitored(village: Village, **monitoring: Any) -> Json:
    """A recipient with thresholds of seconds."""
    recipient: Json = village.recipient()
    village.api.patch(f"/api/v1/recipients/{recipient['id']}", {"monitoring": monitoring})
    return recipient


def worn(village: Village, recipient: Json, kind: str = "smartwatch", **fields: object) -> Device:
    return Device(village.device(recipient, kind, **fields), village.hub.mqtt_port)


def measure(device: Device, *, aged_s: float = 0.0, **values: object) -> None:
    """One reading, acknowledged."""
    measured_at = datetime.now(UTC) - timedelta(seconds=aged_s)
    device.publish(json.dumps({"measured_at": measured_at.isoformat(), **values}), "telemetry")


@contextmanager
def measuring(device: Device, every_s: float = 0.3, **values: Any) -> Iterator[None]:
    """The device reports the same in the background, in this rhythm."""
    stop = threading.Event()

    def report() -> None:
        while not stop.wait(every_s):
            measure(device, **values)

    reporting = threading.Thread(target=report, daemon=True)
    reporting.start()
    try:
        yield
    finally:
        stop.set()
        reporting.join(20)


def maintenance_of(village: Village, *device_ids: str) -> list[Json]:
    """The maintenance items of these devices."""
    items = village.api.all_items("/api/v1/maintenance?limit=200")
    return [item for item in items if item["device_id"] in device_ids]


def kinds_of(village: Village, subject: Json) -> list[str]:
    return [incident["kind"] for incident in village.incidents_of(subject["id"])]


def is_listening(hub: HubProcess) -> bool:
    try:
        socket.create_connection(("127.0.0.1", hub.mqtt_port), timeout=1).close()
    except OSError:
        return False
    return True


def stays(condition: Callable[[], bool], for_s: float) -> None:
    """It holds all the while."""
    deadline = time.monotonic() + for_s
    while time.monotonic() < deadline:
        assert condition()
        time.sleep(0.1)


def test_a_fall_with_recovery_never_reaches_the_desk(village: Village) -> None:
    recipient = monitored(village, fall={"confirm_s": CONFIRM_S})
    with worn(village, recipient) as watch:
        measure(watch, posture="walking", steps=100, activity=0.5)
        watch.send("fall_suspected")
        measure(watch, posture="standing", steps=104)
        stays(lambda: kinds_of(village, recipient) == [], CONFIRM_S + 1.5)


def test_a_fall_without_recovery_is_on_the_desk_at_the_end_of_its_window(village: Village) -> None:
    recipient = monitored(village, fall={"confirm_s": CONFIRM_S})
    with worn(village, recipient) as watch:
        fell = time.monotonic()
        event_id = watch.send("fall_suspected", ack=True)
        known = time.monotonic()
        measure(watch, posture="lying", steps=100, activity=0.0)
        (incident,) = wait_until(lambda: village.incidents_of(recipient["id"]))
        assert fell + CONFIRM_S <= time.monotonic() < known + CONFIRM_S + 1.5
        assert (incident["kind"], incident["severity"]) == ("fall", "high")
        assert [alert["event_id"] for alert in incident["alerts"]] == [event_id]
        village.do(incident, "acknowledge")
        wait_until(lambda: watch.stages(event_id) == ["received", "taken"])
        village.do(incident, "close", disposition="test")


def test_a_fall_is_not_lost_when_ingest_dies_in_its_window(village: Village, hub: HubProcess) -> None:
    recipient = monitored(village, fall={"confirm_s": CONFIRM_S})
    with worn(village, recipient) as watch:
        event_id = watch.send("fall_suspected")
        fell = time.monotonic()
        hub.kill("ingest")
        incident = village.incident_with(event_id)
        assert time.monotonic() - fell < CONFIRM_S + 2
        assert incident["kind"] == "fall"
    wait_until(lambda: is_listening(hub), within_s=30)
    village.do(incident, "close", disposition="test")


def test_who_does_not_move_is_noticed_and_a_flat_watch_is_only_maintenance(village: Village) -> None:
    limits = {"day_limit_s": 3, "night_limit_s": 3}
    still, flat = monitored(village, inactivity=limits), monitored(village, inactivity=limits)
    with worn(village, still) as watch, worn(village, flat) as dying:
        for left_pct in (16, 12, 8, 3):
            measure(dying, activity=0.4, steps=left_pct, battery_pct=left_pct, worn=True)
        with measuring(watch, activity=0.0, steps=7, posture="sitting", worn=True):
            (incident,) = wait_until(lambda: village.incidents_of(still["id"]))
        assert (incident["kind"], incident["severity"]) == ("inactivity", "high")
        stays(lambda: kinds_of(village, flat) == [], 2)
        assert [item["kind"] for item in maintenance_of(village, dying.id)] == ["low_battery"]
        measure(watch, activity=0.6, steps=30)
        alerts = village.api.get(f"/api/v1/incidents/{incident['id']}")["log"]
        assert "moved_again" in [line["code"] for line in alerts]
        village.do(incident, "close", disposition="test")


def test_the_mattress_notices_who_does_not_come_back_at_night(village: Village) -> None:
    local = datetime.now(ZoneInfo("Asia/Shanghai"))
    night = {
        "night_from": (local - timedelta(hours=2)).strftime("%H:%M"),
        "night_until": (local + timedelta(hours=2)).strftime("%H:%M"),
    }
    recipient = monitored(village, bed={"absence_limit_s": 2, **night})
    with worn(village, recipient, "mattress") as bed:
        measure(bed, in_bed=True, heart_rate_bpm=60, respiration_rate_bpm=14)
        with measuring(bed, in_bed=False):
            (incident,) = wait_until(lambda: village.incidents_of(recipient["id"]))
        assert incident["kind"] == "bed"
        village.do(incident, "close", disposition="test")


def test_an_hour_of_buffered_history_changes_no_live_state(village: Village) -> None:
    recipient = monitored(village, inactivity={"day_limit_s": 60, "night_limit_s": 60})
    with worn(village, recipient) as watch:
        measure(watch, activity=0.5, steps=900, battery_pct=80, worn=True)
        hour_ago = datetime.now(UTC) - timedelta(hours=2)
        buffered = [
            {
                "measured_at": (hour_ago + timedelta(seconds=10 * number)).isoformat(),
                "activity": 0.0,
                "steps": 5,
                "battery_pct": 2,
                "worn": False,
            }
            for number in range(360)
        ]
        watch.publish(json.dumps({"readings": buffered}), "telemetry")
        file = village.api.get(f"/api/v1/recipients/{recipient['id']}")
        assert [device["battery_pct"] for device in file["devices"]] == [80]
        stays(lambda: kinds_of(village, recipient) == [] and maintenance_of(village, watch.id) == [], 1.5)


def test_a_gateways_death_is_one_item_and_none_of_its_devices(village: Village) -> None:
    quick = {"offline_min_s": 2}
    keeper = monitored(village, equipment=quick)
    people = [monitored(village, equipment=quick) for _ in range(3)]
    gateway = village.device(keeper, "gateway")
    children = [village.device(person, "wristband", gateway_id=gateway["id"]) for person in people]
    with Device(gateway, village.hub.mqtt_port) as link:
        for _ in range(8):
            for child in children:
                reading = {"measured_at": datetime.now(UTC).isoformat(), "heart_rate_bpm": 70, "worn": True}
                link.publish_for(child["id"], json.dumps(reading), "telemetry")
            time.sleep(0.25)
    ids = [gateway["id"], *(child["id"] for child in children)]
    (item,) = wait_until(lambda: maintenance_of(village, *ids))
    assert (item["kind"], item["device_id"]) == ("device_offline", gateway["id"])
    stays(lambda: len(maintenance_of(village, *ids)) == 1, 4)


def test_who_lives_alone_and_is_not_seen_is_to_be_called(village: Village) -> None:
    recipient = monitored(village, no_sign_of_life_s=2)
    with worn(village, recipient) as watch:
        measure(watch, heart_rate_bpm=71, worn=True)
        follow_up = wait_until(
            lambda: [
                one
                for one in village.api.all_items("/api/v1/follow-ups?limit=200")
                if (one.get("recipient") or {}).get("id") == recipient["id"]
            ]
        )[0]
    assert follow_up["kind"] == "no_sign_of_life"


def test_recorded_traffic_is_judged_by_the_same_command(hub: HubProcess, tmp_path: Path) -> None:
    people, traffic = tmp_path / "people.jsonl", tmp_path / "traffic.jsonl"
    people.write_text(json.dumps({"id": "p", "devices": [{"id": "w", "kind": "smartwatch"}]}))
    fall = {"event": "fall_suspected", "occurred_at": "2026-11-22T00:00:00Z"}
    traffic.write_text(json.dumps({"at": "2026-11-22T00:00:00Z", "topic": "anxin/v1/w/up/event", "payload": fall}))
    printed = hub.command(
        "judge", "--people", str(people), "--traffic", str(traffic), "--until", "2026-11-22T00:05:00Z"
    )
    (verdict,) = [json.loads(line) for line in printed.splitlines()]
    assert (verdict["at"], verdict["kind"], verdict["change"]) == ("2026-11-22T00:01:00Z", "fall", "opened")
