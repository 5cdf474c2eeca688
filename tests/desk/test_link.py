"""The truth about the link: silence, refusals, races, many tabs, an ended session."""

import pytest
from playwright.sync_api import Browser, expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import PASSWORD, Stage

pytestmark = pytest.mark.browser

#: The hub's tick is due every 5 s; 12 s of silence and what the browser needs to show it.
BANNER_WITHIN_MS = 13_500


def test_a_second_operator_is_told_who_holds_it_though_the_stream_is_silent(
    desk: DeskPage, stage: Stage, chromium: Browser
) -> None:
    incident = stage.state.raise_incident()
    desk.expected_statuses.add(409)
    desk.open()
    expect(desk.card(incident["id"])).to_be_visible()
    assert stage.stream_opened.wait(timeout=5)
    stage.stall_streams()
    other = chromium.new_context(base_url=desk.address, extra_http_headers={"X-Anxin-Desk": "1"})
    other.request.post("/api/v1/sessions", data={"login": "wu", "password": PASSWORD})
    assert other.request.post(f"/api/v1/incidents/{incident['id']}/acknowledge", data={}).ok
    other.close()

    desk.take_selected()
    expect(desk.page.locator("[data-notice=problem]")).to_contain_text("已被 吴磊 受理")
    expect(desk.card(incident["id"])).to_contain_text("吴磊 处置中")
    desk.expect_sound("silent")


def test_a_silent_stream_shows_a_banner_and_recovers_without_loss_or_duplicate(desk: DeskPage, stage: Stage) -> None:
    desk.expected_statuses.add(502)
    before = stage.state.raise_incident(name="李桂兰")
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    stage.stream_refused = True
    stage.stall_streams()
    missed = [stage.state.raise_incident(name=name) for name in ("王秀英", "张玉珍", "刘长顺")]
    banner = desk.page.locator("[data-banner=link]")
    expect(banner).to_be_visible(timeout=BANNER_WITHIN_MS)
    expect(desk.card(missed[0]["id"])).to_have_count(0)

    stage.stream_refused = False
    for incident in missed:
        expect(desk.card(incident["id"])).to_have_count(1, timeout=10_000)
    expect(banner).to_be_hidden()
    expect(desk.page.locator("[data-incident]")).to_have_count(4)
    assert stage.stream_starts[-1] == stage.stream_starts[0]
    assert stage.state.incidents[before["id"]]["state"] == "open"


def test_a_link_down_for_half_a_minute_sounds(desk: DeskPage, stage: Stage) -> None:
    desk.expected_statuses.add(502)
    desk.page.clock.install()
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    stage.stream_refused = True
    stage.stall_streams()
    desk.page.clock.run_for(29_000)
    desk.expect_sound("silent")
    desk.page.clock.run_for(3_000)
    desk.expect_sound("link")


def test_many_tabs_share_one_stream_and_all_show_the_press(desk: DeskPage, stage: Stage) -> None:
    desk.open()
    tabs = [desk]
    for _ in range(6):  # one after the other: a tab in the background is slow to click in
        tabs.append(DeskPage(desk.page.context.new_page(), desk.address))
        tabs[-1].page.goto(desk.address)
        tabs[-1].pass_gate()
    incident = stage.state.raise_incident()
    for tab in tabs:
        expect(tab.card(incident["id"])).to_have_count(1)
    assert len(stage.stream_starts) == 1
    tabs[-1].page.click("[data-action=take]")
    for tab in tabs:
        expect(tab.card(incident["id"])).to_have_attribute("data-state", "acknowledged")


def test_an_ended_session_leads_to_the_log_in_and_says_why(desk: DeskPage, stage: Stage) -> None:
    stage.state.raise_incident()
    desk.open()
    expect(desk.page.locator("[data-action=take]")).to_be_visible()
    desk.page.context.clear_cookies()
    desk.press("Enter")  # whether this is what is refused first, or something the desk asks by itself
    expect(desk.page.get_by_role("alert").filter(has_text="登录已失效")).to_be_visible()
    desk.page.fill("#login", "zhang")
    desk.page.fill("#password", PASSWORD)
    desk.press("Enter")
    expect(desk.page.locator("[data-queue]")).to_be_visible()
    desk.expect_sound("critical")


def test_a_list_that_cannot_be_read_says_so(desk: DeskPage) -> None:
    desk.expected_statuses.add(500)
    desk.open()
    desk.page.route("**/api/v1/maintenance*", lambda route: route.fulfill(status=500, body=""))
    desk.page.get_by_role("link", name="维护事项").click()
    expect(desk.page.get_by_role("alert").filter(has_text="读取失败")).to_be_visible()
    desk.page.unroute("**/api/v1/maintenance*")
    desk.page.get_by_role("button", name="刷新").click()
    expect(desk.page.get_by_text("没有待处理的维护事项")).to_be_visible()
