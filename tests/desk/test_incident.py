"""The incident on one screen, against a real hub: who, where, what, whom to call, what comes next, and how it ends."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

#: One grey point.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNsaGj4DwAFAwJ/lL0m8wAAAABJRU5ErkJggg=="
)
Json = dict[str, Any]
OpenDesk = Callable[..., DeskPage]


@pytest.fixture
def wearer(county: CountyHub) -> str:
    """Somebody with a call button."""
    return next(one.wearer for one in county.county.devices if one.kind == "call_button" and one.wearer)


@pytest.fixture
def press(county: CountyHub, wearer: str) -> Iterator[Json]:
    """An SOS of that person, closed in the end if the test has not done so."""
    with county.device_of(wearer) as device:
        device.press()
    person_id = county.people[wearer]["id"]
    (incident,) = county.api.get(f"/api/v1/incidents?state=open&kind=sos&recipient_id={person_id}")["items"]
    yield incident
    if county.api.get(f"/api/v1/incidents/{incident['id']}")["state"] != "closed":
        county.api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})


def look_at(desk: DeskPage, incident: Json) -> Page:
    """The incident beside the queue."""
    desk.card(incident["id"]).click()
    expect(desk.page.locator(f"[data-opened='{incident['id']}']")).to_be_visible()
    expect(desk.page.locator("[data-callee]").first).to_be_visible()
    return desk.page


def is_seen(page: Page, selector: str) -> bool:
    """Whether the beginning of it is on the screen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + min(box["height"], 60) <= size["height"]


def close_as(page: Page, disposition: str, *more: str) -> None:
    """Through the dialog, by what an operator reads."""
    page.locator("[data-action=close]").first.click()
    page.get_by_role("radio", name=disposition).check()
    for text in more:
        page.get_by_text(text, exact=True).click()
    page.click("[data-action=confirm-close]")


@pytest.mark.parametrize("size", [(1440, 900), pytest.param((1920, 1080), marks=pytest.mark.long)])
def test_the_essentials_are_on_one_screen(open_county_desk: OpenDesk, press: Json, size: tuple[int, int]) -> None:
    desk = open_county_desk(viewport={"width": size[0], "height": size[1]})
    page = look_at(desk, press)
    expect(page.locator("[data-person] dl")).to_be_visible()
    essentials = ("[data-person] dl", "[data-where]", "[data-action=story]", "[data-callee]", "[data-emergency='120']")
    assert {
        one: is_seen(page, one) for one in (*essentials, "[data-action=take]", "[data-next-step]")
    } == dict.fromkeys((*essentials, "[data-action=take]", "[data-next-step]"), True)
    assert desk.find_barriers() == []


@pytest.mark.long
def test_a_tablet_shows_it_in_one_column_and_cuts_nothing(open_county_desk: OpenDesk, press: Json) -> None:
    desk = open_county_desk(viewport={"width": 1024, "height": 768}, color_scheme="dark")
    page = look_at(desk, press)
    assert page.evaluate("document.documentElement.scrollWidth") == 1024
    what = page.locator("[data-where]").bounding_box()
    assert what is not None
    assert what["width"] > 200
    assert desk.find_barriers() == []


@pytest.mark.long
def test_the_next_step_says_when_and_whom_and_then_how_long_it_is_held(
    open_county_desk: OpenDesk, county: CountyHub, press: Json
) -> None:
    page = look_at(open_county_desk(), press)
    step = county.api.get(f"/api/v1/incidents/{press['id']}/help")["next"][-1]
    expect(page.locator("[data-next-step=escalate]")).to_contain_text(step["people"][0])
    page.click("[data-action=take]")
    expect(page.locator("[data-next-step=contact_reminder]")).to_contain_text("再次响铃")


def test_the_next_to_call_is_one_key_away_and_every_call_is_on_record(
    open_county_desk: OpenDesk, county: CountyHub, press: Json
) -> None:
    desk = open_county_desk()
    page = look_at(desk, press)
    page.click("[data-action=take]")
    expect(page.locator("[data-next-step=contact_reminder]")).to_be_visible()
    first = page.locator("[data-callee]").first
    key = first.get_attribute("data-callee")
    desk.press("c")
    expect(page.locator("[data-outcome=reached]")).to_be_focused()
    page.click("[data-outcome=no_answer]")
    expect(first.locator(".attempt")).to_contain_text("无人接听")
    expect(page.locator(f"[data-callee='{key}'] [data-action=record]")).to_be_focused()
    desk.press("c")
    expect(first.locator("[data-outcome]")).to_have_count(0)  # the next one, not the same again
    desk.press("Escape")
    log = county.api.get(f"/api/v1/incidents/{press['id']}")["log"]
    assert [line["params"]["outcome"] for line in log if line["code"] == "contact_attempt"] == ["no_answer"]


