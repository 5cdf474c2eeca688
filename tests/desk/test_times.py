"""What is late, and whose time is shown, where it is not the device's."""

import pytest
from playwright.sync_api import expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage


@pytest.mark.long
def test_a_press_that_came_late_says_when_it_was_and_by_how_much(stage: Stage, desk: DeskPage) -> None:
    incident = stage.state.raise_incident(late_s=3 * 3600, quality="corrected")
    desk.open()
    card = desk.card(incident["id"])
    expect(card.locator("[data-late]")).to_have_text("迟到 3 小时")
    card.click()
    opened = desk.page.locator(f"[data-opened='{incident['id']}']")
    expect(opened).to_contain_text("按下后 3 小时才传到平台")
    expect(opened).to_contain_text("发生于 ")
    expect(opened.locator("[data-late]")).to_have_text("迟到 3 小时")
    mark = opened.locator(".alerts [data-time-quality]")
    expect(mark).to_have_text("时间已校正")
    expect(mark).to_have_attribute("title", "设备时钟不准，平台已按已知的偏差校正")
    expect(desk.page.locator("[data-measure=body_temperature_c] [data-time-quality]")).to_have_text("时间已校正")
    expect(desk.page.locator("[data-measure=heart_rate_bpm] [data-time-quality]")).to_have_count(0)
    assert desk.find_barriers() == []


@pytest.mark.long
def test_a_press_of_now_has_no_mark(stage: Stage, desk: DeskPage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    desk.card(incident["id"]).click()
    opened = desk.page.locator(f"[data-opened='{incident['id']}']")
    expect(opened).to_contain_text("发生于 ")
    expect(opened.locator(".alerts [data-time-quality], [data-late]")).to_have_count(0)
