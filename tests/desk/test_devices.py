"""A device's page, walked against a real hub and with a real device at the other end."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage
from tests.stories.cast import wait_until

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
NAME = "王测试"
#: What is looked for with each tick of the stream comes within two of them.
WITHIN_TICKS_MS = 15_000


def device_id_of(county: CountyHub, name: str = NAME) -> str:
    return next(one.device_id for one in county.county.devices if one.wearer == name and one.kind == "call_button")


def card(page: Page, name: str, inner: str = "") -> str:
    return f"[data-card={name}] {inner}".strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_devices_page_has_no_barriers(county: CountyHub, open_county_desk: OpenDesk, scheme: str) -> None:
    desk = open_county_desk("ban", color_scheme=scheme)
    desk.go_to(f"/devices/{device_id_of(county)}")
    expect(desk.page.locator(card(desk.page, "wearer", "[data-assignment]"))).to_be_visible()
    expect(desk.page.locator("[data-empty-card]").first).to_be_visible()
    assert desk.find_barriers() == []
    desk.go_to("/devices")
    desk.page.click("[data-action=new-device]")
    expect(desk.page.locator("[data-dialog=register]")).to_be_visible()
    assert desk.find_barriers() == []


def test_a_page_that_cannot_be_read_says_so_and_one_of_nobodys_device_too(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    desk.expected_statuses |= {404, 500}
    answer = re.compile(r"/api/v1/devices/[0-9a-f-]+$")
    desk.page.route(answer, lambda route: route.fulfill(status=500, json={"status": 500}))
    desk.go_to(f"/devices/{device_id_of(county)}")
    expect(desk.page.locator("[data-failed]")).to_be_visible()
    assert desk.find_barriers() == []
    desk.page.unroute(answer)
    desk.page.click("[data-action=retry]")
    expect(desk.page.locator("h1")).to_be_visible()
    desk.go_to("/devices/01980000-0000-7000-8000-000000000000")
    expect(desk.page.locator("[data-unknown]")).to_be_visible()


def test_a_command_is_followed_to_the_devices_answer(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    with county.device_of(NAME) as device:
        desk.go_to(f"/devices/{device.id}")
        page.locator("label:has([data-command=message])").click()
        expect(page.locator("[data-action=send-command]")).to_be_disabled()
        page.locator("[data-command-text]").fill("请充电")
        desk.press("Enter")
        command = wait_until(lambda: next((one for one in device.heard if one.get("command") == "message"), None))
        assert command["text"] == "请充电"
        device.send("command_result", event_id=command["id"], evidence={"done": True})
        sent = page.locator("[data-sent=message]").first
        expect(sent).to_have_attribute("data-state", "answered", timeout=WITHIN_TICKS_MS)


def test_a_press_within_a_window_is_confirmed_as_a_test_where_the_window_was_opened(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    with county.device_of(NAME) as device:
        desk.go_to(f"/devices/{device.id}")
        page.click("[data-action=open-window]")
        expect(page.locator("[data-window=open]")).to_be_visible()
        device.press()
        page.locator("[data-pending]").locator("[data-action=confirm-test]").click()
        expect(page.locator("[data-pending]")).to_have_count(0)
        page.click("[data-action=close-window]")
        expect(page.locator("[data-window=closed]")).to_be_visible()
        newest = county.api.get("/api/v1/incidents?state=closed")["items"][0]
        assert (newest["kind"], newest["disposition"]) == ("sos", "test")


def test_what_a_device_finds_is_set_aside_with_a_reason_and_taken_back(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    desk.go_to(f"/devices/{device_id_of(county)}")
    expect(page.locator("[data-action=shelve]")).to_be_disabled()
    expect(page.locator("[data-minutes] >> nth=1").locator("option")).to_have_count(2)
    page.locator("[data-kind=vitals]").uncheck()
    page.locator("[data-reason]").fill("厂家在检修")
    page.click("[data-action=shelve]")
    shelf = page.locator(card(page, "shelve", "[data-shelf]"))
    expect(shelf).to_contain_text("厂家在检修")
    expect(shelf).not_to_contain_text("体征异常")
    shelf.locator("[data-action=end-shelf]").click()
    expect(shelf).to_have_count(0)


def test_a_new_device_shows_its_password_once_is_given_to_somebody_and_withdrawn(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk = open_county_desk("ban")
    page = desk.page
    desk.go_to("/devices")
    page.click("[data-action=new-device]")
    page.locator("label:has([data-kind=smartwatch])").click()
    page.locator("[data-field=serial]").fill("SN-2026-0001")
    page.click("[data-action=register]")
    password = page.locator("[data-credential=password]").inner_text()
    device_id = page.locator("[data-credential=username]").inner_text()
    assert len(password) == 43
    assert desk.find_barriers() == []
    page.click("[data-action=credentials-kept]")
    expect(page.locator(f"[data-device-page='{device_id}'] h1")).to_contain_text("SN-2026-0001")
    assert password not in page.content()
    page.locator("[data-person-picker] input").fill("lsl")
    page.locator(f"[data-person='{county.people['李示例']['id']}']").click()
    page.click("[data-action=assign]")
    expect(page.locator("[data-wearer]")).to_contain_text("李示例")
    page.click("[data-action=unassign]")
    expect(page.locator("[data-wearer]")).not_to_contain_text("李示例")
    expect(page.locator("[data-assignment]")).to_have_count(1)
    page.click("[data-action=revoke]")
    expect(page.locator("[data-action=confirm-revoke]")).to_be_disabled()
    page.locator("[data-understood]").check()
    page.click("[data-action=confirm-revoke]")
    expect(page.locator("[data-revoked]")).to_be_visible()
    expect(page.locator("[data-action=open-window]")).to_have_count(0)
    assert county.api.get(f"/api/v1/devices/{device_id}")["revoked_at"] is not None


def test_an_operator_is_offered_no_withdrawal(county: CountyHub, open_county_desk: OpenDesk) -> None:
    operator = open_county_desk("zhang")
    operator.go_to(f"/devices/{device_id_of(county)}")
    expect(operator.page.locator("[data-action=open-window]")).to_be_visible()
    expect(operator.page.locator("[data-action=revoke]")).to_have_count(0)


def test_what_a_device_sent_and_what_of_it_could_not_be_read(county: CountyHub, open_county_desk: OpenDesk) -> None:
    with county.device_of(NAME) as device:
        device.send("worn")
        device.publish("{", "telemetry")
    desk = open_county_desk("zhang", viewport={"width": 1024, "height": 768})
    page = desk.page
    desk.go_to(f"/devices/{device.id}")
    expect(page.locator("[data-message=worn]").first).to_be_visible()
    page.locator("label:has([data-shown=quarantine])").click()
    message = page.locator(card(page, "messages", "a")).first
    expect(message).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    message.click()
    expect(page.locator("[data-detail] [data-payload]")).to_have_text("{")


def test_a_device_is_written_about_anew(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk("zhang")
    page = desk.page
    device_id = device_id_of(county, "李示例")
    desk.go_to(f"/devices/{device_id}")
    page.click("[data-action=edit-device]")
    page.locator(card(page, "state", "[data-field=serial]")).fill("SN-77")
    page.click("[data-action=save-device]")
    expect(page.locator("h1")).to_contain_text("SN-77")
    kept = county.api.get(f"/api/v1/devices/{device_id}")
    assert json.dumps([kept["serial"], kept["model"]]) == json.dumps(["SN-77", "simulator"])
