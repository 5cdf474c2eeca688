"""An incident's story as a person would tell it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import hub
from alerts.escalation.linked import LinkedIncident
from alerts.escalation.steps import Reachable
from alerts.incidents.commands import NoteCleared, TakeStep
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.explain.shapes import IncidentExplanation
from hub.explain.story import explain
from hub.words.language import Language, Words
from tests.alerts.worlds import NOON
from tests.hub.explain.histories import LI, WATCH, History, a_night, explanation

SHANGHAI = ZoneInfo("Asia/Shanghai")


def told(history: History, language: Language = Language.ZH) -> IncidentExplanation:
    return explain(history.gathered(), Words(language, SHANGHAI))


def line_with(story: Iterable[str], *parts: str) -> str:
    (line,) = [line for line in story if all(part in line for part in parts)]
    return line


def test_the_story_of_a_night_is_told_in_order_in_chinese() -> None:
    story = told(a_night()).story
    assert story[:4] == [
        "求助事件 327 · 跌倒 · 紧急 · 已办结",
        "示例老人，幸福镇 一村 12 号",
        "2026-11-22 12:00:12 发生",
        "2026-11-22 12:16:46 办结：属实",
    ]
    wanted = [
        "看到了什么",
        "设备疑似检测到跌倒。（此前的告警，一并带入）",
        "设备确认发生跌倒。（据此开始求助）",
        "经过",
        "求助发生：设备确认发生跌倒。",
        "此前的告警（1 条）一并带入",
        "第 1 步：值班台响铃",
        "第 2 步：通知下一位紧急联系人（李强）",
        "通知 李强（紧急联系人，100****0001）：已送达",
        "回执",
        "受理（王值班）",
        "联系李强：已接通（王值班）",
        "孙医生 出发，预计 10 分钟到",
        "办结：属实（王值班）",
        "重放：一致 · 共 7 条指令",
    ]
    places = [next(number for number, line in enumerate(story) if part in line) for part in wanted]
    assert places == sorted(places)


def test_the_story_is_told_in_english_without_a_chinese_word_of_its_own() -> None:
    history = a_night()
    for name in ("示例老人", "李强", "王值班", "孙医生", "幸福镇 一村 12 号"):
        assert name in "\n".join(told(history, Language.EN).story)
    names = "示例老人李强王值班孙医生幸福镇一村号"
    for line in told(history, Language.EN).story:
        assert not [letter for letter in line if "\u4e00" <= letter <= "\u9fff" and letter not in names], line


@pytest.mark.parametrize("language", Language)
def test_nothing_of_a_sentence_stays_unfilled(language: Language) -> None:
    for line in told(a_night(), language).story:
        assert "{" not in line
        assert "—" not in line


def test_what_a_rule_went_by_is_told_with_its_times_and_thresholds() -> None:
    (first, second) = told(a_night()).alerts
    assert (first.part, second.part) == ("taken_along", "opened")
    assert [seen.what for seen in first.seen] == ["fall_suspected"]
    assert f"智能腕表 {WATCH}" in first.seen[0].sentence
    assert (first.rule, first.rules_version) == ("fall", 3)
    assert "疑似跌倒后等待起身 1 分钟（平台默认）" in [one.sentence for one in first.thresholds]


def test_a_threshold_of_this_person_is_told_as_theirs() -> None:
    history = History().opens("no_movement", kind=IncidentKind.INACTIVITY, severity=Severity.HIGH)
    (alert,) = told(history).alerts
    assert "白天无活动上限 1 小时（按本人设置）" in [one.sentence for one in alert.thresholds]
    assert "夜间开始 22:00（平台默认）" in [one.sentence for one in alert.thresholds]


def test_where_the_time_of_a_reading_comes_from_is_told_when_it_is_not_the_device() -> None:
    history = History().opens("no_movement", kind=IncidentKind.INACTIVITY)
    (alert,) = history.alerts
    assert alert.explanation.evidence is not None
    looked = alert.explanation.evidence.seen[1]
    said = explain(history.gathered([(WATCH, looked.at, "corrected")]), Words(Language.ZH, SHANGHAI))
    assert said.alerts[0].seen[1].quality == "corrected"
    assert "时间已校正" in said.alerts[0].seen[1].sentence
    assert explain(history.gathered(), Words(Language.ZH, SHANGHAI)).alerts[0].seen[1].quality is None


def test_a_suspicion_whose_time_passed_is_what_opened_the_incident() -> None:
    history = History().after(60).opens("fall_not_recovered")
    (expired,) = history.alerts
    history.alerts[0] = history.alert_row(replace(expired.explanation, code="fall_suspected"))
    assert [alert.part for alert in told(history).alerts] == ["expired"]


def test_a_step_says_when_it_was_due_and_how_late_it_was_taken() -> None:
    history = a_night()
    steps = [decision for decision in told(history).decisions if decision.command == "take_step"]
    assert [round(step.late_s or 0.0, 3) for step in steps] == [0.0, 4.5]
    assert steps[1].due_at == NOON.replace(minute=1, second=12)
    story = told(history).story
    assert line_with(story, "晚 4 秒", "12:01:12")
    assert [text.person_name for text in steps[1].texts] == ["李强"]


def test_a_step_that_another_incident_led_says_which_one_and_tells_nobody() -> None:
    history = History().opens("sos_pressed", kind=IncidentKind.SOS, severity=Severity.HIGH).due()
    leader = LinkedIncident(
        id="fall-1",
        kind=IncidentKind.FALL,
        severity=Severity.CRITICAL,
        opened_at=NOON,
        tells=("next_contact",),
        due_at=NOON + timedelta(seconds=61),
    )
    history.after(60).does(TakeStep(reachable=Reachable(contacts=(LI,)), linked=(leader,)))
    said = told(history)
    (line,) = said.decisions[-1].lines
    assert (line.code, line.params["by"], said.decisions[-1].texts) == ("step_led", "fall-1", [])
    assert line_with(said.story, "第 2 步", "跌倒", "紧急")
    assert said.replay.end == "same"


def test_each_decision_says_what_it_superseded() -> None:
    history = History().opens("fall_suspected", severity=Severity.HIGH).after(5).joins("fall_confirmed")
    (_, joined) = told(history).decisions
    assert [one.what for one in joined.superseded] == ["severity"]
    assert joined.superseded[0].sentence == "级别：严重 → 紧急"
    assert line_with(told(history).story, "级别由严重升为紧急：设备确认发生跌倒。")
    taken = told(a_night()).decisions[3]
    assert [one.what for one in taken.superseded] == ["state", "deadline"]


def test_a_joined_alert_is_told_as_joined() -> None:
    history = History().opens("sos_pressed").after(5).joins("sos_pressed")
    said = told(history)
    assert [alert.part for alert in said.alerts] == ["opened", "joined"]
    assert [decision.alert_id for decision in said.decisions] == [alert.id for alert in said.alerts]


def test_a_cause_that_was_taken_back_is_a_line_of_the_story() -> None:
    history = History().opens("sos_pressed").after(5).does(NoteCleared(explanation=explanation("sos_cancelled")))
    assert line_with(told(history).story, "12:00:05", "本人在设备上取消了求助。")


def test_an_incident_from_before_commands_were_kept_is_told_by_its_log() -> None:
    history = a_night()
    history.commands.clear()
    said = told(history)
    assert said.replay.end == "not_kept"
    assert [decision.command for decision in said.decisions] == [None] * len(said.decisions)
    assert line_with(said.story, "受理（王值班）")
    assert line_with(said.story, "通知 李强")


def test_a_story_whose_replay_differs_says_where() -> None:
    history = a_night()
    at, line = history.log[1]
    history.log[1] = (at, type(line)(code=line.code, params={"count": 9}, actor=line.actor))
    said = told(history)
    assert (said.replay.end, said.replay.where) == ("differs", "log line 2")
    assert "不一致" in said.story[-1]


@pytest.mark.parametrize("language", Language)
def test_the_story_in_the_documentation_is_the_one_that_is_told(language: Language) -> None:
    page = (Path(hub.__file__).parents[1] / "docs" / "explain.md").read_text(encoding="utf-8")
    story = "\n".join(told(a_night(), language).story)
    assert f"```text\n{story}\n```" in page
