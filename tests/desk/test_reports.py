"""Reports at the desk: figures as they happened, on screen, on paper and as a spreadsheet."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Route, expect
from python_calamine import CalamineWorkbook

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

OpenDesk = Callable[..., DeskPage]


@pytest.fixture(scope="module")
def _eventful_day(county: CountyHub) -> None:
    """Two calls that were answered and closed, and one that nobody called back."""
    for name, disposition in (("李示例", "real"), ("林示例", "false")):
        incident = county.report(name)
        county.api.post(f"/api/v1/incidents/{incident['id']}/acknowledge", {})
        county.api.post(f"/api/v1/incidents/{incident['id']}/contact-attempts", {"who": "本人", "outcome": "reached"})
        county.close(incident, disposition, "已上门")
    county.close(county.report(None, "打错了"), "false", "打错了")


def open_reports(desk: DeskPage) -> None:
    desk.go_to("/reports")
    expect(desk.page.locator("[data-report=ready]")).to_be_visible()


@pytest.mark.usefixtures("_eventful_day")
def test_a_month_says_how_soon_somebody_called_back_and_not_only_clicked(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    open_reports(desk)
    reached = desk.page.locator("[data-tile=reached_in_60_s]")
    expect(reached).to_contain_text(re.compile(r"\d+ / \d+ 件"))
    expect(reached).to_contain_text("97.5%")
    expect(desk.page.locator("[data-chart=load] canvas")).to_be_visible()
    expect(desk.page.locator("[data-empty]")).to_have_count(0)
    assert desk.find_barriers() == []
    desk.page.emulate_media(color_scheme="dark")
    assert desk.find_barriers() == []


@pytest.mark.long
@pytest.mark.usefixtures("_eventful_day")
def test_a_shift_lists_its_incidents_and_each_leads_to_what_was_done(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    open_reports(desk)
    desk.page.locator("[data-kind=shift]").check(force=True)
    desk.page.locator("[data-shifts]").select_option("8")
    lines = desk.page.locator("[data-line]")
    expect(lines.filter(has_text="李示例").filter(has_text="属实").first).to_be_visible()
    assert desk.find_barriers() == []
    lines.first.get_by_role("link").click()
    expect(desk.page).to_have_url(re.compile("#/incidents/"))


@pytest.mark.long
@pytest.mark.usefixtures("_eventful_day")
def test_what_is_printed_is_as_long_as_the_report_and_has_no_buttons(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    open_reports(desk)
    desk.page.emulate_media(media="print")
    expect(desk.page.locator("[data-action=print]")).to_be_hidden()
    expect(desk.page.locator("[data-action=more-pages]")).to_be_hidden()
    cut = "[document.documentElement, document.querySelector('[data-frame-page]')]"
    assert desk.page.evaluate(f"{cut}.map(one => one.scrollWidth - one.clientWidth)") == [0, 0]
    desk.page.set_viewport_size({"width": 780, "height": 400})
    pages = len(re.findall(rb"/Type\s*/Page\b", desk.page.pdf(width="780px", height="500px")))
    assert pages >= 2, "a page that scrolls inside of a frame would be one sheet"


@pytest.mark.long
@pytest.mark.usefixtures("_eventful_day")
def test_the_spreadsheet_is_of_what_is_shown(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    open_reports(desk)
    with desk.page.expect_download() as download:
        desk.page.locator("[data-action=download]").click()
    book = CalamineWorkbook.from_filelike(BytesIO(download.value.path().read_bytes()))
    assert book.sheet_names[0] == "值守月报"


@pytest.mark.long
def test_a_place_without_incidents_says_so_and_judges_nothing(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong")
    open_reports(desk)
    expect(desk.page.locator("[data-empty]")).to_be_visible()
    expect(desk.page.locator("[data-tile=reached_in_60_s]")).to_contain_text("—")
    assert desk.find_barriers() == []


@pytest.mark.long
def test_a_report_that_fails_is_tried_again(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong")
    desk.expected_statuses.add(503)
    asked: list[Route] = []

    def keep(route: Route) -> None:
        asked.append(route)

    desk.page.route("**/api/v1/reports/**", keep)
    desk.go_to("/reports")
    expect(desk.page.locator("[data-report=loading]")).to_be_visible()
    expect(desk.page.locator(".el-skeleton").first).to_be_visible()
    for route in asked:
        route.fulfill(status=503, json={"title": "away", "status": 503})
    desk.page.unroute("**/api/v1/reports/**")
    expect(desk.page.locator("main").get_by_role("alert")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.locator("[data-action=retry]").click()
    expect(desk.page.locator("[data-report=ready]")).to_be_visible()
