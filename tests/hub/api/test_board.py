"""The board's homes and places, and where somebody may be said to be."""

from typing import Any
from uuid import UUID

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, VILLAGE, Client, Web

HOME = {"lat": 37.6211, "lon": 114.9213}


async def _person(admin: Client, division_id: str = VILLAGE, **fields: Any) -> dict[str, Any]:
    created: dict[str, Any] = (
        await admin.post("/recipients", {"name": "李桂兰", "division_id": division_id, **fields})
    ).json()
    return created


async def _device(admin: Client, person: dict[str, Any]) -> str:
    made = await admin.post("/devices", {"kind": "smartwatch", "recipient_id": person["id"]})
    return str(made.json()["id"])


async def _cry_located(web: Web, incident_id: str, device_id: str, lat: float, *, ago: str = "1 minute") -> None:
    """What the device said of its place when it cried."""
    await web.rows(
        "WITH cry AS (INSERT INTO device_event (id, division_id, device_id, event, occurred_at, received_at, quality, "
        "historical, test, wants_ack, location, payload) VALUES (gen_random_uuid(), %s, %s, 'sos_pressed', "
        "now() - %s::interval, now(), 'device', false, false, false, "
        "jsonb_build_object('lat', %s::float, 'lon', 114.9, 'accuracy_m', 12, 'source', 'gps', 'datum', 'gcj02'), '') "
        "RETURNING id) UPDATE alert SET device_event_id = cry.id FROM cry WHERE incident_id = %s",
        VILLAGE, UUID(device_id), ago, lat, UUID(incident_id),
    )  # fmt: skip


async def _reading_located(web: Web, person: dict[str, Any], device_id: str, lat: float, *, ago: str) -> None:
    await web.rows(
        "INSERT INTO reading (device_id, measured_at, identity, division_id, recipient_id, received_at, quality, "
        "historical, lat, lon, accuracy_m, location_source) VALUES (%s, now() - %s::interval, sha256(random()::text::"
        "bytea), %s, %s, now(), 'device', false, %s, 114.9, 600, 'cell')",
        UUID(device_id), ago, VILLAGE, UUID(person["id"]), lat,
    )  # fmt: skip


async def test_a_home_is_set_moved_and_taken_away(admin: Client) -> None:
    person = await _person(admin, home=HOME)
    assert person["home"] == HOME
    path = f"/recipients/{person['id']}"
    assert (await admin.patch(path, {"phone": "10000000002"})).json()["home"] == HOME
    moved = await admin.patch(path, {"home": {"lat": 37.7, "lon": 114.8}})
    assert moved.json()["home"] == {"lat": 37.7, "lon": 114.8}
    assert (await admin.patch(path, {"home": None})).json()["home"] is None


@pytest.mark.parametrize("home", [{"lat": 91, "lon": 0}, {"lat": 0}, {"lat": True, "lon": 0}, {"lat": 0, "lon": -181}])
async def test_a_home_is_a_place_on_earth(admin: Client, home: dict[str, Any]) -> None:
    assert (await admin.post("/recipients", {"name": "李桂兰", "home": home})).status_code == 422


async def test_the_board_shows_the_homes_of_those_who_need_somebody_and_of_nobody_else(web: Web, admin: Client) -> None:
    await _person(admin, home=HOME)
    calm_homes = (await admin.get("/board")).json()["homes"]
    incident_id = await web.press(await _person(admin, home=HOME))
    homes = (await admin.get("/board")).json()["homes"]
    assert (calm_homes, homes) == ([], [{"incident_id": incident_id, **HOME}])
    await admin.post(f"/incidents/{incident_id}/close", {"disposition": "false"})
    assert (await admin.get("/board")).json()["homes"] == []


async def test_the_board_ends_where_the_scope_does(web: Web, admin: Client) -> None:
    await web.press(await _person(admin, SIBLING, home=HOME))
    await admin.put(f"/divisions/{VILLAGE}/center", {"center": HOME})
    board = (await (await web.client(Role.OPERATOR, TOWNSHIP)).get("/board")).json()
    assert board["homes"] == []
    assert [(place["id"], place["center"]) for place in board["places"]] == [(TOWNSHIP, None), (VILLAGE, HOME)]


async def test_people_count_where_they_live_until_their_file_ends(admin: Client) -> None:
    person = await _person(admin)
    await _person(admin, TOWNSHIP)
    await _device(admin, person)
    counts = {place["id"]: place for place in (await admin.get("/board")).json()["places"]}
    assert (counts[VILLAGE]["recipients"], counts[TOWNSHIP]["recipients"]) == (1, 1)
    assert counts[VILLAGE]["devices"]["unseen"] == 1
    await admin.patch(f"/recipients/{person['id']}", {"ended_at": "2026-01-01T00:00:00Z", "ended_reason": "moved"})
    counts = {place["id"]: place for place in (await admin.get("/board")).json()["places"]}
    assert counts[VILLAGE]["recipients"] == 0


async def test_a_cry_says_where_it_came_from_whether_or_not_the_person_agreed(web: Web, admin: Client) -> None:
    person = await _person(admin, home=HOME)
    device_id = await _device(admin, person)
    incident_id = await web.press(person, device_id=device_id)
    await _cry_located(web, incident_id, device_id, 37.5)
    await _reading_located(web, person, device_id, 37.9, ago="10 seconds")
    where = (await admin.get(f"/incidents/{incident_id}/whereabouts")).json()
    assert (where["withheld"], where["home"]) == (True, HOME)
    assert (where["position"]["lat"], where["position"]["datum"], where["position"]["source"]) == (37.5, "gcj02", "gps")
    await admin.post(f"/incidents/{incident_id}/close", {"disposition": "real"})
    closed = (await admin.get(f"/incidents/{incident_id}/whereabouts")).json()
    assert (closed["position"], closed["home"]) == (None, HOME)


async def test_who_agreed_is_where_a_device_last_was(web: Web, admin: Client) -> None:
    person = await _person(admin, location_consent=True)
    device_id = await _device(admin, person)
    incident_id = await web.press(person, device_id=device_id)
    await _reading_located(web, person, device_id, 37.9, ago="25 hours")
    path = f"/incidents/{incident_id}/whereabouts"
    assert (await admin.get(path)).json() == {"position": None, "home": None, "withheld": False}
    await _cry_located(web, incident_id, device_id, 37.5, ago="5 minutes")
    assert (await admin.get(path)).json()["position"]["lat"] == 37.5
    await _reading_located(web, person, device_id, 37.8, ago="1 minute")
    newest = (await admin.get(path)).json()["position"]
    assert (newest["lat"], newest["source"], newest["datum"], newest["accuracy_m"]) == (37.8, "cell", "wgs84", 600)


async def test_each_look_at_where_somebody_is_goes_on_record(web: Web, admin: Client) -> None:
    incident_id = await web.press(await _person(admin))
    assert (await admin.get(f"/incidents/{incident_id}/whereabouts")).status_code == 200
    looks = await web.rows("SELECT entity_id, division_id FROM access_log WHERE action = 'look_whereabouts'")
    assert looks == [(incident_id, VILLAGE)]
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert (await sibling.get(f"/incidents/{incident_id}/whereabouts")).status_code == 404
