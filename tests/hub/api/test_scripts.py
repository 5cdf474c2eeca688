"""Scripts: whose counts, what of it an incident keeps, and who did which step."""

from typing import Any

import pytest

from alerts.kinds import IncidentKind
from hub.storage.accounts import Role
from hub.storage.scripts_builtin import builtin_scripts
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web
from tests.hub.api.sse import reading

ONE_STEP = [{"id": "ring_back", "text": {"zh": "回拨"}, "action": "call_wearer"}]


async def written(client: Client, words: str = "县里的第一步", **case: Any) -> dict[str, Any]:
    """A script of the client's place, for an SOS unless said otherwise."""
    steps = [{"id": "ring_back", "text": {"zh": words}, "action": "call_wearer"}]
    answer = await client.post("/scripts", {"kind": "sos", "steps": steps, **case})
    assert answer.status_code == 201, answer.text
    script: dict[str, Any] = answer.json()
    return script


async def pressed(web: Web, division_id: str = VILLAGE, **columns: Any) -> str:
    """The incident of somebody's press."""
    admin = await web.client()
    person = await web.recipient(division_id=division_id)
    if columns:
        assert (await admin.patch(f"/recipients/{person['id']}", columns)).status_code == 200
    return await web.press(person)


async def shown(client: Client, incident_id: str) -> dict[str, Any]:
    """The script of an incident, as this client is shown it."""
    answer = await client.get(f"/incidents/{incident_id}/script")
    assert answer.status_code == 200, answer.text
    script: dict[str, Any] = answer.json()
    return script


def test_every_kind_of_incident_has_a_script_in_both_languages() -> None:
    general = {script.kind for script in builtin_scripts() if script.category is None}
    assert general == {str(kind) for kind in IncidentKind}
    for script in builtin_scripts():
        ids = [step.id for step in script.steps]
        assert len(set(ids)) == len(ids), script.kind
        assert script.steps[-1].action == "log_outcome", script.kind
        for step in script.steps:
            assert step.text.zh, (script.kind, step.id)
            assert step.text.en, (script.kind, step.id)


async def test_the_nearest_places_script_counts_and_the_built_in_one_where_there_is_none(web: Web) -> None:
    county, township = await web.client(Role.SUPERVISOR, COUNTY), await web.client(Role.SUPERVISOR, TOWNSHIP)
    in_village, in_sibling = await pressed(web), await pressed(web, SIBLING)
    viewer = await web.client(Role.VIEWER)
    assert (await shown(viewer, in_village))["version"] == 0
    await written(county)
    assert (await shown(viewer, in_village))["steps"][0]["text"]["zh"] == "县里的第一步"
    await written(township, "乡里的第一步")
    assert (await shown(viewer, in_village))["division_id"] == TOWNSHIP
    assert (await shown(viewer, in_sibling))["division_id"] == COUNTY


async def test_what_a_category_needs_is_not_lost_to_a_general_script_of_the_county(web: Web) -> None:
    await written(await web.client(Role.SUPERVISOR))
    incident = await pressed(web, categories=["destitute", "mental_illness"])
    script = await shown(await web.client(), incident)
    assert (script["category"], script["version"]) == ("mental_illness", 0)


async def test_a_script_for_a_severity_counts_before_one_for_all(web: Web) -> None:
    supervisor = await web.client(Role.SUPERVISOR)
    await written(supervisor)
    await written(supervisor, "紧急的第一步", severity="critical")
    assert (await shown(supervisor, await pressed(web)))["steps"][0]["text"]["zh"] == "紧急的第一步"


async def test_what_the_desk_was_shown_first_stays_though_the_script_is_edited(web: Web) -> None:
    supervisor, operator = await web.client(Role.SUPERVISOR), await web.client(Role.OPERATOR)
    script = await written(supervisor)
    early, late = await pressed(web), await pressed(web)
    assert (await shown(operator, early))["frozen_at"] is not None
    await supervisor.put(f"/scripts/{script['id']}", {"steps": [{"id": "x", "text": {"zh": "改过的第一步"}}]})
    assert (await shown(operator, early))["steps"][0]["text"]["zh"] == "县里的第一步"
    assert (await shown(operator, late))["steps"][0]["text"]["zh"] == "改过的第一步"


