"""Policies and accounts at the desk, before a real hub: drawn, tried, written, adopted; accounts made and ended."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage

#: Walked by `make test-long`; tests/desk/test_pages.py opens each page in every run.
pytestmark = pytest.mark.long

OpenDesk = Callable[..., DeskPage]
DEFAULT: dict[str, Any] = {
    "steps": [
        {"after_s": 0, "notify": "desk"},
        {"after_s": 60, "notify": "contacts"},
        {"after_s": 60, "notify": "helpers"},
        {"after_s": 120, "notify": "leader"},
    ],
    "repeat": 1,
    "then_every_s": 300,
    "ack_timeout_s": 300,
}


@pytest.fixture
def ruled(county: CountyHub) -> Iterator[CountyHub]:
    """A hub whose default ladder is known; no other policy is left behind."""
    county.api.put("/api/v1/policies/default", DEFAULT)
    yield county
    for one in county.api.get("/api/v1/policies")["items"]:
        if one["name"] != "default":
            county.api.ask("DELETE", f"/api/v1/policies/{one['name']}")


def open_page(open_county_desk: OpenDesk, page_name: str, login: str, **context: Any) -> tuple[DeskPage, Page]:
    desk = open_county_desk(login, reduced_motion="reduce", **context)
    desk.go_to(f"/{page_name}")
    expect(desk.page.locator(f"[data-page={page_name}][data-state=read]")).to_be_visible()
    return desk, desk.page


def test_a_policy_is_a_ladder_and_a_sentence_and_a_dry_run_says_whom_it_would_have_told(
    ruled: CountyHub, open_county_desk: OpenDesk
) -> None:
    incident = ruled.close(ruled.report("李示例"))
    desk, page = open_page(open_county_desk, "policies", "ban")
    assert [rung.get_attribute("data-rung") for rung in page.locator("[data-rung]").all()] == [
        "desk",
        "contacts",
        "helpers",
        "leader",
    ]
    expect(page.locator("[data-words]")).to_contain_text("1 分钟后发短信给全部紧急联系人")
    expect(page.locator("[data-forever]")).to_contain_text("每 5 分钟：带班领导")
    page.locator("[data-field=incident]").select_option(incident["id"])
    page.click("[data-action=dry-run]")
    steps = page.locator("[data-dry-step]")
    expect(steps.first).to_have_attribute("data-dry-step", "desk_sounded")
    expect(page.locator("[data-first]")).to_contain_text("最早在")
    expect(steps.nth(1)).to_contain_text("1:00")
    assert desk.find_barriers() == []
    assert ruled.api.get(f"/api/v1/notifications?incident_id={incident['id']}")["items"] == []


def test_a_policy_is_written_by_keys_with_what_is_wrong_said_before_and_then_wins_its_kind(
    ruled: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk, page = open_page(open_county_desk, "policies", "ban", color_scheme="dark")
    expect(page.locator("[data-winner='fall critical']")).to_have_text("默认方案")
    page.click("[data-action=new-policy]")
    expect(page.locator("[data-finding=name]")).to_be_visible()
    expect(page.locator("[data-action=save-policy]")).to_be_disabled()
    page.fill("#policy-name", "falls")
    page.locator("[data-kind-choice=fall]").focus()
    desk.press("Space")
    page.locator("[data-field=target]").nth(1).select_option("number")
    expect(page.locator("[data-finding=number]")).to_be_visible()
    page.locator("[data-editor] .number[type=tel]").fill("10000000077")
    expect(page.locator("[data-finding]")).to_have_count(0)
    # the leader goes up twice: the ladder beside it follows
    page.locator("[data-editor] [data-handle]").nth(3).focus()
    desk.press("ArrowUp")
    desk.press("ArrowUp")
    expect(page.locator("[data-rung]").nth(1)).to_have_attribute("data-rung", "leader")
    page.locator("[data-editor] [data-field=count]").nth(1).fill("20")
    page.locator("[data-editor] [data-field=count]").nth(1).blur()
    expect(page.locator("[data-finding=late_person]")).to_contain_text("20 分钟")
    assert desk.find_barriers() == []
    page.click("[data-action=save-policy]")
    expect(page.locator("[data-policy=falls]")).to_contain_text("第 1 版")
    expect(page.locator("[data-winner='fall critical']")).to_have_text("falls")
    expect(page.locator("[data-winner='sos critical']")).to_have_text("默认方案")
    written = ruled.api.get("/api/v1/policies/falls")
    assert [step["notify"] for step in written["steps"]] == ["desk", "leader", "10000000077", "helpers"]
    assert written["when"]["kind"] == ["fall"]
    page.click("[data-action=remove-policy]")
    page.click("[data-action=confirm-remove]")
    expect(page.locator("[data-policy=falls]")).to_have_count(0)


def test_an_edited_policy_is_offered_to_open_incidents_and_adopted_only_by_hand(
    ruled: CountyHub, open_county_desk: OpenDesk
) -> None:
    incident = ruled.report("李示例")
    _, page = open_page(open_county_desk, "policies", "ban")
    expect(page.locator("[data-panel=running]")).to_have_count(0)
    page.click("[data-action=edit-policy]")
    page.locator("[data-field=repeat]").fill("2")
    page.click("[data-action=save-policy]")
    expect(page.locator("[data-notice=done]").last).to_contain_text("1 件未办结")
    row = page.locator(f"[data-running='{incident['id']}']")
    row.locator("[data-action=adopt]").click()
    expect(row).to_have_count(0)
    assert ruled.api.get(f"/api/v1/incidents/{incident['id']}")["policy"]["repeat"] == 2
    ruled.close(incident)


def test_what_the_hub_refuses_is_told_in_words_and_nothing_typed_is_lost(
    ruled: CountyHub, open_county_desk: OpenDesk
) -> None:
    ruled.api.put("/api/v1/policies/taken", DEFAULT)
    desk, page = open_page(open_county_desk, "policies", "kongban")
    desk.expected_statuses.add(409)
    expect(page.locator("[data-action=edit-policy]")).to_have_count(0)  # the default one is the county's
    page.click("[data-action=new-policy]")
    page.fill("#policy-name", "taken")
    page.click("[data-action=save-policy]")
    expect(page.locator("[data-problem]")).to_contain_text("已被别处的方案使用")
    expect(page.locator("#policy-name")).to_have_value("taken")
    expect(page.locator("[data-dry-run] [data-empty]")).to_be_visible()
    assert desk.find_barriers() == []


@pytest.mark.usefixtures("ruled")
def test_who_only_looks_sees_the_ladders_and_no_means_to_change_them(open_county_desk: OpenDesk) -> None:
    desk, page = open_page(open_county_desk, "policies", "kan")
    expect(page.locator("[data-ladder]")).to_be_visible()
    for action in ("new-policy", "edit-policy", "remove-policy", "dry-run"):
        expect(page.locator(f"[data-action={action}]")).to_have_count(0)
    assert desk.find_barriers() == []


@pytest.mark.parametrize(("page_name", "path"), [("policies", "policies"), ("accounts", "users*")])
def test_what_could_not_be_read_is_said_and_read_again(open_county_desk: OpenDesk, page_name: str, path: str) -> None:
    desk = open_county_desk("guan")
    desk.expected_statuses.add(500)
    page = desk.page
    page.route(f"**/api/v1/{path}", lambda route: route.fulfill(status=500, json={"status": 500}))
    desk.go_to(f"/{page_name}")
    expect(page.locator(f"[data-page={page_name}][data-state=failed]")).to_be_visible()
    assert desk.find_barriers() == []
    page.unroute(f"**/api/v1/{path}")
    page.click("[data-action=retry]")
    expect(page.locator(f"[data-page={page_name}][data-state=read]")).to_be_visible()


def test_an_account_is_made_with_a_password_that_is_shown_once_and_ends_when_it_is_disabled(
    county: CountyHub, open_county_desk: OpenDesk
) -> None:
    desk, page = open_page(open_county_desk, "accounts", "guan")
    expect(page.locator("[data-user=zhang]")).to_contain_text("值班员")
    page.click("[data-action=new-user]")
    page.fill("#user-login", "xin.ren")
    page.fill("#user-name", "新人（示例）")
    page.fill("#user-phone", "10000000095")
    assert desk.find_barriers() == []
    page.click("[data-action=save-user]")
    password = page.locator("[data-secret]").inner_text()
    session = county.api.ask("POST", "/api/v1/sessions", {"login": "xin.ren", "password": password})
    assert session.status == 201
    page.click("[data-action=seen-secret]")
    expect(page.locator("[data-secret]")).to_have_count(0)
    row = page.locator("[data-user='xin.ren']")
    row.locator("[data-action=reset-password]").click()
    row.locator("[data-action=confirm-reset]").click()
    again = page.locator("[data-secret]")
    expect(again).to_be_visible()
    assert again.inner_text() != password
    page.click("[data-action=seen-secret]")
    assert county.api.ask("POST", "/api/v1/sessions", {"login": "xin.ren", "password": password}).status == 401
    row.locator("[data-action=disable]").click()
    row.locator("[data-action=confirm-disable]").click()
    expect(row.locator("[data-user-state]")).to_contain_text("停用")
    assert desk.find_barriers() == []


def test_a_key_is_shown_once_and_revoked(county: CountyHub, open_county_desk: OpenDesk) -> None:
    _, page = open_page(open_county_desk, "accounts", "guan", color_scheme="dark")
    page.fill("[data-field=key-name]", "大屏（示例）")
    page.click("[data-action=make-key]")
    expect(page.locator("[data-secret]")).to_contain_text("anxin_")
    page.click("[data-action=seen-secret]")
    row = page.locator("[data-key='大屏（示例）']")
    row.locator("[data-action=revoke]").click()
    row.locator("[data-action=confirm-revoke]").click()
    expect(row).to_contain_text("吊销")
    [made] = [key for key in county.api.all_items("/api/v1/api-keys") if key["name"] == "大屏（示例）"]
    assert made["revoked_at"] is not None


def test_a_supervisor_reads_accounts_and_an_operator_is_not_shown_the_way(open_county_desk: OpenDesk) -> None:
    desk, page = open_page(open_county_desk, "accounts", "ban", color_scheme="dark")
    expect(page.locator("[data-user=guan]")).to_be_visible()
    expect(page.locator("[data-action=new-user], [data-action=edit-user], [data-panel=api-keys]")).to_have_count(0)
    page.fill("input[type=search]", "没有这个人")
    expect(page.locator("[data-empty]")).to_be_visible()
    assert desk.find_barriers() == []
    operator = open_county_desk("zhang")
    operator.page.click("[data-action=more-pages]")
    expect(operator.page.locator("[data-page=rosters]")).to_be_visible()
    expect(operator.page.locator("[data-page=accounts]")).to_have_count(0)
