"""The lists beside the queue, walked against a real hub: empty, full, loading, failing, by keyboard, and worked."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage
from tests.desk.furnished_lists import UNREADABLE, FurnishedLists, furnish_lists

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]

#: A page's address, and what it asks the hub for.
PAGES = {
    "maintenance": "maintenance",
    "follow-ups": "follow-ups",
    "quarantine": "quarantine",
    "notifications": "notifications",
    "shelves": "shelves",
    "devices": "devices",
}


@pytest.fixture(scope="module")
def lists(county: CountyHub) -> Iterator[FurnishedLists]:
    with furnish_lists(county, "李示例") as furnished:
        yield furnished


def rows(page: Page) -> Locator:
    return page.locator("[data-ledger] tbody tr")


def open_row(page: Page, entry_id: str) -> Locator:
    """Open an entry beside its list."""
    page.locator(f"[data-row-lead='{entry_id}']").click()
    detail = page.locator("[data-detail]")
    expect(detail).to_be_focused()
    return detail


@pytest.mark.parametrize("path", PAGES)
def test_a_list_says_that_it_is_read_that_it_failed_and_is_tried_again(
    lists: FurnishedLists, open_county_desk: OpenDesk, path: str
) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    answer = re.compile(rf"/api/v1/{PAGES[path]}\?")
    held: list[Route] = []
    page.route(answer, lambda route: held.append(route))  # noqa: PLW0108 - Playwright refuses a builtin
    desk.go_to(f"/{path}")
    expect(page.locator("[data-loading]")).to_be_visible()
    expect(page.locator("[data-ledger]")).to_be_visible()
    assert desk.find_barriers() == []
    held[0].continue_()
    page.unroute(answer)
    expect(rows(page).first).to_be_visible()
    expect(page.locator("[data-count]")).to_contain_text(str(rows(page).count()))
    assert desk.find_barriers() == []
    desk.expected_statuses.add(500)
    page.route(answer, lambda route: route.fulfill(status=500, json={"status": 500}))
    page.click("[data-action=refresh]")
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(rows(page).first).to_be_visible()
    page.unroute(answer)
    page.click("[data-action=retry]")
    expect(page.locator("[data-failed]")).to_have_count(0)


def test_a_list_that_never_could_be_read_shows_no_rows_but_the_way_to_try_again(
    lists: FurnishedLists, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    desk.expected_statuses.add(500)
    answer = re.compile(r"/api/v1/maintenance\?")
    desk.page.route(answer, lambda route: route.fulfill(status=500, json={"status": 500}))
    desk.go_to("/maintenance")
    expect(desk.page.locator("[data-failed]")).to_be_visible()
    expect(rows(desk.page)).to_have_count(0)
    assert desk.find_barriers() == []
    desk.page.unroute(answer)
    desk.page.click("[data-action=retry]")
    expect(rows(desk.page).first).to_be_visible()


def test_where_there_is_nothing_each_list_says_so(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong", color_scheme="dark")
    for path in PAGES:
        desk.go_to(f"/{path}")
        expect(desk.page.locator("[data-ledger] [data-empty-list]")).to_be_visible()
        assert desk.find_barriers() == [], path


def test_a_list_is_searched_narrowed_and_walked_by_keyboard_and_found_again_by_going_back(
    lists: FurnishedLists, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to("/devices")
    expect(rows(page)).to_have_count(50)
    page.click("[data-action=more]")
    expect(rows(page)).not_to_have_count(50)
    desk.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("lsl")  # 李示例
    mine = page.locator(f"[data-device='{lists.device_id}']")
    expect(mine).to_be_visible()
    expect(rows(page)).to_have_count(len(lists.county.api.get("/api/v1/devices?q=lsl")["items"]))
    assert page.url.endswith("/devices?q=lsl")
    page.locator("[data-filter=standing]").select_option("low_battery")
    expect(rows(page)).to_have_count(1)
    page.locator("[data-row-lead]").first.focus()
    desk.press("Enter")
    expect(page.locator(f"[data-device-page='{lists.device_id}'] h1")).to_be_visible()
    page.go_back()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-search]")).to_have_value("lsl")
    page.locator("[data-filter=standing]").select_option("revoked")
    expect(page.locator("[data-empty-list]")).to_be_visible()
    page.click("[data-action=widen]")
    expect(rows(page)).to_have_count(50)
    page.click("[data-sort=battery]")
    expect(rows(page).first).to_have_attribute("data-device", lists.device_id)
    page.locator("[data-row-lead]").first.focus()
    desk.press("ArrowDown")
    expect(page.locator("[data-row-lead]").nth(1)).to_be_focused()


def test_an_item_is_noted_and_closed_with_what_was_done(lists: FurnishedLists, open_county_desk: OpenDesk) -> None:
    item = lists.first("/api/v1/maintenance", device_id=lists.device_id, kind="low_battery")
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to("/maintenance")
    detail = open_row(page, item["id"])
    assert desk.find_barriers() == []
    page.emulate_media(color_scheme="dark")
    assert desk.find_barriers() == []
    detail.locator("textarea").fill("已请家属充电")
    desk.press("Control+Enter")
    expect(detail.locator("[data-note=note]")).to_contain_text("已请家属充电")
    expect(detail.locator("[data-action=close-item]")).to_be_disabled()
    detail.locator("[data-result]").fill("换了电池")
    desk.press("Control+Enter")
    expect(detail.locator("[data-action=close-item]")).to_have_count(0)
    desk.press("Escape")
    expect(page.locator("[data-detail]")).to_have_count(0)
    expect(page.locator("[data-row-lead], h1").and_(page.locator(":focus"))).to_have_count(1)
    closed = lists.first("/api/v1/maintenance", device_id=lists.device_id, kind="low_battery")
    assert (closed["state"], closed["note"], closed["notes"][0]["text"]) == ("closed", "换了电池", "已请家属充电")


def test_a_follow_up_is_called_sent_to_and_settled_where_it_stands(
    lists: FurnishedLists, open_county_desk: OpenDesk
) -> None:
    follow_up = lists.first("/api/v1/follow-ups", q=lists.device_id)
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to("/follow-ups")
    detail = open_row(page, follow_up["id"])
    detail.locator("[data-action=record]").first.click()
    expect(detail.locator("[data-outcome]").first).to_be_focused()
    assert desk.find_barriers() == []
    detail.locator("[data-outcome=no_answer]").click()
    expect(detail.locator("[data-note=call]")).to_be_visible()
    expect(detail.locator("[data-action=record]").first).to_be_focused()
    expect(detail.locator("[data-action=take-follow-up]")).to_have_count(0)
    detail.locator("[data-visitor]").fill("村医")
    desk.press("Enter")
    expect(detail.locator("[data-note=visit]")).to_contain_text("村医")
    detail.locator("label:has([data-ending=other])").click()
    expect(detail.locator("[data-action=close-item]")).to_be_disabled()
    detail.locator("label:has([data-ending=well])").click()
    detail.locator("[data-action=close-item]").click()
    expect(detail.locator("[data-action=close-item]")).to_have_count(0)
    settled = lists.first("/api/v1/follow-ups", q=lists.device_id)
    assert (settled["state"], settled["disposition"], settled["acknowledged_by"]["name"]) == (
        "closed",
        "well",
        "张值班",
    )
    assert [note["kind"] for note in settled["notes"]] == ["call", "visit"]


def test_what_could_not_be_read_says_what_the_vendor_must_mend_and_hands_out_the_bytes(
    lists: FurnishedLists, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to("/quarantine")
    page.locator(f"[data-by-device] [data-device='{lists.device_id}']").click()
    expect(page).to_have_url(re.compile(f"device_id={lists.device_id}"))
    message = lists.first("/api/v1/quarantine", device_id=lists.device_id)
    detail = open_row(page, message["id"])
    expect(detail.locator("[data-where]")).to_contain_text("battery_pct")
    expect(detail.locator("[data-mend]")).to_be_visible()
    expect(detail.locator("[data-payload]")).to_contain_text("很多")
    assert desk.find_barriers() == []
    detail.locator("label:has([data-bytes-as=hex])").click()
    expect(detail.locator("[data-payload]")).to_contain_text("0000  7b 22 6d 65")
    with page.expect_download() as downloading:
        detail.locator("[data-action=download]").click()
    assert downloading.value.path().read_bytes() == UNREADABLE


def test_a_text_shows_its_words_each_try_and_its_incident(lists: FurnishedLists, open_county_desk: OpenDesk) -> None:
    text = lists.first("/api/v1/notifications", incident_id=lists.incident["id"], state="delivered")
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to(f"/notifications?q={quote(lists.name)}")
    detail = open_row(page, text["id"])
    expect(detail.locator("[data-text]")).to_contain_text("来电求助")
    expect(detail.locator("[data-attempts] li")).to_have_count(1)
    expect(detail).to_contain_text(text["destination_masked"])
    assert desk.find_barriers() == []
    detail.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"/incidents/{lists.incident['id']}"))


def test_what_is_set_aside_is_ended_before_its_time(lists: FurnishedLists, open_county_desk: OpenDesk) -> None:
    shelf = lists.first("/api/v1/shelves", device_id=lists.device_id)
    desk = open_county_desk("zhang")
    desk.go_to("/shelves")
    detail = open_row(desk.page, shelf["id"])
    expect(detail).to_contain_text("床垫正在更换")
    assert desk.find_barriers() == []
    detail.locator("[data-action=end-shelf]").click()
    expect(detail.locator("[data-action=end-shelf]")).to_have_count(0)
    assert lists.first("/api/v1/shelves", device_id=lists.device_id, ended="true")["ended_by"]["name"] == "张值班"


def test_the_tabs_carry_a_figure_only_when_something_has_waited_too_long(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    calm = open_county_desk("kong")
    calm.go_to("/follow-ups")
    expect(calm.page.locator("[data-empty-list]")).to_be_visible()
    expect(calm.page.locator("[data-overdue-of]")).to_have_count(0)
    desk = open_county_desk("zhang")
    desk.page.route("**/api/v1/queues/overdue", lambda route: route.fulfill(json={"maintenance": 3, "follow_ups": 0}))
    desk.page.reload()
    desk.pass_gate()
    expect(desk.page.locator("[data-overdue-of=maintenance]")).to_contain_text("3")
    expect(desk.page.locator("[data-overdue-of=follow-ups]")).to_have_count(0)
