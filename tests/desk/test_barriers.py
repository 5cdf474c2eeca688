"""Nobody is kept out: axe finds nothing on any page, in either theme."""

import pytest
from playwright.sync_api import expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage
from tests.desk.fake_scenery import furnish

pytestmark = pytest.mark.browser

THEMES = ("light", pytest.param("dark", marks=pytest.mark.long))


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_the_way_to_the_desk_has_no_barriers(desk: DeskPage, stage: Stage, theme: str) -> None:
    desk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two literals
    desk.page.goto(desk.address)
    expect(desk.page.locator("#login")).to_be_visible()
    assert desk.find_barriers() == []
    desk.log_in()
    expect(desk.page.locator("[data-action=start-shift]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.click("[data-action=start-shift]")
    expect(desk.page.locator("[data-action=enter-desk]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.click("[data-action=enter-desk]")
    expect(desk.page.locator("[data-empty]")).to_be_visible()
    assert desk.find_barriers() == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_full_desk_has_no_barriers(desk: DeskPage, stage: Stage, theme: str) -> None:
    furnish(stage.state, 12)
    desk.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # as above
    desk.open()
    expect(desk.page.get_by_text("青霉素")).to_be_visible()
    assert desk.find_barriers() == []
    desk.take_selected()
    expect(desk.page.locator("[data-action=close]")).to_be_visible()
    desk.press("c")
    expect(desk.page.locator("[data-outcome]").first).to_be_focused()
    assert desk.find_barriers() == []
    desk.press("Escape")
    for action in ("responding", "hand-over", "close"):
        desk.page.click(f"[data-action={action}]")
        expect(desk.page.locator(f"[data-dialog={action}]")).to_be_visible()
        assert desk.find_barriers() == []
        desk.press("Escape")
        expect(desk.page.locator(f"[data-dialog={action}]")).to_be_hidden()


@pytest.mark.long
@pytest.mark.parametrize("page", ["closed", "maintenance", "follow-ups", "quarantine"])
def test_the_lists_have_no_barriers_full_or_empty(desk: DeskPage, stage: Stage, page: str) -> None:
    desk.open()
    desk.page.goto(f"{desk.address}/#/{page}")
    expect(desk.page.locator(".empty")).to_be_visible()
    assert desk.find_barriers() == []
    furnish(stage.state, 3)
    desk.page.get_by_role("button", name="刷新").click()
    expect(desk.page.locator("tbody tr").first).to_be_visible()
    assert desk.find_barriers() == []