@pytest.mark.long
def test_who_has_duty_is_below_the_contacts_with_a_number(open_county_desk: OpenDesk, press: Json) -> None:
    page = look_at(open_county_desk(), press)
    page.locator("[data-on-duty] summary").click()
    helper = page.locator("[data-on-duty] [data-callee]").first
    expect(helper.locator("a[href^='tel:']")).to_be_visible()


@pytest.mark.long
def test_twelve_contacts_are_folded_and_who_has_a_key_stands_with_the_address(
    open_county_desk: OpenDesk, county: CountyHub, wearer: str, press: Json
) -> None:
    address = f"/api/v1/recipients/{county.people[wearer]['id']}/contacts"
    made = [
        county.api.post(
            address, {"name": f"欧阳示例之远房表侄女婿{n}", "phone": f"100000007{n:02d}", "holds_key": n == 11}
        )
        for n in range(12)
    ]
    page = look_at(open_county_desk(), press)
    assert page.locator("[data-callee]:not([data-on-duty] *)").count() < 8
    expect(page.locator("[data-key-holder]")).to_contain_text("欧阳示例之远房表侄女婿11")
    page.click("[data-action=all-contacts]")
    expect(page.locator(f"[data-callee='{made[-1]['id']}'] [data-holds-key]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 1440
    for contact in made:
        county.api.ask("DELETE", f"{address}/{contact['id']}")


def test_what_is_read_to_120_begins_with_the_address_and_the_call_is_logged(
    open_county_desk: OpenDesk, county: CountyHub, wearer: str, press: Json
) -> None:
    desk = open_county_desk()
    page = look_at(desk, press)
    page.locator("[data-queue]").focus()
    desk.press("e")
    block = page.locator("[data-read-aloud]")
    expect(block.locator("[data-about]").first).to_have_attribute("data-about", "where")
    expect(block).to_contain_text(wearer)
    expect(block).to_contain_text("0000-0000000")
    assert desk.find_barriers() == []
    page.click("[data-action=log-emergency]")
    expect(block).to_be_hidden()
    last = county.api.get(f"/api/v1/incidents/{press['id']}")["log"][-1]
    assert (last["code"], last["params"]["phone"]) == ("contact_attempt", "120")


@pytest.mark.long
def test_the_story_unfolds_with_its_thresholds_and_whether_it_replays(open_county_desk: OpenDesk, press: Json) -> None:
    desk = open_county_desk()
    page = look_at(desk, press)
    page.click("[data-action=story]")
    expect(page.locator("[data-replay=same]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.press("Escape")
    expect(page.locator("[data-story]")).to_be_hidden()


def test_a_real_one_needs_what_came_of_it_and_a_visit_is_one_key_away(
    open_county_desk: OpenDesk, county: CountyHub, wearer: str, press: Json
) -> None:
    desk = open_county_desk()
    page = look_at(desk, press)
    page.click("[data-action=take]")
    page.locator("[data-action=close]").first.click()
    page.get_by_role("radio", name="属实").check()
    expect(page.locator("[data-action=confirm-close]")).to_be_disabled()
    page.get_by_text("已送医", exact=True).click()
    page.click("[data-action=confirm-close]")
    expect(page.locator("[data-proposal=visit]")).to_be_visible()
    desk.press("1")
    expect(page.locator("[data-dialog=remains]")).to_be_hidden()
    closed = county.api.get(f"/api/v1/incidents/{press['id']}")
    assert (closed["disposition"], closed["outcome"]) == ("real", "taken_to_hospital")
    asked = [one for one in county.api.get("/api/v1/follow-ups?state=open")["items"] if one["kind"] == "visit_asked"]
    assert [one["recipient"]["name"] for one in asked] == [wearer]


@pytest.mark.long
def test_a_false_one_of_a_broken_device_can_be_left_or_sent_to_repair(
    open_county_desk: OpenDesk, county: CountyHub, press: Json
) -> None:
    desk = open_county_desk()
    page = look_at(desk, press)
    page.click("[data-action=take]")
    close_as(page, "误报", "设备故障")
    expect(page.locator("[data-proposal=repair]")).to_be_visible()
    page.click("[data-action=skip]")
    expect(page.locator("[data-dialog=remains]")).to_be_hidden()
    assert county.api.get(f"/api/v1/incidents/{press['id']}")["cause"] == "device_fault"
    assert [
        one for one in county.api.get("/api/v1/maintenance?state=open")["items"] if one["kind"] == "repair_asked"
    ] == []


@pytest.mark.long
def test_a_call_about_the_same_matter_is_merged_and_the_press_goes_on(
    open_county_desk: OpenDesk, county: CountyHub, wearer: str, press: Json
) -> None:
    call = county.report(wearer)
    page = look_at(open_county_desk(), call)
    page.click("[data-action=more]")
    page.click("[data-action=merge]")
    expect(page.locator("[data-dialog=merge] [name=into]")).to_be_checked()
    page.click("[data-action=confirm-merge]")
    expect(page.locator(f"[data-opened='{press['id']}']")).to_be_visible()
    expect(desk_card(page, call)).to_have_count(0)
    assert county.api.get(f"/api/v1/incidents/{call['id']}")["duplicate_of"] == press["id"]
    expect(page.get_by_role("link", name=f"{call['code']} 号")).to_be_visible()


def desk_card(page: Page, incident: Json) -> Any:
    """An incident in the queue."""
    return page.locator(f"[data-incident='{incident['id']}']")


@pytest.mark.long
def test_lowering_a_cry_is_said_plainly_and_needs_a_reason(
    open_county_desk: OpenDesk, county: CountyHub, press: Json
) -> None:
    page = look_at(open_county_desk(), press)
    page.click("[data-action=more]")
    page.click("[data-action=severity]")
    dialog = page.locator("[data-dialog=severity]")
    dialog.get_by_text("一般", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("呼救")
    expect(page.locator("[data-action=confirm-severity]")).to_be_disabled()
    page.fill("#severity-reason", "已与本人通话，误按")
    page.click("[data-action=confirm-severity]")
    expect(dialog).to_be_hidden()
    assert county.api.get(f"/api/v1/incidents/{press['id']}")["severity"] == "medium"


@pytest.mark.long
def test_a_photo_is_shown_with_consent_only(
    open_county_desk: OpenDesk, county: CountyHub, wearer: str, press: Json
) -> None:
    person = f"/api/v1/recipients/{county.people[wearer]['id']}"
    desk = open_county_desk()
    page = look_at(desk, press)
    expect(page.locator("[data-person] dl")).to_be_visible()
    expect(page.locator("[data-photo]")).to_have_count(0)
    county.api.patch(person, {"photo_consent": True})
    page.route("**/photo?of=*", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    page.route(f"**{person}", _with_photo)
    page.reload()
    desk.pass_gate()
    look_at(desk, press)
    expect(page.locator("[data-photo]")).to_have_attribute("alt", f"{wearer}的照片")
    county.api.patch(person, {"photo_consent": False})


def _with_photo(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "photo_taken_in_at": "2026-11-22T00:00:00Z"})


@pytest.mark.long
def test_an_unassigned_device_and_an_unknown_caller_say_what_is_not_known(
    open_county_desk: OpenDesk, county: CountyHub
) -> None:
    call = county.report()
    desk = open_county_desk()
    page = look_at(desk, call)
    expect(page.locator("[data-person]")).to_contain_text("没有对应的档案")
    expect(page.locator("[data-previous]")).to_have_count(0)
    expect(page.locator("[data-callee=caller]")).to_be_visible()
    assert desk.find_barriers() == []
    county.close(call)


def test_what_was_not_read_is_never_said_to_be_nothing(open_county_desk: OpenDesk, press: Json) -> None:
    desk = open_county_desk()
    desk.expected_statuses |= {503}
    away = {"status": 503, "json": {"title": "away", "status": 503}}
    for path in ("**/api/v1/incidents/*", "**/api/v1/recipients/*"):
        desk.page.route(path, lambda route: route.fulfill(**away))
    desk.page.reload()  # it was read already when the desk was opened
    desk.pass_gate()
    desk.card(press["id"]).click()
    expect(desk.page.locator("[data-numbers-unread]")).to_contain_text("没有读到全部电话")
    expect(desk.page.locator("[data-unread=failed]")).to_have_count(3)  # devices, what was told to whom, the log
    for nothing in ("没有任何电话", "没有绑定的设备", "尚未发出通知", "还没有记录"):
        expect(desk.page.get_by_text(nothing)).to_have_count(0)
    desk.press("e")
    expect(desk.page.locator("[data-file-unread]")).to_be_visible()
    desk.page.unroute_all()
    desk.press("Escape")
    desk.page.locator("[data-numbers-unread]").get_by_role("button", name="重试").click()
    expect(desk.page.locator("[data-callee]").first).to_be_visible()
    expect(desk.page.locator("[data-unread], [data-numbers-unread]")).to_have_count(0)


@pytest.mark.long
def test_what_cannot_be_read_says_so_and_can_be_asked_again(open_county_desk: OpenDesk, press: Json) -> None:
    desk = open_county_desk()
    desk.expected_statuses |= {503}
    answers = {"fails": True}

    def answer(route: Route) -> None:
        if answers["fails"]:
            route.fulfill(status=503, json={"title": "away", "status": 503})
        else:
            route.continue_()

    for path in ("**/incidents/*/help", "**/api/v1/recipients/*", "**/incidents?recipient_id=*"):
        desk.page.route(path, answer)
    desk.page.reload()  # it was read already when the desk was opened
    desk.pass_gate()
    desk.card(press["id"]).click()
    expect(desk.page.get_by_text("档案读取失败")).to_be_visible()
    expect(desk.page.get_by_text("没有读到值班人员")).to_be_visible()
    expect(desk.page.get_by_text("以往求助读取失败")).to_be_visible()
    answers["fails"] = False
    for part, then in (
        ("[data-person]", "[data-person] dl"),
        ("[data-calls]", "[data-on-duty]"),
        ("[data-previous]", "[data-previous] :is(p:not([role=alert]), li)"),
    ):
        desk.page.locator(part).get_by_role("button", name="重试").click()
        expect(desk.page.locator(then).first).to_be_visible()


# --- Lately closed -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_what_was_closed_says_how_it_ended_and_leads_there(open_county_desk: OpenDesk, county: CountyHub) -> None:
    call = county.report()
    ended = {"disposition": "real", "outcome": "resolved_by_phone"}
    county.api.post(f"/api/v1/incidents/{call['id']}/close", ended)
    desk = open_county_desk()
    desk.go_to("/closed")
    row = desk.page.locator("tr", has=desk.page.get_by_role("cell", name=str(call["code"]), exact=True)).first
    expect(row).to_contain_text("属实 · 电话处置")
    assert desk.find_barriers() == []
    row.get_by_role("link").click()
    expect(desk.page.locator(f"[data-opened='{call['id']}']")).to_be_visible()
    expect(desk.page.get_by_role("link", name="返回近期办结")).to_be_visible()


@pytest.mark.long
def test_from_the_address_of_an_open_one_the_way_leads_to_it_in_the_queue(
    open_county_desk: OpenDesk, county: CountyHub
) -> None:
    first, second = county.report("李示例"), county.report("王测试")
    desk = open_county_desk()
    desk.go_to(f"/incidents/{second['id']}")
    desk.page.get_by_role("link", name="返回值班台").click()
    expect(desk.card(second["id"])).to_have_attribute("aria-selected", "true")
    for call in (first, second):
        county.close(call)


@pytest.mark.long
def test_a_township_without_people_has_closed_nothing(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("kong")
    desk.go_to("/closed")
    expect(desk.page.locator("[data-ledger=closed] [data-empty-list]")).to_be_visible()
    assert desk.find_barriers() == []


@pytest.mark.long
def test_closed_incidents_that_are_slow_or_cannot_be_read_say_so(open_county_desk: OpenDesk) -> None:
    desk = open_county_desk()
    desk.expected_statuses |= {503}
    held: list[Route] = []
    desk.page.route("**/incidents?*state=closed*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright looks into a function that is Python
    desk.go_to("/closed")
    expect(desk.page.locator("[data-ledger=closed] [data-loading]")).to_be_visible()
    for route in held:
        route.fulfill(status=503, json={"title": "away", "status": 503})
    expect(desk.page.locator("[data-ledger=closed] [data-failed]")).to_be_visible()
