"""The wall before a real county: no gate, no names on the wire, visibly stale when nobody answers."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.desk.county_hub import CountyHub, Json
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
NAME = "李示例"
SCREEN = {"viewport": {"width": 1920, "height": 1080}}


@pytest.fixture
def called(county: CountyHub) -> Iterator[Json]:
    """Somebody waits."""
    incident = county.report(NAME)
    yield incident
    county.close(incident)


def _hang(open_desk: OpenDesk, login: str = "kan", *, state: str = "live", **context: object) -> DeskPage:
    """A screen on the wall, logged in by an account that may look, without a gate."""
    wall = open_desk(login, past_gate=False, **(SCREEN | context))
    expect(wall.page.locator("[data-action=start-shift]")).to_be_visible()
    wall.go_to("/wall")
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", state)
    return wall


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_wall_counts_and_names_places_alone(
    open_county_desk: OpenDesk, county: CountyHub, called: Json, theme: str
) -> None:
    wall = _hang(open_county_desk, color_scheme=theme)
    asked: list[str] = []
    wall.page.on("request", lambda request: asked.append(request.url.removeprefix(county.address)))
    untaken = wall.page.locator("[data-figure=untaken]")
    expect(untaken.locator(".value")).to_have_text("1")
    expect(untaken).to_have_attribute("data-tone", "urgent")
    expect(wall.page.locator("[data-township=青石镇]")).to_contain_text("东坡村 1")
    assert NAME not in wall.page.content()
    assert wall.find_barriers() == []
    county.api.post(f"/api/v1/incidents/{called['id']}/acknowledge", {})
    expect(untaken.locator(".value")).to_have_text("0", timeout=15_000)
    expect(wall.page.locator("[data-figure=in-hand] .value")).to_have_text("1")
    assert set(asked) == {"/api/v1/wall"}


def test_the_wall_fills_its_screen_and_no_more(open_county_desk: OpenDesk, called: Json) -> None:
    wall = _hang(open_county_desk)
    for width, height in ((1920, 1080), (3840, 2160), (1366, 768)):
        wall.page.set_viewport_size({"width": width, "height": height})
        shape = "() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
        assert wall.page.evaluate(shape) == [height, width]
        box = wall.page.locator("[data-figure=untaken] .value").bounding_box()
        assert box is not None
        assert box["height"] > height / 10


def test_the_wall_of_an_empty_township_is_calm(open_county_desk: OpenDesk) -> None:
    wall = _hang(open_county_desk, "kong")
    for figure in ("untaken", "longest", "answered-60", "answered-180"):
        expect(wall.page.locator(f"[data-figure={figure}]")).to_have_attribute("data-tone", "calm")
    assert wall.find_barriers() == []


def test_a_wall_that_hears_nothing_says_so_and_comes_back_by_itself(open_county_desk: OpenDesk) -> None:
    wall = _hang(open_county_desk)
    wall.expected_statuses.add(503)
    wall.page.clock.install()
    away = {"status": 503, "content_type": "application/problem+json", "body": '{"code": "database_away"}'}
    wall.page.route("**/api/v1/wall", lambda route: route.fulfill(**away))
    wall.page.reload()
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "failed")
    assert wall.find_barriers() == []
    wall.page.unroute("**/api/v1/wall")
    wall.page.clock.run_for(6_000)
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "live")
    wall.page.route("**/api/v1/wall", lambda route: route.fulfill(**away))
    wall.page.clock.run_for(26_000)
    expect(wall.page.locator("[data-stale]")).to_be_visible()
    assert wall.find_barriers() == []
    wall.page.unroute("**/api/v1/wall")
    wall.page.clock.run_for(6_000)
    expect(wall.page.locator("[data-stale]")).to_have_count(0)


def test_a_wall_without_a_session_asks_for_one_and_is_led_back(open_county_desk: OpenDesk) -> None:
    wall = _hang(open_county_desk)
    wall.page.locator("[data-action=leave]").click()
    wall.page.fill("#login", "kan")
    wall.page.fill("#password", wall.password)
    wall.press("Enter")
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "live")


def test_an_account_of_the_wall_sees_the_wall_and_nothing_else(open_county_desk: OpenDesk) -> None:
    wall = open_county_desk("ping", past_gate=False, **SCREEN)
    wall.expected_statuses.add(403)
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "live")
    for page in ("/", "/recipients", "/gate"):
        wall.go_to(page)
        expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "live")
    told = wall.page.request.get(f"{wall.address}/api/v1/recipients")
    assert told.status == 403


def test_a_wall_that_waits_says_so_and_shares_below_their_target_stand_out(open_county_desk: OpenDesk) -> None:
    wall = open_county_desk("kan", past_gate=False, **SCREEN)
    expect(wall.page.locator("[data-action=start-shift]")).to_be_visible()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    wall.page.route("**/api/v1/wall", hold)
    wall.go_to("/wall")
    expect(wall.page.locator("[data-wall]")).to_have_attribute("data-state", "loading")
    told = waiting[0].fetch().json()
    told["answered_in_60_s"] = {"of": 40, "hits": 38, "share": 0.95, "target": 0.975}
    told["answered_in_180_s"] = {"of": 2000, "hits": 1999, "share": 0.9995, "target": 0.99}
    waiting[0].fulfill(content_type="application/json", body=json.dumps(told))
    expect(wall.page.locator("[data-figure=answered-60]")).to_have_attribute("data-tone", "short")
    expect(wall.page.locator("[data-figure=answered-60] .value")).to_have_text("95")
    expect(wall.page.locator("[data-figure=answered-180]")).to_have_attribute("data-tone", "calm")
    expect(wall.page.locator("[data-figure=answered-180] .value")).to_have_text("99.9")
    wall.page.unroute("**/api/v1/wall")
