"""What was measured: raw, by the minute, hour and day, and last."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, Client, Web

Json = dict[str, Any]

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  #: Of the people's own zone.


class Worn:
    """A device on somebody, and what it measured, as ingest stores it."""

    def __init__(self, web: Web, recipient: Json, device: Json) -> None:
        self._web = web
        self.recipient = recipient
        self.device = device
        self._stored = 0

    @property
    def path(self) -> str:
        return f"/recipients/{self.recipient['id']}"

    async def measures(self, at: datetime, *, recipient_id: str | None = None, **values: Any) -> None:
        columns = "".join(f", {name}" for name in values)
        self._stored += 1
        await self._web.rows(
            "INSERT INTO reading (device_id, measured_at, identity, division_id, recipient_id, received_at, quality,"
            f" historical{columns}) VALUES (%s, %s, %s, %s, %s, now(), 'device', false{', %s' * len(values)})",
            self.device["id"],
            at,
            self._stored.to_bytes(2, "big"),
            self.recipient["division_id"],
            recipient_id or self.recipient["id"],
            *values.values(),
        )


async def _wear(web: Web, admin: Client, recipient: Json, kind: str = "smartwatch") -> Worn:
    device = (await admin.post("/devices", {"kind": kind, "recipient_id": recipient["id"]})).json()
    return Worn(web, recipient, device)


@pytest.fixture
async def watch(web: Web, admin: Client) -> Worn:
    """A watch on somebody."""
    return await _wear(web, admin, await web.recipient())


async def _pages(admin: Client, path: str, **params: Any) -> list[list[Json]]:
    """Every page of a list."""
    pages, cursor = [], None
    while True:
        answer = await admin.get(path, **params, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        cursor = answer.json()["next"]
        if cursor is None:
            return pages


def _span(minutes: int) -> dict[str, str]:
    return {"from": NOON.isoformat(), "to": (NOON + timedelta(minutes=minutes)).isoformat()}


# --- Raw -----------------------------------------------------------------------------------------------------------


async def test_readings_of_a_span_are_the_newest_first_and_paged(watch: Worn, admin: Client) -> None:
    for minute in range(4):
        await watch.measures(NOON + timedelta(minutes=minute), heart_rate_bpm=70 + minute, lat=37.5, lon=114.5)
    first, rest = await _pages(admin, f"{watch.path}/readings", limit=2, **_span(3))
    assert [reading["heart_rate_bpm"] for reading in first + rest] == [72, 71, 70]
    assert first[0]["location"]["lat"] == 37.5


# --- By the minute, the hour, the day ------------------------------------------------------------------------------


async def test_minutes_are_the_oldest_first_and_summed_up(watch: Worn, admin: Client) -> None:
    for second, bpm in ((0, 60), (20, 70), (40, 110), (60, 90)):
        await watch.measures(NOON + timedelta(seconds=second), heart_rate_bpm=bpm, worn=second < 60)
    [points] = await _pages(admin, f"{watch.path}/readings", resolution="1m", **_span(5))
    assert [point["bucket"] for point in points] == ["2026-11-22T04:00:00Z", "2026-11-22T04:01:00Z"]
    assert points[0]["measures"] == {"heart_rate_bpm": {"avg": 80.0, "min": 60.0, "max": 110.0, "count": 3}}
    assert [point["worn"] for point in points] == [True, False]
    assert points[0]["device_id"] == watch.device["id"]


@pytest.mark.parametrize(("resolution", "buckets"), [("1h", 2), ("1d", 1)])
async def test_hours_and_days_hold_more(watch: Worn, admin: Client, resolution: str, buckets: int) -> None:
    for minute in (0, 30, 90):
        await watch.measures(NOON + timedelta(minutes=minute), spo2_pct=97)
    span = {"from": (NOON - timedelta(hours=12)).isoformat(), "to": (NOON + timedelta(hours=6)).isoformat()}
    [points] = await _pages(admin, f"{watch.path}/readings", resolution=resolution, **span)
    assert len(points) == buckets
    assert sum(point["measures"]["spo2_pct"]["count"] for point in points) == 3


async def test_what_begins_together_is_on_one_page(web: Web, admin: Client, watch: Worn) -> None:
    mattress = await _wear(web, admin, watch.recipient, "mattress")
    for minute in range(3):
        for worn in (watch, mattress):
            await worn.measures(NOON + timedelta(minutes=minute), heart_rate_bpm=70)
    pages = await _pages(admin, f"{watch.path}/readings", resolution="1m", limit=3, **_span(5))
    assert [len(page) for page in pages] == [4, 2]
    seen = [(point["bucket"], point["device_id"]) for page in pages for point in page]
    assert len(set(seen)) == 6


async def test_a_page_of_one_ends(watch: Worn, admin: Client) -> None:
    for minute in range(3):
        await watch.measures(NOON + timedelta(minutes=minute), heart_rate_bpm=70)
    pages = await _pages(admin, f"{watch.path}/readings", resolution="1m", limit=1, **_span(5))
    assert [len(page) for page in pages] == [1, 1, 1]


async def test_what_somebody_else_measured_with_the_same_device_is_not_shown(
    web: Web, admin: Client, watch: Worn
) -> None:
    other = await web.recipient("王秀英")
    await watch.measures(NOON, heart_rate_bpm=70)
    await watch.measures(NOON + timedelta(seconds=10), heart_rate_bpm=150, recipient_id=other["id"])
    [points] = await _pages(admin, f"{watch.path}/readings", resolution="1m", **_span(5))
    assert points[0]["measures"]["heart_rate_bpm"]["max"] == 70
    raw = (await admin.get(f"{watch.path}/readings")).json()["items"]
    assert [reading["heart_rate_bpm"] for reading in raw] == [70]


async def test_without_from_the_last_day_of_minutes_is_answered(watch: Worn, admin: Client) -> None:
    for hours in (1, 23, 25):
        await watch.measures(NOON - timedelta(hours=hours), heart_rate_bpm=70)
    [points] = await _pages(admin, f"{watch.path}/readings", resolution="1m", to=NOON.isoformat())
    assert len(points) == 2


@pytest.mark.parametrize("resolution", ["5m", "", "RAW"])
async def test_a_resolution_that_is_none_is_refused(watch: Worn, admin: Client, resolution: str) -> None:
    answer = await admin.get(f"{watch.path}/readings", resolution=resolution)
    assert answer.status_code == 422
    assert "resolution" in answer.text


async def test_a_cursor_of_another_list_is_refused(watch: Worn, admin: Client) -> None:
    await watch.measures(NOON, heart_rate_bpm=70)
    await watch.measures(NOON, heart_rate_bpm=71)
    raw = (await admin.get(f"{watch.path}/readings", limit=1)).json()["next"]
    answer = await admin.get(f"{watch.path}/readings", resolution="1m", cursor=raw)
    assert answer.status_code == 422


# --- Last values ---------------------------------------------------------------------------------------------------


async def test_the_last_value_of_each_measure_comes_from_whichever_device_took_it_last(
    web: Web, admin: Client, watch: Worn
) -> None:
    now = datetime.now(UTC)
    mattress = await _wear(web, admin, watch.recipient, "mattress")
    await watch.measures(now - timedelta(minutes=9), heart_rate_bpm=70, spo2_pct=97, steps=1200, posture="sitting")
    await watch.measures(now - timedelta(minutes=1), battery_pct=60)
    await mattress.measures(now - timedelta(minutes=5), heart_rate_bpm=64, in_bed=True)
    vitals = {one["measure"]: one for one in (await admin.get(f"{watch.path}/vitals")).json()["items"]}
    assert {name: one["value"] for name, one in vitals.items()} == {
        "heart_rate_bpm": 64,
        "spo2_pct": 97,
        "steps": 1200,
        "posture": "sitting",
        "in_bed": True,
    }
    assert vitals["heart_rate_bpm"]["device_id"] == mattress.device["id"]
    assert vitals["spo2_pct"]["device_id"] == watch.device["id"]
    assert vitals["in_bed"]["value"] is True


async def test_what_is_older_than_a_day_or_of_the_future_is_no_last_value(watch: Worn, admin: Client) -> None:
    now = datetime.now(UTC)
    await watch.measures(now - timedelta(hours=25), heart_rate_bpm=70)
    await watch.measures(now + timedelta(hours=1), heart_rate_bpm=71)
    assert (await admin.get(f"{watch.path}/vitals")).json() == {"items": [], "next": None}


async def test_vitals_of_another_division_are_not_there(web: Web, watch: Worn) -> None:
    assert watch.recipient["division_id"] == COUNTY
    for division_id in (TOWNSHIP, SIBLING):
        stranger = await web.client(Role.OPERATOR, division_id)
        assert (await stranger.get(f"{watch.path}/vitals")).status_code == 404
        assert (await stranger.get(f"{watch.path}/readings", resolution="1m")).status_code == 404


# --- Devices beside an incident ------------------------------------------------------------------------------------


async def test_an_incident_says_how_the_devices_are(web: Web, admin: Client, watch: Worn) -> None:
    await web.rows(
        "INSERT INTO device_state (device_id, division_id, last_seen_at, online, battery_pct, charging, worn,"
        " signal_dbm) VALUES (%s, %s, now(), true, 41, true, false, -80)",
        watch.device["id"],
        watch.recipient["division_id"],
    )
    incident_id = await web.press(watch.recipient)
    for document in (await admin.get(f"/incidents/{incident_id}"), await admin.get(watch.path)):
        [device] = document.json()["devices"]
        state = (device["online"], device["battery_pct"], device["charging"], device["worn"], device["signal_dbm"])
        assert state == (True, 41, True, False, -80)
