"""Who sits at a desk, what that does to ladders, and handing over all that one holds."""

from datetime import timedelta

from hub.clock import utc_now
from hub.stations.deadlines import pass_due_incidents
from hub.storage.accounts import Role
from hub.storage.presence import is_desk_manned
from hub.storage.reachable import who_is_reachable
from hub.storage.timers import SqlDeadlineStore
from hub.storage.troubled import Troubled
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web


async def manned(web: Web, division_id: str = VILLAGE, *, later: timedelta = timedelta()) -> bool:
    async with web.pool.connection() as connection:
        return await is_desk_manned(connection, division_id, utc_now() + later)


async def says(client: Client, state: str, desk_id: str = "desk-1") -> dict[str, object]:
    answer = await client.post("/presence", {"desk_id": desk_id, "state": state})
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json()
    return said


async def test_a_desk_that_never_speaks_of_presence_counts_as_manned(web: Web) -> None:
    assert await manned(web)


async def test_a_desk_is_unmanned_when_the_last_one_steps_away(web: Web) -> None:
    operator, other = await web.client(Role.OPERATOR), await web.client(Role.SUPERVISOR)
    assert await says(operator, "present") == {"others_present": 0, "manned": True}
    await says(other, "present", "desk-2")
    assert await says(operator, "away") == {"others_present": 1, "manned": True}
    assert await manned(web)
    assert await says(other, "away", "desk-2") == {"others_present": 0, "manned": False}
    assert not await manned(web)
    await says(operator, "present")
    assert await manned(web)


async def test_stepping_away_alone_hands_the_sound_on_at_once(web: Web, admin: Client) -> None:
    operator, other = await web.client(Role.OPERATOR), await web.client(Role.SUPERVISOR)
    for client, desk_id in ((operator, "desk-1"), (other, "desk-2")):
        await says(client, "present", desk_id)
    incident_id = await web.press(await web.recipient())
    async with web.pool.connection() as connection, connection.transaction():
        assert await pass_due_incidents(SqlDeadlineStore(connection, Troubled()), 1) == 1
    waits = "SELECT due_at > clock_timestamp() FROM timer WHERE owner_id = %s"
    await says(operator, "away")
    assert await web.rows(waits, incident_id) == [(True,)]
    await says(other, "away", "desk-2")
    assert await web.rows(waits, incident_id) == [(False,)]
    shown = (await admin.get(f"/incidents/{incident_id}")).json()
    assert (shown["state"], shown["log"][-1]["code"]) == ("open", "desk_left")


async def test_a_heartbeat_that_is_gone_for_30_s_is_nobody(web: Web) -> None:
    await says(await web.client(Role.OPERATOR), "present")
    assert await manned(web, later=timedelta(seconds=25))
    assert not await manned(web, later=timedelta(seconds=35))


async def test_what_was_said_more_than_a_day_ago_is_forgotten(web: Web) -> None:
    await says(await web.client(Role.OPERATOR), "away")
    assert not await manned(web, later=timedelta(hours=23))
    assert await manned(web, later=timedelta(hours=25))


async def test_a_desk_mans_the_places_below_it_and_no_others(web: Web) -> None:
    await says(await web.client(Role.OPERATOR, TOWNSHIP), "away")
    assert not await manned(web, VILLAGE)
    assert await manned(web, SIBLING)
    await says(await web.client(Role.OPERATOR, COUNTY), "present")
    assert await manned(web, VILLAGE)


async def test_the_ladder_is_told_that_nobody_is_at_the_desk(web: Web, admin: Client) -> None:
    await says(await web.client(Role.OPERATOR), "away")
    entries = [{"name": "带班", "phone": "10000000001"}]
    await admin.put("/rosters", {"division_id": COUNTY, "role": "leader", "entries": entries})
    async with web.pool.connection() as connection:
        reachable = await who_is_reachable(connection, None, VILLAGE, utc_now())
    assert not reachable.desk_manned
    assert [person.name for person in reachable.leader] == ["带班"]


