"""Every code the hub can say has a sentence in both languages, and every value named is one that it carries.

What a code carries is asked of the rules themselves where a small life makes them say it; elsewhere the value's name
must stand in the module that gives the code.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts
from alerts.escalation.policy import Target
from alerts.incidents import Deadline, Disposition, Ending, FalseCause, IncidentState
from alerts.kinds import FollowUpKind, IncidentKind, MaintenanceKind
from alerts.observations import EventKind
from alerts.severity import Severity
from alerts.storms.groups import Cause
from hub.explain.replayed import ReplayEnd
from hub.words.language import Language, vocabularies
from tests.alerts.every_explanation import EXPLAINED, explanation_of

SOURCES = Path(alerts.__file__).parents[1]
SLOT = re.compile(r"\{(\w+)\}")
#: By the name of the class that takes a code: the family of its sentences, and which argument the code is.
FAMILIES = {"Explanation": "explanation", "Record": "log", "_record": "log"}
#: Why something in quarantine cannot be read is an explanation, too, and has its own family.
REASONS = "unreadable"
#: Filled by the reader's side: the sentence of the explanation that a line of the log quotes.
QUOTED = {"why"}

Given = dict[tuple[str, str], set[str]]
ZH, EN = vocabularies(Language.ZH), vocabularies(Language.EN)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("alerts", "hub"):
        for path in sorted((SOURCES / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def codes_given(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(family, code) of every call that gives a code as a text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in FAMILIES:
            continue
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:1]
        for value in given:
            yield from ((FAMILIES[name], code) for code in texts_in(value))


def texts_in(value: ast.expr) -> Iterator[str]:
    """The texts an expression may be: itself, or either side of a choice."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from texts_in(one)
            yield from texts_in(other)
        case ast.Attribute(value=ast.Name(id="MaintenanceKind"), attr=member):
            yield MaintenanceKind[member]


def names_in(tree: ast.Module) -> set[str]:
    """Every text of a module that may be the name of a value, and every keyword."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}


@pytest.fixture(scope="module")
def given() -> Given:
    """(family, code) of every code that is given, and the names in the modules that give it."""
    names: Given = defaultdict(set)
    for _, tree in modules():
        for code in codes_given(tree):
            names[code] |= names_in(tree)
    return names


def slots(family: str, code: str) -> set[str]:
    """The values that the code's sentences name; the one with an `_eta` is only said where that value is there."""
    keys = (code, f"{code}_by_text", f"{code}_ending", f"{code}_cause")
    return {slot for words in (ZH, EN) for key in keys for slot in SLOT.findall(words[family].get(key, ""))}


def test_the_search_finds_what_the_core_says(given: Given) -> None:
    assert len([code for family, code in given if family == "explanation"]) > 25
    assert len([code for family, code in given if family == "log"]) > 12


@pytest.mark.parametrize("language", Language)
def test_every_code_has_a_sentence(language: Language, given: Given) -> None:
    words = vocabularies(language)
    missing = [
        f"{family}.{code}"
        for family, code in sorted(given)
        if code not in words[family] and (family != "explanation" or code not in words[REASONS])
    ]
    assert missing == [], f"to be added to hub/words/{language}.json"


@pytest.mark.parametrize(
    ("kinds", "vocabulary"),
    [
        (IncidentKind, "kind"),
        (Severity, "severity"),
        (IncidentState, "state"),
        (Disposition, "disposition"),
        (Ending, "ending"),
        (FalseCause, "cause"),
        (MaintenanceKind, "maintenance_kind"),
        (MaintenanceKind, "explanation"),
        (FollowUpKind, "follow_up_kind"),
        (Deadline, "due"),
        (Deadline, "deadline"),
        (EventKind, "seen"),
        (ReplayEnd, "replay_end"),
        (Target, "target"),
    ],
)
def test_every_kind_has_a_word_in_both_languages(kinds: type[IncidentKind], vocabulary: str) -> None:
    for words in (ZH, EN):
        assert [code for code in kinds if code not in words[vocabulary]] == []


def test_every_cause_of_a_group_has_a_sentence() -> None:
    for words in (ZH, EN):
        assert [cause for cause in Cause if f"group_{cause}" not in words["explanation"]] == []


def test_both_languages_say_the_same_codes_with_the_same_values() -> None:
    for vocabulary, words in ZH.items():
        assert set(words) == set(EN[vocabulary]), vocabulary
        for code, text in words.items():
            assert set(SLOT.findall(text)) == set(SLOT.findall(EN[vocabulary][code])), (vocabulary, code)


def test_a_value_named_in_a_sentence_is_named_where_the_code_is_given(given: Given) -> None:
    unknown = {
        f"{family}.{code}": sorted(missing)
        for (family, code), names in sorted(given.items())
        if (missing := slots(family, code) - names - QUOTED)
    }
    assert unknown == {}


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_value_of_a_rules_sentence_is_one_that_the_rule_gives(code: str) -> None:
    assert slots("explanation", code) <= set(explanation_of(code).params)


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_rule_threshold_and_observation_of_an_evidence_has_a_word(code: str) -> None:
    evidence = explanation_of(code).evidence
    assert evidence is not None
    for words in (ZH, EN):
        assert evidence.rule in words["rule"]
        assert [one.name for one in evidence.thresholds if one.name.replace(".", "_") not in words["threshold"]] == []
        assert [one.what for one in evidence.seen if one.what not in words["seen"]] == []
