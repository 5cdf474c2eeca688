"""The hub says the same sentence for the same code as the desk (desk/tests/words.test.ts has the other half)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.words.language import Language, Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['family']}-{example['code']}")
@pytest.mark.parametrize("language", Language)
def test_a_code_is_the_sentence_of_the_readers_language(language: Language, example: dict[str, Any]) -> None:
    words = Words(language, SHANGHAI)
    assert words.sentence(example["family"], example["code"], example["params"]) == example[language]


def test_a_moment_is_written_as_the_clocks_there_show_it() -> None:
    words = Words(Language.ZH, SHANGHAI)
    at = datetime(2026, 11, 22, 16, 30, 5, tzinfo=UTC)
    assert (words.moment(at), words.time_of_day(at)) == ("2026-11-23 00:30:05", "00:30:05")
    said = words.sentence("explanation", "hub_blind", {"blind_s": 90, "since": at.isoformat(), "until": at.isoformat()})
    assert "2026-11-23 00:30:05 至 2026-11-23 00:30:05" in said


def test_a_value_that_is_missing_leaves_a_dash_and_no_brace() -> None:
    assert Words(Language.EN, UTC).sentence("log", "handed_over", {}) == "Handed over to —"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (3661, "1 h 1 min"), (3605, "1 h"), (4 * 86_400 + 7200, "4 d")],
)
def test_a_duration_is_said_in_its_two_greatest_units(seconds: float, said: str) -> None:
    assert Words(Language.EN, UTC).duration(seconds) == said
