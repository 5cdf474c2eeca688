"""A night at the desk: a press comes, sounds, is taken with one key, called and closed."""

import pytest
from playwright.sync_api import expect

from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage

pytestmark = pytest.mark.browser


def test_a_press_sounds_is_taken_with_enter_called_and_closed(desk: DeskPage, stage: Stage) -> None:
    desk.open()
    expect(desk.page.get_by_text("目前没有待处理的求助")).to_be_visible()
    desk.expect_sound("silent")

    incident = stage.state.raise_incident(name="李桂兰")
    expect(desk.card(incident["id"])).to_be_visible(timeout=1000)
    desk.expect_sound("critical")
    expect(desk.page.get_by_role("heading", name="李桂兰")).to_be_visible()
    expect(desk.page.get_by_text("院门不锁，钥匙在东邻王家")).to_be_visible()

    desk.take_selected()
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "acknowledged")
    desk.expect_sound("silent")
    assert stage.state.incidents[incident["id"]]["acknowledged_by"]["name"] == "张敏"

    desk.press("c")
    desk.page.click("[data-outcome=no_answer]")
    expect(desk.page.get_by_text("联系本人（智能腕表）：无人接听")).to_be_visible()
    attempt = stage.state.logs[incident["id"]][-1]["params"]
    assert (attempt["outcome"], attempt["phone"]) == (
        "no_answer",
        stage.state.detail(incident["id"])["devices"][0]["phone"],
    )

    desk.press("x")
    confirm = desk.page.locator("[data-action=confirm-close]")
    expect(confirm).to_be_disabled()
    desk.page.get_by_role("radio", name="误报").check()
    expect(confirm).to_be_disabled()
    desk.page.get_by_text("误按", exact=True).click()
    desk.page.fill("#close-note", "误触")
    confirm.click()
    expect(desk.page.locator("[data-empty]")).to_be_visible()
    closed = stage.state.incidents[incident["id"]]
    assert (closed["state"], closed["disposition"]) == ("closed", "false")


def test_the_sound_stops_only_when_nothing_is_untaken_and_comes_back_when_nobody_was_called(
    desk: DeskPage, stage: Stage
) -> None:
    first = stage.state.raise_incident(name="李桂兰", age_s=50)
    second = stage.state.raise_incident(name="王秀英", kind="fall", severity="high")
    desk.open()
    desk.expect_sound("critical")
    desk.take_selected()
    desk.expect_sound("high")
    desk.card(second["id"]).click()
    desk.page.click("[data-action=take]")
    desk.expect_sound("silent")

    stage.state.incidents[first["id"]]["sounding"] = True
    stage.state.publish("incident", stage.state.incidents[first["id"]])
    desk.expect_sound("critical")
    expect(desk.page.get_by_text("受理后尚未联系")).to_be_visible()


