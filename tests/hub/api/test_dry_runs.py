"""A dry run: whom a policy would tell of an incident that is there, and when. Nothing is written."""

from typing import Any

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, Client, Web

LADDER: dict[str, Any] = {
    "steps": [
        {"after_s": 0, "notify": "desk"},
        {"after_s": 60, "notify": "contacts"},
        {"after_s": 60, "notify": "helpers"},
        {"after_s": 120, "notify": "10000000077"},
    ],
    "repeat": 0,
    "then_every_s": 300,
    "ack_timeout_s": 300,
}


async def try_out(client: Client, incident_id: str, **changes: Any) -> Any:
    answer = await client.post("/policies/dry-run", {"policy": {**LADDER, **changes}, "incident_id": incident_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def incident_of_somebody_with_a_daughter(web: Web, admin: Client) -> str:
    recipient = await web.recipient()
    await admin.post(f"/recipients/{recipient['id']}/contacts", {"name": "王芳", "phone": "10000000001"})
    return await web.press(recipient)


async def test_it_says_who_would_be_told_when_and_which_step_reaches_nobody(web: Web, admin: Client) -> None:
    incident_id = await incident_of_somebody_with_a_daughter(web, admin)
    timetable = await try_out(admin, incident_id)
    assert [
        (step["after_s"], step["code"], step["params"]["target"], [person["name"] for person in step["people"]])
        for step in timetable["steps"]
    ] == [
        (0.0, "desk_sounded", "desk", []),
        (60.0, "step_taken", "contacts", ["王芳"]),
        (120.0, "step_skipped", "helpers", []),
        (120.0, "step_taken", "number", ["10000000077"]),
        (420.0, "step_taken", "number", ["10000000077"]),
    ]
    assert (timetable["recurs_every_s"], timetable["complete"]) == (300.0, True)


async def test_it_goes_by_the_rosters_of_the_hours_after_the_incident(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    await admin.put("/rosters", {"role": "helper", "entries": [{"name": "李村医", "phone": "10000000005"}]})
    incident_id = await web.press(recipient)
    await admin.put("/rosters", {"role": "helper", "entries": [{"name": "赵干部", "phone": "10000000006"}]})
    at_once = await try_out(
        admin, incident_id, steps=[{"after_s": 0, "notify": "helpers"}, {"after_s": 600, "notify": "helpers"}]
    )
    assert [step["people"][0]["name"] for step in at_once["steps"]] == ["李村医", "赵干部", "赵干部"]


async def test_it_writes_nothing_and_may_be_tried_on_a_closed_incident(web: Web, admin: Client) -> None:
    incident_id = await incident_of_somebody_with_a_daughter(web, admin)
    before = (await admin.get(f"/incidents/{incident_id}")).json()
    await try_out(admin, incident_id)
    assert (await admin.get(f"/incidents/{incident_id}")).json() == before
    assert (await admin.get("/notifications", incident_id=incident_id)).json()["items"] == []
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    await admin.post(f"/incidents/{incident_id}/close", {"disposition": "test"})
    assert len((await try_out(admin, incident_id))["steps"]) == 5


async def test_a_ladder_that_reaches_nobody_says_so_and_ends(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    timetable = await try_out(admin, incident_id, steps=[{"after_s": 30, "notify": "leader"}])
    codes = [step["code"] for step in timetable["steps"]]
    assert codes == ["step_skipped", "ladder_empty", "nobody_reachable", "ladder_empty", "nobody_reachable"]
    assert timetable["complete"] is True


async def test_a_ladder_that_repeats_for_ever_is_cut(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    timetable = await try_out(admin, incident_id, steps=[{"after_s": 5, "notify": "desk"}], repeat=1000)
    assert timetable["complete"] is False
    assert len(timetable["steps"]) == 40


async def test_an_incident_of_elsewhere_is_not_there_and_the_look_is_on_record(web: Web, admin: Client) -> None:
    incident_id = await incident_of_somebody_with_a_daughter(web, admin)
    sibling = await web.client(Role.ADMIN, SIBLING)
    answer = await sibling.post("/policies/dry-run", {"policy": LADDER, "incident_id": incident_id})
    assert answer.status_code == 404
    await try_out(admin, incident_id)
    async with web.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM access_log WHERE action = 'dry_run' AND entity_id = %s", [incident_id]
        )
        assert await cursor.fetchone() == (1,)


async def test_a_policy_that_no_ladder_can_follow_is_refused_before_it_is_tried(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    answer = await admin.post("/policies/dry-run", {"policy": {**LADDER, "steps": []}, "incident_id": incident_id})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "policy.steps")


async def test_the_more_precise_policy_is_the_one_that_is_chosen(web: Web, admin: Client) -> None:
    await admin.put("/policies/grave", {**LADDER, "when": {"severity": ["critical", "high"]}})
    await admin.put("/policies/falls", {**LADDER, "when": {"kind": ["fall"]}})
    chosen = {
        (one["kind"], one["severity"]): one["name"] for one in (await admin.get("/policy-choices")).json()["items"]
    }
    assert chosen["sos", "critical"] == "grave"
    assert chosen["sos", "low"] == "default"
    assert chosen["fall", "critical"] == chosen["fall", "low"] == "falls"


async def test_a_supervisor_writes_the_policies_of_their_own_place_alone(web: Web) -> None:
    supervisor = await web.client(Role.SUPERVISOR, SIBLING)
    assert (await supervisor.put("/policies/west", LADDER)).json()["when"]["division_id"] == SIBLING
    assert (await supervisor.put("/policies/default", LADDER)).status_code == 403
    assert (await supervisor.delete("/policies/west")).status_code == 204


async def test_the_last_log_in_of_an_account_is_shown(web: Web, admin: Client) -> None:
    await web.user("jia")
    assert [one["last_log_in_at"] for one in (await admin.get("/users")).json()["items"]] == [None]
    await web.logged_in("jia")
    [shown] = (await admin.get("/users")).json()["items"]
    assert shown["last_log_in_at"] is not None
    again = await admin.patch(f"/users/{shown['id']}", shown | {"name": "甲"})
    assert (again.json()["name"], again.json()["last_log_in_at"]) == ("甲", shown["last_log_in_at"])
