"""A shift ends, and its open incidents belong to somebody all the same."""

from datetime import timedelta
from typing import Any

from hub.clock import utc_now
from hub.duty.shift_watch import look_once
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, TOWNSHIP, Client, Web

HOUR = timedelta(hours=1)


async def operator(web: Web, login: str, division_id: str = COUNTY) -> tuple[str, Client]:
    """Somebody at the desk: their account and their browser."""
    account_id = await web.user(login, Role.OPERATOR, division_id, name=f"值班员{login}")
    return account_id, await web.logged_in(login)


async def write_roster(admin: Client, *entries: dict[str, Any], role: str = "operator") -> None:
    answer = await admin.put("/rosters", {"division_id": COUNTY, "role": role, "entries": list(entries)})
    assert answer.status_code == 200, answer.text


def until_now(login: str) -> dict[str, Any]:
    return {"name": f"值班员{login}", "account": login, "until": utc_now().isoformat()}


def from_now(login: str) -> dict[str, Any]:
    return {"name": f"值班员{login}", "account": login, "from": utc_now().isoformat()}


async def taken(web: Web, desk: Client) -> str:
    incident_id = await web.press(await web.recipient())
    assert (await desk.post(f"/incidents/{incident_id}/acknowledge")).status_code == 200
    return incident_id


async def shown(admin: Client, incident_id: str) -> dict[str, Any]:
    incident: dict[str, Any] = (await admin.get(f"/incidents/{incident_id}")).json()
    return incident


async def test_what_is_held_goes_to_the_next_on_duty_when_its_holders_shift_ends(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    yi_id, _ = await operator(web, "yi")
    await write_roster(admin, {"name": "值班员jia", "account": "jia"})
    incident_id = await taken(web, jia)
    assert await look_once(web.pool) == 0
    await write_roster(admin, until_now("jia"), from_now("yi"))
    assert await look_once(web.pool) == 1
    incident = await shown(admin, incident_id)
    assert (incident["state"], incident["acknowledged_by"]["id"]) == ("acknowledged", yi_id)
    assert incident["log"][-1]["code"] == "shift_ended"
    assert await look_once(web.pool) == 0


async def test_what_nobody_takes_over_is_open_again_and_escalates(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    await write_roster(admin, {"name": "值班员jia", "account": "jia"})
    incident_id = await taken(web, jia)
    await write_roster(admin, until_now("jia"), {"name": "没有账号", "phone": "10000000009"})
    assert await look_once(web.pool) == 1
    incident = await shown(admin, incident_id)
    assert (incident["state"], incident["acknowledged_by"]) == ("open", None)
    assert incident["log"][-1]["code"] == "shift_ended_unrelieved"
    [(due,)] = await web.rows("SELECT purpose FROM timer WHERE owner_id = %s", incident_id)
    assert due == "escalate"


async def test_a_roster_written_anew_at_the_end_of_each_shift_ends_it_too(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    yi_id, _ = await operator(web, "yi")
    await write_roster(admin, {"name": "值班员jia"})
    incident_id = await taken(web, jia)
    await write_roster(admin, {"name": "值班员yi"})
    assert await look_once(web.pool) == 1
    assert (await shown(admin, incident_id))["acknowledged_by"]["id"] == yi_id


async def test_one_who_sits_at_a_desk_takes_over_before_one_who_does_not(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    await operator(web, "yi")
    bing_id, bing = await operator(web, "bing")
    await write_roster(admin, {"name": "值班员jia", "account": "jia"})
    incident_id = await taken(web, jia)
    await bing.post("/presence", {"desk_id": "desk-2", "state": "present"})
    await write_roster(admin, until_now("jia"), from_now("yi"), from_now("bing"))
    assert await look_once(web.pool) == 1
    assert (await shown(admin, incident_id))["acknowledged_by"]["id"] == bing_id


async def test_who_is_on_no_roster_and_who_took_it_outside_of_their_hours_keep_it(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    _, yi = await operator(web, "yi")
    await write_roster(admin, {**until_now("jia"), "from": (utc_now() - HOUR).isoformat()})
    await taken(web, jia)
    await taken(web, yi)
    assert await look_once(web.pool) == 0


async def test_a_responder_on_the_way_is_not_told_to_be_nobodys(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    await write_roster(admin, {"name": "值班员jia", "account": "jia"})
    incident_id = await taken(web, jia)
    await jia.post(f"/incidents/{incident_id}/responding", {"name": "张医生"})
    await write_roster(admin, until_now("jia"))
    assert await look_once(web.pool) == 0
    assert (await shown(admin, incident_id))["state"] == "acknowledged"


async def test_somebody_who_may_not_hold_an_incident_of_the_place_does_not_get_it(web: Web, admin: Client) -> None:
    _, jia = await operator(web, "jia")
    await operator(web, "yi", TOWNSHIP)
    await write_roster(admin, {"name": "值班员jia", "account": "jia"})
    incident_id = await taken(web, jia)
    await write_roster(admin, until_now("jia"), from_now("yi"))
    assert await look_once(web.pool) == 1
    assert (await shown(admin, incident_id))["state"] == "open"
