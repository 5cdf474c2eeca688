"""A language's words and sentences, as the desk says them too (desk/src/incident/words.ts has the same rules).

A code that has no word is shown as it is, with its values: better a strange word than a silent gap.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

_UNITS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
#: Beyond so many days nobody asks for the hours.
_DAYS_ALONE = 3
_UNITS_SHOWN = 2
_SLOT = re.compile(r"\{(\w+)\}")
_NOTHING = "—"


class Language(StrEnum):
    """What a reader reads."""

    ZH = "zh"  #: 中文
    EN = "en"  #: English


class Words:
    """The words of one language; moments are written as clocks in `zone` show them."""

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self.language = language
        self._zone = zone
        self._words = vocabularies(language)

    def has(self, vocabulary: str, code: str) -> bool:
        """Whether there is a word or a sentence for this code."""
        return code in self._words.get(vocabulary, {})

    def word(self, vocabulary: str, code: str | None) -> str:
        """The word for a code."""
        if not code:
            return _NOTHING
        return self._words.get(vocabulary, {}).get(code, code)

    def sentence(self, family: str, code: str, params: Mapping[str, Any]) -> str:
        """The sentence for a code with its values; `family` is `explanation`, `log`, `unreadable` or `story`."""
        found_in, key = self._key_of(family, code, params)
        values = {name: self._readable(name, value) for name, value in params.items()}
        if isinstance(why := params.get("why"), str) and self.has("explanation", why):
            rest = {name: value for name, value in params.items() if name != "why"}
            values["why"] = self.sentence("explanation", why, rest)
        if self.has(found_in, key):
            return self.fill(self._words[found_in][key], values)
        listed = [f"{name} {value}" for name, value in values.items() if not name.endswith("_id")]
        return " · ".join([code, *listed])

    def fill(self, text: str, values: Mapping[str, str]) -> str:
        """The text with its values; one that is missing leaves a dash."""
        return _SLOT.sub(lambda slot: values.get(slot[1], _NOTHING), text)

    def say(self, code: str, /, **values: str) -> str:
        """A sentence of a story, with values that are words already."""
        return self.fill(self.word("story", code), values)

    def duration(self, seconds: float) -> str:
        """In its two greatest units: 5 小时 45 分钟."""
        left, parts = max(0, round(seconds)), list[str]()
        for unit, length in _UNITS:
            count, left = divmod(left, length)
            if count:
                parts.append(self.fill(self._words["duration"][unit], {"count": str(count)}))
            elif parts:
                break
            if len(parts) == _UNITS_SHOWN or (unit == "days" and count >= _DAYS_ALONE):
                break
        return " ".join(parts) or self.fill(self._words["duration"]["seconds"], {"count": "0"})

    def moment(self, at: datetime) -> str:
        """Date and time of day, to the second."""
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def time_of_day(self, at: datetime) -> str:
        """To the second."""
        return at.astimezone(self._zone).strftime("%H:%M:%S")

    def _key_of(self, family: str, code: str, params: Mapping[str, Any]) -> tuple[str, str]:
        """What came by text, with a time or with an ending has its own sentence; a log line may be an explanation."""
        if params.get("by") == "sms" and self.has(family, f"{code}_by_text"):
            return family, f"{code}_by_text"
        if params.get("eta_minutes") is not None and self.has(family, f"{code}_eta"):
            return family, f"{code}_eta"
        for ended in ("ending", "cause"):
            if params.get(ended) is not None and self.has(family, f"{code}_{ended}"):
                return family, f"{code}_{ended}"
        if family == "log" and not self.has("log", code):
            return "explanation", code
        return family, code

    def _readable(self, name: str, value: Any) -> str:
        if value is None:
            return _NOTHING
        if isinstance(value, Mapping) and value and value.keys() <= set(Language):
            # what somebody wrote, in one of the languages or in both
            return str(value.get(self.language) or next((text for text in value.values() if text), _NOTHING))
        if name == "offset_s" and isinstance(value, int | float):
            off = self.duration(timedelta(seconds=abs(value)).total_seconds())
            return self.fill(self._words["clock"]["slow" if value > 0 else "fast"], {"duration": off})
        if isinstance(value, bool | int | float) or not isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if name in _values()["moments"]:
            return self.moment(datetime.fromisoformat(value))
        vocabulary = _values()["vocabularies"].get(name)
        return value if vocabulary is None else self.word(vocabulary, value)


@cache
def vocabularies(language: Language) -> dict[str, dict[str, str]]:
    """Everything that can be said in a language: by vocabulary or family, by code."""
    words: dict[str, Any] = json.loads(_read(f"{language}.json"))
    return {vocabulary: texts for vocabulary, texts in words.items() if isinstance(texts, dict)}


@cache
def _values() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(_read("values.json"))
    return values


def _read(name: str) -> str:
    return resources.files("hub.words").joinpath(name).read_text(encoding="utf-8")
