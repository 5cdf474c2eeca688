"""Gaps and people nobody could ring are found days ahead, and reported as one item that clears itself."""

from typing import Any

from hub.housekeeping.roster_review import review_rosters
from tests.hub.api.conftest import COUNTY, TOWNSHIP, Client, Web

BY_DAY = [{"from": "08:00", "until": "20:00"}]
BY_NIGHT = [{"from": "20:00", "until": "08:00"}]


async def write(admin: Client, *entries: dict[str, Any], division_id: str = COUNTY, **more: Any) -> None:
    body = {"division_id": division_id, "role": "operator", "entries": list(entries), **more}
    answer = await admin.put("/rosters", body)
    assert answer.status_code == 200, answer.text


async def reviewed(web: Web, admin: Client) -> list[tuple[str, str, int]]:
    """What the maintenance queue says of rosters after a review: kind, place, how many."""
    async with web.pool.connection() as connection:
        await review_rosters(connection)
    items = (await admin.get("/maintenance", state="open")).json()["items"]
    return sorted(
        (item["kind"], item["division_id"], item["explanation"]["params"]["count"])
        for item in items
        if item["kind"].startswith("roster")
    )


async def test_a_plan_without_gaps_and_with_good_numbers_is_not_worth_an_item(web: Web, admin: Client) -> None:
    assert await reviewed(web, admin) == []
    await write(
        admin,
        {"name": "甲", "phone": "10000000001", "shifts": BY_DAY},
        {"name": "乙", "phone": "10000000002", "shifts": BY_NIGHT},
    )
    assert await reviewed(web, admin) == []


async def test_hours_that_nobody_has_are_one_item_for_each_place_and_role_until_they_are_filled(
    web: Web, admin: Client
) -> None:
    day = {"name": "甲", "phone": "10000000001", "shifts": BY_DAY}
    for division_id in (COUNTY, TOWNSHIP):
        await write(admin, day, division_id=division_id)
    found = await reviewed(web, admin)
    assert [(kind, place) for kind, place, _ in found] == [("roster_gap", COUNTY), ("roster_gap", TOWNSHIP)]
    assert all(count in {7, 8} for *_, count in found)
    await write(admin, day, {"name": "乙", "phone": "10000000002", "shifts": BY_NIGHT})
    assert [place for _, place, _ in await reviewed(web, admin)] == [TOWNSHIP]
    await write(admin, day, division_id=TOWNSHIP, gaps_intended=True)
    assert await reviewed(web, admin) == []


async def test_a_gap_that_a_holiday_or_a_leave_makes_is_found_before_it_comes(web: Web, admin: Client) -> None:
    await write(admin, {"name": "甲", "phone": "10000000001"})
    assert await reviewed(web, admin) == []
    [(since, until)] = await web.rows("SELECT now() + interval '3 days', now() + interval '4 days'")
    leave = {
        "role": "operator",
        "kind": "remove",
        "absent": "甲",
        "from": since.isoformat(),
        "until": until.isoformat(),
    }
    assert (await admin.post("/rosters/overrides", leave)).status_code == 201
    assert await reviewed(web, admin) == [("roster_gap", COUNTY, 1)]


async def test_people_on_duty_whom_nobody_could_ring_are_found(web: Web, admin: Client) -> None:
    left = await web.user("left", name="已离职")
    await web.rows("UPDATE user_account SET disabled_at = now() WHERE id = %s", left)
    await write(
        admin,
        {"name": "无号"},
        {"name": "空号", "phone": "000-000"},
        {"name": "已离职", "phone": "10000000003", "account": "left"},
        {"name": "好", "phone": "10000000004"},
        {"name": "不再当值", "until": "2026-01-01T00:00:00Z"},
    )
    assert await reviewed(web, admin) == [("roster_unreachable", COUNTY, 3)]
    await write(admin, {"name": "好", "phone": "10000000004"})
    assert await reviewed(web, admin) == []


async def test_what_is_said_already_is_not_counted_once_more_and_comes_anew_when_it_comes_again(
    web: Web, admin: Client
) -> None:
    for _ in range(2):
        await write(admin, {"name": "无号"})
        await reviewed(web, admin)
        await reviewed(web, admin)
        await write(admin)
        await reviewed(web, admin)
    rows = await web.rows("SELECT state, occurrences FROM maintenance_item WHERE kind = 'roster_unreachable'")
    assert rows == [("cleared", 1), ("cleared", 1)]
