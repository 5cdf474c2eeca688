"""What people decide about a ladder through HTTP: how grave an incident is, and by which policy it is escalated."""

from datetime import datetime
from typing import Any

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web
from tests.hub.api.world import LADDER

SLOWER = {**LADDER, "steps": [{"after_s": 600, "notify": "contacts"}]}


async def _log(admin: Client, incident_id: str) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = (await admin.get(f"/incidents/{incident_id}")).json()["log"]
    return log


# --- How grave -----------------------------------------------------------------------------------------------------


async def test_lowering_says_why_and_is_on_record(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    silent = await admin.post(f"/incidents/{incident_id}/severity", {"severity": "medium"})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    assert (await admin.get(f"/incidents/{incident_id}")).json()["severity"] == "critical"
    lowered = await admin.post(f"/incidents/{incident_id}/severity", {"severity": "medium", "reason": "本人说误触"})
    assert (lowered.status_code, lowered.json()["severity"]) == (200, "medium")
    last = (await _log(admin, incident_id))[-1]
    assert (last["code"], last["params"]) == (
        "lowered_by_hand",
        {"from": "critical", "to": "medium", "reason": "本人说误触"},
    )
    assert last["actor"]["name"] == "test admin"


async def test_raising_needs_no_reason_and_whoever_watches_sees_it(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await admin.post(f"/incidents/{incident_id}/severity", {"severity": "low", "reason": "试"})
    (before,) = await web.rows("SELECT count(*) FROM stream_event WHERE entity_id = %s", incident_id)
    assert (await admin.post(f"/incidents/{incident_id}/severity", {"severity": "high"})).json()["severity"] == "high"
    (after,) = await web.rows("SELECT count(*) FROM stream_event WHERE entity_id = %s", incident_id)
    assert after[0] == before[0] + 1
    assert (await _log(admin, incident_id))[-1]["code"] == "raised_by_hand"


async def test_how_grave_a_closed_incident_was_stays(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await admin.post(f"/incidents/{incident_id}/close", {"disposition": "false"})
    refused = await admin.post(f"/incidents/{incident_id}/severity", {"severity": "low", "reason": "误触"})
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")


# --- By which policy -----------------------------------------------------------------------------------------------


async def test_an_edited_policy_is_offered_to_the_incidents_that_run_on_the_old_one(web: Web, admin: Client) -> None:
    assert (await admin.put("/policies/default", LADDER)).json()["open_incidents"] == 0
    recipient = await web.recipient()
    incident_id = await web.press(recipient)
    assert (await admin.put("/policies/default", LADDER)).json()["open_incidents"] == 0  # it says the same
    edited = await admin.put("/policies/default", SLOWER)
    assert edited.json()["open_incidents"] == 1
    (running,) = (await admin.get("/policies/default/open-incidents")).json()["items"]
    assert running["id"] == incident_id
    assert (running["policy_version"], edited.json()["version"]) == (1, 3)
    assert running["recipient"] == {"id": recipient["id"], "name": recipient["name"]}


async def test_adopting_begins_the_new_policy_and_no_later_than_the_old_one_would_have_gone_on(
    web: Web, admin: Client
) -> None:
    await admin.put("/policies/default", {**LADDER, "steps": [{"after_s": 60, "notify": "desk"}]})
    incident_id = await web.press(await web.recipient())
    due_before = datetime.fromisoformat((await admin.get(f"/incidents/{incident_id}")).json()["due_at"])
    await admin.put("/policies/default", SLOWER)
    adopted = await admin.post(f"/incidents/{incident_id}/policy", {"name": "default"})
    assert adopted.status_code == 200
    assert datetime.fromisoformat(adopted.json()["due_at"]) == due_before
    file = (await admin.get(f"/incidents/{incident_id}")).json()
    assert file["policy"]["steps"] == SLOWER["steps"]
    assert file["log"][-1]["code"] == "policy_adopted"
    assert file["log"][-1]["params"] == {
        "policy": "default",
        "version": 2,
        "policy_before": "default",
        "version_before": 1,
    }
    assert (await admin.get("/policies/default/open-incidents")).json()["items"] == []


async def test_whoever_holds_an_incident_has_the_adopted_policys_time(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    await admin.post(f"/incidents/{incident_id}/contact-attempts", {"who": "本人", "outcome": "reached"})
    await admin.put("/policies/patient", {**LADDER, "ack_timeout_s": 7200})
    held = (await admin.post(f"/incidents/{incident_id}/policy", {"name": "patient"})).json()
    assert (held["state"], held["due_kind"]) == ("acknowledged", "ack_timeout")
    (row,) = await web.rows("SELECT touched_at FROM incident WHERE id = %s", incident_id)
    assert (datetime.fromisoformat(held["due_at"]) - row[0]).total_seconds() == 7200


async def test_the_built_in_policy_can_be_adopted_while_nobody_has_written_another(web: Web, admin: Client) -> None:
    await admin.put("/policies/short", {**LADDER, "when": {"kind": ["sos"]}})
    incident_id = await web.press(await web.recipient())
    assert (await admin.get(f"/incidents/{incident_id}")).json()["policy"]["name"] == "short"
    assert (await admin.post(f"/incidents/{incident_id}/policy", {"name": "default"})).status_code == 200
    assert (await admin.get(f"/incidents/{incident_id}")).json()["policy"]["name"] == "default"


async def test_no_incident_adopts_a_policy_of_another_place_or_of_nobody(web: Web) -> None:
    sibling = await web.client(Role.ADMIN, SIBLING)
    await sibling.put("/policies/theirs", LADDER)
    incident_id = await web.press(await web.recipient(division_id=TOWNSHIP))
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    for name in ("theirs", "nobodys"):
        refused = await township.post(f"/incidents/{incident_id}/policy", {"name": name})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")


async def test_the_countys_policy_can_be_adopted_by_a_township_that_runs_on_it(web: Web, admin: Client) -> None:
    await admin.put("/policies/county", LADDER)
    incident_id = await web.press(await web.recipient(division_id=TOWNSHIP))
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    assert (await township.post(f"/incidents/{incident_id}/policy", {"name": "county"})).status_code == 200


async def test_only_incidents_of_ones_own_place_are_counted(web: Web, admin: Client) -> None:
    await admin.put("/policies/default", LADDER)
    await web.press(await web.recipient(division_id=SIBLING))
    await admin.put("/policies/default", SLOWER)
    township = await web.client(Role.VIEWER, TOWNSHIP)
    assert (await township.get("/policies/default/open-incidents")).json()["items"] == []
    assert len((await admin.get("/policies/default/open-incidents")).json()["items"]) == 1
    assert (await admin.get("/policies/none/open-incidents")).status_code == 404