async def test_a_viewers_look_freezes_nothing(web: Web) -> None:
    incident = await pressed(web)
    assert (await shown(await web.client(Role.VIEWER), incident))["frozen_at"] is None


async def test_a_step_is_done_by_somebody_at_a_time_and_undone_again(web: Web) -> None:
    await web.user("zhang", name="张值班")
    zhang = await web.logged_in("zhang")
    incident = await pressed(web)
    await zhang.post(f"/incidents/{incident}/acknowledge")
    done = await zhang.post(f"/incidents/{incident}/script-steps", {"step": "ring_back", "done": True})
    step = done.json()["steps"][0]
    assert (step["done"], step["by"]["name"]) == (True, "张值班")
    assert step["at"] is not None
    undone = await zhang.post(f"/incidents/{incident}/script-steps", {"step": "ring_back", "done": False})
    assert undone.json()["steps"][0]["done"] is False
    log = (await zhang.get(f"/incidents/{incident}")).json()["log"]
    checks = [line for line in log if line["code"].startswith("script_step")]
    assert [line["code"] for line in checks] == ["script_step_done", "script_step_undone"]
    assert checks[0]["params"]["text"]["zh"] == "回拨本人，问清需要什么帮助"
    assert checks[0]["actor"]["name"] == "张值班"
    actions = await web.rows("SELECT action FROM access_log WHERE entity_id = %s ORDER BY at, id", incident)
    assert {("check_step",), ("uncheck_step",)} <= set(actions)


