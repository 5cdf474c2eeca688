"""Shifts at a real hub: the gate, who is there, stepping away, handing over with both signatures, the record."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from hub.bench.http_json import HttpError
from tests.desk.county_hub import PASSWORD, CountyHub, serve_county
from tests.desk.desk_page import DeskPage
from tests.postgres import temporary_data_dir

Json = dict[str, Any]
OpenDesk = Callable[..., DeskPage]
THEMES = ("light", "dark")


@pytest.fixture(scope="module")
def county(bundle: None) -> Iterator[CountyHub]:
    """A county of its own: who sits at which of its desks is what is looked at."""
    with temporary_data_dir() as directory:
        directory.chmod(0o755)
        with serve_county(directory) as served:
            yield served


@pytest.fixture
def before_gate(open_county_desk: OpenDesk) -> OpenDesk:
    """A desk whose operator has logged in and stands before the gate."""

    def log_in(login: str = "zhang", **context: Any) -> DeskPage:
        desk = open_county_desk(login, past_gate=False, **context)
        expect(desk.page.locator("[data-hand-over]")).to_be_visible()
        return desk

    return log_in


@pytest.fixture
def report(county: CountyHub) -> Iterator[Callable[[str], Json]]:
    """Calls to the hotline, closed again after the test whoever holds them then."""
    made: list[Json] = []

    def call(name: str) -> Json:
        made.append(county.report(name))
        return made[-1]

    yield call
    for incident in made:
        with suppress(HttpError):
            county.close(incident)


def presence_of(county: CountyHub, name: str) -> list[str]:
    """What the desks at which somebody sits, or sat, say of them."""
    desks = county.api.get("/api/v1/presence")["items"]
    return [desk["state"] for desk in desks if desk["actor"]["name"] == name]


def ask(desk: DeskPage, method: str, path: str, body: Json | None = None) -> Json:
    """What the desk's own operator asks of the hub."""
    url = f"{desk.address}/api/v1{path}"
    headers = {"X-Anxin-Desk": "1"}
    answer = desk.page.context.request.fetch(url, method=method, headers=headers, data=body)
    assert answer.ok, answer.text()
    told: Json = answer.json()
    return told


def sign(page: Page, *, own: str = PASSWORD, login: str = "wu", theirs: str = PASSWORD) -> None:
    """The form of both signatures."""
    page.fill("#own-password", own)
    page.fill("#successor-login", login)
    page.fill("#successor-password", theirs)
    page.click("[data-action=sign]")


# --- The gate ------------------------------------------------------------------------------------------------------


def test_the_gate_shows_what_is_handed_over_and_only_an_opened_desk_says_that_somebody_is_there(
    county: CountyHub, report: Callable[[str], Json], before_gate: OpenDesk
) -> None:
    incident = report("李示例")
    desk = before_gate("wu")
    ask(desk, "POST", "/shifts/notes", {"text": "柳树村今晚停电到 23 点，手环可能离线。"})
    desk.page.reload()
    sheet = desk.page.locator("[data-hand-over]")
    expect(sheet.locator(f"[data-incident-row='{incident['id']}']")).to_contain_text("李示例")
    expect(sheet.locator("[data-part=notes]")).to_contain_text("今晚停电到 23 点")
    expect(sheet.locator("[data-part=shelves]")).to_contain_text("没有暂停提醒的设备")
    expect(sheet.locator("[data-part=duty]")).to_be_visible()
    assert presence_of(county, "吴值班") == []
    with desk.page.expect_response("**/api/v1/shifts") as begun:
        desk.pass_gate()
    shift = begun.value.json()
    assert (shift["operator"]["name"], shift["shown"]["incidents"], shift["taken_by"]) == ("吴值班", 1, "log_in")
    expect(desk.page.locator("html")).to_have_attribute("data-manned", "said")
    assert presence_of(county, "吴值班") == ["present"]
    desk.page.reload()
    desk.page.click("[data-action=start-shift]")
    expect(desk.page.locator("[data-terms]")).to_contain_text("不需要再次签收")


