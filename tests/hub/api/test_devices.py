"""Devices, their credentials and assignments through HTTP."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import utc_now
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, Client, Web


async def _device(client: Client, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/devices", {"kind": "call_button", **fields})
    assert answer.status_code == 201, answer.text
    device: dict[str, Any] = answer.json()
    return device


async def test_credentials_are_shown_once_and_only_their_hash_is_kept(web: Web, admin: Client) -> None:
    device = await _device(admin)
    mqtt = device["mqtt"]
    assert mqtt["username"] == device["id"]
    assert mqtt["topic_prefix"] == f"anxin/v1/{device['id']}"
    assert mqtt["port"] == 1883
    [(stored,)] = await web.rows("SELECT secret_sha256 FROM device WHERE id = %s", device["id"])
    assert stored == hashlib.sha256(mqtt["password"].encode()).digest()
    assert "mqtt" not in (await admin.get(f"/devices/{device['id']}")).json()


@pytest.mark.parametrize("kind", ["smartwatch", "call_button", "wristband", "mattress", "fall_radar", "gateway"])
async def test_every_kind_of_the_contract_can_be_registered(admin: Client, kind: str) -> None:
    assert (await _device(admin, kind=kind))["kind"] == kind


async def test_a_kind_nobody_knows_is_refused(admin: Client) -> None:
    assert (await admin.post("/devices", {"kind": "toaster"})).status_code == 422


async def test_a_device_given_with_a_recipient_is_worn_from_now_on(web: Web, admin: Client) -> None:
    recipient = await web.recipient(division_id=TOWNSHIP)
    device = await _device(admin, recipient_id=recipient["id"])
    assert device["recipient"] == {"id": recipient["id"], "name": recipient["name"]}
    assert device["division_id"] == TOWNSHIP
    second = await _device(admin, recipient_id=recipient["id"])
    file = (await admin.get(f"/recipients/{recipient['id']}")).json()
    assert {worn["id"] for worn in file["devices"]} == {device["id"], second["id"]}


async def test_a_device_for_a_recipient_nobody_knows_is_not_registered(web: Web, admin: Client) -> None:
    stranger = "01980000-0000-7000-8000-000000000000"
    answer = await admin.post("/devices", {"kind": "call_button", "recipient_id": stranger})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "recipient_id"
    assert await web.rows("SELECT 1 FROM device") == []


async def test_a_new_assignment_ends_the_one_before(web: Web, admin: Client) -> None:
    first, second = await web.recipient("李桂兰", TOWNSHIP), await web.recipient("赵六", SIBLING)
    device = await _device(admin, recipient_id=first["id"])
    path = f"/devices/{device['id']}/assignments"
    answer = await admin.post(path, {"recipient_id": second["id"]})
    assert answer.status_code == 201, answer.text
    newest, oldest = (await admin.get(path)).json()["items"]
    assert (newest["recipient"]["id"], newest["until"]) == (second["id"], None)
    assert (oldest["recipient"]["id"], oldest["until"]) == (first["id"], newest["from"])
    assert (await admin.get(f"/devices/{device['id']}")).json()["division_id"] == SIBLING


async def test_an_unassigned_device_is_its_owners_again(web: Web, admin: Client) -> None:
    recipient = await web.recipient(division_id=TOWNSHIP)
    device = await _device(admin, recipient_id=recipient["id"])
    assert (await admin.delete(f"/devices/{device['id']}/assignments/current")).status_code == 204
    after = (await admin.get(f"/devices/{device['id']}")).json()
    assert (after["recipient"], after["division_id"]) == (None, COUNTY)


async def test_a_past_range_is_put_on_record_unless_somebody_had_the_device_then(web: Web, admin: Client) -> None:
    first, second = await web.recipient("李桂兰"), await web.recipient("赵六")
    device = await _device(admin, recipient_id=first["id"])
    path = f"/devices/{device['id']}/assignments"
    past = {"from": "2026-01-01T00:00:00+08:00", "until": "2026-02-01T00:00:00+08:00"}
    assert (await admin.post(path, {"recipient_id": second["id"], **past})).status_code == 201
    still = (await admin.get(f"/devices/{device['id']}")).json()
    assert still["recipient"]["id"] == first["id"]
    overlapping = {"from": "2026-01-15T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    accepted = await admin.post(path, {"recipient_id": first["id"], **overlapping})
    assert accepted.status_code == 201  # the earlier one ends where this begins
    before_all = {"from": "2025-12-01T00:00:00Z"}
    refused = await admin.post(path, {"recipient_id": first["id"], **before_all})
    assert refused.status_code == 409
    assert refused.json()["code"] == "assignment_overlaps"


async def test_ranges_that_are_none_are_refused(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = await _device(admin)
    tomorrow = (utc_now() + timedelta(days=1)).isoformat()
    for span in (
        {"from": tomorrow},
        {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-02T00:00:00"},
        {"from": 1767312000},
        {"from": "yesterday"},
        {"from": "0001-01-01T00:00:00+14:00"},
    ):
        answer = await admin.post(f"/devices/{device['id']}/assignments", {"recipient_id": recipient["id"], **span})
        assert answer.status_code == 422, span


async def test_a_serial_number_is_unique_within_its_kind(admin: Client) -> None:
    await _device(admin, serial="SN-1")
    refused = await admin.post("/devices", {"kind": "call_button", "serial": "SN-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "serial_taken")
    await _device(admin, kind="smartwatch", serial="SN-1")


async def test_a_gateway_must_be_one(admin: Client) -> None:
    gateway = await _device(admin, kind="gateway")
    button = await _device(admin)
    child = await _device(admin, gateway_id=gateway["id"])
    assert child["gateway_id"] == gateway["id"]
    refused = await admin.post("/devices", {"kind": "call_button", "gateway_id": button["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "gateway_id")
    assert (await admin.patch(f"/devices/{button['id']}", {"gateway_id": child["id"]})).status_code == 422


async def test_revoking_is_for_ever_and_keeps_its_first_time(admin: Client) -> None:
    device = await _device(admin)
    first = (await admin.post(f"/devices/{device['id']}/revoke")).json()["revoked_at"]
    assert first is not None
    assert (await admin.post(f"/devices/{device['id']}/revoke")).json()["revoked_at"] == first


async def test_a_command_waits_for_its_device_and_expires(web: Web, admin: Client) -> None:
    device = await _device(admin)
    answer = await admin.post(
        f"/devices/{device['id']}/commands", {"command": "message", "text": "您好", "expires_in_s": 60}
    )
    assert answer.status_code == 202, answer.text
    [(leaf, payload, seconds)] = await web.rows(
        "SELECT leaf, payload, extract(epoch FROM expires_at - created_at)::int FROM down_message"
    )
    assert leaf == "command"
    assert json.loads(bytes(payload)) == {"id": answer.json()["id"], "command": "message", "text": "您好"}
    assert 58 <= seconds <= 61


@pytest.mark.parametrize(
    "body",
    [{"command": "explode"}, {"command": "message"}, {"command": "set_interval"}, {"command": "sound", "text": "x"}],
)
async def test_a_command_that_lacks_what_it_needs_is_refused(admin: Client, body: dict[str, Any]) -> None:
    device = await _device(admin)
    assert (await admin.post(f"/devices/{device['id']}/commands", body)).status_code == 422


async def test_every_change_of_a_device_is_heard_at_the_front_door(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = await _device(admin)
    async with web.pool.connection() as listener:
        await listener.set_autocommit(True)
        await listener.execute("LISTEN registry")
        await admin.post(f"/devices/{device['id']}/assignments", {"recipient_id": recipient["id"]})
        await admin.patch(f"/recipients/{recipient['id']}", {"monitoring": {"fall": {"confirm_s": 5}}})
        await admin.patch(f"/devices/{device['id']}", {"phone": "10000000003"})
        await admin.post(f"/devices/{device['id']}/revoke")
        heard = [change.payload async for change in listener.notifies(timeout=5, stop_after=4)]
    assert heard == [device["id"]] * 4


async def test_a_vendor_sees_equipment_and_not_who_wears_it(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    device = await _device(admin, recipient_id=recipient["id"], phone="10000000003")
    vendor = await web.client(Role.VENDOR)
    seen = (await vendor.get(f"/devices/{device['id']}")).json()
    assert (seen["id"], seen["recipient"], seen["phone"]) == (device["id"], None, None)
    assert (await vendor.get("/devices")).json()["items"][0]["recipient"] is None