async def test_a_step_that_is_done_already_is_not_done_twice(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await pressed(web)
    await operator.post(f"/incidents/{incident}/acknowledge")
    for _ in range(2):
        answer = await operator.post(f"/incidents/{incident}/script-steps", {"step": "ring_back", "done": True})
        assert answer.status_code == 200
    assert await web.rows("SELECT count(*) FROM script_step_done") == [(1,)]


async def test_a_check_is_shown_on_the_stream_and_moves_no_clock(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await pressed(web)
    before = (await operator.post(f"/incidents/{incident}/acknowledge")).json()
    async with reading(web.app, operator.headers) as reader:
        await reader.next("tick")
        await operator.post(f"/incidents/{incident}/script-steps", {"step": "ring_back", "done": True})
        event = await reader.next("incident")
    assert event.data["id"] == incident
    assert event.data["due_at"] == before["due_at"]
    assert event.data["version"] == before["version"]


@pytest.mark.parametrize("closed", [True, False])
async def test_nobody_works_through_the_script_of_what_nobody_has(web: Web, closed: bool) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await pressed(web)
    if closed:
        await operator.post(f"/incidents/{incident}/close", {"disposition": "false"})
    answer = await operator.post(f"/incidents/{incident}/script-steps", {"step": "ring_back", "done": True})
    assert answer.status_code == 409
    assert answer.json()["code"] == ("closed" if closed else "not_held")


async def test_a_step_that_was_not_shown_is_refused(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    incident = await pressed(web)
    await operator.post(f"/incidents/{incident}/acknowledge")
    answer = await operator.post(f"/incidents/{incident}/script-steps", {"step": "dance", "done": True})
    assert answer.status_code == 422


async def test_what_is_different_for_a_person_is_in_their_script(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    person = await web.recipient(division_id=VILLAGE)
    additions = [
        {"how": "remark", "action": "call_wearer", "text": "耳背，多等响铃"},
        {"how": "step", "action": "send_helper", "text": "先打隔壁王婶，她有钥匙"},
        {"how": "instead", "action": "call_120", "text": "打镇卫生院急救电话，再打 120"},
        {"how": "remark", "action": "call_110", "text": "这个脚本里没有这一步"},
        {"how": "step", "kinds": ["fall"], "text": "别的情况才有"},
    ]
    answer = await operator.put(f"/recipients/{person['id']}/script", {"additions": additions})
    assert answer.json()["version"] == 1
    steps = (await shown(operator, await web.press(person)))["steps"]
    assert steps[0]["text"]["zh"] == "这个脚本里没有这一步"
    by_action = {step["action"]: step for step in steps if not step["own"]}
    assert by_action["call_wearer"]["remarks"] == ["耳背，多等响铃"]
    texts = [step["text"]["zh"] for step in steps]
    assert texts.index("先打隔壁王婶，她有钥匙") + 1 == texts.index(by_action["send_helper"]["text"]["zh"])
    assert "打镇卫生院急救电话，再打 120" in texts
    assert "别的情况才有" not in texts


async def test_two_of_a_persons_steps_before_the_same_step_keep_their_order(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    person = await web.recipient(division_id=VILLAGE)
    additions = [{"how": "step", "action": "call_120", "text": text} for text in ("甲", "乙")]
    await operator.put(f"/recipients/{person['id']}/script", {"additions": additions})
    texts = [step["text"]["zh"] for step in (await shown(operator, await web.press(person)))["steps"]]
    assert texts.index("甲") + 1 == texts.index("乙")


async def test_versions_are_kept_with_who_and_can_be_restored(web: Web) -> None:
    await web.user("ban", Role.SUPERVISOR, name="班长一")
    ban = await web.logged_in("ban")
    script = await written(ban)
    second = [{"id": "two", "text": {"zh": "第二版", "en": "Second"}}]
    await ban.put(f"/scripts/{script['id']}", {"steps": second, "based_on": 1, "note": "改得更短"})
    restored = await ban.post(f"/scripts/{script['id']}/restore", {"version": 1})
    assert restored.json()["steps"] == script["steps"]
    versions = (await ban.get(f"/scripts/{script['id']}/versions")).json()["items"]
    told = [(one["version"], one["note"], one["restored_from"], one["written_by"]["name"]) for one in versions]
    assert told == [(3, None, 1, "班长一"), (2, "改得更短", None, "班长一"), (1, None, None, "班长一")]


async def test_nobodys_change_is_written_over_unseen(web: Web) -> None:
    supervisor = await web.client(Role.SUPERVISOR)
    script = await written(supervisor)
    path = f"/scripts/{script['id']}"
    assert (await supervisor.put(path, {"steps": ONE_STEP, "based_on": 1})).status_code == 200
    late = await supervisor.put(path, {"steps": ONE_STEP, "based_on": 1})
    assert (late.status_code, late.json()["code"]) == (409, "script_changed")


async def test_a_withdrawn_script_gives_way_and_can_be_written_again(web: Web) -> None:
    supervisor = await web.client(Role.SUPERVISOR)
    script = await written(supervisor)
    again = await supervisor.post("/scripts", {"kind": "sos", "steps": ONE_STEP})
    assert (again.status_code, again.json()["code"]) == (409, "script_exists")
    withdrawn = await supervisor.delete(f"/scripts/{script['id']}")
    assert (withdrawn.status_code, withdrawn.json()["steps"]) == (200, [])
    assert (await shown(supervisor, await pressed(web)))["version"] == 0
    assert (await written(supervisor, "又一版"))["version"] == 3


async def test_a_township_reads_the_countys_script_and_changes_only_its_own(web: Web) -> None:
    script = await written(await web.client(Role.SUPERVISOR))
    township = await web.client(Role.SUPERVISOR, TOWNSHIP)
    listed = (await township.get("/scripts")).json()["items"]
    assert script["id"] in [one["id"] for one in listed]
    assert (await township.get(f"/scripts/{script['id']}/versions")).status_code == 200
    assert (await township.put(f"/scripts/{script['id']}", {"steps": ONE_STEP})).status_code == 404
    assert (await township.delete(f"/scripts/{script['id']}")).status_code == 404


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"id": "a", "text": {}}],
        [{"id": "a", "text": {"zh": "   "}}],
        [{"id": "a", "text": {"zh": "甲"}}, {"id": "a", "text": {"zh": "乙"}}],
        [{"id": "own-1", "text": {"zh": "甲"}}],
        [{"id": "a", "text": {"zh": "甲"}, "action": "sing"}],
    ],
)
async def test_a_script_that_nobody_could_follow_is_refused(web: Web, steps: list[dict[str, Any]]) -> None:
    answer = await (await web.client(Role.SUPERVISOR)).post("/scripts", {"kind": "sos", "steps": steps})
    assert answer.status_code == 422
