"""From the button to the desk, to the telephone, and back to the wearer."""

import time
from datetime import UTC, datetime

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Onlooker, Phone, Village, wait_until

_numbers = iter(f"100{number:08d}" for number in range(1, 1000))


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_a_press_is_on_the_desk_within_a_second(hub: HubProcess, village: Village, version: int) -> None:
    recipient = village.recipient("李示例")
    with Device(village.device(recipient), hub.mqtt_port, version=version) as device, Onlooker(hub) as desk:
        pressed = time.monotonic()
        event_id = device.press()
        seen = desk.wait_for(lambda incident: any(alert["event_id"] == event_id for alert in incident["alerts"]))
        assert time.monotonic() - pressed < 1
    assert (seen["kind"], seen["state"], seen["severity"]) == ("sos", "open", "critical")
    assert seen["recipient"] == {"id": recipient["id"], "name": "李示例"}
    assert village.api.get(f"/api/v1/incidents/{seen['id']}")["alerts"] == seen["alerts"]


def test_untaken_the_ladder_runs_and_each_text_leaves_when_its_step_is_due(village: Village, phone: Phone) -> None:
    family = [next(_numbers), next(_numbers)]
    with village.worn_device(contacts=tuple(family)) as device:
        event_id = device.press()
        incident = village.incident_with(event_id)
        opened = datetime.fromisoformat(incident["opened_at"])
        wait_until(lambda: len(phone.texts_to(family[1])) >= 1)
    first, second = phone.texts_to(family[0])[0], phone.texts_to(family[1])[0]
    assert 2 <= _seconds_after(opened, first["at"]) < 3
    assert 4 <= _seconds_after(opened, second["at"]) < 5
    assert first["text"].startswith("【")
    assert len(first["text"]) <= 70
    assert "示例" not in first["text"]
    village.do(incident, "close", disposition="test")


def test_taken_nothing_more_leaves(village: Village, phone: Phone) -> None:
    number = next(_numbers)
    with village.worn_device(contacts=(number,)) as device:
        event_id = device.press()
        incident = village.incident_with(event_id)
        wait_until(lambda: phone.texts_to(number))
        village.do(incident, "acknowledge")
        village.do(incident, "responding", name="小王")
        before = len(phone.texts_to(number))
        time.sleep(4.5)  # two steps of the ladder would have come in this time
        assert len(phone.texts_to(number)) == before
        assert device.stages(event_id) == ["received", "taken", "responding"]
        village.do(incident, "close", disposition="real", note="已送医")
        wait_until(lambda: device.stages(event_id)[-1] == "closed")


def test_the_whole_story_of_a_press_is_told_while_the_hub_runs(hub: HubProcess, village: Village, phone: Phone) -> None:
    number = next(_numbers)
    with village.worn_device(contacts=(number,)) as device:
        incident = village.incident_with(device.press())
        wait_until(lambda: phone.texts_to(number))
        village.do(incident, "close", disposition="real", note="已送医")
    story = hub.command("explain", str(incident["code"]), "--language", "zh")
    told = [
        "本人按下了求助键。",
        "规则：求助键",
        "求助发生",
        "值班台响铃",
        "通知下一位紧急联系人",
        "第 1 次",
        "办结：属实（",
    ]
    places = [story.index(part) for part in [*told, "重放：一致"]]
    assert places == sorted(places)
    assert number not in story


def test_taken_and_then_nothing_done_it_is_open_again(village: Village, phone: Phone) -> None:
    number = next(_numbers)
    with village.worn_device(contacts=(number,)) as device:
        event_id = device.press()
        incident = village.incident_with(event_id)
        village.do(incident, "acknowledge")
        wait_until(lambda: village.incident_with(event_id)["state"] == "open", within_s=5)
        wait_until(lambda: phone.texts_to(number), within_s=5)
        wait_until(lambda: device.stages(event_id)[:3] == ["received", "taken", "requeued"])
    log = village.api.get(f"/api/v1/incidents/{incident['id']}")["log"]
    assert "ack_timed_out" in [line["code"] for line in log]
    village.do(incident, "close", disposition="test")


