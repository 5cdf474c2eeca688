"""A hub that says it is blind: the bar, the sound, the bar's end, and what stays to be read."""

import re

import pytest
from playwright.sync_api import expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage

pytestmark = pytest.mark.browser


def test_a_blind_hub_is_said_at_once_sounds_after_half_a_minute_and_says_how_long_it_was(
    desk: DeskPage, stage: Stage
) -> None:
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    stage.go_blind()
    bar = desk.page.locator("[data-banner=blind]")
    expect(bar).to_contain_text("平台数据库中断：自")
    expect(bar).to_contain_text("0000-0000000")
    expect(desk.page.locator("html")).to_have_attribute("data-sight", "blind")
    expect(desk.page.locator("[data-banner=link]")).to_have_count(0)
    desk.expect_sound("silent")
    stage.pass_time(31)
    desk.expect_sound("link")
    stage.see_again()
    expect(bar).to_have_count(0)
    desk.expect_sound("silent")
    past = desk.page.locator("[data-banner=sighted]")
    expect(past).to_contain_text(re.compile(r"平台已恢复。.* 至 .*（0:\d\d）之间看不到求助"))
    past.get_by_role("button").click()
    expect(past).to_have_count(0)
    expect(desk.page.locator("html")).to_have_attribute("data-sight", "seeing")


def test_a_press_that_was_held_back_shows_when_the_hub_sees_again(desk: DeskPage, stage: Stage) -> None:
    desk.open("wu")
    assert stage.stream_opened.wait(timeout=5)
    stage.go_blind("not_taking_in", for_s=40)
    expect(desk.page.locator("[data-banner=blind]")).to_contain_text("平台收不到设备消息")
    desk.expect_sound("link")
    incident = stage.state.raise_incident()
    stage.see_again()
    expect(desk.card(incident["id"])).to_be_visible()
    desk.expect_sound("critical")
    assert desk.find_barriers() == []


@pytest.mark.long
def test_a_desk_that_is_opened_while_the_database_is_away_says_so_and_lets_in_when_it_is_back(
    desk: DeskPage, stage: Stage
) -> None:
    desk.expected_statuses.add(503)
    desk.open()
    stage.database_away = True
    desk.page.reload()
    expect(desk.page.locator("[data-banner=blind]")).to_contain_text("平台数据库中断，暂时不能登录")
    stage.database_away = False
    expect(desk.page.locator("[data-action=start-shift]")).to_be_visible(timeout=10_000)
