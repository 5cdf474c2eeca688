"""Something in every list beside the queue, as it comes about: by devices, by a call, by people who decide."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.desk.county_hub import CountyHub
from tests.stories.cast import wait_until

Json = dict[str, Any]

#: Told at once, so that nobody waits for a text: only of calls, and only while the lists are walked.
_POLICY = "/api/v1/policies/told-at-once"
_TOLD_AT_ONCE = {
    "steps": [{"after_s": 0, "notify": "contacts"}],
    "repeat": 0,
    "then_every_s": 300,
    "ack_timeout_s": 300,
    "when": {"kind": ["phone_report"]},
}
UNREADABLE = b'{"measured_at": "2026-11-22T00:00:00Z", "battery_pct": "\xe5\xbe\x88\xe5\xa4\x9a"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class FurnishedLists:
    """Whose device it was that spoke, and the incident that people were told of."""

    county: CountyHub
    name: str
    device_id: str
    incident: Json

    def first(self, path: str, **wanted: str) -> Json:
        """The newest entry of a list, of this device or person where that can be asked."""
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        return next(iter(self.county.api.get(f"{path}?{query}")["items"]))


@contextmanager
def furnish_lists(county: CountyHub, name: str) -> Iterator[FurnishedLists]:
    """A maintenance item, a follow-up, unreadable messages, texts and a shelf, all about `name`'s call button."""
    api = county.api
    with county.device_of(name) as device:
        device.publish(json.dumps({"measured_at": datetime.now(UTC).isoformat(), "battery_pct": 12}), "telemetry")
        device.send("low_battery")
        device.send("service_requested")
        for _ in range(3):
            device.publish(UNREADABLE, "telemetry")
        device_id = device.id
    until = (datetime.now(UTC) + timedelta(minutes=50)).isoformat()
    shelving = {"kinds": ["inactivity", "bed"], "until": until, "reason": "床垫正在更换"}
    api.post(f"/api/v1/devices/{device_id}/shelve", shelving)
    api.put(_POLICY, _TOLD_AT_ONCE)
    incident = county.report(name)
    wait_until(lambda: api.get(f"/api/v1/notifications?incident_id={incident['id']}&state=delivered")["items"] or None)
    county.close(incident)
    api.ask("DELETE", _POLICY)
    for path in (
        f"maintenance?device_id={device_id}",
        f"quarantine?device_id={device_id}",
        f"follow-ups?q={device_id}",
    ):
        wait_until(lambda path=path: api.get(f"/api/v1/{path}")["items"] or None)  # type: ignore[misc]
    yield FurnishedLists(county=county, name=name, device_id=device_id, incident=incident)
