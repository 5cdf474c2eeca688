"""What counts as an answer, and what a person has to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.notify.answers import Answer, Meaning, understand


@pytest.mark.parametrize(
    ("text", "meaning", "code"),
    [
        ("1", Meaning.GOING, None),
        ("１", Meaning.GOING, None),
        (" 1 。", Meaning.GOING, None),
        ("1能去", Meaning.GOING, None),
        ("能去", Meaning.GOING, None),
        ("回1", Meaning.GOING, None),
        ("1 收到👍", Meaning.GOING, None),
        ("2", Meaning.DECLINED, None),
        ("2，不在家", Meaning.DECLINED, None),
        ("去不了", Meaning.DECLINED, None),
        ("３", Meaning.ARRIVED, None),
        ("3到了", Meaning.ARRIVED, None),
        ("1 137", Meaning.GOING, 137),
        ("1137", Meaning.GOING, 137),
        ("1#137", Meaning.GOING, 137),
        ("137 1", Meaning.GOING, 137),
        ("１ １３７", Meaning.GOING, 137),
        ("2＃205。", Meaning.DECLINED, 205),
        ("137能去", Meaning.GOING, 137),
    ],
)
def test_a_clear_answer_is_understood(text: str, meaning: Meaning, code: int | None) -> None:
    assert understand(text) == Answer(meaning=meaning, code=code)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "谢谢",
            "收到",
            "1不能",
            "2能去",
            "能去吗",
            "1?",
            "打了120",
            "4",
            "11",
            "1 2",
            "1 13",
            "12345",
            "1 137 205",
        ),
        *("取消", "退订", "TD", "yes", "她说没事，不用来"),
    ],
)
def test_anything_else_is_for_a_person_to_read(text: str) -> None:
    assert understand(text) is None


@given(st.text(max_size=70))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    answer = understand(text)
    assert answer is None or any(character.isnumeric() for character in text) or len(text.strip()) >= 2
