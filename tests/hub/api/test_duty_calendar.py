"""The calendar of duty: the past as it was known, the future as it is, a roster being written, who is unreachable."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hub.clock import utc_now
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, Client, Web
from tests.hub.api.test_rosters import DAY_SHIFT, MIDNIGHT, NIGHT_SHIFT, NOON, person, write

_HALF = timedelta(hours=6)


async def calendar(client: Client, since: datetime, until: datetime, **more: str) -> Any:
    answer = await client.get("/rosters/calendar", **{"from": since.isoformat(), "until": until.isoformat()}, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(shown: Any) -> list[tuple[str, datetime, datetime]]:
    return [(one["name"], *_span(one)) for one in shown["hours"]]


def _span(one: Any) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["until"])


async def test_a_day_shows_whose_hours_they_are_and_those_that_nobody_has(admin: Client) -> None:
    await write(
        admin, person("甲", 1, shifts=[DAY_SHIFT]), person("乙", 2, shifts=[{"from": "20:00", "until": "02:00"}])
    )
    shown = await calendar(admin, NOON, NOON + timedelta(days=1))
    evening = NOON + timedelta(hours=8)
    assert said(shown) == [
        ("甲", NOON, evening),
        ("乙", evening, MIDNIGHT + timedelta(hours=2)),
        ("甲", NOON + timedelta(hours=20), NOON + timedelta(days=1)),
    ]
    assert [_span(gap) for gap in shown["gaps"]] == [(MIDNIGHT + timedelta(hours=2), NOON + timedelta(hours=20))]
    assert [gap["intended"] for gap in shown["gaps"]] == [False]


async def test_the_past_shows_who_had_duty_before_the_roster_was_written_anew(admin: Client) -> None:
    await write(admin, person("甲", 1), person("丙", 3))
    rewritten = utc_now()
    await write(admin, person("丙", 3), person("乙", 2))
    shown = await calendar(admin, rewritten - timedelta(hours=1), rewritten + timedelta(hours=1))
    hours = {name: (begin, end) for name, begin, end in said(shown)}
    assert hours.keys() == {"甲", "乙", "丙"}
    assert hours["甲"][1] == hours["乙"][0] > rewritten
    # who was on both is one span, from the first writing on
    assert hours["丙"] == (hours["甲"][0], rewritten + timedelta(hours=1))
    assert shown["gaps"] == []


async def test_a_preview_shows_what_a_roster_would_say_and_writes_nothing(admin: Client) -> None:
    await write(admin, person("甲", 1))
    turns = {"people": [person("乙", 2), person("丙", 3)], "starts_on": "2026-01-01", "turn": {"days": 1}}
    answer = await admin.post(
        "/rosters/preview", {"role": "operator", "entries": [{"name": "轮值", "rotation": turns}]}
    )
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    names = [one["name"] for one in shown["hours"]]
    assert len(names) == 29
    assert all({one, other} == {"乙", "丙"} for one, other in pairwise(names))
    assert (await admin.get("/rosters")).json()["items"][0]["name"] == "甲"
    assert said(await calendar(admin, NOON, MIDNIGHT)) == [("甲", NOON, MIDNIGHT)]


async def test_a_preview_keeps_what_was_changed_by_hand_and_names_an_account_that_is_not_there(admin: Client) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    span = {"from": tomorrow.isoformat(), "until": (tomorrow + timedelta(hours=1)).isoformat()}
    await write(admin, person("甲", 1))
    await admin.post("/rosters/overrides", {"role": "operator", "kind": "add", "present": person("丁", 4), **span})
    shown = (await admin.post("/rosters/preview", {"role": "operator", "entries": [person("乙", 2)]})).json()
    assert [one["name"] for one in shown["hours"]] == ["乙", "丁"]
    unknown = await admin.post(
        "/rosters/preview", {"role": "operator", "entries": [{"name": "甲", "account": "nobody"}]}
    )
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "account")


async def test_who_has_duty_and_cannot_be_rung_is_named_with_their_first_hours(web: Web, admin: Client) -> None:
    user_id = await web.user("bing", name="丙")
    await admin.patch(f"/users/{user_id}", {"disabled": True})
    await write(
        admin, person("甲", 1), {"name": "乙"}, {"name": "丙", "account": "bing", "phone": "10000000003"}, role="leader"
    )
    found = (await admin.get("/rosters/unreachable")).json()["items"]
    assert [(one["name"], one["because"]) for one in found] == [("乙", "no_number"), ("丙", "account_disabled")]
    shown = await calendar(admin, NOON, MIDNIGHT)
    assert [one["unreachable"] for one in shown["hours"]] == [None, "no_number", "account_disabled"]


async def test_another_townships_calendar_is_not_shown(web: Web, admin: Client) -> None:
    await write(admin, person("甲", 1), division_id=TOWNSHIP)
    sibling = await web.client(Role.VIEWER, SIBLING)
    refused = await sibling.get("/rosters/calendar", division_id=TOWNSHIP)
    assert refused.status_code == 403
    assert (await sibling.get("/rosters/calendar", division_id=COUNTY)).status_code == 403
    assert (await sibling.get("/rosters/unreachable")).json()["items"] == []
    assert said(await calendar(admin, NOON, MIDNIGHT)) == []
    assert said(await calendar(admin, NOON, MIDNIGHT, division_id=TOWNSHIP)) == [("甲", NOON, MIDNIGHT)]


async def test_a_calendar_longer_than_a_page_of_a_month_is_refused(admin: Client) -> None:
    for until in (NOON, NOON + timedelta(days=46)):
        answer = await admin.get("/rosters/calendar", **{"from": NOON.isoformat(), "until": until.isoformat()})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "until")


async def test_a_swap_is_seen_in_the_calendar(admin: Client) -> None:
    await write(admin, person("甲", 1, shifts=[DAY_SHIFT]), person("乙", 2, shifts=[NIGHT_SHIFT]))

    def shift(name: str, middle: datetime) -> dict[str, str]:
        return {"name": name, "from": (middle - _HALF).isoformat(), "until": (middle + _HALF).isoformat()}

    swapped = {
        "role": "operator",
        "one": shift("甲", NOON + 2 * timedelta(hours=1)),
        "other": shift("乙", MIDNIGHT + 2 * timedelta(hours=1)),
    }
    assert (await admin.post("/rosters/swaps", swapped)).status_code == 201
    shown = await calendar(admin, NOON - timedelta(hours=4), NOON + timedelta(hours=20))
    assert [name for name, _, _ in said(shown)] == ["乙", "甲"]


async def test_a_plan_that_would_take_too_long_to_look_through_is_refused_a_preview(admin: Client) -> None:
    hourly = {"people": [person("乙", 2), person("丙", 3)], "starts_on": "2026-01-01", "turn": {"hours": 1}}
    entries = [{"name": "轮值", "rotation": hourly}] * 5
    answer = await admin.post("/rosters/preview", {"role": "operator", "entries": entries})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many_turns")
    assert (await admin.post("/rosters/preview", {"role": "operator", "entries": entries[:4]})).status_code == 200
