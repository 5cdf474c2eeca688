"""Groups at the desk: shown with their reason and members, taken together only as far as nobody is forgotten by it."""

from typing import Any

from alerts.storms.groups import MEMBERS_MIN, NEARER_WITHIN, Cause
from hub.storage.accounts import Role
from hub.storage.groups import regroup
from tests.hub.api.conftest import SIBLING, VILLAGE, Client, Web


async def call_about(admin: Client, recipient: dict[str, Any]) -> dict[str, Any]:
    """Somebody telephones: an incident that may be taken with its group."""
    answer = await admin.post("/incidents", {"kind": "phone_report", "recipient_id": recipient["id"]})
    assert answer.status_code == 201, answer.text
    incident: dict[str, Any] = answer.json()
    return incident


async def gather_now(web: Web) -> int:
    async with web.pool.connection() as connection:
        return await regroup(connection)


async def storm(web: Web, admin: Client, calls: int = 3, presses: int = 0, division_id: str = VILLAGE) -> list[str]:
    """So many of one village at once; the ids of the calls' incidents, then of the presses'."""
    called = [(await call_about(admin, await web.recipient(division_id=division_id)))["id"] for _ in range(calls)]
    pressed = [await web.press(await web.recipient(division_id=division_id)) for _ in range(presses)]
    await gather_now(web)
    return called + pressed


async def only_group(client: Client) -> dict[str, Any]:
    [group] = (await client.get("/incident-groups")).json()["items"]
    assert isinstance(group, dict)
    return group


async def test_what_comes_together_in_a_village_is_one_group_that_says_why(web: Web, admin: Client) -> None:
    incidents = await storm(web, admin, calls=2, presses=1)
    group = await only_group(admin)
    assert group["reason"] == {
        "code": "group_village",
        "params": {"count": 3, "within_min": 1, "village": VILLAGE, "place": "柳村"},
    }
    assert {member["id"] for member in group["members"]} == set(incidents)
    assert group["counts"] == {"open": 3, "acknowledged": 0, "closed": 0, "open_singly": 1}
    assert [member["kind"] for member in group["members"]] == ["sos", "phone_report", "phone_report"], "order of need"
    assert [member["singly"] for member in group["members"]] == [True, False, False]


async def test_each_incident_says_in_which_group_it_is_wherever_it_is_shown(web: Web, admin: Client) -> None:
    alone = await call_about(admin, await web.recipient(division_id=SIBLING))
    assert alone["group"] is None
    incidents = await storm(web, admin)
    group = await only_group(admin)
    shown = {incident["id"]: incident["group"] for incident in (await admin.get("/incidents")).json()["items"]}
    named = {"id": group["id"], "reason": group["reason"]}
    assert shown == {alone["id"]: None, **dict.fromkeys(incidents, named)}
    assert (await admin.get(f"/incidents/{incidents[0]}")).json()["group"] == shown[incidents[0]]


async def test_an_incident_that_comes_to_be_in_a_group_is_shown_anew_on_the_stream(web: Web, admin: Client) -> None:
    called = [(await call_about(admin, await web.recipient(division_id=VILLAGE)))["id"] for _ in range(3)]
    [(before,)] = await web.rows("SELECT max(position) FROM stream_event")
    assert await gather_now(web) == 1
    after = await web.rows("SELECT entity_id::text FROM stream_event WHERE position > %s", before)
    assert sorted(entity for (entity,) in after) == sorted(called)
    assert await gather_now(web) == 0, "nothing new: nothing is said again"


async def test_a_group_grows_and_keeps_its_id(web: Web, admin: Client) -> None:
    await storm(web, admin)
    group = await only_group(admin)
    await storm(web, admin, calls=2)
    grown = await only_group(admin)
    assert grown["id"] == group["id"]
    assert grown["counts"]["open"] == grown["reason"]["params"]["count"] == 5


async def test_taking_a_group_never_takes_a_press(web: Web, admin: Client) -> None:
    *calls, press = await storm(web, admin, calls=3, presses=1)
    group = await only_group(admin)
    taken = (await admin.post(f"/incident-groups/{group['id']}/acknowledge")).json()
    assert sorted(taken["taken"]) == sorted(calls)
    assert taken["counts"] == {"open": 1, "acknowledged": 3, "closed": 0, "open_singly": 1}
    assert (await admin.get(f"/incidents/{press}")).json()["state"] == "open"
    for call in calls:
        log = (await admin.get(f"/incidents/{call}")).json()["log"]
        assert [line["code"] for line in log].count("acknowledged") == 1, "each by its own command"
    again = (await admin.post(f"/incident-groups/{group['id']}/acknowledge")).json()
    assert again["taken"] == []


async def test_what_somebody_holds_stays_with_them(web: Web, admin: Client) -> None:
    await web.user("zhao")
    first, *others = await storm(web, admin)
    zhao = await web.logged_in("zhao")
    await zhao.post(f"/incidents/{first}/acknowledge")
    group = await only_group(admin)
    taken = (await admin.post(f"/incident-groups/{group['id']}/acknowledge")).json()
    assert sorted(taken["taken"]) == sorted(others)
    assert (await admin.get(f"/incidents/{first}")).json()["acknowledged_by"]["name"] == "zhao"


async def test_what_somebody_is_busy_with_now_is_not_waited_for(web: Web, admin: Client) -> None:
    busy, *others = await storm(web, admin)
    group = await only_group(admin)
    async with web.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM incident WHERE id = %s FOR UPDATE", [busy])
        taken = (await admin.post(f"/incident-groups/{group['id']}/acknowledge")).json()
    assert sorted(taken["taken"]) == sorted(others)


async def test_a_group_is_shown_as_far_as_its_members_are_in_scope(web: Web, admin: Client) -> None:
    needed = MEMBERS_MIN[Cause.KIND]
    here, there = "990101001002", "990101002001"
    for division_id in (here, there):
        assert (await admin.post("/divisions", {"id": division_id, "name": "某村"})).status_code in (200, 201)
    for place in [here, there, VILLAGE, SIBLING, "990101000000"] * (needed // 5):
        await call_about(admin, await web.recipient(division_id=place))
    assert await gather_now(web) == 0, "what is nearer is waited for"
    async with web.pool.connection() as connection:
        await connection.execute("UPDATE incident SET opened_at = opened_at - %s", [NEARER_WITHIN])
    await gather_now(web)
    whole = await only_group(admin)
    assert whole["cause"] == "kind"
    assert whole["counts"]["open"] == needed
    village = await web.client(Role.VIEWER, VILLAGE)
    part = await only_group(village)
    assert (part["id"], part["counts"]["open"]) == (whole["id"], needed // 5)
    await storm(web, admin, division_id=VILLAGE)
    sibling = await web.client(Role.VIEWER, SIBLING)
    seen = {group["cause"] for group in (await sibling.get("/incident-groups")).json()["items"]}
    assert seen == {"kind"}


async def test_a_group_all_of_which_is_closed_is_listed_no_more_and_can_still_be_read(web: Web, admin: Client) -> None:
    incidents = await storm(web, admin)
    group = await only_group(admin)
    for incident in incidents:
        await admin.post(f"/incidents/{incident}/close", {"disposition": "real"})
    assert (await admin.get("/incident-groups")).json()["items"] == []
    closed = (await admin.get(f"/incident-groups/{group['id']}")).json()
    assert closed["counts"]["closed"] == 3
