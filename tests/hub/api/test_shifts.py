"""Shifts: what the gate shows, who signs for it, and what stays on record."""

import asyncio
from datetime import timedelta
from typing import Any

from hub.clock import utc_now
from hub.storage.accounts import Role
from hub.storage.presence import is_desk_manned
from hub.storage.sessions import FREE_FAILURES_LOGIN
from tests.hub.api.conftest import COUNTY, PASSWORD, SIBLING, TOWNSHIP, VILLAGE, Client, Web

DESK = "desk-1"


async def sit_down(client: Client, desk_id: str = DESK, **shown: list[str]) -> dict[str, Any]:
    answer = await client.post("/shifts", {"desk_id": desk_id, "shown": shown})
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def leave(client: Client, password: str = PASSWORD, **more: Any) -> Any:
    return await client.post("/shifts/current/end", {"password": password, **more})


async def relieved_by(client: Client, login: str, password: str = PASSWORD) -> Any:
    return await leave(client, successor={"login": login, "password": password})


async def on_record(client: Client, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/shifts", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def hand_over(client: Client, **query: str) -> dict[str, Any]:
    answer = await client.get("/shifts/hand-over", **query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def two(web: Web) -> tuple[Client, Client]:
    """Jia and Yi, operators of the county, each logged in at a browser."""
    await web.user("jia", name="甲")
    await web.user("yi", name="乙")
    return await web.logged_in("jia"), await web.logged_in("yi")


# --- What the gate shows -------------------------------------------------------------------------------------------


async def test_the_hand_over_shows_what_is_open_set_aside_written_down_and_broken(web: Web, admin: Client) -> None:
    jia, yi = await two(web)
    person = await web.recipient("王秀英")
    taken, waiting = await web.press(person), await web.press(await web.recipient("刘长顺"))
    await jia.post(f"/incidents/{taken}/acknowledge")
    soon = (utc_now() + timedelta(minutes=30)).isoformat()
    shelving = {"kinds": ["bed"], "until": soon, "reason": "住亲戚家"}
    shelf_id = (await admin.post(f"/recipients/{person['id']}/shelve", shelving)).json()["id"]
    await sit_down(jia)
    await jia.post("/shifts/notes", {"text": "  3 号楼电梯检修  "})
    shown = await hand_over(yi)
    assert [one["id"] for one in shown["incidents"]] == [waiting, taken]
    assert shown["not_closed"] == {"open": 1, "acknowledged": 1}
    assert [one["id"] for one in shown["shelves"]] == [shelf_id]
    assert [(note["text"], note["author"]["name"]) for note in shown["notes"]] == [("3 号楼电梯检修", "甲")]
    assert (shown["outages"], shown["outage_counts"]) == ([], [])
    assert (shown["mine"], shown["last"]) == (None, None)


async def test_equipment_that_is_broken_stands_in_the_hand_over_by_kind(web: Web) -> None:
    jia, _ = await two(web)
    for kind in ("device_fault", "device_fault", "device_offline"):
        await web.rows(
            "INSERT INTO maintenance_item (id, kind, state, division_id, about, explanation, opened_at, last_seen_at)"
            ' VALUES (gen_random_uuid(), %s, \'open\', %s, gen_random_uuid()::text, \'{"code": "x", "params": {}}\','
            " now(), now())",
            kind,
            VILLAGE,
        )
    shown = await hand_over(jia)
    assert shown["outage_counts"] == [{"kind": "device_fault", "count": 2}, {"kind": "device_offline", "count": 1}]
    assert len(shown["outages"]) == 3


async def test_the_hand_over_is_that_of_ones_own_place(web: Web) -> None:
    jia, _ = await two(web)
    await web.user("sibling", division_id=SIBLING)
    await jia.post("/shifts/notes", {"text": "县里的事"})
    await web.press(await web.recipient(division_id=TOWNSHIP))
    shown = await hand_over(await web.logged_in("sibling"))
    assert (shown["incidents"], shown["notes"], shown["not_closed"]["open"]) == ([], [], 0)


async def test_notes_are_shown_since_ones_own_last_shift_a_week_at_most(web: Web) -> None:
    jia, yi = await two(web)
    for hours in (1, 30, 24 * 8):
        await jia.post("/shifts/notes", {"text": f"{hours} 小时前"})
        await web.rows(
            "UPDATE shift_note SET written_at = now() - make_interval(hours => %s) WHERE text = %s",
            hours,
            f"{hours} 小时前",
        )
    assert [note["text"] for note in (await hand_over(yi))["notes"]] == ["1 小时前"]
    await sit_down(yi)
    await leave(yi)
    days_ago = "UPDATE duty_shift SET from_at = now() - interval '9 days', until_at = now() - %s::interval"
    await web.rows(days_ago, "3 days")
    assert [note["text"] for note in (await hand_over(yi))["notes"]] == ["1 小时前", "30 小时前"]
    await web.rows(days_ago, "9 days")
    assert [note["text"] for note in (await hand_over(yi))["notes"]] == ["1 小时前", "30 小时前"]


async def test_the_gate_says_who_has_duty_who_is_next_and_whether_the_roster_knows_one(web: Web, admin: Client) -> None:
    jia, yi = await two(web)
    assert (await hand_over(jia))["duty"]["known"] is False
    now = utc_now()
    entries = [
        {"name": "甲", "account": "jia", "until": (now + timedelta(hours=4)).isoformat()},
        {"name": "丙", "phone": "10000000003", "from": (now + timedelta(hours=4)).isoformat()},
    ]
    written = await admin.put("/rosters", {"division_id": COUNTY, "role": "operator", "entries": entries})
    assert written.status_code == 200, written.text
    duty = (await hand_over(jia))["duty"]
    assert (duty["known"], duty["now"], duty["next"], duty["mine"], duty["listed"]) == (
        True,
        ["甲"],
        ["丙"],
        True,
        True,
    )
    others = (await hand_over(yi))["duty"]
    assert (others["mine"], others["listed"]) == (False, False)


# --- Sitting down and leaving --------------------------------------------------------------------------------------


async def test_a_shift_that_goes_on_is_not_begun_again(web: Web) -> None:
    jia, _ = await two(web)
    begun = await sit_down(jia)
    assert (await sit_down(jia))["id"] == begun["id"]
    assert (await sit_down(jia, "desk-2"))["desk_id"] == "desk-2"
    assert len(await on_record(jia)) == 1
    assert (await hand_over(jia, desk_id=DESK))["mine"]["id"] == begun["id"]


async def test_a_shift_that_nobody_ended_for_a_day_is_over_when_its_desk_was_last_heard_of(web: Web) -> None:
    jia, _ = await two(web)
    await jia.post("/presence", {"desk_id": DESK, "state": "present"})
    forgotten = (await sit_down(jia))["id"]
    await web.rows("UPDATE duty_shift SET from_at = now() - interval '25 hours'")
    await web.rows("UPDATE desk_presence SET seen_at = now() - interval '17 hours'")
    begun = await sit_down(jia)
    assert begun["id"] != forgotten
    [_, old] = await on_record(jia)
    assert (old["id"], old["ended_how"], old["handed_by"]) == (forgotten, "unrelieved", None)
    [(lasted,)] = await web.rows("SELECT until_at - from_at FROM duty_shift WHERE id = %s", forgotten)
    assert timedelta(hours=7, minutes=59) < lasted < timedelta(hours=8, minutes=1)


async def test_both_sign_and_the_successor_has_the_desk_and_all_that_was_held(web: Web) -> None:
    jia, _ = await two(web)
    await sit_down(jia)
    mine = await web.press(await web.recipient())
    await jia.post(f"/incidents/{mine}/acknowledge")
    code = (await jia.get(f"/incidents/{mine}")).json()["code"]
    answer = await jia.post(
        "/shifts/current/end",
        {
            "password": PASSWORD,
            "successor": {"login": "yi", "password": PASSWORD},
            "shown": {"incident_ids": [mine]},
        },
    )
    assert answer.status_code == 200, answer.text
    ended, following = answer.json()["ended"], answer.json()["following"]
    assert answer.json()["incident_ids"] == [mine]
    assert (ended["operator"]["name"], ended["ended_how"], ended["handed_by"]) == ("甲", "relieved", "password")
    assert (ended["relieved_by"]["name"], ended["left_codes"]) == ("乙", [code])
    assert (following["operator"]["name"], following["taken_by"], following["desk_id"]) == ("乙", "password", DESK)
    assert (following["relieves"]["name"], following["shown"]["incidents"]) == ("甲", 1)
    assert following["shown_codes"] == [code]
    assert (await jia.get("/me")).status_code == 401
    jia.cookies.update(answer.cookies)
    assert (await jia.get("/me")).json()["name"] == "乙"
    assert (await jia.get(f"/incidents/{mine}")).json()["acknowledged_by"]["name"] == "乙"
    assert (await hand_over(jia))["mine"]["id"] == following["id"]


async def test_whoever_leaves_without_a_successor_leaves_an_unmanned_desk_and_nothing_held(web: Web) -> None:
    jia, yi = await two(web)
    await jia.post("/presence", {"desk_id": DESK, "state": "present"})
    await sit_down(jia)
    held, on_the_way = [await web.press(await web.recipient()) for _ in range(2)]
    for incident_id in (held, on_the_way):
        await jia.post(f"/incidents/{incident_id}/acknowledge")
    await jia.post(f"/incidents/{on_the_way}/responding", {"name": "张医生"})
    answer = await leave(jia)
    assert answer.status_code == 200, answer.text
    assert answer.json()["following"] is None
    assert answer.json()["ended"]["ended_how"] == "unrelieved"
    assert (await jia.get(f"/incidents/{held}")).json()["state"] == "open"
    assert (await jia.get(f"/incidents/{on_the_way}")).json()["acknowledged_by"]["name"] == "甲"
    async with web.pool.connection() as connection:
        assert not await is_desk_manned(connection, VILLAGE, utc_now())
    assert (await hand_over(yi))["last"]["operator"]["name"] == "甲"
    assert (await leave(jia)).json()["code"] == "no_shift"


async def test_a_wrong_password_changes_nothing_ends_no_session_and_is_counted(web: Web) -> None:
    jia, _ = await two(web)
    await sit_down(jia)
    wrong = await leave(jia, "guess")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "password")
    theirs = await relieved_by(jia, "yi", "guess")
    assert (theirs.status_code, theirs.json()["errors"][0]["field"]) == (422, "successor.password")
    assert (await relieved_by(jia, "nobody")).json()["errors"] == theirs.json()["errors"]
    assert (await hand_over(jia))["mine"] is not None
    for _ in range(FREE_FAILURES_LOGIN):
        await leave(jia, "guess")
    assert (await leave(jia)).status_code == 429


async def test_only_somebody_else_who_sees_the_whole_place_takes_over(web: Web) -> None:
    jia, _ = await two(web)
    await web.user("township", Role.OPERATOR, TOWNSHIP)
    await web.user("looker", Role.VIEWER)
    await sit_down(jia)
    for login in ("township", "looker", "jia"):
        refused = await relieved_by(jia, login)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "successor.login"), login
    assert (await hand_over(jia))["mine"] is not None


