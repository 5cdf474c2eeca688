"""The queue by the keyboard: what stands first, what one key does and never does by accident, and who was first."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage
from tests.desk.fake_state import Json

NOON, NIGHT = 12, 2


def zone_in_which_it_is(hour: int) -> str:
    """A time zone by name, where the clock shows that hour now."""
    east = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"  # these names count westwards


def order_of(page: Page) -> list[str]:
    """The ids of the cards as they stand, by their place in the list."""
    cards = page.locator("[data-incident]").all()
    placed = [
        (int(card.get_attribute("aria-posinset") or 0), card.get_attribute("data-incident") or "") for card in cards
    ]
    return [incident_id for _, incident_id in sorted(placed)]


def test_what_nobody_has_stands_first_then_the_gravest_then_the_oldest(desk: DeskPage, stage: Stage) -> None:
    raised = stage.state.raise_incident
    taken = raised(age_s=900)
    stage.state.acknowledge(taken["id"], {"type": "operator", **stage.state.operators["wu"]})
    low, medium = raised(severity="low", age_s=800), raised(severity="medium", age_s=700)
    young, high, old = raised(age_s=1), raised(severity="high", age_s=300), raised(age_s=83)
    desk.open()
    expect(desk.page.locator("[data-incident]")).to_have_count(6)
    assert order_of(desk.page) == [one["id"] for one in (old, young, high, medium, low, taken)]
    expect(desk.card(young["id"])).to_contain_text(re.compile(r"60 秒内接听 · 剩 0:[0-5]\d"))
    expect(desk.card(old["id"])).to_contain_text(re.compile(r"超时 \d:\d\d"))
    for key, selected in (("ArrowDown", young), ("End", taken), ("ArrowUp", low), ("Home", old)):
        desk.press(key)
        expect(desk.card(selected["id"])).to_have_attribute("aria-selected", "true")
        expect(desk.page.locator("[data-queue]")).to_have_attribute("aria-activedescendant", f"queue-{selected['id']}")


def test_a_taken_card_says_who_has_it_and_how_long_it_stays_theirs(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    desk.take_selected()
    card = desk.card(incident["id"])
    expect(card).to_contain_text("张敏 处置中")
    expect(card.locator("[data-due=contact_reminder]")).to_have_text(re.compile(r"^[12]:\d\d 内须联系$"))
    now = datetime.now(UTC)
    due = {"due_kind": "ack_timeout", "due_at": stage.state.incidents[incident["id"]]["due_at"]}
    stage.state.move(incident["id"], "note", {"text": "在打"}, None, contacted_at=now.isoformat(), **due)
    expect(card.locator("[data-due=ack_timeout]")).to_have_text(re.compile(r"^[12]:\d\d 后退回$"))
    expect(card).to_contain_text("已联系")


def test_what_jumped_under_the_finger_is_not_taken(desk: DeskPage, stage: Stage) -> None:
    desk.page.clock.install()
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    desk.page.locator("[data-queue]").evaluate("() => 0")
    desk.page.clock.pause_at(datetime.now(UTC).timestamp() * 1000 + 60_000)
    incident = stage.state.raise_incident()
    expect(desk.card(incident["id"])).to_have_attribute("aria-selected", "true")
    expect(desk.page.locator("[data-queue]")).to_be_focused()
    desk.press("Enter")
    expect(desk.page.locator("[data-notice]")).to_contain_text("请看清后再按一次")
    desk.press("t")
    assert stage.state.incidents[incident["id"]]["state"] == "open"
    desk.page.clock.run_for(300)
    desk.press("Enter")
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "acknowledged")


def test_a_key_that_is_held_or_struck_twice_takes_one(desk: DeskPage, stage: Stage) -> None:
    first, second = stage.state.raise_incident(age_s=20), stage.state.raise_incident(age_s=10)
    desk.open()
    desk.take_selected()
    desk.press("Enter")
    for _ in range(3):
        desk.page.keyboard.down("Enter")  # the second and third are what a held key sends
    desk.page.keyboard.up("Enter")
    expect(desk.card(first["id"])).to_have_attribute("data-state", "acknowledged")
    expect(desk.card(second["id"])).to_have_attribute("data-state", "open")
    assert [line["code"] for line in stage.state.logs[first["id"]]] == ["opened", "acknowledged"]


@pytest.mark.long
def test_the_shown_key_takes_from_anywhere_but_a_field(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    expect(desk.page.locator("[data-queue][data-rested]")).to_have_count(1)
    desk.page.locator("textarea").first.focus()
    desk.press("t")
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "open")
    desk.page.get_by_role("button", name="设置").focus()
    desk.press("t")
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "acknowledged")


@pytest.mark.long
def test_a_key_is_given_another_is_kept_and_no_key_does_two_things(desk: DeskPage, stage: Stage) -> None:
    stage.state.raise_incident()
    desk.open()
    desk.take_selected()
    desk.page.get_by_role("button", name="设置").click()
    said = desk.page.locator("[data-said]")
    desk.page.click("[data-shortcut=call]")
    expect(said).to_contain_text("请按下用于“记录联系”的键")
    desk.press("n")
    expect(said).to_contain_text("N 键已用于“添加备注”")
    desk.press("Enter")
    expect(said).to_contain_text("这个键不能用作快捷键")
    desk.press("b")
    expect(said).to_contain_text("“记录联系”现在用 B 键")
    assert desk.find_barriers() == []
    desk.page.get_by_role("button", name="完成").click()
    expect(desk.page.locator("[data-dialog=settings]")).to_be_hidden()
    desk.press("c")
    expect(desk.page.locator("[data-outcome]")).to_have_count(0)
    desk.press("b")
    expect(desk.page.locator("[data-outcome]").first).to_be_focused()
    desk.page.reload()
    desk.pass_gate()
    desk.page.get_by_role("button", name="设置").click()
    call = desk.page.locator("[data-shortcut=call]")
    expect(call).to_have_text("B")
    desk.page.click("[data-action=reset-keys]")
    expect(call).to_have_text("C")


@pytest.mark.parametrize(("hour", "chimes"), [(NOON, "1"), (NIGHT, None)], ids=["by day", "not at night"])
def test_a_low_one_chimes_once(desk: DeskPage, stage: Stage, hour: int, chimes: str | None) -> None:
    stage.timezone = zone_in_which_it_is(hour)
    desk.open()
    assert stage.stream_opened.wait(timeout=5)
    incident = stage.state.raise_incident(severity="low", kind="vitals", code="battery_low")
    expect(desk.card(incident["id"])).to_be_visible()
    assert desk.page.locator("html").get_attribute("data-chimes") == chimes
    desk.expect_sound("silent")


@pytest.mark.long
def test_a_list_of_operators_that_cannot_be_read_says_so_and_the_focus_comes_back(desk: DeskPage, stage: Stage) -> None:
    desk.expected_statuses.add(500)
    stage.state.raise_incident()
    desk.open()
    desk.take_selected()
    desk.page.route("**/api/v1/operators*", lambda route: route.fulfill(status=500, body=""))
    expect(desk.page.locator("[data-action=hand-over]")).to_be_visible()
    desk.press("h")
    dialog = desk.page.locator("[data-dialog=hand-over]")
    expect(dialog.get_by_role("alert")).to_contain_text("值班员名单读取失败")
    desk.page.unroute("**/api/v1/operators*")
    dialog.locator("[data-action=retry]").click()
    expect(dialog.get_by_label("移交给", exact=True)).to_be_visible()
    desk.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.page.locator("[data-queue]")).to_be_focused()


def test_the_title_flashes_at_most_three_times_a_second(desk: DeskPage, stage: Stage) -> None:
    desk.page.clock.install()
    desk.open()
    stage.state.raise_incident()
    expect(desk.page.locator("[data-incident]")).to_have_count(1)
    desk.page.evaluate(
        """() => {
            const title = document.querySelector("title");
            const count = () => { title.dataset.changes = String(Number(title.dataset.changes ?? 0) + 1); };
            new MutationObserver(count).observe(title, { childList: true, characterData: true, subtree: true });
        }"""
    )
    desk.page.clock.run_for(10_000)
    changes = int(desk.page.locator("title").get_attribute("data-changes") or 0)
    assert 5 <= changes <= 2 * 3 * 10


def test_of_two_who_take_the_same_one_wins_and_the_other_sees_the_name_within_a_second(
    county: CountyHub, open_county_desk: Callable[..., DeskPage]
) -> None:
    incident = county.report("李示例")
    desks = [open_county_desk(login) for login in ("zhang", "wu")]
    for desk in desks:
        desk.expected_statuses.add(409)
        desk.card(incident["id"]).click()
        desk.page.locator("[data-queue]").focus()
        expect(desk.page.locator("[data-queue][data-rested]")).to_have_attribute("data-rested", incident["id"])
    for desk in desks:
        desk.press("Enter")
    try:
        for desk in desks:
            expect(desk.card(incident["id"])).to_contain_text(re.compile("[张吴]值班 处置中"), timeout=1_000)
            expect(desk.page.locator("[data-opened] header").first).to_contain_text(re.compile("[张吴]值班|由您处置"))
        told: Json = county.api.get(f"/api/v1/incidents/{incident['id']}")
        assert [line["code"] for line in told["log"]].count("acknowledged") == 1
    finally:
        county.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})