async def test_administrators_stand_behind_a_place_without_supervisor_and_leader(web: Web, admin: Client) -> None:
    boss = await web.user("boss", Role.ADMIN, name="管理员")
    await admin.patch(f"/users/{boss}", {"phone": "10000000008"})
    async with web.pool.connection() as connection:
        reachable = await who_is_reachable(connection, None, VILLAGE, utc_now())
    assert [(person.type, person.phone) for person in reachable.fallback] == [("admin", "10000000008")]


async def test_nobody_rings_an_account_that_is_disabled(web: Web, admin: Client) -> None:
    left = await web.user("left", Role.SUPERVISOR, name="已离职")
    entry = {"name": "已离职", "phone": "10000000001", "account": "left"}
    await admin.put("/rosters", {"division_id": COUNTY, "role": "supervisor", "entries": [entry]})
    await admin.patch(f"/users/{left}", {"disabled": True})
    async with web.pool.connection() as connection:
        reachable = await who_is_reachable(connection, None, VILLAGE, utc_now())
    assert [person.phone for person in reachable.supervisor] == [None]


async def test_desks_are_listed_with_who_sits_there(web: Web) -> None:
    operator = await web.client(Role.OPERATOR)
    await says(operator, "present")
    await says(operator, "away", "desk-2")
    await web.rows("UPDATE desk_presence SET seen_at = seen_at - interval '1 minute' WHERE desk_id = 'desk-1'")
    shown = (await operator.get("/presence")).json()["items"]
    assert [(desk["desk_id"], desk["state"]) for desk in shown] == [("desk-1", "silent"), ("desk-2", "away")]
    assert shown[0]["actor"]["name"] == "test operator"


# --- Handing over at the end of a shift ----------------------------------------------------------------------------


async def test_everything_one_holds_goes_to_the_next_and_nothing_else(web: Web) -> None:
    await web.user("jia", name="甲")
    yi_id = await web.user("yi", name="乙")
    jia, yi = await web.logged_in("jia"), await web.logged_in("yi")
    mine = [await web.press(await web.recipient()) for _ in range(2)]
    others = await web.press(await web.recipient())
    for incident_id in mine:
        await jia.post(f"/incidents/{incident_id}/acknowledge")
    operator = await web.client(Role.OPERATOR)
    await operator.post(f"/incidents/{others}/acknowledge")
    answer = await jia.post("/shifts/hand-over", {"to": "yi", "note": "两位都打过电话"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"to": {"type": "operator", "id": yi_id, "name": "乙"}, "incident_ids": sorted(mine)}
    for incident_id in mine:
        incident = (await yi.get(f"/incidents/{incident_id}")).json()
        assert incident["acknowledged_by"]["id"] == yi_id
        assert [line["code"] for line in incident["log"][-2:]] == ["handed_over", "note"]
    assert (await yi.get(f"/incidents/{others}")).json()["acknowledged_by"]["name"] == "test operator"
    assert (await jia.post("/shifts/hand-over", {"to": yi_id})).json()["incident_ids"] == []


async def test_a_shift_is_handed_over_only_to_somebody_else_who_may_hold_all_of_it(web: Web) -> None:
    jia_id = await web.user("jia", name="甲")
    await web.user("township", Role.OPERATOR, TOWNSHIP)
    await web.user("looker", Role.VIEWER)
    jia = await web.logged_in("jia")
    incident_id = await web.press(await web.recipient())
    await jia.post(f"/incidents/{incident_id}/acknowledge")
    for to in ("township", "looker", "jia", jia_id, "nobody"):
        refused = await jia.post("/shifts/hand-over", {"to": to})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "to"), to
    assert (await jia.get(f"/incidents/{incident_id}")).json()["acknowledged_by"]["id"] == jia_id
