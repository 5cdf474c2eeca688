"""The board and the incident's map, before a real county: full, empty, loading, failing, without tiles, by keyboard."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.desk.county_hub import CountyHub, Json
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
#: A made-up person of the county whose house is on the map, and one whose is not.
HOUSED = "李示例"


@pytest.fixture
def called(county: CountyHub) -> Iterator[Json]:
    """Somebody whose house is known needs somebody."""
    incident = county.report(HOUSED)
    yield incident
    county.close(incident)


def _show_board(desk: DeskPage) -> None:
    desk.go_to("/board")
    expect(desk.page.locator("[data-board][data-state=shown]")).to_be_visible()


def _answer(desk: DeskPage, path: str, change: Callable[[Json], Any]) -> None:
    """The hub's own answer with something changed in it."""

    def answer(route: Route) -> None:
        body = route.fetch().json()
        change(body)
        route.fulfill(content_type="application/json", body=json.dumps(body))

    desk.page.route(f"**/api/v1/{path}", answer)


def _without_places(board: Json) -> None:
    board["homes"] = []
    for place in board["places"]:
        place["center"] = None


def _drawn_in(datum: str) -> Callable[[Json], None]:
    return lambda base: base.update(datum=datum)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_board_shows_who_needs_somebody_on_the_map_and_in_the_list(
    open_county_desk: OpenDesk, called: Json, theme: str
) -> None:
    desk = open_county_desk("zhang", color_scheme=theme)
    _show_board(desk)
    page = desk.page
    expect(page.locator("[data-map][data-map-source=file] img.leaflet-tile-loaded").first).to_be_visible()
    row = page.locator(f"[data-board-incident='{called['id']}']")
    expect(row).to_contain_text(HOUSED)
    mark = page.locator(f"[data-mark='{called['id']}'] .map-incident")
    expect(mark).to_have_class("map-incident high untaken")
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(mark.locator(".map-label")).to_have_text(HOUSED)
    assert desk.find_barriers() == []
    page.locator("[data-action=open-incident]").click()
    expect(desk.card(called["id"])).to_be_visible()


def test_a_mark_that_is_clicked_is_chosen_in_the_list(open_county_desk: OpenDesk, called: Json) -> None:
    desk = open_county_desk("zhang", reduced_motion="reduce")
    _show_board(desk)
    desk.page.locator(f"[data-mark='{called['id']}'] .map-incident").click()
    expect(desk.page.locator(f"[data-board-incident='{called['id']}']")).to_have_attribute("aria-pressed", "true")


def test_what_is_opened_taken_and_closed_moves_on_the_board_by_itself(
    open_county_desk: OpenDesk, county: CountyHub
) -> None:
    desk = open_county_desk("zhang")
    _show_board(desk)
    incident = county.report(HOUSED)
    mark = desk.page.locator(f"[data-mark='{incident['id']}'] .map-incident")
    expect(mark).to_have_class("map-incident high untaken")
    county.api.post(f"/api/v1/incidents/{incident['id']}/acknowledge", {})
    expect(mark).to_have_class("map-incident high taken")
    county.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "false", "note": "误按"})
    expect(mark).to_have_count(0)
    expect(desk.page.locator(f"[data-board-incident='{incident['id']}']")).to_have_count(0)


def test_a_place_is_chosen_in_the_address_and_leaves_the_others_out(open_county_desk: OpenDesk, called: Json) -> None:
    desk = open_county_desk("zhang")
    desk.go_to("/board?division=990101002000")
    expect(desk.page.locator("[data-board][data-state=shown]")).to_be_visible()
    expect(desk.page.locator("[data-no-incidents]")).to_be_visible()
    expect(desk.page.locator("[data-place='990101002001']")).to_be_visible()
    expect(desk.page.locator("[data-place='990101001001']")).to_have_count(0)
    expect(desk.page.locator(f"[data-mark='{called['id']}']")).to_have_count(0)


def test_where_nothing_is_on_the_map_the_villages_stand_as_fields(open_county_desk: OpenDesk, called: Json) -> None:
    desk = open_county_desk("zhang")
    _answer(desk, "map", lambda base: base.update(source="none", tiles=None, bounds=None, center=None))
    _answer(desk, "board", _without_places)
    _show_board(desk)
    expect(desk.page.locator("[data-no-places]")).to_be_visible()
    cell = desk.page.locator("[data-cell='990101001001']")
    cell.get_by_role("button").click()
    expect(desk.page.locator(f"[data-board-incident='{called['id']}']")).to_have_attribute("aria-pressed", "true")
    assert desk.find_barriers() == []


