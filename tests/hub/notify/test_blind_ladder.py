"""Who is told when that the hub is blind: the rules, without a clock, a channel or a database."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.notify.blind_ladder import (
    DEFAULT_TIMING,
    Call,
    Episode,
    Outcome,
    Told,
    Word,
    calls_due,
    is_over,
)
from hub.notify.blind_texts import compose_word
from hub.notify.texts import PART_CHARACTERS_MAX, Sender
from hub.storage.on_duty import OnDuty
from hub.storage.sight import BlindBecause

SINCE = datetime(2026, 11, 21, 18, 14, tzinfo=UTC)  # 02:14 in Shanghai
OPERATOR, SUPERVISOR, LEADER = "10000000001", "10000000002", "10000000003"
SENDER = Sender(signature="示例县民政", desk_phone="0000-0000000")


def on_duty(role: str, phone: str, *, distance: int = 6, hours: tuple[float, float] | None = None) -> OnDuty:
    from_at, until_at = (None, None) if hours is None else (SINCE + timedelta(hours=hour) for hour in hours)
    return OnDuty(role=role, phone=phone, distance=distance, from_at=from_at, until_at=until_at)


EVERYBODY = [on_duty("leader", LEADER), on_duty("operator", OPERATOR), on_duty("supervisor", SUPERVISOR)]


def blind(*told: Told, until: datetime | None = None, answered_at: datetime | None = None) -> Episode:
    return Episode(
        because=BlindBecause.DATABASE_AWAY, since=SINCE, until=until, answered_at=answered_at, told=tuple(told)
    )


def told(phone: str, at: timedelta, outcome: Outcome = Outcome.LEFT, word: Word = Word.BLIND) -> Told:
    return Told(phone=phone, role="operator", word=word, at=SINCE + at, outcome=outcome)


def phones_due(episode: Episode, after: timedelta, people: list[OnDuty] | None = None) -> list[str]:
    return [call.phone for call in calls_due(episode, EVERYBODY if people is None else people, SINCE + after)]


def test_a_short_outage_rings_nobody() -> None:
    assert phones_due(blind(), timedelta(seconds=59)) == []
    assert phones_due(blind(), timedelta(seconds=60)) == [OPERATOR]


def test_the_supervisor_follows_after_ten_minutes_and_the_leader_after_twenty() -> None:
    asked = blind(told(OPERATOR, timedelta(minutes=1)))
    assert phones_due(asked, timedelta(minutes=10, seconds=59)) == []
    assert phones_due(asked, timedelta(minutes=11)) == [SUPERVISOR]
    assert set(phones_due(asked, timedelta(minutes=21))) == {OPERATOR, SUPERVISOR, LEADER}


def test_a_role_nobody_is_on_duty_for_is_skipped_at_once() -> None:
    assert phones_due(blind(), timedelta(minutes=1), [on_duty("leader", LEADER)]) == [LEADER]
    assert phones_due(blind(), timedelta(hours=1), []) == []


def test_whoever_was_told_is_told_again_after_a_quarter_of_an_hour() -> None:
    asked = blind(told(OPERATOR, timedelta(minutes=1)))
    people = [on_duty("operator", OPERATOR)]
    assert phones_due(asked, timedelta(minutes=15, seconds=59), people) == []
    assert phones_due(asked, timedelta(minutes=16), people) == [OPERATOR]


@pytest.mark.parametrize(
    ("outcome", "pause"), [(Outcome.FAILED, DEFAULT_TIMING.retry_after), (Outcome.LEAVING, DEFAULT_TIMING.doubt_after)]
)
def test_a_text_that_did_not_surely_leave_is_tried_sooner_again(outcome: Outcome, pause: timedelta) -> None:
    asked = blind(told(OPERATOR, timedelta(minutes=1), outcome))
    assert phones_due(asked, timedelta(minutes=1) + pause - timedelta(seconds=1)) == []
    assert phones_due(asked, timedelta(minutes=1) + pause) == [OPERATOR]


def test_an_answer_quiets_everybody_for_an_hour_and_not_for_ever() -> None:
    answered = blind(told(OPERATOR, timedelta(minutes=1)), answered_at=SINCE + timedelta(minutes=3))
    assert phones_due(answered, timedelta(minutes=62)) == []
    assert set(phones_due(answered, timedelta(minutes=63))) == {OPERATOR, SUPERVISOR, LEADER}


def test_the_shift_that_has_the_night_is_rung_and_not_the_one_that_went_home() -> None:
    people = [on_duty("operator", OPERATOR, hours=(-8, 1)), on_duty("operator", SUPERVISOR, hours=(1, 9))]
    assert phones_due(blind(), timedelta(minutes=30), people) == [OPERATOR]
    assert phones_due(blind(), timedelta(hours=1), people) == [SUPERVISOR]


def test_of_a_role_only_the_nearest_who_are_on_duty_are_rung() -> None:
    near_but_later = on_duty("operator", "10000000004", distance=6, hours=(1, 9))
    account = on_duty("operator", OPERATOR, distance=1006)
    assert phones_due(blind(), timedelta(minutes=30), [near_but_later, account]) == [OPERATOR]
    assert phones_due(blind(), timedelta(minutes=90), [near_but_later, account]) == ["10000000004"]


def test_a_number_with_two_roles_rings_once() -> None:
    people = [on_duty("operator", OPERATOR), on_duty("supervisor", OPERATOR)]
    assert calls_due(blind(), people, SINCE + timedelta(hours=1)) == [Call(phone=OPERATOR, role="operator")]


def test_those_who_were_told_hear_once_that_it_is_over_when_it_has_stayed_so() -> None:
    until = SINCE + timedelta(minutes=17)
    failed = told(SUPERVISOR, timedelta(minutes=11), Outcome.FAILED)
    over = blind(told(OPERATOR, timedelta(minutes=1)), failed, until=until)
    assert calls_due(over, EVERYBODY, until + timedelta(seconds=9)) == []
    assert not is_over(over, until + timedelta(seconds=10))
    assert calls_due(over, EVERYBODY, until + timedelta(seconds=10)) == [
        Call(phone=OPERATOR, role="operator", word=Word.SEEING)
    ]
    said = blind(*over.told, told(OPERATOR, timedelta(minutes=18), word=Word.SEEING), until=until)
    assert calls_due(said, EVERYBODY, until + timedelta(minutes=5)) == []
    assert is_over(said, until + timedelta(minutes=5))


def test_a_farewell_that_cannot_leave_is_given_up_after_ten_minutes() -> None:
    until = SINCE + timedelta(minutes=17)
    refused = told(OPERATOR, timedelta(minutes=18), Outcome.FAILED, Word.SEEING)
    over = blind(told(OPERATOR, timedelta(minutes=1)), refused, until=until)
    assert [call.word for call in calls_due(over, [], until + timedelta(minutes=9))] == [Word.SEEING]
    assert not is_over(over, until + timedelta(minutes=9))
    assert calls_due(over, [], until + timedelta(minutes=10)) == []
    assert is_over(over, until + timedelta(minutes=10))


def test_an_outage_nobody_was_told_of_is_over_when_it_has_stayed_so() -> None:
    over = blind(until=SINCE + timedelta(seconds=30))
    assert not is_over(over, SINCE + timedelta(seconds=39))
    assert is_over(over, SINCE + timedelta(seconds=40))


def test_the_texts_are_sentences_of_one_part() -> None:
    over = blind(until=SINCE + timedelta(minutes=77))
    texts = [compose_word(over, word, SENDER, "示例县", "Asia/Shanghai") for word in Word]
    assert texts[0].startswith("【示例县民政】示例县平台数据库自02:14起中断，设备求助可能无法到达值班台，请立即查看，")
    assert "已于03:31恢复，中断1小时17分" in texts[1]
    assert all(len(text) <= PART_CHARACTERS_MAX for text in texts)


@pytest.mark.parametrize("because", list(BlindBecause))
def test_a_long_name_of_a_place_leaves_the_sentence_whole(because: BlindBecause) -> None:
    episode = Episode(because=because, since=SINCE)
    text = compose_word(episode, Word.BLIND, SENDER, "示例省示例自治州示例市示例县示例区", "Asia/Shanghai")
    assert text.endswith("请立即查看，知道请回9")
    assert len(text) <= PART_CHARACTERS_MAX
