"""Rosters at the desk, before a real hub: read by everybody, changed by who plans, by mouse and by keys alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hub.clock import utc_now
from tests.desk.county_hub import COUNTY, CountyHub
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

DAY = {"from": "08:00", "until": "20:00"}
NIGHT = {"from": "20:00", "until": "08:00"}
#: Of a year whose holidays nobody has published: a Monday, and the days after it.
_SHANGHAI = timedelta(hours=8)
OpenDesk = Callable[..., DeskPage]


def person(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "phone": f"1000000{number:04}"}


@pytest.fixture
def planned(county: CountyHub) -> Iterator[CountyHub]:
    """Two operators by day and by night, a leader without a number; afterwards nothing is changed by hand any more."""
    _write(county, "operator", {**person("甲一", 81), "shifts": [DAY]}, {**person("乙二", 82), "shifts": [NIGHT]})
    _write(county, "leader", {"name": "无号领导"})
    _write(county, "supervisor", {**person("班长一", 83), "shifts": [DAY]})
    yield county
    while left := overrides(county):  # one half of an exchange takes the other along
        county.api.ask("DELETE", f"/api/v1/rosters/overrides/{left[0]['id']}")


def _write(county: CountyHub, role: str, *entries: dict[str, Any]) -> None:
    county.api.put("/api/v1/rosters", {"division_id": COUNTY, "role": role, "entries": list(entries)})


def overrides(county: CountyHub) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = county.api.get("/api/v1/rosters/overrides")["items"]
    return found


def open_rosters(open_county_desk: OpenDesk, login: str = "ban", **context: Any) -> tuple[DeskPage, Page]:
    """The page with next week, in which no shift is over."""
    desk = open_county_desk(login, reduced_motion="reduce", **context)
    desk.go_to("/rosters")
    expect(desk.page.locator("[data-page=rosters][data-state=read]")).to_be_visible()
    desk.page.click("[data-action=next]")
    return desk, desk.page


def shifts(page: Page, name: str, role: str = "operator") -> Locator:
    return page.locator(f"[data-role={role}] [data-person='{name}'] [data-shift]")


def track(page: Page, name: str, role: str = "operator") -> Locator:
    return page.locator(f"[data-role={role}] [data-person='{name}'] .track")


def monday() -> datetime:
    """The midnight in which next week begins there, as UTC."""
    there = utc_now() + _SHANGHAI
    first = there - timedelta(days=there.weekday() - 7)
    return datetime(first.year, first.month, first.day, tzinfo=UTC) - _SHANGHAI


@pytest.mark.usefixtures("planned")
def test_a_week_shows_each_persons_shifts_over_midnight_and_who_cannot_be_rung(open_county_desk: OpenDesk) -> None:
    _, page = open_rosters(open_county_desk)
    expect(shifts(page, "甲一")).to_have_count(7)
    expect(shifts(page, "乙二")).to_have_count(8)  # the night from Sunday reaches into it, and one out of it
    first = shifts(page, "乙二").nth(1)
    expect(first).to_have_attribute("data-from", (monday() + timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    expect(page.locator("[data-panel=gaps] [data-unreachable]").first).to_contain_text("无号领导")
    expect(page.locator("[data-role=supervisor] [data-gap]")).to_have_count(8)
    expect(page.locator("[data-panel=gaps] [data-gap-ahead]").first).to_contain_text("班长")


def test_a_shift_dropped_on_anothers_free_hours_makes_a_substitute_after_it_is_confirmed(
    planned: CountyHub, open_county_desk: OpenDesk
) -> None:
    _, page = open_rosters(open_county_desk)
    shift = shifts(page, "甲一").nth(2)
    middle = shift.bounding_box()
    lane = track(page, "乙二").bounding_box()
    assert middle is not None
    assert lane is not None
    at = {"x": middle["x"] + middle["width"] / 2 - lane["x"], "y": lane["height"] - 2}
    shift.drag_to(track(page, "乙二"), target_position={"x": at["x"], "y": at["y"]})
    expect(page.locator("[data-sentence]")).to_contain_text("由乙二替甲一值班")
    assert overrides(planned) == []
    page.fill("#shift-reason", "培训")
    page.click("[data-action=confirm-shift]")
    expect(page.locator("[data-override=replace]")).to_contain_text("乙二 替 甲一")
    [made] = overrides(planned)
    assert (made["kind"], made["absent"], made["present"]["name"], made["reason"]) == (
        "replace",
        "甲一",
        "乙二",
        "培训",
    )
    assert datetime.fromisoformat(made["from"]) == monday() + timedelta(days=2, hours=8)
    expect(shifts(page, "甲一")).to_have_count(6)
    page.click("[data-action=withdraw]")
    page.click("[data-action=confirm-withdraw]")
    expect(shifts(page, "甲一")).to_have_count(7)
    assert overrides(planned) == []


def test_a_shift_dropped_on_anothers_shift_exchanges_them(planned: CountyHub, open_county_desk: OpenDesk) -> None:
    _, page = open_rosters(open_county_desk)
    shifts(page, "甲一").nth(1).drag_to(shifts(page, "乙二").nth(3))
    expect(page.locator("[data-change=swap]")).to_be_checked()
    page.click("[data-action=confirm-shift]")
    expect(page.locator("[data-override]")).to_have_count(2)
    one, other = overrides(planned)
    assert one["swap_id"] == other["swap_id"] is not None
    assert {(one["absent"], one["present"]["name"]), (other["absent"], other["present"]["name"])} == {
        ("甲一", "乙二"),
        ("乙二", "甲一"),
    }


def test_the_same_by_keys_alone_and_the_focus_comes_back(planned: CountyHub, open_county_desk: OpenDesk) -> None:
    desk, page = open_rosters(open_county_desk)
    shifts(page, "甲一").nth(3).focus()
    desk.press("Enter")
    expect(page.locator("[data-dialog=shift]")).to_be_visible()
    page.locator("[data-change=replace]").focus()
    for _ in range(3):
        desk.press("ArrowRight")
    expect(page.locator("[data-change=remove]")).to_be_checked()
    page.locator("#shift-reason").focus()
    desk.press("Enter")
    expect(page.locator("[data-dialog=shift]")).to_be_hidden()
    expect(page.locator("[data-override=remove]")).to_contain_text("甲一 请假")
    # who is absent leaves hours that nobody has, shown at once
    expect(page.locator("[data-role=operator] [data-gap]")).to_have_count(1)
    assert [one["kind"] for one in overrides(planned)] == ["remove"]
    shifts(page, "乙二").nth(2).focus()
    desk.press("Enter")
    expect(page.locator("[data-dialog=shift]")).to_be_visible()
    desk.press("Escape")
    expect(shifts(page, "乙二").nth(2)).to_be_focused()


def test_a_refusal_is_told_in_words_and_what_was_typed_stays(planned: CountyHub, open_county_desk: OpenDesk) -> None:
    span = {"from": (monday() + timedelta(hours=8)).isoformat(), "until": (monday() + timedelta(hours=20)).isoformat()}
    added = {"role": "operator", "kind": "add", "present": person("外来丁", 84), **span}
    planned.api.post("/api/v1/rosters/overrides", added)
    desk, page = open_rosters(open_county_desk)
    desk.expected_statuses.add(422)
    shifts(page, "外来丁").first.click()
    page.fill("#shift-reason", "不在了")
    page.click("[data-action=confirm-shift]")
    expect(page.locator("[data-problem]")).to_contain_text("不在现在的值班表里")
    expect(page.locator("#shift-reason")).to_have_value("不在了")


def test_a_roster_is_written_with_its_next_weeks_beside_it(planned: CountyHub, open_county_desk: OpenDesk) -> None:
    desk, page = open_rosters(open_county_desk)
    page.click("[data-role=township] [data-action=edit-roster]")
    expect(page.locator("[data-action=write-roster]")).to_be_disabled()
    page.click("label:has([data-action=take-turns])")
    people = page.locator("[data-dialog=roster] [data-field=name]")
    numbers = page.locator("[data-dialog=roster] [data-field=phone]")
    for index, name in enumerate(("轮一", "轮二")):
        people.nth(index).fill(name)
        numbers.nth(index).fill(f"1000000009{index}")
    preview = page.locator("[data-preview] [data-month=township]")
    expect(preview).to_contain_text("轮一")
    # by keys the second goes before the first: whose turn tomorrow is changes in the preview
    tomorrow = preview.locator(".today + td").first
    before = tomorrow.inner_text() if tomorrow.count() else ""
    page.locator("[data-dialog=roster] ol ol [data-handle]").nth(1).focus()
    desk.press("ArrowUp")
    expect(people.first).to_have_value("轮二")
    if before:
        expect(tomorrow).not_to_have_text(before)
    assert desk.find_barriers() == []
    page.click("[data-action=add-shift]")
    times = page.locator("[data-dialog=roster] [data-field=until]")
    times.fill("2130")
    times.blur()
    expect(times).to_have_value("21:30")
    expect(page.locator("[data-preview] [data-gap]").first).to_be_visible()
    page.click("[data-action=write-roster]")
    expect(page.locator("[data-dialog=roster]")).to_be_hidden()
    [entry] = planned.api.get(f"/api/v1/rosters?role=township&division_id={COUNTY}")["items"]
    assert [one["name"] for one in entry["rotation"]["people"]] == ["轮二", "轮一"]
    assert entry["shifts"] == [{"days": [], "from": "08:00", "until": "21:30"}]
    _write(planned, "township")


def test_a_month_a_holiday_of_ones_own_and_a_moment_of_the_past(planned: CountyHub, open_county_desk: OpenDesk) -> None:
    desk, page = open_rosters(open_county_desk, color_scheme="dark")
    page.click("[data-span=month]")
    day = (monday() + _SHANGHAI + timedelta(days=2)).date().isoformat()
    expect(page.locator(f"[data-month=operator] [data-day='{day}']")).to_contain_text("甲一")
    page.click("[data-action=days]")
    dialog = page.locator("[data-dialog=duty-days]")
    expect(dialog.locator("[data-duty-day], .none").first).to_be_visible()
    dialog.locator("input.el-input__inner").first.fill(day)
    dialog.locator("input.el-input__inner").first.press("Enter")
    page.fill("[data-field=day-name]", "县庆")
    page.click("[data-action=say-day]")
    expect(dialog.locator(f"[data-duty-day='{day}']")).to_contain_text("县庆")
    assert desk.find_barriers() == []
    desk.press("Escape")
    expect(page.locator(f"[data-day='{day}'] .kind")).to_have_text("休")
    planned.api.put("/api/v1/rosters/days", {"days": [{"day": day, "kind": None}]})
    assert desk.find_barriers() == []
    page.click("[data-action=lookup]")
    moment = page.locator("[data-dialog=on-duty] input.el-input__inner")
    moment.fill(day)
    moment.press("Enter")
    expect(page.locator("[data-on-duty=leader]")).to_contain_text("无号领导")


@pytest.mark.usefixtures("planned")
def test_who_does_not_plan_reads_and_changes_nothing(open_county_desk: OpenDesk) -> None:
    desk, page = open_rosters(open_county_desk, "zhang")
    expect(shifts(page, "甲一")).to_have_count(7)
    expect(page.locator("[data-action=edit-roster]")).to_have_count(0)
    shifts(page, "甲一").first.click()
    expect(page.locator("[data-dialog=shift]")).to_contain_text("10000000081")
    expect(page.locator("[data-action=confirm-shift]")).to_have_count(0)
    assert desk.find_barriers() == []


def test_without_a_roster_the_page_says_so_and_who_plans_can_begin_one(open_county_desk: OpenDesk) -> None:
    desk, page = open_rosters(open_county_desk, "kongban")
    expect(page.locator("[data-empty]")).to_be_visible()
    expect(page.locator("[data-action=edit-roster]")).to_have_count(5)
    assert desk.find_barriers() == []
    only_reads, reading = open_rosters(open_county_desk, "kong", color_scheme="dark")
    expect(reading.locator("[data-empty]")).to_be_visible()
    expect(reading.locator("[data-role]")).to_have_count(0)
    assert only_reads.find_barriers() == []


def test_while_it_loads_it_says_nothing_wrong_and_what_failed_is_read_again(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    desk.expected_statuses.add(500)
    page = desk.page
    page.route("**/api/v1/rosters/calendar*", lambda route: route.fulfill(status=500, json={"status": 500}))
    desk.go_to("/rosters")
    expect(page.locator("[data-page=rosters][data-state=failed]")).to_be_visible()
    assert desk.find_barriers() == []
    page.unroute("**/api/v1/rosters/calendar*")
    waiting: list[Any] = []
    page.route("**/api/v1/rosters/calendar*", lambda route: waiting.append(route))  # noqa: PLW0108 - the driver marks what it calls, and cannot mark a builtin
    page.click("[data-action=retry]")
    expect(page.locator("[data-page=rosters] .el-skeleton").first).to_be_visible()
    expect(page.locator("[data-empty]")).to_have_count(0)
    for route in waiting:
        route.continue_()
    expect(page.locator("[data-page=rosters][data-state=read]")).to_be_visible()
