"""Rosters through HTTP: who is on duty at any moment, and what is changed by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.clock import utc_now
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, TOWNSHIP, VILLAGE, Client, Web

DAY_SHIFT = {"from": "08:00", "until": "20:00"}
NIGHT_SHIFT = {"from": "20:00", "until": "08:00"}
#: A Monday of a year whose days nobody has published.
NOON = datetime(2031, 3, 3, 4, tzinfo=UTC)
MIDNIGHT = NOON + timedelta(hours=12)


def person(name: str, number: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "phone": f"1000000{number:04}", **more}


async def write(client: Client, *entries: dict[str, Any], role: str = "operator", division_id: str = COUNTY) -> Any:
    answer = await client.put("/rosters", {"division_id": division_id, "role": role, "entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def on_duty(client: Client, at: datetime | None = None, division_id: str = COUNTY) -> dict[str, list[str]]:
    """Who is on duty, by role."""
    asked = {"division_id": division_id} | ({} if at is None else {"at": at.isoformat()})
    answer = await client.get("/rosters/on-duty", **asked)
    assert answer.status_code == 200, answer.text
    return {item["role"]: [one["name"] for one in item["people"]] for item in answer.json()["items"]}


async def test_a_roster_of_people_without_hours_is_as_it_always_was(admin: Client) -> None:
    [entry] = await write(admin, person("甲", 1))
    assert {name: entry[name] for name in ("name", "phone", "from", "until", "role", "division_id")} == {
        "name": "甲", "phone": "10000000001", "from": None, "until": None, "role": "operator", "division_id": COUNTY,
    }  # fmt: skip
    assert await on_duty(admin) == {"operator": ["甲"]}


async def test_shifts_are_in_the_local_time_of_their_place(admin: Client) -> None:
    await write(admin, person("甲", 1, shifts=[DAY_SHIFT]), person("乙", 2, shifts=[NIGHT_SHIFT]))
    assert await on_duty(admin, NOON) == {"operator": ["甲"]}
    assert await on_duty(admin, MIDNIGHT) == {"operator": ["乙"]}


async def test_what_was_read_may_be_written_back(web: Web, admin: Client) -> None:
    await web.user("jia", name="甲")
    turns = {
        "people": [{"name": "甲", "account": "jia"}, person("乙", 2)],
        "starts_on": "2026-11-02",
        "handover": "08:00",
        "turn": {"hours": 12},
    }
    first = await write(admin, {"name": "轮值", "rotation": turns}, person("丙", 3, shifts=[NIGHT_SHIFT]))
    again = await write(admin, *first)

    def without_ids(entries: list[dict[str, Any]]) -> str:
        return str([{**entry, "id": 0} for entry in entries]).replace(
            str([one["id"] for one in entries[0]["rotation"]["people"]]), ""
        )

    assert [entry["rotation"] and entry["rotation"]["turn"] for entry in again] == [
        {"hours": 12, "days": None, "weeks": None},
        None,
    ]
    assert [[one["account_id"] for one in entry["rotation"]["people"]] for entry in (first[0], again[0])] == [
        [first[0]["rotation"]["people"][0]["account_id"], None]
    ] * 2
    assert again[1]["shifts"] == [{"days": [], **NIGHT_SHIFT}]


async def test_who_was_on_duty_is_told_of_a_roster_that_was_written_anew_since(admin: Client) -> None:
    await write(admin, person("甲", 1))
    then = utc_now()
    await write(admin, person("乙", 2))
    assert await on_duty(admin, then) == {"operator": ["甲"]}
    assert await on_duty(admin) == {"operator": ["乙"]}
    assert await on_duty(admin, then - timedelta(days=1)) == {}
    assert [entry["name"] for entry in (await admin.get("/rosters")).json()["items"]] == ["乙"]
    await write(admin)
    assert await on_duty(admin) == {}
    assert await on_duty(admin, then) == {"operator": ["甲"]}


async def test_a_substitute_holds_for_a_time_and_outlives_a_roster_that_is_written_anew(admin: Client) -> None:
    await write(admin, person("甲", 1), person("乙", 2))
    span = {"from": (NOON - timedelta(hours=1)).isoformat(), "until": MIDNIGHT.isoformat()}
    replaced = {"role": "operator", "kind": "replace", "absent": "甲", "present": person("丙", 3), "reason": "病假"}
    made = await admin.post("/rosters/overrides", {**replaced, **span})
    assert made.status_code == 201, made.text
    await write(admin, person("乙", 2), person("甲", 1))
    assert await on_duty(admin, NOON) == {"operator": ["乙", "丙"]}
    assert await on_duty(admin, MIDNIGHT) == {"operator": ["乙", "甲"]}
    [shown] = (await admin.get("/rosters/overrides")).json()["items"]
    assert (shown["absent"], shown["present"]["name"], shown["reason"]) == ("甲", "丙", "病假")
    assert (await admin.delete(f"/rosters/overrides/{shown['id']}")).status_code == 204
    assert await on_duty(admin, NOON) == {"operator": ["乙", "甲"]}
    assert (await admin.delete(f"/rosters/overrides/{shown['id']}")).status_code == 404


async def test_two_people_exchange_shifts_and_take_it_back_as_one(admin: Client) -> None:
    await write(admin, person("甲", 1, shifts=[DAY_SHIFT]), person("乙", 2, shifts=[NIGHT_SHIFT]))
    half = timedelta(hours=6)

    def shift(name: str, middle: datetime) -> dict[str, str]:
        return {"name": name, "from": (middle - half).isoformat(), "until": (middle + half).isoformat()}

    made = await admin.post(
        "/rosters/swaps", {"role": "operator", "one": shift("甲", NOON), "other": shift("乙", MIDNIGHT)}
    )
    assert made.status_code == 201, made.text
    assert await on_duty(admin, NOON) == {"operator": ["乙"]}
    assert await on_duty(admin, MIDNIGHT) == {"operator": ["甲"]}
    one, _ = made.json()["items"]
    await admin.delete(f"/rosters/overrides/{one['id']}")
    assert (await on_duty(admin, NOON), await on_duty(admin, MIDNIGHT)) == ({"operator": ["甲"]}, {"operator": ["乙"]})


async def test_a_place_says_of_its_own_what_was_published_late(admin: Client) -> None:
    workdays = {"days": ["workday"], **DAY_SHIFT}
    holidays = {"days": ["holiday"], **DAY_SHIFT}
    await write(admin, person("甲", 1, shifts=[workdays]), person("乙", 2, shifts=[holidays]))
    assert await on_duty(admin, NOON) == {"operator": ["甲"]}
    said = await admin.put("/rosters/days", {"days": [{"day": "2031-03-03", "kind": "holiday", "name": "调休"}]})
    assert said.json()["items"] == [
        {"division_id": COUNTY, "day": "2031-03-03", "kind": "holiday", "name": "调休", "source": "own"}
    ]
    assert await on_duty(admin, NOON) == {"operator": ["乙"]}
    await admin.put("/rosters/days", {"days": [{"day": "2031-03-03", "kind": None}]})
    assert await on_duty(admin, NOON) == {"operator": ["甲"]}
    assert (await admin.get("/rosters/days", year=2031)).json()["items"] == []


async def test_hours_that_nobody_has_are_shown_days_ahead(admin: Client) -> None:
    await write(admin, person("甲", 1, shifts=[DAY_SHIFT]))
    found = (await admin.get("/rosters/gaps", days=3)).json()["items"]
    assert [gap["role"] for gap in found][:2] == ["operator", "operator"]
    assert len(found) in {3, 4}


async def test_a_place_below_sees_its_own_rosters_and_not_those_above(web: Web, admin: Client) -> None:
    await write(admin, person("带班", 1), role="leader")
    await write(admin, person("村医", 2), role="helper", division_id=VILLAGE)
    assert await on_duty(admin, division_id=VILLAGE) == {"helper": ["村医"], "leader": ["带班"]}
    township = await web.client(Role.SUPERVISOR, TOWNSHIP)
    assert await on_duty(township, division_id=VILLAGE) == {"helper": ["村医"]}
    assert (await township.get("/rosters/on-duty", division_id=COUNTY)).status_code == 403


REFUSED_ENTRIES: list[dict[str, Any]] = [
    {"shifts": [{"from": "24:00", "until": "06:00"}]},
    {"shifts": [{"days": ["someday"], **DAY_SHIFT}]},
    {"account": "nobody"},
    {"phone": None, "rotation": {"people": [], "starts_on": "2026-11-02", "turn": {"days": 1}}},
    {"phone": None, "rotation": {"people": [{"name": "x"}], "starts_on": "2026-02-30", "turn": {"days": 1}}},
    {"phone": None, "rotation": {"people": [{"name": "x"}], "starts_on": "2026-11-02", "turn": {}}},
    {
        "phone": None,
        "rotation": {"people": [{"name": "x"}], "starts_on": "2026-11-02", "turn": {"days": 1, "hours": 2}},
    },
    {"rotation": {"people": [{"name": "x"}], "starts_on": "2026-11-02", "turn": {"days": 1}}},
]


async def test_a_roster_that_says_nothing_clear_is_refused(admin: Client) -> None:
    for wrong in REFUSED_ENTRIES:
        await _refuse_entry(admin, wrong)
    too_many = [person("甲", 1, shifts=[DAY_SHIFT] * 30) for _ in range(5)]
    assert (await admin.put("/rosters", {"role": "operator", "entries": too_many})).status_code == 422


async def _refuse_entry(admin: Client, wrong: dict[str, Any]) -> None:
    entry = person("甲", 1, **{name: value for name, value in wrong.items() if name != "phone"})
    if "phone" in wrong:
        del entry["phone"]
    assert (await admin.put("/rosters", {"role": "operator", "entries": [entry]})).status_code == 422, wrong


REFUSED_OVERRIDES: list[dict[str, Any]] = [
    {"kind": "replace", "absent": "谁也不是", "present": {"name": "乙"}},
    {"kind": "replace", "absent": "甲"},
    {"kind": "add", "absent": "甲", "present": {"name": "乙"}},
    {"kind": "remove", "absent": "甲", "present": {"name": "乙"}},
    {"kind": "remove", "absent": "甲", "until": NOON.isoformat()},
]


async def test_an_override_of_nobody_is_refused(admin: Client) -> None:
    await write(admin, person("甲", 1))
    span = {"from": NOON.isoformat(), "until": MIDNIGHT.isoformat()}
    for wrong in REFUSED_OVERRIDES:
        refused = await admin.post("/rosters/overrides", {"role": "operator", **span, **wrong})
        assert refused.status_code == 422, wrong
