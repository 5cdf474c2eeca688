"""The monitoring profile in plain words, and the contact list on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.desk.county_hub import EMPTY_TOWNSHIP, CountyHub
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
DAY = "[data-setting=inactivity_day_limit_s]"


def test_a_setting_says_what_it_means_while_it_changes_and_is_saved_after_a_summary(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    person = county.people["李示例"]
    desk = open_county_desk("ban")
    desk.go_to(f"/recipients/{person['id']}/profile")
    row = desk.page.locator(DAY)
    expect(row.locator("[data-means]")).to_contain_text("白天 4 小时没有动静就提醒")
    names = desk.page.locator("[data-setting] label").all_inner_texts()
    assert len(names) == len(county.api.get("/api/v1/monitoring-settings")["items"])
    assert not [name for name in names if "." in name], "each setting of the hub has a name at the desk"
    row.locator("input").fill("200")
    expect(desk.page.locator("[data-action=save-profile]")).to_be_disabled()
    row.locator("input").fill("3")
    expect(row.locator("[data-means]")).to_contain_text("白天 3 小时没有动静就提醒")
    desk.page.locator("[data-setting=bed_night_from] input").fill("2130")
    expect(desk.page.locator("[data-change]")).to_have_count(2)
    desk.page.click("[data-action=save-profile]")
    expect(desk.page.locator("[data-changes]")).to_have_count(0)
    kept = county.api.get(f"/api/v1/recipients/{person['id']}")["monitoring"]
    assert kept == {"inactivity": {"day_limit_s": 10800}, "bed": {"night_from": "21:30"}}
    assert desk.find_barriers() == []
    for setting in (DAY, "[data-setting=bed_night_from]"):
        desk.page.locator(f"{setting} [data-action=reset]").click()
    desk.page.click("[data-action=save-profile]")
    expect(desk.page.locator("[data-own=true]")).to_have_count(0)
    assert not any(county.api.get(f"/api/v1/recipients/{person['id']}")["monitoring"].values())


def test_an_operator_reads_a_profile_and_does_not_write_it(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang", color_scheme="dark")
    desk.go_to(f"/recipients/{county.people['李示例']['id']}")
    desk.page.click("[data-action=open-profile]")
    expect(desk.page.locator("[data-read-only]")).to_be_visible()
    expect(desk.page.locator(DAY)).to_contain_text("4 小时")
    expect(desk.page.locator("[data-setting] input")).to_have_count(0)
    assert desk.find_barriers() == []


def test_settings_that_cannot_be_read_are_asked_for_again(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    desk.expected_statuses |= {500}
    desk.page.route("**/api/v1/monitoring-settings", lambda route: route.fulfill(status=500, body=""))
    desk.go_to(f"/recipients/{county.people['李示例']['id']}/profile")
    expect(desk.page.locator("[data-profile] [data-failed]")).to_be_visible()
    desk.page.unroute("**/api/v1/monitoring-settings")
    desk.page.click("[data-action=retry]")
    expect(desk.page.locator(DAY)).to_be_visible()


def test_the_list_on_paper_is_made_of_one_place_printed_and_on_record(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    person = county.people["李示例"]
    desk = open_county_desk("zhang")
    desk.expected_statuses |= {500}
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/api/v1/contact-list*", hold)
    desk.go_to("/contact-list")
    desk.page.click("[data-action=make-list]")
    expect(desk.page.locator("[data-contact-list] [data-loading]")).to_be_visible()
    held.pop().fulfill(status=500, content_type="application/problem+json", body='{"title": "?", "status": 500}')
    expect(desk.page.locator("[data-contact-list] [data-failed]")).to_be_visible()
    desk.page.unroute("**/api/v1/contact-list*")
    desk.page.click("[data-action=make-list]")
    line = desk.page.locator(f"[data-person='{person['id']}']")
    expect(line).to_contain_text("钥匙在隔壁王家")
    expect(desk.page.locator("[data-village] thead").first).to_contain_text("用后销毁")
    assert desk.find_barriers() == []
    desk.page.emulate_media(media="print")
    expect(line).to_be_visible()
    expect(desk.page.locator("[data-action=make-list]")).to_be_hidden()
    expect(desk.page.locator("header.bar")).to_be_hidden()
    body, on_paper = desk.page.locator("[data-contact-list]"), desk.page.locator("[data-village]").last
    assert body.evaluate("e => e.scrollHeight <= e.offsetHeight + 1"), "nothing is cut off behind a scroll bar"
    expect(on_paper).to_be_visible()


def test_where_nobody_lives_the_list_says_so(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong", color_scheme="dark")
    desk.go_to("/contact-list")
    desk.page.click("[data-action=make-list]")
    expect(desk.page.locator("[data-contact-list] [data-empty-list]")).to_contain_text("空白乡")
    assert county.api.get(f"/api/v1/contact-list?division_id={EMPTY_TOWNSHIP}")["people"] == []
    assert desk.find_barriers() == []
