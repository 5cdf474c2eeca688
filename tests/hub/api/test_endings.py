"""How an incident ended, and what remains to be done; who can be called, and a face: all through HTTP."""

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web
from tests.hub.api.world import PICTURE

JPEG, WEBP = b"\xff\xd8\xff\xe0" + bytes(32), b"RIFF\x00\x00\x00\x00WEBP" + bytes(32)


async def test_what_came_of_a_real_one_is_kept_and_said(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    body = {"disposition": "real", "outcome": "taken_to_hospital", "note": "县医院"}
    closed = (await admin.post(f"/incidents/{incident_id}/close", body)).json()
    assert (closed["outcome"], closed["cause"]) == ("taken_to_hospital", None)
    last = (await admin.get(f"/incidents/{incident_id}")).json()["log"][-1]
    assert last["params"] == {"disposition": "real", "note": "县医院", "ending": "taken_to_hospital"}
    explained = (await admin.get(f"/incidents/{incident_id}/explanation")).json()
    assert explained["replay"]["end"] == "same"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"disposition": "false", "outcome": "found"}, "outcome"),
        ({"disposition": "real", "cause": "unknown"}, "cause"),
        ({"disposition": "test", "cause": "unknown"}, "cause"),
    ],
)
async def test_an_ending_that_does_not_fit_is_refused(
    web: Web, admin: Client, body: dict[str, str], field: str
) -> None:
    incident_id = await web.press(await web.recipient())
    refused = await admin.post(f"/incidents/{incident_id}/close", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_reopening_takes_the_ending_back(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await admin.post(f"/incidents/{incident_id}/close", {"disposition": "false", "cause": "pressed_by_mistake"})
    reopened = (await admin.post(f"/incidents/{incident_id}/reopen")).json()
    assert (reopened["cause"], reopened["disposition"]) == (None, None)


# --- What remains --------------------------------------------------------------------------------------------------


async def test_a_visit_asked_for_is_one_follow_up_however_often(web: Web, admin: Client) -> None:
    person = await web.recipient()
    incident_id = await web.press(person)
    for _ in range(2):
        assert (await admin.post(f"/incidents/{incident_id}/visit", {"note": "看看家里"})).status_code == 202
    (asked,) = [
        one for one in (await admin.get("/follow-ups")).json()["items"] if one["recipient"]["id"] == person["id"]
    ]
    assert (asked["kind"], asked["occurrences"]) == ("visit_asked", 2)
    assert asked["explanation"]["params"]["note"] == "看看家里"


async def test_a_device_to_be_looked_at_is_a_maintenance_item(web: Web, admin: Client) -> None:
    person = await web.recipient()
    incident_id = await web.press(person)
    device = (await admin.post("/devices", {"kind": "smartwatch", "recipient_id": person["id"]})).json()
    asked = await admin.post(f"/incidents/{incident_id}/repair", {"device_id": device["id"], "note": "按键卡住"})
    assert asked.status_code == 202
    (item,) = [one for one in (await admin.get("/maintenance")).json()["items"] if one["device_id"] == device["id"]]
    assert (item["kind"], item["explanation"]["params"]["note"]) == ("repair_asked", "按键卡住")


async def test_a_device_of_somebody_else_is_no_device_of_this_incident(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    other = (await admin.post("/devices", {"kind": "smartwatch"})).json()
    asked = await admin.post(f"/incidents/{incident_id}/repair", {"device_id": other["id"]})
    assert (asked.status_code, asked.json()["errors"][0]["field"]) == (422, "device_id")


# --- Who can be called ---------------------------------------------------------------------------------------------


async def test_who_has_duty_is_there_with_their_number_and_the_next_step_with_its_people(
    web: Web, admin: Client
) -> None:
    person = await web.recipient(division_id=TOWNSHIP)
    await admin.post(f"/recipients/{person['id']}/contacts", {"name": "李某", "phone": "10000000021"})
    helper = {"role": "helper", "division_id": TOWNSHIP, "entries": [{"name": "村医", "phone": "10000000022"}]}
    await admin.put("/rosters", helper)
    ladder = {"steps": [{"after_s": 60, "notify": "contacts"}], "repeat": 0, "then_every_s": 60, "ack_timeout_s": 60}
    await admin.put("/policies/default", ladder)
    incident_id = await web.press(person)
    help_ = (await admin.get(f"/incidents/{incident_id}/help")).json()
    assert {"role": "helper", "name": "村医", "phone": "10000000022"} in help_["people"]
    (step,) = [one for one in help_["next"] if one["code"] == "step_taken"]
    assert (step["people"], step["params"]["target"]) == (["李某"], "contacts")
    incident = (await admin.get(f"/incidents/{incident_id}")).json()
    assert step["at"] == incident["due_at"]
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    assert (await admin.get(f"/incidents/{incident_id}/help")).json()["next"] == []


# --- A face --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("picture", "kind"), [(PICTURE, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
async def test_a_photo_is_what_its_bytes_say(web: Web, admin: Client, picture: bytes, kind: str) -> None:
    address = f"/recipients/{(await web.recipient())['id']}"
    await admin.request("PATCH", address, json={"photo_consent": True})
    assert (await admin.request("PUT", f"{address}/photo", content=picture)).status_code == 200
    shown = await admin.get(f"{address}/photo")
    assert (shown.headers["content-type"], shown.content) == (kind, picture)
    assert shown.headers["cache-control"] == "private, no-store"
    assert (await admin.get(address)).json()["photo_taken_in_at"] is not None


async def test_what_is_no_picture_or_too_large_is_refused(web: Web, admin: Client) -> None:
    address = f"/recipients/{(await web.recipient())['id']}/photo"
    assert (await admin.request("PUT", address, content=b"<svg onload=alert(1)>")).status_code == 415
    assert (await admin.request("PUT", address, content=PICTURE + bytes(512 * 1024))).status_code == 413


async def test_without_consent_there_is_no_photo_and_taking_it_back_erases_it(web: Web, admin: Client) -> None:
    person = await web.recipient()
    address = f"/recipients/{person['id']}"
    refused = await admin.request("PUT", f"{address}/photo", content=PICTURE)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_photo_consent")
    await admin.request("PATCH", address, json={"photo_consent": True})
    await admin.request("PUT", f"{address}/photo", content=PICTURE)
    await admin.request("PATCH", address, json={"photo_consent": False})
    assert (await admin.get(f"{address}/photo")).status_code == 404
    assert await web.rows("SELECT 1 FROM recipient_photo WHERE recipient_id = %s", person["id"]) == []


async def test_a_look_at_a_photo_is_on_record_and_another_township_sees_none(web: Web, admin: Client) -> None:
    person = await web.recipient(division_id=TOWNSHIP)
    address = f"/recipients/{person['id']}"
    await admin.request("PATCH", address, json={"photo_consent": True})
    await admin.request("PUT", f"{address}/photo", content=PICTURE)
    await admin.get(f"{address}/photo")
    looks = await web.rows("SELECT 1 FROM access_log WHERE action = 'look_photo' AND entity_id = %s", person["id"])
    assert len(looks) == 1
    sibling = await web.client(Role.ADMIN, SIBLING)
    assert (await sibling.get(f"{address}/photo")).status_code == 404


async def test_who_holds_a_key_is_on_the_contact(web: Web, admin: Client) -> None:
    address = f"/recipients/{(await web.recipient())['id']}"
    contact = {"name": "邻居", "phone": "10000000033", "holds_key": True}
    made = (await admin.post(f"{address}/contacts", contact)).json()
    assert made["holds_key"] is True
    changed = await admin.request("PATCH", f"{address}/contacts/{made['id']}", json={"holds_key": False})
    assert changed.json()["holds_key"] is False
    assert (await admin.get(address)).json()["contacts"][0]["holds_key"] is False
