"""The list of people and one person's file: found, read, written in place - full, empty, slow and failing."""

import struct
import zlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
WIDE = "王三三"


@pytest.fixture
def someone(county: CountyHub) -> Iterator[dict[str, Any]]:
    """A person of this test alone, whose care ends with it."""
    body = {
        "name": WIDE,
        "division_id": county.people["李示例"]["division_id"],
        "phone": "10000004321",
        "address": "东头第一家",
        "care_notes": {"allergies": ["青霉素"]},
    }
    made: dict[str, Any] = county.api.post("/api/v1/recipients", body)
    yield made
    county.api.patch(f"/api/v1/recipients/{made['id']}", {"ended_at": "2020-01-01T00:00:00Z", "ended_reason": "other"})


def _file(county: CountyHub, recipient_id: str) -> dict[str, Any]:
    file: dict[str, Any] = county.api.get(f"/api/v1/recipients/{recipient_id}")
    return file


def test_somebody_is_found_by_initials_and_by_the_end_of_a_number_and_leads_to_the_file(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    desk = open_county_desk()
    desk.go_to("/recipients")
    row = desk.page.locator(f"[data-recipient='{someone['id']}']")
    expect(desk.page.locator("[data-recipient]").first).to_be_visible()
    desk.press("/")
    expect(desk.page.locator("[data-search]")).to_be_focused()
    for typed in ("wss", "4321", "东头"):
        desk.page.fill("[data-search]", typed)
        expect(desk.page.locator("[data-recipient]")).to_have_count(1)
        expect(row).to_be_visible()
    desk.page.fill("[data-search]", "没有这个人")
    expect(desk.page.locator("[data-empty-list]")).to_be_visible()
    desk.page.click("[data-action=widen]")
    expect(desk.page.locator("[data-recipient]").nth(5)).to_be_visible()
    desk.page.fill("[data-search]", "wangss")
    expect(row).to_have_count(0)
    desk.page.fill("[data-search]", "wangsansan")
    row.locator("[data-row-lead]").focus()
    desk.press("Enter")
    expect(desk.page.locator(f"[data-recipient-file='{someone['id']}'] h1")).to_contain_text(WIDE)
    desk.page.go_back()
    expect(row).to_be_visible()


def test_the_list_is_narrowed_by_place_and_by_what_is_wrong(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    incident = county.report("李示例")
    desk = open_county_desk()
    desk.go_to("/recipients?only=open_incident")
    expect(desk.page.locator("[data-recipient]")).to_have_count(1)
    desk.go_to("/recipients?only=no_device")
    expect(desk.page.locator(f"[data-recipient='{someone['id']}']")).to_be_visible()
    desk.go_to("/recipients")
    expect(desk.page.locator("[data-recipient]").nth(20)).to_be_visible()
    picker = desk.page.locator("[data-filter=division_id] input")
    picker.click()
    desk.page.keyboard.type("白杨村")
    expect(desk.page.locator("[data-division]")).to_have_count(1)
    desk.press("ArrowDown")
    desk.press("Enter")
    expect(desk.page.locator("[data-recipient]").first).to_contain_text("白杨村")
    expect(desk.page.locator(f"[data-recipient='{someone['id']}']")).to_have_count(0)
    county.close(incident)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_list_and_file_have_no_barriers_and_nobody_is_said_where_nobody_is(
    county: CountyHub, open_county_desk: OpenDesk, theme: str
) -> None:
    desk = open_county_desk(color_scheme=theme, reduced_motion="reduce")
    desk.go_to("/recipients")
    expect(desk.page.locator("[data-recipient]").first).to_be_visible()
    assert desk.find_barriers() == []
    desk.go_to(f"/recipients/{county.people['李示例']['id']}")
    expect(desk.page.locator("[data-contact]").first).to_be_visible()
    expect(desk.page.locator("[data-part=history] [data-entry]").first).to_be_visible()
    desk.page.click("[data-part=modes] [data-action=edit]")
    desk.page.click("[data-part=care] [data-action=edit]")
    desk.page.click("[data-action=add-contact]")
    assert desk.find_barriers() == []
    if theme == "light":
        empty = open_county_desk("kong")
        empty.go_to("/recipients")
        expect(empty.page.locator("[data-empty-list]")).to_be_visible()
        assert empty.find_barriers() == []


def test_what_is_slow_or_fails_says_so_and_is_tried_again(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    desk = open_county_desk()
    desk.expected_statuses |= {500, 404}
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route("**/api/v1/recipients?*", hold)
    desk.go_to("/recipients")
    expect(desk.page.locator("[data-loading]")).to_be_visible()
    held.pop().fulfill(status=500, content_type="application/problem+json", body='{"title": "?", "status": 500}')
    expect(desk.page.locator("[data-failed]")).to_be_visible()
    desk.page.unroute("**/api/v1/recipients?*")
    desk.page.click("[data-action=retry]")
    expect(desk.page.locator("[data-recipient]").first).to_be_visible()
    desk.page.route(f"**/api/v1/recipients/{someone['id']}", hold)
    desk.go_to(f"/recipients/{someone['id']}")
    expect(desk.page.locator("[data-recipient-file] [data-loading]")).to_be_visible()
    held.pop().fulfill(status=500, content_type="application/problem+json", body='{"title": "?", "status": 500}')
    expect(desk.page.locator("[data-recipient-file] [data-failed]")).to_be_visible()
    desk.page.unroute(f"**/api/v1/recipients/{someone['id']}")
    desk.page.click("[data-recipient-file] [data-action=retry]")
    expect(desk.page.locator("h1")).to_contain_text(WIDE)
    desk.go_to("/recipients/01a20489-0000-7000-8000-000000000000")
    expect(desk.page.locator("[data-missing]")).to_be_visible()


def test_contacts_are_added_ordered_by_keys_and_by_the_mouse_and_removed(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    desk = open_county_desk()
    desk.go_to(f"/recipients/{someone['id']}")
    part = desk.page.locator("[data-part=contacts]")
    for name, phone in (("甲示例", "10000000801"), ("乙示例", "10000000802"), ("丙示例", "10000000803")):
        desk.page.click("[data-action=add-contact]")
        expect(desk.page.locator("[data-field=contact-name]")).to_be_focused()
        desk.page.keyboard.type(name)
        desk.page.fill("[data-field=contact-relation]", "邻居")
        desk.page.fill("[data-field=contact-phone]", "12")
        expect(desk.page.locator("[data-action=save-contact]")).to_be_disabled()
        desk.page.fill("[data-field=contact-phone]", phone)
        if name == "丙示例":
            desk.page.check("[data-field=contact-key]")
        desk.press("Enter")
        expect(part.locator("[data-contact]", has_text=name)).to_be_visible()
        expect(desk.page.locator("[data-action=add-contact]")).to_be_focused()
    part.locator("[data-contact] [data-action=move]").nth(2).focus()
    desk.press("Alt+ArrowUp")
    expect(part.locator("[data-contact]").nth(1)).to_contain_text("丙示例")
    expect(part.locator("[data-contact] [data-action=move]").nth(1)).to_be_focused()
    part.locator("[data-contact] [data-action=move]").nth(2).drag_to(part.locator("[data-contact]").nth(0))
    expect(part.locator("[data-contact]").nth(0)).to_contain_text("乙示例")
    part.locator("[data-contact]", has_text="甲示例").locator("[data-action=remove-contact]").click()
    desk.page.click("[data-action=confirm-remove]")
    expect(part.locator("[data-contact]")).to_have_count(2)
    contacts = [(one["name"], one["relation"], one["holds_key"]) for one in _file(county, someone["id"])["contacts"]]
    assert contacts == [("乙示例", "neighbour", False), ("丙示例", "neighbour", True)]


def test_a_mode_says_what_it_makes_quiet_and_ends_with_one_click(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    desk = open_county_desk()
    desk.go_to(f"/recipients/{someone['id']}")
    desk.page.click("[data-part=modes] [data-action=edit]")
    expect(desk.page.locator("[data-means]")).to_contain_text("久无音讯")
    desk.page.check("[data-choice=install]")
    expect(desk.page.locator("[data-means]")).not_to_contain_text("久无音讯")
    desk.page.check("[data-choice=away]")
    desk.page.fill("[data-field=mode-until]", "2020-01-01 10:00")
    expect(desk.page.locator("[data-part=modes] [data-action=save]")).to_be_disabled()
    desk.page.click("[data-choice=three_days]")
    desk.page.click("[data-part=modes] [data-action=save]")
    expect(desk.page.locator("[data-part=modes] [data-mode=away]")).to_be_visible()
    [mode] = _file(county, someone["id"])["modes"]
    assert (mode["mode"], mode["until"][11:16], mode["set_by"]["name"]) == ("away", "12:00", "张值班")
    desk.page.click("[data-action=home-again]")
    expect(desk.page.locator("[data-part=modes] [data-mode=home]")).to_be_visible()


def test_an_operator_writes_what_the_telephone_told_and_a_supervisor_the_rest(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    desk = open_county_desk("zhang")
    desk.go_to(f"/recipients/{someone['id']}")
    expect(desk.page.locator("[data-part=care]")).to_contain_text("青霉素")
    expect(desk.page.locator("[data-action=end-care]")).to_have_count(0)
    desk.page.click("[data-part=person] [data-action=edit]")
    expect(desk.page.locator("[data-field=name]")).to_have_count(0)
    desk.page.fill("[data-field=address_note]", "钥匙在村医家")
    desk.page.click("[data-part=person] [data-action=save]")
    expect(desk.page.locator("[data-part=person]")).to_contain_text("钥匙在村医家")
    expect(desk.page.locator("[data-part=person] [data-action=edit]")).to_be_focused()
    supervisor = open_county_desk("ban")
    supervisor.go_to(f"/recipients/{someone['id']}")
    supervisor.page.click("[data-part=person] [data-action=edit]")
    supervisor.page.fill("[data-field=birth_date]", "1941年3月8日")
    supervisor.page.check("[data-category=destitute]")
    supervisor.page.click("[data-part=person] [data-action=save]")
    expect(supervisor.page.locator("[data-part=person]")).to_contain_text("1941-03-08")
    supervisor.page.click("[data-action=end-care]")
    expect(supervisor.page.locator("[data-action=confirm-end]")).to_be_disabled()
    supervisor.page.check("[data-reason=moved]")
    supervisor.page.click("[data-action=confirm-end]")
    expect(supervisor.page.locator("[data-ended]")).to_contain_text("响铃")
    file = _file(county, someone["id"])
    assert (file["categories"], file["address_note"], file["ended_reason"]) == (["destitute"], "钥匙在村医家", "moved")
    supervisor.page.click("[data-action=resume-care]")
    expect(supervisor.page.locator("[data-ended]")).to_have_count(0)


def _noisy_picture(width: int, height: int) -> bytes:
    """A PNG of random greys: as large as a telephone's picture."""
    random = Random(1)
    rows = b"".join(b"\0" + random.randbytes(width) for _ in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_photo_is_put_made_small_shown_and_taken_away_with_consent_only(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    address = f"/api/v1/recipients/{someone['id']}"
    desk = open_county_desk("zhang")
    desk.go_to(f"/recipients/{someone['id']}")
    frame = desk.page.locator("[data-file-photo]")
    expect(desk.page.locator("[data-part=person]")).to_contain_text("未同意")
    expect(frame).to_have_count(0)
    county.api.patch(address, {"photo_consent": True})
    desk.go_to("/recipients")
    expect(desk.page.locator("[data-recipient]").first).to_be_visible()
    desk.go_to(f"/recipients/{someone['id']}")
    # the system's own dialog is nobody's to drive: that it is asked for is enough
    frame.locator("input").evaluate("input => { input.onclick = () => { input.dataset.asked = 'yes' } }")
    frame.locator("[data-action=choose-photo]").focus()
    desk.press("Enter")
    desk.page.wait_for_function("document.querySelector('[data-field=photo]').dataset.asked === 'yes'")
    frame.locator("input").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"})
    expect(frame.get_by_role("alert")).to_contain_text("不是能识别的图片")
    picture = _noisy_picture(2000, 1500)
    assert len(picture) > 2_000_000
    frame.locator("input").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    expect(frame.locator("[data-photo]")).to_be_visible()
    expect(frame.get_by_role("alert")).to_have_count(0)
    expect(frame.locator("[data-action=choose-photo]")).to_be_focused()
    shown = "image => [image.naturalWidth, image.naturalHeight]"
    expect(frame.locator("[data-photo]")).to_have_js_property("complete", True)
    assert frame.locator("[data-photo]").evaluate(shown) == [960, 720]
    assert desk.find_barriers() == []
    frame.locator("[data-action=remove-photo]").click()
    expect(frame.locator("[data-action=confirm-remove-photo]")).to_be_focused()
    desk.press("Enter")
    expect(frame.locator("[data-photo]")).to_have_count(0)
    assert _file(county, someone["id"])["photo_taken_in_at"] is None
    expect(frame.locator("[data-action=choose-photo]")).to_be_focused()


def test_a_device_is_given_and_taken_back(
    county: CountyHub, open_county_desk: OpenDesk, someone: dict[str, Any]
) -> None:
    device = county.api.post("/api/v1/devices", {"kind": "call_button", "serial": "TRY-0815"})
    desk = open_county_desk()
    desk.go_to(f"/recipients/{someone['id']}")
    desk.page.click("[data-action=assign-device]")
    desk.page.keyboard.type("TRY-0815")
    desk.page.locator(f"[data-found='{device['id']}'] [data-action=assign]").click()
    row = desk.page.locator(f"[data-part=devices] [data-device='{device['id']}']")
    expect(row).to_be_visible()
    row.locator("[data-action=unassign]").click()
    row.locator("[data-action=confirm-unassign]").click()
    expect(row).to_have_count(0)
    assert _file(county, someone["id"])["devices"] == []


def test_a_new_file_needs_a_name_and_is_opened(county: CountyHub, open_county_desk: OpenDesk) -> None:
    desk = open_county_desk()
    desk.go_to("/recipients")
    desk.page.click("[data-action=new-recipient]")
    form = desk.page.locator("[data-dialog=new-recipient]")
    expect(form).to_be_visible()
    expect(desk.page.locator("[data-action=make-recipient]")).to_be_disabled()
    desk.page.fill("[data-field=name]", "新示例")
    desk.page.click("[data-action=make-recipient]")
    expect(desk.page.locator("[data-recipient-file] h1")).to_contain_text("新示例")
    [found] = county.api.all_items("/api/v1/recipients?q=xinshili")
    county.api.patch(f"/api/v1/recipients/{found['id']}", {"ended_at": "2020-01-01T00:00:00Z", "ended_reason": "other"})