def test_a_new_press_on_a_taken_incident_sounds_until_its_holder_has_heard_it(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    desk.take_selected()
    desk.expect_sound("silent")
    stage.state.press_again(incident["id"])
    desk.expect_sound("critical")
    expect(desk.card(incident["id"])).to_contain_text("又按了一次")
    expect(desk.card(incident["id"])).to_contain_text("已按 2 次")
    desk.take_selected()
    desk.expect_sound("silent")


def test_a_taken_incident_is_handed_over_answered_and_noted(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    desk.take_selected()
    desk.page.click("[data-action=responding]")
    desk.page.get_by_role("button", name="赵敏", exact=True).click()
    desk.page.get_by_text("10 分钟").click()
    desk.page.click("[data-action=confirm-responding]")
    expect(desk.card(incident["id"])).to_contain_text("赵敏 已出发")
    expect(desk.page.get_by_text("赵敏 出发，预计 10 分钟到")).to_be_visible()
    assert stage.state.logs[incident["id"]][-1]["params"] == {"name": "赵敏", "eta_minutes": 10, "phone": "10000000032"}

    desk.page.click("[data-action=arrived]")
    expect(desk.card(incident["id"])).to_contain_text("赵敏 已到达")
    desk.press("n")
    desk.page.keyboard.type("人在院里，清醒")
    desk.press("Enter")
    expect(desk.page.locator(".log").get_by_text("人在院里，清醒")).to_be_visible()

    desk.page.click("[data-action=hand-over]")
    desk.page.get_by_label("移交给", exact=True).select_option(label="吴磊")
    desk.page.click("[data-action=confirm-hand-over]")
    expect(desk.card(incident["id"])).to_contain_text("吴磊 处置中")


def test_an_incident_that_somebody_else_closed_gives_way_to_the_next_press(desk: DeskPage, stage: Stage) -> None:
    first = stage.state.raise_incident(name="李桂兰")
    desk.open()
    expect(desk.page.get_by_role("heading", name="李桂兰")).to_be_visible()
    other = {"type": "operator", **stage.state.operators["wu"]}
    stage.state.close(first["id"], other, "real", None)
    expect(desk.page.get_by_text("已办结：属实")).to_be_visible()
    second = stage.state.raise_incident(name="王秀英")
    expect(desk.page.get_by_role("heading", name="王秀英")).to_be_visible()
    desk.take_selected()
    expect(desk.card(second["id"])).to_have_attribute("data-state", "acknowledged")


@pytest.mark.long
def test_a_note_begun_for_one_person_does_not_end_up_with_another(desk: DeskPage, stage: Stage) -> None:
    first = stage.state.raise_incident(name="李桂兰", age_s=9)
    second = stage.state.raise_incident(name="王秀英")
    desk.open()
    note = desk.page.locator("textarea").first
    note.fill("钥匙在东邻")
    desk.card(second["id"]).click()
    expect(desk.page.get_by_role("heading", name="王秀英")).to_be_visible()
    expect(note).to_have_value("")
    desk.card(first["id"]).click()
    expect(note).to_have_value("钥匙在东邻")


@pytest.mark.long
def test_a_closed_incident_is_found_again_and_reopened(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    actor = {"type": "operator", **stage.state.operators["zhang"]}
    stage.state.close(incident["id"], actor, "test", None)
    desk.go_to("/closed")
    desk.page.get_by_role("link", name=f"查看 {incident['code']}").click()
    desk.page.click("[data-action=reopen]")
    desk.page.click("[data-action=confirm-reopen]")
    desk.expect_sound("critical")
    expect(desk.page.locator("[data-banner=away]")).to_contain_text("有 1 件求助待受理")


def test_enter_takes_only_inside_the_queue_and_letters_can_be_switched_off(desk: DeskPage, stage: Stage) -> None:
    incident = stage.state.raise_incident()
    desk.open()
    desk.page.locator("textarea").first.focus()
    desk.press("Enter")
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "open")
    desk.page.get_by_role("button", name="设置").click()
    desk.page.get_by_role("switch").uncheck()
    desk.page.get_by_role("button", name="完成").click()
    expect(desk.page.locator("[data-dialog=settings]")).to_be_hidden()
    desk.press("c")
    expect(desk.page.locator("[data-outcome]")).to_have_count(0)
    desk.page.locator("[data-queue]").focus()
    desk.take_selected()
    expect(desk.card(incident["id"])).to_have_attribute("data-state", "acknowledged")


def test_a_wrong_password_is_said_and_a_reload_asks_for_the_click_again(desk: DeskPage) -> None:
    right, desk.password = desk.password, "wrong"
    desk.log_in()
    expect(desk.page.get_by_text("账号或密码不对")).to_be_visible()
    desk.password = right
    desk.open()
    desk.page.reload()
    expect(desk.page.locator("[data-action=start-shift]")).to_be_visible()


@pytest.mark.long
def test_the_operator_reads_english_after_a_switch_and_after_a_reload(desk: DeskPage, stage: Stage) -> None:
    stage.state.raise_incident()
    desk.open()
    desk.page.get_by_role("button", name="设置").click()
    desk.page.get_by_text("English").click()
    desk.page.get_by_role("button", name="Done").click()
    expect(desk.page.locator("[data-action=take]")).to_contain_text("Take")
    desk.page.reload()
    expect(desk.page.locator("[data-action=start-shift]")).to_contain_text("Start")
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
