"""Much at once: three hundred and a thousand in one list, what came together folded, and nothing grave hidden in it."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_groups import raise_flood
from tests.desk.fake_hub import Stage

#: A full desk in the dark is looked at in `test_barriers.py` each time.
THEMES = ("light", pytest.param("dark", marks=pytest.mark.long))
#: What is in sight, and a few beside it.
DRAWN_AT_MOST = 30


def group_card(desk: DeskPage, group_id: str, section: str = "untaken") -> Locator:
    """The card of a group in the queue."""
    return desk.page.locator(f"[data-group='{group_id}'][data-section={section}]")


def test_three_hundred_presses_at_once_are_all_there_in_order_and_each_can_be_taken(
    desk: DeskPage, stage: Stage
) -> None:
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    raised = [stage.state.raise_incident(name=f"求助{number:03d}", age_s=600 - number) for number in range(300)]
    queue = desk.page.locator("[data-queue]")
    expect(queue).to_have_attribute("data-count", "300")
    desk.expect_sound("critical")
    first = desk.card(raised[0]["id"])
    expect(first).to_have_attribute("aria-setsize", "300")
    assert desk.page.locator("[data-incident]").count() <= DRAWN_AT_MOST
    desk.press("Home")
    desk.take_selected()
    expect(desk.page.locator("[data-heading=untaken]")).to_contain_text("299")
    desk.press("Home")
    for number in (1, 2, 3):
        expect(desk.card(raised[number]["id"])).to_have_attribute("aria-posinset", str(number))
    desk.press("End")
    expect(desk.card(raised[0]["id"])).to_be_in_viewport()
    expect(desk.card(raised[0]["id"])).to_have_attribute("data-state", "acknowledged")
    desk.press("ArrowUp")
    expect(desk.card(raised[299]["id"])).to_be_in_viewport()


@pytest.mark.long
def test_a_thousand_scroll_and_what_comes_above_does_not_move_what_is_read(desk: DeskPage, stage: Stage) -> None:
    for number in range(1000):
        stage.state.raise_incident(name=f"示例{number:04d}", kind="vitals", severity="medium", age_s=5000 - number)
    desk.open()
    queue = desk.page.locator("[data-queue]")
    expect(queue).to_have_attribute("data-count", "1000")
    queue.evaluate("list => { list.scrollTop = 60000 }")
    middle = desk.page.locator("[data-incident][aria-posinset='490']")
    expect(middle).to_be_in_viewport()
    before = middle.bounding_box()
    assert desk.page.locator("[data-incident]").count() <= DRAWN_AT_MOST
    press = stage.state.raise_incident(name="王秀英")
    above = desk.page.locator("[data-new-above]")
    expect(above).to_contain_text("上方有 1 件新求助")
    moved = desk.page.locator("[data-incident][aria-posinset='491']")
    assert moved.bounding_box() == before
    desk.expect_sound("critical")
    above.click()
    expect(desk.card(press["id"])).to_be_in_viewport()
    expect(above).to_have_count(0)
    assert desk.find_barriers() == []


def test_a_flood_is_folded_and_unfolded_by_the_keyboard_and_hides_no_sos(desk: DeskPage, stage: Stage) -> None:
    lone = stage.state.raise_incident(name="刘长顺", kind="phone_report", severity="high")
    group_id, others, presses = raise_flood(stage.state, 12, grave=2)
    desk.open()
    card = group_card(desk, group_id)
    expect(card).to_contain_text("12 件")
    expect(card).to_contain_text("青石镇柳沟村在 1 分钟内有 14 起")
    expect(card).to_contain_text("另有 2 件单独列出")
    expect(card).to_contain_text("一般")
    for press in presses:
        expect(desk.card(press["id"])).to_contain_text("同批")
    expect(desk.card(others[0]["id"])).to_have_count(0)
    places = [desk.card(presses[0]["id"]), desk.card(presses[1]["id"]), desk.card(lone["id"]), card]
    assert [place.get_attribute("aria-posinset") for place in places] == ["1", "2", "3", "4"]
    expect(desk.page.locator("[data-heading=untaken]")).to_contain_text("15")
    desk.expect_sound("critical")

    desk.press("End")
    expect(card).to_have_attribute("aria-selected", "true")
    desk.press("ArrowRight")
    expect(card).to_have_attribute("data-unfolded", "true")
    expect(desk.card(others[0]["id"])).to_have_attribute("aria-posinset", "5")
    desk.press("ArrowDown")
    expect(desk.card(others[0]["id"])).to_have_attribute("aria-selected", "true")
    desk.press("ArrowLeft")
    expect(card).to_have_attribute("aria-selected", "true")
    desk.press("ArrowLeft")
    expect(card).to_have_attribute("data-unfolded", "false")
    desk.press("g")
    expect(card).to_have_attribute("data-unfolded", "true")
    desk.card(presses[0]["id"]).click()
    desk.page.click("[data-action=show-group]")
    expect(desk.page.locator(f"[data-opened-group='{group_id}']")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_a_group_is_taken_together_but_the_grave_one_by_one(desk: DeskPage, stage: Stage, theme: str) -> None:
    desk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two literals
    group_id, others, presses = raise_flood(stage.state, 5, grave=2)
    desk.open()
    group_card(desk, group_id).click()
    panel = desk.page.locator(f"[data-opened-group='{group_id}']")
    expect(panel.get_by_role("heading")).to_contain_text("有 7 起")
    expect(panel.locator("[data-member]")).to_have_count(7)
    assert desk.find_barriers() == []
    panel.locator("[data-action=take-group]").click()
    expect(desk.page.locator("[data-notice=done]")).to_contain_text("已受理 5 件；还有 2 件须逐件受理")
    expect(panel.locator("[data-action=take-group]")).to_have_count(0)
    expect(group_card(desk, group_id, "taken")).to_contain_text("5 件")
    assert {stage.state.incidents[one["id"]]["state"] for one in others} == {"acknowledged"}
    assert {stage.state.incidents[one["id"]]["state"] for one in presses} == {"open"}
    desk.expect_sound("critical")
    for press in presses:
        panel.locator(f"[data-member='{press['id']}'] [data-action=take-one]").click()
        expect(desk.card(press["id"])).to_have_attribute("data-state", "acknowledged")
    desk.expect_sound("silent")
    panel.locator(f"[data-member='{others[0]['id']}'] [data-action=look]").click()
    expect(desk.page.locator(f"[data-opened='{others[0]['id']}']")).to_be_visible()
    expect(desk.page.locator("[data-queue]")).to_be_focused()


@pytest.mark.long
def test_a_group_whose_details_cannot_be_read_says_so_and_still_shows_its_members(desk: DeskPage, stage: Stage) -> None:
    desk.expected_statuses.add(500)
    group_id, _, _ = raise_flood(stage.state, 4)
    desk.open()
    desk.page.route("**/api/v1/incident-groups/*", lambda route: route.fulfill(status=500, body=""))
    group_card(desk, group_id).click()
    panel = desk.page.locator("[data-opened-group]")
    expect(panel.get_by_role("alert")).to_contain_text("这一组的详情读取失败")
    expect(panel.locator("[data-member]")).to_have_count(4)
    desk.page.unroute("**/api/v1/incident-groups/*")
    panel.locator("[data-action=retry]").click()
    expect(panel.get_by_role("alert")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_the_queue_has_no_barriers_while_it_is_read_when_it_failed_and_in_a_flood(
    desk: DeskPage, stage: Stage, theme: str
) -> None:
    desk.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # as above
    desk.expected_statuses.add(500)
    raise_flood(stage.state, 6, grave=2, age_s=70)
    asked: list[Route] = []
    reading_the_list = re.compile(r"/api/v1/incidents\?.*limit=200")
    desk.page.route(reading_the_list, lambda route: asked.append(route))  # noqa: PLW0108 - a built-in takes no marks
    desk.log_in()
    desk.page.click("[data-action=start-shift]")
    desk.page.click("[data-action=enter-desk]")
    expect(desk.page.locator("[data-loading]")).to_be_visible()
    assert desk.find_barriers() == []
    for route in tuple(asked):
        route.fulfill(status=500, body="")
    expect(desk.page.get_by_role("alert").filter(has_text="求助列表读取失败")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.unroute(reading_the_list)  # what was asked again meanwhile goes on to the hub
    expect(desk.page.locator("[data-queue] [data-group]")).to_be_visible(timeout=10_000)
    desk.press("g")
    expect(desk.page.locator("[data-incident]")).to_have_count(8)
    assert desk.find_barriers() == []
