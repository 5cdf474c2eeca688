"""A shift ends with an incident in hand, and a desk is left alone: somebody goes all the same."""

import json
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest

from tests.stories.cast import Device, Json, Phone, Village, wait_until

TOWNSHIP = "990101091000"
PASSWORD = "correct horse battery"
NEIGHBOUR = "10000007701"
#: Nobody but the desk for ten minutes: what happens sooner, happens because of the roster.
PATIENT = {
    "steps": [{"after_s": 0, "notify": "desk"}, {"after_s": 600, "notify": "next_contact"}],
    "repeat": 1,
    "then_every_s": 600,
    "ack_timeout_s": 600,
    "when": {"division_id": TOWNSHIP},
}


class Operator:
    """Somebody at a desk of the township: a browser with a session."""

    def __init__(self, village: Village, login: str) -> None:
        self._port = village.hub.http_port
        self.name = f"值班员{login}"
        account = {"login": login, "name": self.name, "role": "operator", "password": PASSWORD, "division_id": TOWNSHIP}
        self.id: str = village.api.post("/api/v1/users", account)["id"]
        self._cookie = ""
        self.post("sessions", {"login": login, "password": PASSWORD})

    def post(self, path: str, body: Json) -> Json:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Content-Type": "application/json", "X-Anxin-Desk": "1", "Cookie": self._cookie}
        connection.request("POST", f"/api/v1/{path}", body=json.dumps(body).encode(), headers=headers)
        response = connection.getresponse()
        answer = response.read()
        self._cookie = self._cookie or (response.getheader("Set-Cookie") or "").split(";")[0]
        connection.close()
        assert 200 <= response.status < 300, answer
        read: Json = json.loads(answer)
        return read


@pytest.fixture
def township(village: Village) -> Village:
    """A place of its own in the shared hub, so that its roster and its desk are nobody else's."""
    village.api.post("/api/v1/divisions", {"id": TOWNSHIP, "name": "南乡"})
    village.api.put("/api/v1/policies/patient", PATIENT)
    return village


def write_roster(village: Village, *entries: Json) -> None:
    body = {"division_id": TOWNSHIP, "role": "operator", "entries": list(entries)}
    village.api.put("/api/v1/rosters", body)


def worn(village: Village, name: str) -> Device:
    recipient = village.api.post("/api/v1/recipients", {"name": name, "division_id": TOWNSHIP})
    village.api.post(f"/api/v1/recipients/{recipient['id']}/contacts", {"name": "邻居", "phone": NEIGHBOUR})
    return Device(village.device(recipient), village.hub.mqtt_port)


def test_what_is_held_at_the_end_of_a_shift_is_the_next_ones_and_a_desk_left_alone_is_passed_over(
    township: Village, phone: Phone
) -> None:
    jia, yi = Operator(township, "jia"), Operator(township, "yi")
    write_roster(township, {"name": jia.name, "account": "jia"})

    jia.post("presence", {"desk_id": "desk-1", "state": "present"})
    with worn(township, "李示例") as device:
        incident = township.incident_with(device.press())
    jia.post(f"incidents/{incident['id']}/acknowledge", {})
    jia.post(f"incidents/{incident['id']}/contact-attempts", {"who": "本人", "outcome": "no_answer"})
    in_hand_at = datetime.now(UTC)
    change = in_hand_at.isoformat()
    write_roster(
        township,
        {"name": jia.name, "account": "jia", "until": change},
        {"name": yi.name, "account": "yi", "from": change},
    )
    path = f"/api/v1/incidents/{incident['id']}"
    relieved = wait_until(lambda: (now := township.api.get(path))["acknowledged_by"]["id"] == yi.id and now, 60)
    assert relieved["state"] == "acknowledged"
    for at, who in ((in_hand_at, jia), (datetime.now(UTC), yi)):
        asked = f"division_id={TOWNSHIP}&at={at.isoformat().replace('+00:00', 'Z')}"
        [duty] = township.api.get(f"/api/v1/rosters/on-duty?{asked}")["items"]
        assert [person["account_id"] for person in duty["people"]] == [who.id]

    yi.post(f"incidents/{incident['id']}/close", {"disposition": "real"})
    assert yi.post("presence", {"desk_id": "desk-1", "state": "away"}) == {"others_present": 0, "manned": False}
    with worn(township, "王示例") as device:
        alone = township.incident_with(device.press())
        [told] = wait_until(lambda: phone.texts_to(NEIGHBOUR), 10)
    assert "按了求助键" in told["text"]
    log = township.api.get(f"/api/v1/incidents/{alone['id']}")["log"]
    assert [line["code"] for line in log][:3] == ["opened", "step_skipped", "step_taken"]
    township.do(alone, "close", disposition="false")
