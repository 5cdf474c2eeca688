"""Somebody tries a device: a press is real until it is confirmed as a test, and at once when somebody else cries."""

import time

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Device, Phone, Village, wait_until

NUMBER = "10000007001"


def test_a_test_that_is_confirmed_troubles_no_family_and_a_second_cry_does_at_once(
    hub: HubProcess, village: Village, phone: Phone
) -> None:
    recipient = village.recipient(contacts=(NUMBER,))
    tried, other = village.device(recipient), village.device(recipient)
    window = village.api.post(f"/api/v1/devices/{tried['id']}/test-window", {"minutes": 5, "reason": "安装"})
    assert window["device_id"] == tried["id"]
    with Device(tried, hub.mqtt_port) as button, Device(other, hub.mqtt_port) as watch:
        first = button.press()
        incident = village.incident_with(first)
        assert (incident["state"], incident["sounding"]) == ("open", True)
        assert incident["test_pending_until"] is not None
        time.sleep(2.5)  # the ladder tells the family after two seconds
        closed = village.do(incident, "confirm-test")
        assert (closed["state"], closed["disposition"]) == ("closed", "test")
        wait_until(lambda: button.stages(first) == ["received", "taken", "closed"])
        assert village.api.get(f"/api/v1/devices/{tried['id']}")["last_test"]["how"] == "window"
        assert phone.texts_to(NUMBER) == []

        second = button.press()
        wait_until(lambda: village.incident_with(second)["test_pending_until"] is not None)
        watch.press()
        wait_until(lambda: phone.texts_to(NUMBER), within_s=5)
        again = village.incident_with(second)
    assert again["test_pending_until"] is None
    log = [line["code"] for line in village.api.get(f"/api/v1/incidents/{again['id']}")["log"]]
    assert "test_not_only" in log
    village.do(again, "close", disposition="test")
