"""Understands what a caregiver answers: 1 能去, 2 不能, 3 到了, perhaps with the incident's code.

Only what is clearly one of these counts; everything else is for a person at the desk to read. No word unsubscribes.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What the caregiver says."""

    GOING = "going"  #: 能去
    DECLINED = "declined"  #: 不能
    ARRIVED = "arrived"  #: 到了


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was understood; `code` is the incident's, where it was given."""

    meaning: Meaning
    code: int | None = None


_DIGITS = {"1": Meaning.GOING, "2": Meaning.DECLINED, "3": Meaning.ARRIVED}
#: Said alone, without the digit, each of these leaves no doubt.
_CLEAR_WORDS = {
    Meaning.GOING: frozenset({"能去", "我能去", "我去", "这就去", "马上去", "马上到", "我马上去"}),
    Meaning.DECLINED: frozenset({"不能", "不能去", "我不能去", "去不了", "我去不了", "不去"}),
    Meaning.ARRIVED: frozenset({"到了", "我到了", "已到", "已经到了", "已到达"}),
}
#: Beside the digit these agree with it; alone they would only say that the text was read.
_AGREEING_WORDS = {
    Meaning.GOING: frozenset({"能", "去", "好", "好的", "可以", "行", "收到", "回", "回复"}),
    Meaning.DECLINED: frozenset({"不行", "没空", "不在", "不在家", "收到", "回", "回复"}),
    Meaning.ARRIVED: frozenset({"到", "在", "收到", "回", "回复"}),
}
_CODE = re.compile(r"[1-9]\d\d")
_DIGIT_AND_CODE = re.compile(r"([123])([1-9]\d\d)")


def understand(text: str) -> Answer | None:
    """The answer, or None when a person has to read it."""
    # NFKC: full-width digits and punctuation become plain ones
    plain = unicodedata.normalize("NFKC", text)
    numbers = re.findall(r"\d+", plain)
    words = "".join(character for character in plain if character.isalpha())
    leftover = [character for character in plain if not character.isalnum() and not _is_separator(character)]
    if leftover:
        return None
    digit, code, unread = _read_numbers(numbers)
    if unread:
        return None
    meaning = _DIGITS[digit] if digit else _meaning_of_words(words)
    if meaning is None or not _agrees(words, meaning):
        return None
    return Answer(meaning=meaning, code=code)


def _is_separator(character: str) -> bool:
    """Blanks, punctuation and signs say nothing, except a question mark."""
    return character != "?" and _says_nothing(character)


def _says_nothing(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PSC"


def _read_numbers(numbers: list[str]) -> tuple[str | None, int | None, bool]:
    """The digit and the code, in either order or written together; True when something else is among them."""
    match numbers:
        case []:
            return None, None, False
        case [digit] if digit in _DIGITS:
            return digit, None, False
        case [code] if _CODE.fullmatch(code):
            return None, int(code), False
        case [both] if together := _DIGIT_AND_CODE.fullmatch(both):
            return together[1], int(together[2]), False
        case [digit, code] if digit in _DIGITS and _CODE.fullmatch(code):
            return digit, int(code), False
        case [code, digit] if digit in _DIGITS and _CODE.fullmatch(code):
            return digit, int(code), False
    return None, None, True


def _meaning_of_words(words: str) -> Meaning | None:
    return next((meaning for meaning, clear in _CLEAR_WORDS.items() if words in clear), None)


def _agrees(words: str, meaning: Meaning) -> bool:
    return not words or words in _CLEAR_WORDS[meaning] or words in _AGREEING_WORDS[meaning]
