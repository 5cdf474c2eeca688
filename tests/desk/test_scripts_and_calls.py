"""Calls to the desk and the scripts operators follow, walked against a real hub with a small county."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

pytestmark = pytest.mark.browser

OpenDesk = Callable[..., DeskPage]
LI = "李示例"
#: The daughter's, as the county was founded.
DAUGHTER = "10000000021"
#: Dark costs as much again and differs in colours alone.
THEMES = ("light", pytest.param("dark", marks=pytest.mark.long))


@pytest.fixture
def incident(county: CountyHub) -> Iterator[dict[str, Any]]:
    """Somebody's incident, open; closed again at the end whoever has it."""
    opened = county.report(LI, "头晕")
    yield opened
    if county.api.get(f"/api/v1/incidents/{opened['id']}")["state"] != "closed":
        county.api.post(f"/api/v1/incidents/{opened['id']}/close", {"disposition": "false"})


def fail(route: Route) -> None:
    """As a hub that cannot do it now."""
    problem = '{"type":"about:blank","title":"away","status":503,"detail":"away","code":"database_away"}'
    route.fulfill(status=503, content_type="application/problem+json", body=problem)


def steps(desk: DeskPage) -> Locator:
    """The steps of the script beside the incident."""
    return desk.page.locator("[data-script] [data-step]")


def look_up(desk: DeskPage, number: str) -> None:
    """Open the form by its key and type a number, until the look-up has answered."""
    desk.press("p")
    expect(desk.page.locator("#call-number")).to_be_focused()
    desk.page.keyboard.type(number)
    expect(desk.page.locator("[data-looked=done]")).to_be_attached()