async def test_who_opens_a_desk_that_somebody_left_without_a_word_has_it_and_the_record_says_so(web: Web) -> None:
    jia, yi = await two(web)
    left = await sit_down(jia)
    assert (await hand_over(yi, desk_id=DESK))["at_desk"]["operator"]["name"] == "甲"
    begun = await sit_down(yi)
    assert (begun["relieves"]["name"], begun["taken_by"]) == ("甲", "log_in")
    [_, old] = await on_record(yi)
    assert (old["id"], old["ended_how"], old["handed_by"]) == (left["id"], "taken_over", None)
    assert old["relieved_by"]["name"] == "乙"
    assert (await hand_over(jia))["mine"] is None


async def test_two_who_change_desks_at_one_moment_do_not_wait_for_each_other(web: Web) -> None:
    jia, yi = await two(web)
    for here, there in (("desk-1", "desk-2"), ("desk-2", "desk-1")) * 4:
        await sit_down(jia, here)
        await sit_down(yi, there)
        async with asyncio.timeout(0.9):  # a deadlock is looked for after a second
            await asyncio.gather(sit_down(jia, there), sit_down(yi, here))
        assert (await hand_over(jia, desk_id=here))["at_desk"]["operator"]["name"] == "乙"


async def test_two_who_relieve_each_other_at_one_moment_do_not_wait_for_each_other(web: Web) -> None:
    jia, yi = await two(web)
    await sit_down(jia, "desk-1")
    await sit_down(yi, "desk-2")
    async with asyncio.timeout(5):
        answers = await asyncio.gather(relieved_by(jia, "yi"), relieved_by(yi, "jia"))
    assert [answer.status_code for answer in answers] == [200, 200]
    shifts = await on_record(await web.client(Role.VIEWER))
    assert len([shift for shift in shifts if shift["until"] is None]) == 1  # one of them is left


# --- The record ----------------------------------------------------------------------------------------------------


async def test_the_record_tells_of_a_time_and_a_place(web: Web) -> None:
    jia, _ = await two(web)
    await sit_down(jia)
    await jia.post("/shifts/notes", {"text": "一切正常"})
    now = utc_now()
    before, after = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()
    [shift] = await on_record(jia, **{"from": before, "to": after})
    assert [note["text"] for note in shift["notes"]] == ["一切正常"]
    assert len(await on_record(jia, **{"from": after})) == 1  # it still goes on then, as far as anybody knows
    assert await on_record(jia, to=before) == []
    await leave(jia)
    assert await on_record(jia, **{"from": after}) == []
    assert await on_record(await web.client(Role.VIEWER, SIBLING)) == []


async def test_the_record_comes_in_pages(web: Web) -> None:
    jia, _ = await two(web)
    for _ in range(3):
        await sit_down(jia)
        await leave(jia)
    first = (await jia.get("/shifts", limit="2")).json()
    second = (await jia.get("/shifts", limit="2", cursor=first["next"])).json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
