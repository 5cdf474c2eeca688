"""Test windows and the confirming of tests through HTTP, and what a device says of its last test."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.storage.accounts import Role
from hub.storage.figures import count_figures
from hub.storage.test_windows import HowTested, note_test
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web


@pytest.fixture
async def device(web: Web) -> dict[str, Any]:
    """A call button of somebody in the township."""
    recipient = await web.recipient(division_id=TOWNSHIP)
    admin = await web.client(Role.ADMIN, TOWNSHIP)
    created: dict[str, Any] = (
        await admin.post("/devices", {"kind": "call_button", "recipient_id": recipient["id"]})
    ).json()
    return {**created, "recipient": recipient}


# --- The window ----------------------------------------------------------------------------------------------------


async def test_a_window_is_opened_shown_and_ended(web: Web, device: dict[str, Any]) -> None:
    installer = await web.client(Role.INSTALLER, TOWNSHIP)
    path = f"/devices/{device['id']}/test-window"
    opened = await installer.post(path, {"minutes": 10, "reason": "安装"})
    assert opened.status_code == 201, opened.text
    window = opened.json()
    lasts = datetime.fromisoformat(window["until"]) - datetime.fromisoformat(window["from"])
    assert lasts == timedelta(minutes=10)
    assert (window["reason"], window["opened_by"]["name"], window["device_id"]) == (
        "安装", "test installer", device["id"],
    )  # fmt: skip
    assert (await installer.get(path)).json() == window
    ended = (await installer.delete(path)).json()
    assert ended["ended_by"]["name"] == "test installer"
    assert ended["until"] < window["until"]
    assert (await installer.get(path)).status_code == 404
    assert (await installer.delete(path)).status_code == 404
    rows = await web.rows("SELECT action, entity_id FROM access_log WHERE action LIKE '%%test_window' ORDER BY at, id")
    assert rows == [("open_test_window", device["id"]), ("end_test_window", device["id"])]


async def test_a_window_is_of_whole_minutes_fifteen_at_most(web: Web, device: dict[str, Any]) -> None:
    admin = await web.client()
    for minutes in (0, -1, 16, 1.5, "5", None):
        refused = await admin.post(f"/devices/{device['id']}/test-window", {"minutes": minutes})
        assert refused.status_code == 422, minutes
    assert await web.rows("SELECT 1 FROM test_window") == []


async def test_one_window_a_device_and_each_device_its_own(web: Web, device: dict[str, Any], admin: Client) -> None:
    path = f"/devices/{device['id']}/test-window"
    first = (await admin.post(path, {"minutes": 15})).json()
    second = (await admin.post(path, {"minutes": 1})).json()
    assert (await admin.get(path)).json() == second
    other = (await admin.post("/devices", {"kind": "call_button"})).json()
    assert (await admin.get(f"/devices/{other['id']}/test-window")).status_code == 404
    [(until,)] = await web.rows("SELECT until_at FROM test_window WHERE id = %s", first["id"])
    assert until <= datetime.fromisoformat(second["from"])


async def test_nobody_opens_a_window_in_another_township(web: Web, device: dict[str, Any]) -> None:
    sibling = await web.client(Role.OPERATOR, SIBLING)
    path = f"/devices/{device['id']}/test-window"
    assert (await sibling.post(path, {})).status_code == 404
    await (await web.client()).post(path, {})
    assert (await sibling.get(path)).status_code == 404
    assert (await sibling.delete(path)).status_code == 404
    assert len(await web.rows("SELECT 1 FROM test_window WHERE until_at > now()")) == 1


# --- Confirming ------------------------------------------------------------------------------------------------------


async def test_a_confirmed_test_is_closed_as_one_and_shown_with_the_device(web: Web, device: dict[str, Any]) -> None:
    incident_id = await web.press(device["recipient"], device_id=device["id"], in_test_window=True)
    installer = await web.client(Role.INSTALLER, TOWNSHIP)
    operator = await web.client(Role.OPERATOR, TOWNSHIP)
    pending = (await operator.get(f"/incidents/{incident_id}")).json()
    waits = datetime.fromisoformat(pending["test_pending_until"]) - datetime.fromisoformat(pending["opened_at"])
    assert (pending["state"], pending["sounding"], waits) == ("open", True, timedelta(minutes=2))
    answer = await installer.post(f"/incidents/{incident_id}/confirm-test", {"note": "试按"})
    assert answer.status_code == 200, answer.text
    closed = answer.json()
    assert (closed["state"], closed["disposition"], closed["test_pending_until"]) == ("closed", "test", None)
    log = [entry["code"] for entry in (await operator.get(f"/incidents/{incident_id}")).json()["log"]]
    assert log == ["opened", "test_pending", "test_confirmed", "acknowledged", "closed"]
    last_test = (await installer.get(f"/devices/{device['id']}")).json()["last_test"]
    assert last_test["how"] == "window"
    assert last_test["at"] <= last_test["stored_at"]


async def test_a_real_press_and_one_whose_time_is_over_cannot_be_confirmed(web: Web, device: dict[str, Any]) -> None:
    admin = await web.client()
    real = await web.press(device["recipient"], device_id=device["id"])
    refused = await admin.post(f"/incidents/{real}/confirm-test")
    assert (refused.status_code, refused.json()["code"]) == (409, "test_not_pending")
    await admin.post(f"/incidents/{real}/close", {"disposition": "false"})
    late = await web.press(device["recipient"], device_id=device["id"], in_test_window=True)
    await web.rows("UPDATE incident SET test_pending_until = now() - interval '1 ms' WHERE id = %s", late)
    assert (await admin.post(f"/incidents/{late}/confirm-test")).json()["code"] == "test_not_pending"
    assert await web.rows("SELECT 1 FROM device_test") == []
    assert (await admin.get(f"/incidents/{late}")).json()["state"] == "open"


# --- When a device was last tested ---------------------------------------------------------------------------------


async def test_a_device_says_when_its_next_test_is_due(web: Web, device: dict[str, Any], admin: Client) -> None:
    path = f"/devices/{device['id']}"
    fresh = (await admin.get(path)).json()
    assert (fresh["last_test"], fresh["test_overdue"]) == (None, False)
    due = datetime.fromisoformat(fresh["test_due_at"])
    assert due == datetime.fromisoformat(fresh["assigned_from"]) + timedelta(days=31)

    await web.rows("UPDATE assignment SET from_at = now() - interval '90 days'")
    assert (await admin.get(path)).json()["test_overdue"] is True
    assert await overdue(web) == 1

    now = datetime.now(UTC)
    async with web.pool.connection() as connection:
        await note_test(connection, UUID(device["id"]), HowTested.SELF_TEST, now, now)
        await note_test(connection, UUID(device["id"]), HowTested.CODE, now - timedelta(days=3), now)
    tested = (await admin.get(path)).json()
    assert (tested["last_test"]["how"], tested["test_overdue"]) == ("self_test", False)
    assert await overdue(web) == 0
    [listed] = [one for one in (await admin.get("/devices")).json()["items"] if one["id"] == device["id"]]
    assert listed == tested


async def test_what_has_no_key_or_nobody_wears_is_not_due(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    for kind in ("mattress", "fall_radar", "gateway"):
        worn = (await admin.post("/devices", {"kind": kind, "recipient_id": recipient["id"]})).json()
        assert worn["test_due_at"] is None, kind
    assert (await admin.post("/devices", {"kind": "call_button"})).json()["test_due_at"] is None


async def overdue(web: Web) -> float:
    """The maintenance figure."""
    async with web.pool.connection() as connection:
        return next(one.value for one in await count_figures(connection) if one.name == "devices_test_overdue")
