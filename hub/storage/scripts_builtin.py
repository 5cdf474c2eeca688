"""The scripts the hub comes with, for every kind of incident: what counts where nobody has written another.

`builtin_scripts.json`: `cases` name the kind and where it is said the category; a step's words are [text, hint].
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from hub.storage.scripts_shapes import ScriptStepView, ScriptView, SpokenView


@cache
def builtin_scripts() -> tuple[ScriptView, ...]:
    """All of them, read once a process."""
    text = files("hub.storage").joinpath("builtin_scripts.json").read_text(encoding="utf-8")
    return tuple(_script(case, entry["steps"]) for entry in json.loads(text) for case in entry["cases"])


def _script(case: dict[str, str], steps: list[dict[str, Any]]) -> ScriptView:
    return ScriptView(
        id=None,
        division_id=None,
        division_name=None,
        kind=case["kind"],
        severity=case.get("severity"),
        category=case.get("category"),
        version=0,
        steps=[_step(step) for step in steps],
        note=None,
        written_at=None,
        written_by=None,
    )


def _step(step: dict[str, Any]) -> ScriptStepView:
    (zh, zh_hint), (en, en_hint) = step["zh"], step["en"]
    return ScriptStepView(
        id=step["id"],
        text=SpokenView(zh=zh, en=en),
        hint=SpokenView(zh=zh_hint, en=en_hint) if zh_hint or en_hint else None,
        action=step["action"],
    )
