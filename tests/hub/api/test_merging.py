"""Two incidents that are one matter, through HTTP."""

from typing import Any

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web


async def _file(client: Client, incident_id: str) -> dict[str, Any]:
    file: dict[str, Any] = (await client.get(f"/incidents/{incident_id}")).json()
    return file


async def _call(client: Client, phone: str, recipient_id: str | None = None) -> str:
    body = {"kind": "phone_report", "caller_phone": phone, "note": "妈妈按了求助"}
    if recipient_id is not None:
        body["recipient_id"] = recipient_id
    return str((await client.post("/incidents", body)).json()["id"])


async def _targets(client: Client, incident_id: str) -> list[str]:
    return [one["id"] for one in (await client.get(f"/incidents/{incident_id}/merge-targets")).json()["items"]]


async def test_a_daughters_call_goes_into_her_mothers_press(web: Web, admin: Client) -> None:
    mother = await web.recipient()
    await admin.post(f"/recipients/{mother['id']}/contacts", {"name": "女儿", "phone": "10000000077"})
    press = await web.press(mother)
    call = await _call(admin, "10000000077")
    assert await _targets(admin, call) == [press]
    answer = await admin.post(f"/incidents/{call}/merge", {"into": press})
    assert (answer.status_code, answer.json()["id"], answer.json()["state"]) == (200, press, "acknowledged")
    merged, going_on = await _file(admin, call), await _file(admin, press)
    assert (merged["state"], merged["disposition"], merged["duplicate_of"]) == ("closed", "duplicate", press)
    assert merged["log"][-1]["code"] == "merged_into"
    assert going_on["log"][-1]["code"] == "took_in"
    assert going_on["log"][-1]["params"]["from_code"] == merged["code"]


async def test_what_was_merged_still_replays(web: Web, admin: Client) -> None:
    person = await web.recipient()
    press = await web.press(person)
    call = await _call(admin, "10000000078", person["id"])
    await admin.post(f"/incidents/{call}/severity", {"severity": "low", "reason": "来电询问"})
    await admin.post(f"/incidents/{press}/merge", {"into": call})
    for incident_id in (press, call):
        assert (await admin.get(f"/incidents/{incident_id}/explanation")).json()["replay"]["end"] == "same"
    going_on = await _file(admin, call)
    assert going_on["severity"] == "critical"  # as grave as the press
    assert "raised_by_merging" in [line["code"] for line in going_on["log"]]


async def test_two_people_are_never_one_matter_whoever_called_about_them(web: Web, admin: Client) -> None:
    one, other = await web.recipient(), await web.recipient()
    first = await _call(admin, "10000000079", one["id"])
    second = await _call(admin, "10000000079", other["id"])
    assert await _targets(admin, first) == []
    refused = await admin.post(f"/incidents/{first}/merge", {"into": second})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "into")


async def test_a_closed_one_is_merged_no_more_and_takes_nothing_in(web: Web, admin: Client) -> None:
    person = await web.recipient()
    press = await web.press(person)
    call = await _call(admin, "10000000078", person["id"])
    await admin.post(f"/incidents/{press}/close", {"disposition": "false"})
    assert (await admin.post(f"/incidents/{press}/merge", {"into": call})).json()["code"] == "closed"
    assert (await admin.post(f"/incidents/{call}/merge", {"into": press})).status_code == 422


async def test_what_another_holds_is_merged_by_a_supervisor_only(web: Web, admin: Client) -> None:
    person = await web.recipient(division_id=TOWNSHIP)
    press = await web.press(person)
    call = await _call(admin, "10000000078", person["id"])
    await admin.post(f"/incidents/{press}/acknowledge")
    operator = await web.client(Role.OPERATOR, TOWNSHIP)
    held = await operator.post(f"/incidents/{press}/merge", {"into": call})
    assert (held.status_code, held.json()["code"]) == (409, "held")
    assert (await _file(admin, call))["state"] == "open"  # nothing of it has happened
    supervisor = await web.client(Role.SUPERVISOR, TOWNSHIP)
    assert (await supervisor.post(f"/incidents/{press}/merge", {"into": call})).status_code == 200


async def test_nothing_is_merged_with_what_one_may_not_see(web: Web, admin: Client) -> None:
    person = await web.recipient(division_id=TOWNSHIP)
    press, call = await web.press(person), await _call(admin, "10000000078", person["id"])
    sibling = await web.client(Role.ADMIN, SIBLING)
    assert (await sibling.post(f"/incidents/{press}/merge", {"into": call})).status_code == 404


async def test_a_reopened_duplicate_is_one_no_more(web: Web, admin: Client) -> None:
    person = await web.recipient()
    press, call = await web.press(person), await _call(admin, "10000000078", person["id"])
    await admin.post(f"/incidents/{press}/merge", {"into": call})
    reopened = (await admin.post(f"/incidents/{press}/reopen")).json()
    assert (reopened["state"], reopened["duplicate_of"], reopened["disposition"]) == ("open", None, None)