def test_who_comes_second_is_told_who_has_it(village: Village, hub: HubProcess) -> None:
    with village.worn_device() as device:
        incident = village.incident_with(device.press())
    first, second = (type(hub.api)(hub.http_port, hub.create_api_key("operator")) for _ in range(2))
    assert first.post(f"/api/v1/incidents/{incident['id']}/acknowledge")["state"] == "acknowledged"
    answer = second.ask("POST", f"/api/v1/incidents/{incident['id']}/acknowledge", {})
    assert answer.status == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["holder"]["type"] == "machine"
    village.do(incident, "close", disposition="test")


def test_a_press_while_the_operator_closes_is_not_lost(village: Village) -> None:
    recipient = village.recipient()
    with Device(village.device(recipient), village.hub.mqtt_port) as device:
        pressed = []
        for _ in range(25):
            pressed.append(device.press())
            for incident in village.incidents_of(recipient["id"]):
                if incident["state"] != "closed":
                    event_id = device.press_soon()
                    village.do(incident, "close", disposition="test")
                    device.wait_for_acknowledgement(event_id)
                    pressed.append(event_id)
    incidents = village.incidents_of(recipient["id"])
    held = [alert["event_id"] for incident in incidents for alert in incident["alerts"]]
    assert sorted(held) == sorted(pressed)
    assert sum(incident["state"] != "closed" for incident in incidents) <= 1
    for incident in incidents:
        if incident["state"] != "closed":
            village.do(incident, "close", disposition="test")


def test_an_sos_of_a_device_nobody_has_is_at_the_desk_with_its_last_wearer(village: Village) -> None:
    recipient = village.recipient("前用户")
    registered = village.device(recipient)
    before = datetime.now(UTC).isoformat()
    assert village.api.ask("DELETE", f"/api/v1/devices/{registered['id']}/assignments/current").status == 204
    with Device(registered, village.hub.mqtt_port) as device:
        incident = village.incident_with(device.press())
    assert incident["subject"] == {"type": "device", "id": registered["id"]}
    assert incident["explanation"]["code"] == "sos_unassigned_device"
    assert incident["explanation"]["params"]["last_wearer_id"] == recipient["id"]
    assert incident["opened_at"] >= before[:19]
    village.do(incident, "close", disposition="test")


def test_the_stream_can_be_taken_up_where_it_was_left(hub: HubProcess, village: Village) -> None:
    with village.worn_device() as device, Onlooker(hub) as desk:
        first = device.press()
        desk.wait_for(lambda incident: any(alert["event_id"] == first for alert in incident["alerts"]))
        position = desk.positions[-1]
        second = device.press()
        desk.wait_for(lambda incident: any(alert["event_id"] == second for alert in incident["alerts"]))
    with Onlooker(hub, after=position) as later:
        later.wait_for(lambda incident: any(alert["event_id"] == second for alert in incident["alerts"]))
        assert later.positions[0] > position
        assert later.positions == sorted(set(later.positions))
    with Onlooker(hub, after=10**15) as lost:
        wait_until(lambda: "reset" in lost.events)
    village.do(village.incident_with(first), "close", disposition="test")


def test_a_call_to_the_hotline_is_an_incident_like_any_other(village: Village) -> None:
    recipient = village.recipient("王示例")
    made = village.api.post(
        "/api/v1/incidents",
        {
            "kind": "phone_report",
            "recipient_id": recipient["id"],
            "caller_phone": "10000000099",
            "note": "邻居说她没开门",
        },
    )
    assert (made["kind"], made["state"]) == ("phone_report", "open")
    stranger = village.api.post(
        "/api/v1/incidents", {"kind": "phone_report", "caller_phone": "10000000098", "note": "有人倒在路边"}
    )
    assert stranger["recipient"] is None
    for incident in (made, stranger):
        village.do(incident, "close", disposition="real")


def _seconds_after(moment: datetime, text_at: str) -> float:
    return (datetime.fromisoformat(text_at) - moment).total_seconds()