@pytest.mark.long
def test_a_hand_over_that_cannot_be_read_keeps_nobody_from_the_desk(before_gate: OpenDesk) -> None:
    desk = before_gate()
    desk.expected_statuses.add(500)
    desk.page.route("**/api/v1/shifts/hand-over*", lambda route: route.fulfill(status=500, body=""))
    desk.page.reload()
    expect(desk.page.locator("[data-hand-over-failed]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.click("[data-action=start-shift]")
    expect(desk.page.locator("[data-terms]")).to_contain_text("交接内容没有读到")
    desk.page.unroute("**/api/v1/shifts/hand-over*")
    desk.page.get_by_role("button", name="重试").click()
    expect(desk.page.locator("[data-part=incidents]")).to_be_visible()


@pytest.mark.long
def test_whoever_comes_for_office_work_neither_counts_nor_sounds(
    county: CountyHub, report: Callable[[str], Json], before_gate: OpenDesk
) -> None:
    report("李示例")
    desk = before_gate("ban")
    desk.page.click("[data-action=look-only]")
    expect(desk.page.locator("[data-light=off-duty]")).to_be_visible()
    expect(desk.page.locator("[data-incident]").first).to_be_visible()
    desk.expect_sound("silent")
    expect(desk.page.locator("[data-banner=sound]")).to_have_count(0)
    assert presence_of(county, "班长一") == []
    desk.page.click("[data-action=go-on-duty]")
    expect(desk.page.locator("[data-action=start-shift]")).to_be_visible()


# --- Stepping away -------------------------------------------------------------------------------------------------


def test_stepping_away_hands_the_sound_on_lists_what_comes_without_a_name_and_ends_with_one_key(
    county: CountyHub, report: Callable[[str], Json], open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("kong")
    panel = desk.page.locator("[data-dialog=away]")
    desk.page.click("[data-action=step-away]")
    expect(panel.locator("[data-handed-on]")).to_have_attribute("data-handed-on", re.compile("handed_on|others"))
    assert presence_of(county, "空乡值班") == ["away"]
    expect(desk.page.locator("[data-action=come-back]")).to_be_focused()
    assert desk.find_barriers() == []
    desk.press("Tab")  # behind the panel nothing can be reached
    assert desk.page.evaluate("document.activeElement.closest('[inert]')") is None
    desk.press("Enter")
    expect(panel).to_have_count(0)
    expect(desk.page.locator("[data-action=step-away]")).to_be_focused()

    other = open_county_desk("zhang")
    other.page.click("[data-action=step-away]")
    incident = report("李示例")
    shown = other.page.locator(f"[data-away-incident='{incident['id']}']")
    expect(shown).to_contain_text("来电求助")
    expect(other.page.locator("[data-dialog=away]")).not_to_contain_text("李示例")
    assert other.page.locator("html").get_attribute("data-sound") != "silent"


# --- Handing over --------------------------------------------------------------------------------------------------


def test_both_sign_and_the_desk_is_the_successors_with_all_that_was_held(
    report: Callable[[str], Json], open_county_desk: OpenDesk
) -> None:
    incident = report("李示例")
    desk = open_county_desk("zhang")
    desk.expected_statuses.add(422)
    ask(desk, "POST", f"/incidents/{incident['id']}/acknowledge", {})
    desk.page.click("[data-action=end-shift]")
    expect(desk.page.locator("[data-held]")).to_contain_text("您手里有 1 件")
    expect(desk.page.locator(f"[data-incident-row='{incident['id']}']")).to_contain_text("我在处置")
    desk.page.locator("[data-field=note]").fill("李示例家的门铃坏了，敲门要响一些。")
    sign(desk.page, theirs="not it")
    expect(desk.page.locator("[data-refused=successor]")).to_be_visible()
    expect(desk.page.locator("#successor-password")).to_be_focused()
    sign(desk.page, own="not it")
    expect(desk.page.locator("[data-refused=password]")).to_be_visible()
    sign(desk.page, login="kong")
    expect(desk.page.locator("[data-refused=unable]")).to_be_visible()
    assert desk.find_barriers() == []
    sign(desk.page)
    expect(desk.page.get_by_text("吴值班，准备好了就开始值班。")).to_be_visible()
    desk.pass_gate()
    held = ask(desk, "GET", f"/incidents/{incident['id']}")
    assert held["acknowledged_by"]["name"] == "吴值班"
    desk.go_to("/shifts")
    mine, before = desk.page.locator("[data-shift]").nth(0), desk.page.locator("[data-shift]").nth(1)
    expect(mine).to_contain_text("吴值班")
    expect(mine).to_contain_text("当面密码签收")
    expect(before).to_have_attribute("data-ended", "relieved")
    expect(before).to_contain_text("交给 吴值班")
    expect(before).to_contain_text("本人密码签字")
    expect(before).to_contain_text("门铃坏了")
    ask(desk, "POST", f"/incidents/{incident['id']}/close", {"disposition": "test"})


@pytest.mark.long
def test_whoever_leaves_to_nobody_is_told_what_that_means_and_the_desk_is_unmanned(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("ban")
    desk.page.click("[data-action=end-shift]")
    desk.page.locator("[data-relieved=nobody]").check(force=True)
    expect(desk.page.locator("[data-warning]")).to_contain_text("无人值守")
    desk.page.fill("#own-password", PASSWORD)
    desk.page.click("[data-action=sign]")
    expect(desk.page.locator("#login")).to_be_visible()
    expect(desk.page.locator("[data-notice=done]")).to_contain_text("班次已结束")
    assert presence_of(county, "班长一") == ["away"]
    last = county.api.get("/api/v1/shifts")["items"]
    [left] = [shift for shift in last if shift["operator"]["name"] == "班长一"]
    assert (left["ended_how"], left["handed_by"]) == ("unrelieved", "password")


# --- The record ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_record_of_shifts_is_full_empty_loading_and_failing_without_barriers(open_county_desk: OpenDesk) -> None:
    open_county_desk("zhang")  # sits down
    desk = open_county_desk("kan")
    desk.expected_statuses.add(500)
    desk.go_to("/shifts")
    expect(desk.page.locator("[data-shift]").first).to_be_visible()
    assert desk.find_barriers() == []
    held_back: list[Route] = []
    desk.page.route("**/api/v1/shifts?*", lambda route: held_back.append(route))  # noqa: PLW0108 - a bound method of a list is none that Playwright can take
    desk.page.locator("[data-field=first]").fill("2020-01-01")
    desk.page.locator("[data-field=last]").fill("2020-01-02")
    page = desk.page.locator("main[data-page=shifts]")
    expect(page).to_have_attribute("data-records", "loading")
    for route in held_back:
        route.fulfill(status=500, body="")
    desk.page.unroute("**/api/v1/shifts?*")
    expect(page).to_have_attribute("data-records", "failed")
    desk.page.click("[data-action=retry]")
    expect(desk.page.locator("[data-empty]")).to_contain_text("这段时间没有班次")
    assert desk.find_barriers() == []


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_the_gate_and_the_end_of_a_shift_have_no_barriers_where_there_is_something_to_hand_over(
    report: Callable[[str], Json], before_gate: OpenDesk, theme: str
) -> None:
    incident = report("李示例")
    desk = before_gate("zhang", color_scheme=theme)
    expect(desk.page.locator(f"[data-incident-row='{incident['id']}']")).to_be_visible()
    assert desk.find_barriers() == []
    desk.pass_gate()
    desk.page.click("[data-action=end-shift]")
    expect(desk.page.locator("[data-part=outages]")).to_be_visible()
    assert desk.find_barriers() == []
    if theme == "dark":
        desk.go_to("/shifts")
        expect(desk.page.locator("[data-shift]").first).to_be_visible()
        assert desk.find_barriers() == []
