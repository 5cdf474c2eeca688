"""Where a time comes from is told wherever the time is: readings, last values, the timeline, an incident's alerts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hub.ingest.admission import Admitted
from hub.ingest.event_intake import take_in_events
from hub.ingest.monitoring import Monitoring, Sitting
from hub.ingest.source import Leaf
from hub.ingest.telemetry_intake import take_in_telemetry
from hub.storage.database import database_now
from hub.storage.senders import find_senders
from tests.hub.api.conftest import Client, Web
from tests.hub.ingest.worlds import Sent

Json = dict[str, Any]
HOUR = timedelta(hours=1)


class Watch:
    """A watch on somebody, and its messages through intake."""

    def __init__(self, web: Web, recipient: Json, device: Json, now: datetime) -> None:
        self._web = web
        self.recipient, self.device, self.now = recipient, device, now

    async def sends(self, payload: Json, leaf: Leaf, received_at: datetime) -> None:
        device_id = UUID(self.device["id"])
        message = Sent().message(device_id, payload, leaf, received_at=received_at)
        async with self._web.pool.connection() as connection, connection.transaction():
            monitoring = Monitoring()
            await monitoring.load(connection, self.now)
            sitting = Sitting(monitoring, await database_now(connection))
            admitted = [Admitted(message, (await find_senders(connection, [device_id]))[device_id])]
            take_in = take_in_events if leaf is Leaf.EVENT else take_in_telemetry
            await take_in(connection, admitted, sitting)
            await sitting.save(connection)


async def put_on(web: Web, admin: Client) -> Watch:
    """A watch that somebody has worn for days, so that what it buffered is about them."""
    recipient = await web.recipient()
    device = (await admin.post("/devices", {"kind": "smartwatch", "recipient_id": recipient["id"]})).json()
    await web.rows("UPDATE assignment SET from_at = from_at - interval '9 days' WHERE device_id = %s", device["id"])
    async with web.pool.connection() as connection:
        return Watch(web, recipient, device, await database_now(connection))


def stamps(*moments: datetime) -> Iterator[str]:
    return (moment.isoformat().replace("+00:00", "Z") for moment in moments)


async def test_readings_and_last_values_say_where_their_time_comes_from(web: Web, admin: Client) -> None:
    watch = await put_on(web, admin)
    now = watch.now
    for minute in range(12, 0, -1):
        sent = now - minute * timedelta(minutes=1)
        reading = {"measured_at": (sent - 8 * HOUR).isoformat(), "heart_rate_bpm": 70, "spo2_pct": 97}
        await watch.sends(reading, Leaf.TELEMETRY, sent)
    await watch.sends({"measured_at": (now + HOUR).isoformat(), "heart_rate_bpm": 71}, Leaf.TELEMETRY, now)

    path = f"/recipients/{watch.recipient['id']}"
    readings = (await admin.get(f"{path}/readings")).json()["items"]
    assert [reading["quality"] for reading in readings[:2]] == ["future", "corrected"]
    sent = now - timedelta(minutes=1)
    told = {name: readings[1][name] for name in ("measured_at", "device_measured_at", "received_at", "historical")}
    measured_at, device_measured_at, received_at = stamps(sent, sent - 8 * HOUR, sent)
    assert told == {
        "measured_at": measured_at,
        "device_measured_at": device_measured_at,
        "received_at": received_at,
        "historical": False,
    }
    assert (readings[-1]["quality"], readings[-1]["historical"]) == ("device", True)
    vitals = {vital["measure"]: vital["quality"] for vital in (await admin.get(f"{path}/vitals")).json()["items"]}
    assert vitals == {"heart_rate_bpm": "future", "spo2_pct": "corrected"}


#: What the device's clock is ahead, the time of the event after its receipt, its quality, whether it is late.
PRESSES: list[tuple[timedelta | None, timedelta, str, bool]] = [
    (timedelta(), timedelta(), "device", False),
    (-3 * HOUR, -3 * HOUR, "device", True),
    (HOUR, timedelta(), "future", False),
    (None, timedelta(), "missing", False),
]


async def test_an_incident_says_how_late_its_press_is_and_by_whose_clock(web: Web, admin: Client) -> None:
    for ahead, occurred_after, quality, late in PRESSES:
        watch = await put_on(web, admin)
        claimed = None if ahead is None else watch.now + ahead
        press = {"id": "p", "event": "sos_pressed", "occurred_at": None if claimed is None else claimed.isoformat()}
        await watch.sends(press, Leaf.EVENT, watch.now)
        incidents = (await admin.get("/incidents", recipient_id=watch.recipient["id"])).json()["items"]
        (alert,) = incidents[0]["alerts"]
        assert (alert["quality"], alert["late"]) == (quality, late)
        occurred_at, received_at = stamps(watch.now + occurred_after, watch.now)
        assert (alert["occurred_at"], alert["received_at"]) == (occurred_at, received_at)
        assert alert["device_occurred_at"] == (None if claimed is None else next(stamps(claimed)))
        timeline = (await admin.get(f"/recipients/{watch.recipient['id']}/timeline")).json()["items"]
        (event,) = [entry for entry in timeline if entry["type"] == "device_event"]
        assert (event["at"], event["details"]["quality"]) == (occurred_at, quality)
        assert event["details"]["historical"] is late
    await web.press(await web.recipient())  # a press that came otherwise than by a device
    assert (await admin.get("/incidents")).json()["items"][0]["alerts"][0]["quality"] is None
