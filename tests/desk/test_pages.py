"""Every page of the desk before a real hub: it opens, it says what it is, and nothing complains.

Its barriers, and what it says where there is nothing, are looked for by `make test-long`, as is most of what its own
file walks.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

PAGES = (
    "/follow-ups",
    "/maintenance",
    "/board",
    "/reports",
    "/recipients",
    "/devices",
    "/contact-list",
    "/closed",
    "/notifications",
    "/quarantine",
    "/shelves",
    "/calls",
    "/shifts",
    "/rosters",
    "/policies",
    "/scripts",
    "/accounts",
    "/end-shift",
    "/",
)
#: What a viewer is shown the way to, and an incident of which somebody sent them the address.
VIEWERS = tuple(page for page in PAGES if page not in {"/contact-list", "/accounts", "/end-shift"})


def open_all(desk: DeskPage, pages: tuple[str, ...]) -> None:
    for page in pages:
        desk.go_to(page)
        expect(desk.page.locator("main h1").first).to_be_attached()
        expect(desk.page.locator(".el-skeleton")).to_have_count(0, timeout=15_000)


@pytest.mark.timeout(120)
def test_every_page_opens_full_without_a_complaint(open_county_desk: Callable[..., DeskPage]) -> None:
    open_all(open_county_desk("ban"), PAGES)


@pytest.mark.long
@pytest.mark.timeout(180)
def test_no_page_that_is_full_has_a_barrier(open_county_desk: Callable[..., DeskPage]) -> None:
    desk = open_county_desk("ban")
    found: dict[str, list[str]] = {}
    for page in PAGES:
        open_all(desk, (page,))
        found[page] = desk.find_barriers()
    assert {page: barriers for page, barriers in found.items() if barriers} == {}


@pytest.mark.long
@pytest.mark.timeout(120)
def test_where_there_is_nothing_every_page_opens_too(open_county_desk: Callable[..., DeskPage]) -> None:
    open_all(open_county_desk("kongban"), PAGES)


@pytest.mark.timeout(120)
def test_who_may_only_look_sees_every_page_without_a_refusal(
    open_county_desk: Callable[..., DeskPage], county: CountyHub
) -> None:
    incident = county.report("李示例")
    of_somebody = (f"/incidents/{incident['id']}", f"/recipients/{county.people['李示例']['id']}")
    desk = open_county_desk("kan")
    open_all(desk, (*VIEWERS, *of_somebody))
    desk.go_to(of_somebody[0])
    expect(desk.page.locator("[data-person] .el-skeleton")).to_have_count(0)
    for action in ("take", "record", "more"):  # nothing is offered that would be refused
        expect(desk.page.locator(f"[data-opened] [data-action={action}]")).to_have_count(0)
    county.close(incident)


@pytest.mark.long
def test_a_file_and_its_settings_open(open_county_desk: Callable[..., DeskPage], county: CountyHub) -> None:
    desk = open_county_desk("ban")
    for page in ("", "/profile"):
        desk.go_to(f"/recipients/{county.people['李示例']['id']}{page}")
        expect(desk.page.get_by_text("李示例").first).to_be_visible()
        assert desk.find_barriers() == []


#: A page of 1280 pixels read at four times its size (WCAG 2.2, 1.4.10, AA).
MAGNIFIED = {"width": 320, "height": 640}
#: What reaches further than the screen; tables of many columns, and maps, scroll in themselves.
SIDEWAYS = """() => [document.scrollingElement, document.querySelector("[data-frame-page]")]
    .filter(part => part !== null && part.scrollWidth > part.clientWidth)
    .map(part => `${part.scrollWidth} > ${part.clientWidth}`)"""


def test_an_incident_is_taken_at_four_times_the_size_without_scrolling_sideways(
    open_county_desk: Callable[..., DeskPage], county: CountyHub
) -> None:
    incident = county.report("李示例")
    desk = open_county_desk("zhang", past_gate=False, viewport=MAGNIFIED)
    assert desk.page.evaluate(SIDEWAYS) == []
    desk.pass_gate()
    desk.card(incident["id"]).click()
    desk.page.locator("[data-opened] [data-action=take]").click()
    expect(desk.page.locator("[data-opened] [data-callee]").first).to_be_visible()
    assert desk.page.evaluate(SIDEWAYS) == []
    assert desk.find_barriers() == []


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize("language", ["中文", "English"])
def test_every_page_is_read_at_four_times_the_size_without_scrolling_sideways(
    open_county_desk: Callable[..., DeskPage], county: CountyHub, language: str
) -> None:
    person = f"/recipients/{county.people['李示例']['id']}"
    incident = f"/incidents/{county.report('李示例')['id']}"
    desk = open_county_desk("ban", viewport=MAGNIFIED)
    desk.page.get_by_role("button", name="设置").click()
    desk.page.get_by_text(language).click()
    desk.page.locator(".el-dialog__footer button:visible").last.click()
    found: dict[str, list[str]] = {}
    for page in (*PAGES, person, f"{person}/profile", incident):
        open_all(desk, (page,))
        found[page] = desk.page.evaluate(SIDEWAYS)
    assert {page: wide for page, wide in found.items() if wide} == {}
