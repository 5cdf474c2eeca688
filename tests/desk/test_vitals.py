"""Last values and the hours around the event, beside the incident."""

import pytest
from playwright.sync_api import expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage
from tests.desk.fake_state import Json
from tests.desk.fake_vitals import NOTHING_EVERY, SILENT_EVERY


def _raise_for(stage: Stage, wanted: int) -> Json:
    """An incident of the next person whose number is right: `wanted` is what it may be divided by, 1 for neither."""
    while True:
        incident = stage.state.raise_incident()
        number = int(incident["id"][-12:], 16)
        divisors = [every for every in (NOTHING_EVERY, SILENT_EVERY) if number % every == 0]
        if divisors == ([] if wanted == 1 else [wanted]):
            return incident


def _open(desk: DeskPage, incident: Json) -> None:
    desk.open()
    desk.card(incident["id"]).click()
    expect(desk.page.locator(f"[data-opened='{incident['id']}']")).to_be_visible()


def test_last_values_come_with_their_age_and_the_hours_before_with_the_event(stage: Stage, desk: DeskPage) -> None:
    _open(desk, _raise_for(stage, 1))
    pulse = desk.page.locator("[data-measure=heart_rate_bpm]")
    expect(pulse).to_contain_text("心率")
    expect(pulse).to_contain_text("次/分")
    expect(pulse).to_contain_text("秒前")
    expect(desk.page.locator("[data-measure=systolic_mmhg]")).to_contain_text("138/84")
    expect(desk.page.locator("[data-measure=diastolic_mmhg]")).to_have_count(0)
    chart = desk.page.locator("[data-trend]")
    expect(chart.locator("canvas")).to_have_count(1)
    told = chart.get_attribute("aria-label") or ""
    assert "6 小时" in told
    assert all(word in told for word in ("心率", "血氧", "呼吸"))
    assert desk.find_barriers() == []


@pytest.mark.long
def test_the_chart_is_drawn_again_in_the_dark(stage: Stage, desk: DeskPage) -> None:
    _open(desk, _raise_for(stage, 1))
    canvas = desk.page.locator("[data-trend] canvas")
    expect(canvas).to_have_count(1)
    lit = canvas.evaluate("one => one.toDataURL()")
    desk.page.emulate_media(color_scheme="dark")
    expect(desk.page.locator("html")).to_have_class("dark")
    desk.page.wait_for_function("lit => document.querySelector('[data-trend] canvas').toDataURL() !== lit", arg=lit)


@pytest.mark.long
def test_who_was_not_heard_of_lately_has_the_hours_before_only(stage: Stage, desk: DeskPage) -> None:
    _open(desk, _raise_for(stage, SILENT_EVERY))
    expect(desk.page.locator("[data-vitals]")).to_contain_text("最近 24 小时没有测到体征")
    expect(desk.page.locator("[data-trend] canvas")).to_have_count(1)


@pytest.mark.long
def test_where_nothing_is_measured_the_desk_says_so_and_loads_no_charts(stage: Stage, desk: DeskPage) -> None:
    loaded: list[str] = []
    desk.page.on("request", lambda request: loaded.append(request.url))
    incident = _raise_for(stage, NOTHING_EVERY)
    for other in list(stage.state.incidents):
        if other != incident["id"]:
            del stage.state.incidents[other]
    _open(desk, incident)
    expect(desk.page.locator("[data-vitals]")).to_contain_text("最近没有测到体征")
    assert not [url for url in loaded if "VitalsTrend" in url and url.endswith(".js")]