@pytest.mark.parametrize("trouble", [None, "missing"])
def test_a_map_without_ground_says_why_and_shows_its_marks(
    open_county_desk: OpenDesk, called: Json, trouble: str | None
) -> None:
    desk = open_county_desk("zhang")
    _answer(desk, "map", lambda base: base.update(source="none", tiles=None, bounds=None, trouble=trouble))
    _show_board(desk)
    expect(desk.page.locator("[data-map-note]")).to_be_visible()
    expect(desk.page.locator(f"[data-mark='{called['id']}'] .map-incident")).to_be_visible()
    expect(desk.page.locator(".leaflet-control-scale-line")).to_be_visible()
    expect(desk.page.locator("img.leaflet-tile")).to_have_count(0)


def test_a_map_in_another_datum_is_drawn_beside(open_county_desk: OpenDesk, called: Json) -> None:
    """The mark moves against the tiles by what GCJ-02 is off by: at zoom 12 some pixels, and never none."""
    places = {}
    for datum, login in (("wgs84", "zhang"), ("gcj02", "wu")):
        desk = open_county_desk(login)
        _answer(desk, "map", _drawn_in(datum))
        _show_board(desk)
        tile = desk.page.locator("img.leaflet-tile-loaded").first
        expect(tile).to_be_visible()
        where = """(id) => { const box = document.querySelector(`[data-mark='${id}']`).getBoundingClientRect();
          const tile = document.querySelector('img.leaflet-tile'); const ground = tile.getBoundingClientRect();
          const [x, y] = tile.src.split('/').slice(-2).map(Number);
          return [x * 256 + box.x - ground.x, y * 256 + box.y - ground.y] }"""
        places[datum] = desk.page.evaluate(where, called["id"])
    assert places["wgs84"] != places["gcj02"]
    assert all(abs(one - other) < 60 for one, other in zip(places["wgs84"], places["gcj02"], strict=True))


def test_an_empty_township_is_calm(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong")
    _show_board(desk)
    expect(desk.page.locator("[data-no-incidents]")).to_be_visible()
    assert desk.find_barriers() == []


def test_a_board_that_is_slow_says_so_and_one_that_fails_is_tried_again(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    desk.expected_statuses.add(503)
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    desk.page.route("**/api/v1/board", hold)
    desk.go_to("/board")
    expect(desk.page.locator("[data-loading]")).to_be_visible()
    waiting.pop().fulfill(status=503, content_type="application/problem+json", body='{"code": "busy"}')
    expect(desk.page.locator("[data-failed]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.unroute("**/api/v1/board")
    desk.page.locator("[data-failed] button").click()
    expect(desk.page.locator("[data-board][data-state=shown]")).to_be_visible()


def test_a_supervisor_puts_a_village_on_the_map(open_county_desk: OpenDesk, county: CountyHub) -> None:
    village = "990101003004"
    before = next(place for place in county.api.get("/api/v1/board")["places"] if place["id"] == village)["center"]
    desk = open_county_desk("ban")
    _show_board(desk)
    desk.page.locator(f"[data-set-center='{village}']").click()
    picker = desk.page.locator("[data-place-picker]")
    expect(picker.locator("[data-mark=chosen]")).to_be_in_viewport()
    expect(picker.locator("[data-field=lat] input, input[data-field=lat]")).to_have_value(f"{before['lat']:.6f}")
    assert desk.find_barriers() == []
    picker.locator("[data-map]").click(position={"x": 200, "y": 150})
    desk.page.locator("[data-action=save-center]").click()
    expect(picker).to_have_count(0)
    after = next(place for place in county.api.get("/api/v1/board")["places"] if place["id"] == village)["center"]
    assert after != before
    assert abs(after["lat"] - before["lat"]) < 0.05
    county.api.put(f"/api/v1/divisions/{village}/center", {"center": before})


def test_who_looks_on_moves_no_village(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    _show_board(desk)
    expect(desk.page.locator("[data-place='990101001001']")).to_be_visible()
    expect(desk.page.locator("[data-set-center]")).to_have_count(0)


def test_the_incident_has_its_map_below_the_address(open_county_desk: OpenDesk, called: Json) -> None:
    desk = open_county_desk("zhang")
    fix = {"lat": 37.7, "lon": 114.82, "accuracy_m": 900, "source": "cell", "datum": "gcj02"}
    fix["fixed_at"] = called["opened_at"]
    _answer(desk, "incidents/*/whereabouts", lambda where: where.update(position=fix, withheld=False))
    desk.go_to(f"/incidents/{called['id']}")
    shown = desk.page.locator("[data-incident-map]").first
    expect(shown.locator("[data-mark=home] .map-home")).to_be_visible()
    expect(shown.locator("path.map-accuracy")).to_be_visible()
    expect(shown.locator("[data-fix]")).to_contain_text("基站")
    ground = shown.locator("[data-map]")
    ground.focus()
    for _ in range(4):
        desk.press("Tab")
    expect(ground).not_to_be_focused()
    inside = "() => document.querySelector('[data-map]').contains(document.activeElement)"
    assert desk.page.evaluate(inside) is False
