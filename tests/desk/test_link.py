"""The truth about the link: silence, refusals, races, many tabs, an ended session."""

import pytest
from playwright.sync_api import Browser, expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import PASSWORD, Stage

pytestmark = pytest.mark.browser

#: The hub's tick is due every 5 s; 12 s of silence and what the browser needs to show it.
BANNER_WITHIN_MS = 13_500


def open_tab(desk: DeskPage) -> DeskPage:
    """Another tab of the same browser, past the gate."""
    tab = DeskPage(desk.page.context.new_page(), desk.address)
    tab.page.goto(desk.address)
    tab.pass_gate()
    return tab


def wait_for_one_voice(tabs: list[DeskPage]) -> None:
    """Until exactly one of them sounds: on a busy machine a tab that is slow to answer may have lost it to another."""
    for _ in range(50):
        if [tab.page.locator("html").get_attribute("data-sound") for tab in tabs].count("critical") == 1:
            return
        tabs[0].page.wait_for_timeout(100)
    pytest.fail("none sounds, or more than one")


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


@pytest.mark.parametrize("count", [3, pytest.param(10, marks=pytest.mark.long)])
def test_tabs_share_one_stream_one_voice_and_one_presence(desk: DeskPage, stage: Stage, count: int) -> None:
    desk.open()
    tabs = [
        desk,
        *(open_tab(desk) for _ in range(count - 1)),
    ]  # one after the other: one in the background is slow to click in
    incident = stage.state.raise_incident()
    for tab in tabs:
        expect(tab.card(incident["id"])).to_have_count(1)
    assert len(stage.stream_starts) == 1
    assert {desk_id for desk_id, _ in stage.desk.said} == {stage.desk.said[0][0]}
    wait_for_one_voice(tabs)
    tabs[-1].page.click("[data-action=take]")
    for tab in tabs:
        expect(tab.card(incident["id"])).to_have_attribute("data-state", "acknowledged")


def test_when_the_tab_that_sounds_is_closed_another_sounds_within_two_seconds(desk: DeskPage, stage: Stage) -> None:
    stage.state.raise_incident()
    desk.open()
    other = open_tab(desk)
    wait_for_one_voice([desk, other])
    sounding, silent = sorted((desk, other), key=lambda tab: tab.page.locator("html").get_attribute("data-sound") or "")
    sounding.page.close()
    expect(silent.page.locator("html")).to_have_attribute("data-sound", "critical", timeout=2_000)


@pytest.mark.long
def test_when_the_tab_that_sounds_hangs_another_sounds_within_two_seconds(desk: DeskPage, stage: Stage) -> None:
    stage.state.raise_incident()
    desk.open()
    other = open_tab(desk)
    wait_for_one_voice([desk, other])
    sounding, silent = sorted((desk, other), key=lambda tab: tab.page.locator("html").get_attribute("data-sound") or "")
    sounding.page.evaluate("setTimeout(() => { const until = Date.now() + 4000; while (Date.now() < until); })")
    expect(silent.page.locator("html")).to_have_attribute("data-sound", "critical", timeout=2_000)


def test_a_worker_that_dies_is_replaced_and_nothing_is_missed(desk: DeskPage, stage: Stage, chromium: Browser) -> None:
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    debugger = chromium.new_browser_cdp_session()
    workers = [
        target for target in debugger.send("Target.getTargets")["targetInfos"] if target["type"] == "shared_worker"
    ]
    assert workers
    for worker in workers:
        debugger.send("Target.closeTarget", {"targetId": worker["targetId"]})
    assert stage.stream_ended.wait(timeout=5)  # it was only asked to close, and would still hear what comes next
    missed = stage.state.raise_incident()
    expect(desk.card(missed["id"])).to_have_count(1, timeout=12_000)
    later = stage.state.raise_incident(name="王秀英")
    expect(desk.card(later["id"])).to_have_count(1)
    assert len(stage.stream_starts) == 2


def test_a_desk_that_is_away_says_so_and_one_before_the_gate_says_nothing(desk: DeskPage, stage: Stage) -> None:
    desk.log_in()
    expect(desk.page.locator("[data-part=incidents]")).to_be_visible()
    desk.page.click("[data-action=start-shift]")
    assert stage.desk.said == []
    desk.page.click("[data-action=enter-desk]")
    expect(desk.page.locator("html")).to_have_attribute("data-manned", "said")
    assert [state for _, state in stage.desk.said] == ["present"]
    tab = open_tab(desk)
    desk.page.click("[data-action=step-away]")
    expect(desk.page.locator("[data-handed-on=handed_on]")).to_be_visible()
    expect(tab.page.locator("[data-dialog=away]")).to_be_visible()
    assert stage.desk.said[-1][1] == "away"
    incident = stage.state.raise_incident()
    desk.expect_sound("critical")
    expect(desk.page.locator(f"[data-away-incident='{incident['id']}']")).to_be_visible()
    expect(desk.page.locator("[data-dialog=away]")).to_have_attribute("data-calls", "0")
    tab.press("Enter")
    expect(desk.page.locator("[data-dialog=away]")).to_have_count(0)
    expect(tab.page.locator("[data-dialog=away]")).to_have_count(0)
    assert stage.desk.said[-1][1] == "present"


@pytest.mark.long
def test_a_desk_that_is_away_for_a_quarter_of_an_hour_calls_its_operator_back(desk: DeskPage) -> None:
    desk.page.add_init_script("""
        const post = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (word) {
            return post.call(this, word?.type === "away" ? { ...word, since_ms: word.since_ms - 16 * 60_000 } : word);
        };
    """)
    desk.open()
    desk.page.click("[data-action=step-away]")
    expect(desk.page.locator("[data-banner=away-long]")).to_be_visible()
    expect(desk.page.locator("[data-dialog=away]")).to_have_attribute("data-calls", "16")
    assert desk.find_barriers() == []
    desk.press("Enter")
    expect(desk.page.locator("[data-dialog=away]")).to_have_count(0)


def test_a_desk_that_cannot_sound_has_a_red_bar_until_it_can(desk: DeskPage) -> None:
    state = "{ get: () => (globalThis.heard ? 'running' : 'suspended') }"
    desk.page.add_init_script(f"Object.defineProperty(AudioContext.prototype, 'state', {state})")
    desk.log_in()
    desk.page.click("[data-action=start-shift]")
    expect(desk.page.locator(".grants .blocked")).to_be_visible()
    desk.page.click("[data-action=enter-desk]")
    bar = desk.page.locator("[data-banner=sound]")
    expect(bar).to_contain_text("声音没有打开")
    desk.page.evaluate("globalThis.heard = true")
    bar.get_by_role("button").click()
    expect(bar).to_have_count(0)


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


@pytest.mark.long
def test_a_list_that_cannot_be_read_says_so(desk: DeskPage) -> None:
    desk.expected_statuses.add(500)
    desk.open()
    desk.page.route("**/api/v1/maintenance*", lambda route: route.fulfill(status=500, body=""))
    desk.page.get_by_role("link", name="维护事项").click()
    expect(desk.page.get_by_role("alert").filter(has_text="读取失败")).to_be_visible()
    desk.page.unroute("**/api/v1/maintenance*")
    desk.page.get_by_role("button", name="刷新").click()
    expect(desk.page.get_by_text("没有待处理的维护事项")).to_be_visible()