def test_a_call_for_help_is_registered_by_keyboard_alone(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    look_up(desk, "+86 100 0000 0021")
    expect(desk.page.locator(f"[data-candidate='{county.people[LI]['id']}'] input")).to_be_checked()
    expect(desk.page.locator("#call-caller")).to_have_value("李演示（女儿）")
    desk.page.fill("#call-note", "胸口闷")
    desk.press("Control+Enter")
    expect(desk.page.locator("[data-dialog=call]")).to_be_hidden()
    expect(desk.page.locator("[data-opened]")).to_be_visible()
    opened = desk.page.locator("[data-opened]").get_attribute("data-opened")
    try:
        now = county.api.get(f"/api/v1/incidents/{opened}")
        assert (now["kind"], now["acknowledged_by"]["name"]) == ("phone_report", "张值班")
        assert now["contacted_at"] is not None
        expect(desk.page.locator("[data-queue]")).to_be_focused()
    finally:
        county.api.post(f"/api/v1/incidents/{opened}/close", {"disposition": "false"})


@pytest.mark.long
def test_a_cry_for_help_joins_what_somebody_else_holds_and_sounds_there(
    county: CountyHub, open_county_desk: OpenDesk, incident: dict[str, Any]
) -> None:
    wu, zhang = open_county_desk("wu"), open_county_desk("zhang")
    wu.take_selected()
    wu.expect_sound("silent")
    expect(zhang.card(incident["id"])).to_contain_text("吴值班")
    look_up(zhang, DAUGHTER)
    expect(zhang.page.locator("[data-then=join] input")).to_be_checked()
    expect(zhang.page.locator("[data-then=join]")).to_contain_text("吴值班")
    expect(zhang.page.locator("[data-then=log]")).to_have_count(0)  # a cry is never only put on record
    zhang.page.click("[data-action=register-call]")
    expect(wu.page.locator("html")).not_to_have_attribute("data-sound", "silent")
    now = county.api.get(f"/api/v1/incidents/{incident['id']}")
    assert (now["acknowledged_by"]["name"], len(now["alerts"])) == ("吴值班", 2)


@pytest.mark.long
def test_a_telephone_opens_the_form_with_its_number_even_before_the_log_in(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    desk.go_to("/call?number=tel:%2B86-100-0000-0021")
    expect(desk.page.locator("#call-number")).to_have_value(DAUGHTER)
    expect(desk.page.locator("[data-looked=done]")).to_be_attached()
    desk.press("Escape")
    expect(desk.page.locator("[data-dialog=call]")).to_be_hidden()
    desk.page.goto(f"{desk.address}/?caller={DAUGHTER}")
    desk.pass_gate()  # the page was loaded anew
    expect(desk.page.locator("#call-number")).to_have_value(DAUGHTER)
    assert "caller=" not in desk.page.url


@pytest.mark.long
def test_a_misdial_is_put_on_record_though_the_look_up_fails(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    desk.expected_statuses.add(503)
    desk.page.route("**/api/v1/callers?*", fail)
    desk.page.click("[data-action=call-in]")
    desk.page.fill("#call-number", "10000000777")
    expect(desk.page.locator("[data-looked=failed]")).to_be_attached()
    desk.page.locator("[data-purpose=misdial]").check(force=True)
    expect(desk.page.locator("[data-then]")).to_have_count(1)
    desk.page.route("**/api/v1/calls", fail)
    desk.page.click("[data-action=register-call]")
    expect(desk.page.locator("[data-refusal]")).to_be_visible()
    desk.page.unroute("**/api/v1/calls")
    desk.page.click("[data-action=register-call]")
    expect(desk.page.locator("[data-dialog=call]")).to_be_hidden()
    expect(desk.page.locator("[data-action=call-in]")).to_be_focused()
    desk.go_to("/calls?q=0777")
    expect(desk.page.locator("[data-call]")).to_have_count(1)


@pytest.mark.long
def test_calls_on_record_empty_full_and_failing(open_county_desk: OpenDesk) -> None:
    empty = open_county_desk("kong")
    empty.go_to("/calls")
    expect(empty.page.locator("[data-empty-list]")).to_be_visible()
    assert empty.find_barriers() == []
    look_up(empty, "10000000999")
    expect(empty.page.locator("[data-candidate]")).to_have_count(1)  # nobody of the county is known here
    empty.page.locator("[data-purpose=question]").check(force=True)
    empty.page.fill("#call-note", "低保怎么申请" * 20)
    empty.page.click("[data-action=register-call]")
    expect(empty.page.locator("[data-call]")).to_have_count(1)
    assert empty.find_barriers() == []
    empty.expected_statuses.add(503)
    empty.page.route("**/api/v1/calls?*", fail)
    empty.page.click("[data-action=refresh]")
    expect(empty.page.locator("[data-failed]")).to_be_visible()
    empty.page.unroute("**/api/v1/calls?*")
    empty.page.click("[data-action=retry]")
    expect(empty.page.locator("[data-failed]")).to_have_count(0)


def test_a_step_that_one_operator_does_is_done_for_the_other_at_once(
    county: CountyHub, open_county_desk: OpenDesk, incident: dict[str, Any]
) -> None:
    zhang, wu = open_county_desk("zhang"), open_county_desk("wu")
    expect(steps(zhang).first.locator("input")).to_be_disabled()
    zhang.take_selected()
    expect(steps(wu).first.locator("input")).to_be_enabled()
    zhang.press("s")
    expect(steps(wu).first).to_have_attribute("data-done", "true")
    expect(steps(wu).first).to_contain_text("张值班")
    steps(wu).nth(2).locator("input").focus()
    wu.press("Space")
    expect(steps(zhang).nth(2)).to_have_attribute("data-done", "true")
    expect(steps(wu).nth(2).locator("input")).to_be_focused()
    expect(zhang.page.get_by_text("完成步骤：").first).to_be_visible()
    steps(wu).nth(2).locator("input").click()
    expect(steps(zhang).nth(2)).to_have_attribute("data-done", "false")
    codes = [line["code"] for line in county.api.get(f"/api/v1/incidents/{incident['id']}")["log"]]
    assert (codes.count("script_step_done"), codes.count("script_step_undone")) == (2, 1)


@pytest.mark.long
def test_what_is_written_for_a_person_is_in_their_next_incident(
    county: CountyHub, open_county_desk: OpenDesk, incident: dict[str, Any]
) -> None:
    desk = open_county_desk("zhang")
    desk.page.click("[data-action=personal-script]")
    desk.page.click("[data-action=add-addition]")
    desk.page.keyboard.type("耳背，多等响铃")
    assert desk.find_barriers() == []
    desk.page.select_option("[data-addition] select >> nth=1", "call_contact")
    desk.page.click("[data-action=save-additions]")
    expect(desk.page.locator("[data-dialog=recipient-script]")).to_be_hidden()
    try:
        expect(desk.page.locator("[data-action=personal-script]")).to_be_focused()
        desk.page.click("[data-action=take]")
        expect(steps(desk).first.locator("input")).to_be_enabled()
        expect(desk.page.locator("[data-script]")).not_to_contain_text("耳背")  # it was shown before that was written
        county.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "false"})
        following = county.report(LI, "又来电话")
        expect(desk.page.locator(f"[data-opened='{following['id']}']")).to_be_visible()
        expect(desk.page.locator("[data-step=call_contacts]")).to_contain_text("耳背，多等响铃")
        county.close(following)
    finally:
        county.api.put(f"/api/v1/recipients/{county.people[LI]['id']}/script", {"additions": []})


@pytest.mark.long
def test_a_script_that_cannot_be_read_says_so_and_is_read_again(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    desk.expected_statuses.add(503)
    desk.page.route("**/script", fail)
    incident = county.report(LI)
    expect(desk.page.locator("[data-script] [data-failed]")).to_be_visible()
    desk.page.unroute("**/script")
    desk.page.click("[data-script] [data-action=retry]")
    expect(steps(desk).first).to_be_visible()
    county.close(incident)


@pytest.mark.long
def test_a_place_writes_reorders_restores_and_withdraws_its_own_script(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("ban")
    desk.go_to("/scripts")
    desk.page.click("[data-script-case='builtin:bed']")
    desk.page.click("[data-action=edit-script]")
    first = desk.page.locator("[data-draft]").first
    expect(first).to_have_attribute("data-draft", "look_first")
    first.locator("[data-move=drag]").focus()
    desk.press("ArrowDown")
    expect(desk.page.locator("[data-draft]").nth(1)).to_have_attribute("data-draft", "look_first")
    expect(desk.page.locator("[data-draft='look_first'] [data-move=drag]")).to_be_focused()
    desk.page.drag_and_drop("[data-draft='conclude'] [data-move=drag]", "[data-draft='look_first']")
    expect(desk.page.locator("[data-draft]").nth(1)).to_have_attribute("data-draft", "conclude")
    desk.page.click("[data-action=add-step]")
    expect(desk.page.locator("[data-action=save-script]")).to_be_disabled()  # a step that says nothing
    desk.page.keyboard.type("最后给家属回个电话")
    expect(desk.page.locator("[data-preview]")).to_contain_text("最后给家属回个电话")
    desk.page.click("[data-action=save-script]")
    shown = desk.page.locator("[data-script-shown]")
    expect(shown).to_have_attribute("data-editing", "false")
    expect(desk.page.locator("[data-script-history] [data-version]")).to_have_count(1)
    desk.page.click("[data-action=edit-script]")
    desk.page.locator("[data-draft] [data-action=remove-step]").last.click()
    desk.page.click("[data-action=save-script]")
    expect(desk.page.locator("[data-script-history] [data-version]")).to_have_count(2)
    desk.page.click("[data-version='1'] summary")
    desk.page.click("[data-version='1'] [data-action=restore-version]")
    expect(desk.page.locator("[data-version='3']")).to_be_visible()
    expect(desk.page.locator("[data-preview]")).to_contain_text("最后给家属回个电话")
    desk.page.click("[data-action=withdraw-script]")
    desk.page.locator(".el-popconfirm__action .el-button--primary").click()
    expect(desk.page.locator("[data-preview]")).to_have_count(0)
    expect(desk.page.locator("[data-version='4']")).to_be_visible()


@pytest.mark.long
def test_scripts_are_read_by_operators_and_the_page_says_when_they_cannot_be(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong")
    desk.expected_statuses.add(503)
    desk.page.route("**/api/v1/scripts", fail)
    desk.go_to("/scripts")
    expect(desk.page.locator("[data-failed]")).to_be_visible()
    desk.page.unroute("**/api/v1/scripts")
    desk.page.click("[data-action=retry]")
    expect(desk.page.locator("[data-preview] [data-step]").first).to_be_visible()
    for action in ("new-script", "edit-script", "withdraw-script"):
        expect(desk.page.locator(f"[data-action={action}]")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_nobody_is_kept_out_of_calls_and_scripts(open_county_desk: OpenDesk, theme: str) -> None:
    desk = open_county_desk("ban", color_scheme=theme)
    look_up(desk, DAUGHTER)
    assert desk.find_barriers() == []
    desk.press("Escape")
    expect(desk.page.locator("[data-dialog=call]")).to_be_hidden()
    desk.go_to("/scripts")
    expect(desk.page.locator("[data-preview]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.click("[data-action=edit-script]")
    expect(desk.page.locator("[data-script-editor]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.click("[data-action=discard-script]")
    desk.page.click("[data-action=new-script]")
    expect(desk.page.locator("[data-dialog=new-script]")).to_be_visible()
    assert desk.find_barriers() == []
