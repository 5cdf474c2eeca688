"""What a caregiver reads: short, answerable, and without what must not leave the house."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.kinds import IncidentKind, SubjectType
from hub.notify.texts import (
    PART_CHARACTERS_MAX,
    Occasion,
    Sender,
    ask_which,
    compose,
    compose_answer,
    compose_for,
    polite_name,
    ucs2_length,
)

SENDER = Sender(signature="某县民政", desk_phone="0000-0000000")
PRESS = Occasion(
    kind=IncidentKind.SOS,
    subject_type=SubjectType.RECIPIENT,
    happened_at=datetime(2026, 11, 21, 18, 14, tzinfo=UTC),
    timezone="Asia/Shanghai",
    name="李桂兰",
    sex="female",
    birth_date=date(1940, 5, 1),
    group_name="三组",
    village=None,
    call_unanswered=True,
    code=None,
)
TODAY = date(2026, 11, 22)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


def test_the_text_is_the_one_of_the_domain() -> None:
    assert compose(PRESS, SENDER) == (
        "【某县民政】02:14三组李奶奶按了求助键，电话无人接。能去回1，不能回2，到了回3。值班0000-0000000"
    )


def test_a_call_nobody_made_is_not_said_to_be_unanswered() -> None:
    assert "无人接" not in compose(replace(PRESS, call_unanswered=False), SENDER)


def test_a_number_told_of_several_is_given_the_code_to_answer_with() -> None:
    assert "能去回1137，不能回2137，到了回3137" in compose(replace(PRESS, code=137), SENDER)


def test_the_time_is_the_recipients_own() -> None:
    assert "00:14" in compose(replace(PRESS, timezone="Asia/Urumqi"), SENDER)


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_has_a_text_that_can_be_answered(kind: IncidentKind) -> None:
    text = compose(replace(PRESS, kind=kind), SENDER)
    assert "能去回1" in text
    assert ucs2_length(text) <= PART_CHARACTERS_MAX


def test_a_press_of_an_unassigned_device_says_so() -> None:
    text = compose(replace(PRESS, name=None, group_name=None, subject_type=SubjectType.DEVICE), SENDER)
    assert "未登记设备按了求助键" in text


def test_what_helps_least_goes_first_when_it_is_too_long() -> None:
    long = replace(PRESS, village="红旗东风胜利和平村", group_name="第十二村民小组", code=137)
    text = compose(long, Sender(signature="某某自治县民政局值班室", desk_phone="0000-0000000"))
    assert "红旗" not in text
    assert "能去回1137" in text
    assert ucs2_length(text) <= PART_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("name", "sex", "born", "polite"),
    [
        ("李桂兰", "female", date(1940, 1, 1), "李奶奶"),
        ("张三", "male", date(1950, 1, 1), "张爷爷"),
        ("欧阳春花", "female", date(1990, 1, 1), "欧阳女士"),
        ("王强", "male", None, "王先生"),
        ("赵小明", "male", date(2017, 1, 1), "赵小朋友"),
        ("孙某某", None, date(1940, 1, 1), "孙姓老人"),
        ("孙某某", None, None, "孙某"),
        ("孙大年", "male", date(1966, 11, 23), "孙先生"),  # sixty tomorrow
        ("孙大年", "male", date(1966, 11, 22), "孙爷爷"),  # sixty today
        ("买买提·艾力", "male", date(1940, 1, 1), ""),
        ("Maria", "female", date(1940, 1, 1), ""),
        (None, None, None, ""),
    ],
)
def test_a_person_is_named_by_surname_and_honorific(
    name: str | None, sex: str | None, born: date | None, polite: str
) -> None:
    assert polite_name(name, sex, born, TODAY) == polite


@given(
    surname=st.sampled_from(["李", "欧阳", "王", "诸葛"]),
    given_name=st.text(HAN, min_size=1, max_size=2).filter(
        lambda text: not set(text) & set("女士先生爷奶姓老人某小朋友")
    ),
    group=st.text(max_size=30) | st.none(),
    village=st.text(max_size=30) | st.none(),
    signature=st.text(max_size=40),
    phone=st.text(max_size=40),
    code=st.integers(100, 999) | st.none(),
    kind=st.sampled_from(list(IncidentKind)),
    sex=st.sampled_from(["female", "male", None]),
    unanswered=st.booleans(),
)
def test_every_text_is_one_part_and_never_holds_the_full_name(
    surname: str,
    given_name: str,
    group: str | None,
    village: str | None,
    signature: str,
    phone: str,
    code: int | None,
    kind: IncidentKind,
    sex: str | None,
    unanswered: bool,
) -> None:
    name = surname + given_name
    occasion = replace(
        PRESS, name=name, group_name=group, village=village, code=code, kind=kind, sex=sex, call_unanswered=unanswered
    )
    text = compose(occasion, Sender(signature=signature, desk_phone=phone))
    assert ucs2_length(text) <= PART_CHARACTERS_MAX
    assert name not in text.split("】", 1)[1]
    assert "能去回1" in text
    assert "http" not in text.split("】", 1)[1]


@pytest.mark.parametrize("place", ["李桂兰家", "桂兰家旁边"])
def test_a_group_that_tells_the_name_is_left_out(place: str) -> None:
    assert place not in compose(replace(PRESS, group_name=place), SENDER)


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_every_text_back_is_one_part(sentence: str, signature: str, phone: str) -> None:
    assert ucs2_length(compose_answer(sentence, Sender(signature=signature, desk_phone=phone))) <= PART_CHARACTERS_MAX


def test_asking_which_one_names_each_with_its_code() -> None:
    assert ask_which([(137, "李奶奶"), (138, "")]) == "请在数字后加编号，如1137：李奶奶137，求助138"


def test_the_text_of_a_storm_says_how_many_where_and_how_to_take_the_gravest() -> None:
    first = replace(PRESS, group_name="三组", village="柳村")
    others = [replace(PRESS, village=village) for village in ["柳村"] * 11 + ["杨村"] * 8 + [None] * 4]
    text = compose_for([first, *others], 123, SENDER)
    assert "有24起求助：柳村12杨村8" in text
    assert "三组李奶奶按了求助键，能去回1123" in text
    assert ucs2_length(text) <= 70


def test_the_text_of_a_storm_fits_one_part_and_keeps_what_is_gravest() -> None:
    first = replace(PRESS, group_name="十二组", village="长名村落一二三")
    places = [f"另一个村落{letter}号" for letter in "甲乙丙丁"]
    text = compose_for([first, *[replace(PRESS, village=place) for place in places * 30]], 999, SENDER)
    assert ucs2_length(text) <= 70
    assert "有121起求助" in text
    assert "李奶奶按了求助键，能去回1999" in text


def test_one_occasion_is_told_as_ever() -> None:
    assert compose_for([PRESS], 123, SENDER) == compose(PRESS, SENDER)
