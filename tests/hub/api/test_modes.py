"""Modes through HTTP: who set them, where they end, and that every change and look is on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.modes import Mode
from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web


@pytest.fixture
async def path(web: Web) -> str:
    """Where the modes of somebody in the township are."""
    recipient = await web.recipient(division_id=TOWNSHIP)
    return f"/recipients/{recipient['id']}/modes"


async def enter(client: Client, path: str, mode: str, **when: str) -> Any:
    """The mode as it was set."""
    answer = await client.post(path, {"mode": mode, **when})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(client: Client, path: str) -> list[tuple[str, str | None]]:
    """Each mode and its end, the newest first."""
    return [(mode["mode"], mode["until"]) for mode in (await client.get(path)).json()["items"]]


async def test_a_mode_ends_where_the_next_one_begins(admin: Client, path: str) -> None:
    away = await enter(admin, path, "away", **{"from": "2030-01-01T08:00:00+08:00", "until": "2030-01-05T00:00:00Z"})
    assert away["from"] == "2030-01-01T00:00:00Z"
    await enter(admin, path, "home", **{"from": "2030-01-03T00:00:00Z"})
    modes = (await admin.get(path.removesuffix("/modes"))).json()["modes"]
    assert [(mode["mode"], mode["until"]) for mode in modes] == [("away", "2030-01-03T00:00:00Z"), ("home", None)]


async def test_a_mode_that_ends_before_it_begins_is_refused(admin: Client, path: str) -> None:
    moment = "2030-01-05T00:00:00Z"
    refused = await admin.post(path, {"mode": "away", "from": moment, "until": moment})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")
    assert (await admin.post(path, {"mode": "asleep"})).status_code == 422
    assert await listed(admin, path) == []


async def test_one_that_begins_within_the_new_one_is_replaced(admin: Client, path: str) -> None:
    await enter(admin, path, "holiday", **{"from": "2030-02-03T00:00:00Z", "until": "2030-02-09T00:00:00Z"})
    await enter(admin, path, "hospital", **{"from": "2030-02-01T00:00:00Z", "until": "2030-03-01T00:00:00Z"})
    assert await listed(admin, path) == [("hospital", "2030-03-01T00:00:00Z")]


async def test_an_installation_lies_over_the_mode_before_and_ends_by_itself(admin: Client, path: str) -> None:
    await enter(admin, path, "away", **{"from": "2030-01-01T00:00:00Z"})
    install = await enter(admin, path, "install", **{"from": "2030-01-02T08:00:00Z"})
    assert install["until"] == "2030-01-02T10:00:00Z"
    again = await enter(admin, path, "install", **{"from": "2030-01-02T09:00:00Z", "until": "2030-01-02T09:30:00Z"})
    assert await listed(admin, path) == [
        ("install", again["until"]),
        ("install", "2030-01-02T09:00:00Z"),
        ("away", None),
    ]


async def test_the_profile_says_how_long_an_installation_usually_lasts(admin: Client, path: str) -> None:
    await admin.patch(path.removesuffix("/modes"), {"monitoring": {"mode": {"install_usual_s": 600}}})
    install = await enter(admin, path, "install", **{"from": "2030-01-02T08:00:00Z"})
    assert install["until"] == "2030-01-02T08:10:00Z"


async def test_an_installation_may_let_one_device_be_tried(admin: Client, path: str) -> None:
    device_id = (await admin.post("/devices", {"kind": "call_button"})).json()["id"]
    assert (await admin.post(path, {"mode": "install", "device_id": device_id})).status_code == 201
    assert (await admin.get(f"/devices/{device_id}/test-window")).json()["ended_by"] is None


async def test_only_an_installation_that_begins_now_lets_a_known_device_be_tried(
    web: Web, admin: Client, path: str
) -> None:
    device_id = (await admin.post("/devices", {"kind": "call_button"})).json()["id"]
    for wrong in (
        {"mode": "away", "device_id": device_id},
        {"mode": "install", "device_id": device_id, "from": "2030-01-01T00:00:00Z"},
        {"mode": "install", "device_id": "01990000-0000-7000-8000-000000000000"},
    ):
        assert (await admin.post(path, wrong)).status_code == 422, wrong
    assert await web.rows("SELECT 1 FROM test_window") == []
    assert await listed(admin, path) == []


async def test_a_mode_is_ended_now_and_says_who_set_and_who_ended_it(web: Web, path: str) -> None:
    installer, operator = await web.client(Role.INSTALLER, TOWNSHIP), await web.client(Role.OPERATOR, TOWNSHIP)
    yesterday = (await web.rows("SELECT now() - interval '1 day'"))[0][0]
    await enter(installer, path, "away", **{"from": yesterday.isoformat()})
    ended = (await operator.request("DELETE", f"{path}/current")).json()["items"]
    assert [mode["mode"] for mode in ended] == ["away"]
    assert ended[0]["set_by"]["name"] == "test installer"
    assert ended[0]["ended_by"]["name"] == "test operator"
    assert ended[0]["until"] == ended[0]["ended_at"]
    assert datetime.fromisoformat(ended[0]["until"]) - yesterday > timedelta(days=1)
    assert (await operator.request("DELETE", f"{path}/current")).json()["items"] == []
    assert (await operator.get(path)).json()["items"] == ended


async def test_every_change_and_every_look_is_on_record_where_the_person_is(web: Web, path: str) -> None:
    county = await web.client(Role.SUPERVISOR)
    await enter(county, path, "hospital")
    await county.get(path)
    await county.request("DELETE", f"{path}/current")
    rows = await web.rows(
        "SELECT action, division_id FROM access_log WHERE actor_name = 'test supervisor' ORDER BY at, id"
    )
    assert rows == [("set_mode", TOWNSHIP), ("look_modes", TOWNSHIP), ("end_mode", TOWNSHIP)]


async def test_nobody_reaches_the_modes_of_another_township(web: Web, path: str) -> None:
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert (await sibling.get(path)).status_code == 404
    assert (await sibling.post(path, {"mode": "away"})).status_code == 404
    assert (await sibling.request("DELETE", f"{path}/current")).status_code == 404


async def test_no_mode_hides_a_call_to_the_hotline(admin: Client, path: str) -> None:
    recipient_id = path.split("/")[2]
    call = {"kind": "phone_report", "recipient_id": recipient_id, "caller_phone": "10000000009", "note": "摔了"}
    for mode in Mode:
        await enter(admin, path, mode)
        reported = await admin.post("/incidents", call)
        assert (reported.status_code, reported.json()["state"], reported.json()["sounding"]) == (201, "open", True), (
            mode
        )
        await admin.post(f"/incidents/{reported.json()['id']}/close", {"disposition": "real"})


async def test_modes_are_listed_page_by_page(admin: Client, path: str) -> None:
    for day in (1, 2, 3):
        await enter(admin, path, "away", **{"from": f"2030-01-0{day}T00:00:00Z"})
    first = (await admin.get(path, limit=2)).json()
    second = (await admin.get(path, limit=2, cursor=first["next"])).json()
    begins = [mode["from"] for mode in first["items"] + second["items"]]
    assert begins == [f"2030-01-0{day}T00:00:00Z" for day in (3, 2, 1)]
