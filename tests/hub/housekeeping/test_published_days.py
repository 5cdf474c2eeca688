"""The days off and the workdays that make up for them, as the State Council's notices have them."""

from datetime import date, timedelta

import pytest

from alerts.rosters import DayKind
from hub.housekeeping.published_days import NO_COUNTRY, publish_holidays, published_days
from hub.storage.duty_days import DutyDay, say_days
from tests.hub.api.conftest import COUNTY, TOWNSHIP, Client, Web

#: 国务院办公厅关于部分节假日安排的通知: of 2025 in the Gazette 2024 No. 33, of 2026 in the Gazette 2025 No. 32.
OFF = {
    2025: ["01-01/01-01", "01-28/02-04", "04-04/04-06", "05-01/05-05", "05-31/06-02", "10-01/10-08"],
    2026: ["01-01/01-03", "02-15/02-23", "04-04/04-06", "05-01/05-05", "06-19/06-21", "09-25/09-27", "10-01/10-07"],
}
WORKED = {
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def spelled_out(year: int) -> dict[date, DayKind]:
    days: dict[date, DayKind] = {}
    for span in OFF[year]:
        first, last = (date.fromisoformat(f"{year}-{day}") for day in span.split("/"))
        days |= {first + timedelta(days=offset): DayKind.HOLIDAY for offset in range((last - first).days + 1)}
    return days | {date.fromisoformat(f"{year}-{day}"): DayKind.WORKDAY for day in WORKED[year]}


@pytest.mark.parametrize("year", sorted(OFF))
def test_every_day_off_and_every_makeup_workday_is_as_it_was_published(year: int) -> None:
    assert {one.day: one.kind for one in published_days("CN", [year])} == spelled_out(year)


def test_another_country_has_its_own_days_and_no_makeup_workdays() -> None:
    days = published_days("DE", [2026])
    assert date(2026, 10, 3) in {one.day for one in days}
    assert {one.kind for one in days} == {DayKind.HOLIDAY}


async def test_published_days_are_known_to_every_place_and_a_places_own_word_goes_before_them(
    web: Web, admin: Client
) -> None:
    async with web.pool.connection() as connection:
        await say_days(
            connection, COUNTY, [DutyDay(day=date(2026, 10, 1), kind=DayKind.WORKDAY, name="?")], "published"
        )
        await publish_holidays(connection, "CN", COUNTY)
        await publish_holidays(connection, "CN", COUNTY)
    own = {"division_id": TOWNSHIP, "days": [{"day": "2026-10-02", "kind": "workday", "name": "防汛"}]}
    await admin.put("/rosters/days", own)
    shown = (await admin.get("/rosters/days", division_id=TOWNSHIP, year=2026)).json()["items"]
    assert [(one["day"], one["kind"], one["source"]) for one in shown if one["day"].startswith("2026-10-0")][:3] == [
        ("2026-10-01", "holiday", "published"),
        ("2026-10-02", "workday", "own"),
        ("2026-10-02", "holiday", "published"),
    ]
    duty = {
        "role": "operator",
        "entries": [{"name": "甲", "shifts": [{"days": ["holiday"], "from": "00:00", "until": "00:00"}]}],
    }
    for division_id, expected in ((COUNTY, ["甲"]), (TOWNSHIP, [])):
        await admin.put("/rosters", {**duty, "division_id": division_id})
        at = {"division_id": division_id, "at": "2026-10-02T04:00:00Z"}
        # of the past what was known then is told, so the days are asked for by the plan as it stands
        await web.rows("UPDATE duty_day SET created_at = '2026-01-01'")
        await web.rows("UPDATE roster_entry SET created_at = '2026-01-01'")
        found = (await admin.get("/rosters/on-duty", **at)).json()["items"]
        assert [
            one["name"] for item in found if item["division_id"] == division_id for one in item["people"]
        ] == expected
    async with web.pool.connection() as connection:
        await publish_holidays(connection, NO_COUNTRY, COUNTY)
    left = (await admin.get("/rosters/days", division_id=TOWNSHIP, year=2026)).json()["items"]
    assert {one["source"] for one in left} == {"own"}
