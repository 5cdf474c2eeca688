"""The files of what was approved, and what the core says now in their place."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.alerts.approved.findings import findings_of_every_life
from tests.alerts.approved.moves import moves_of_every_command

_FOLDER = Path(__file__).parent
APPROVED: Mapping[str, Callable[[], dict[str, Any]]] = {
    "findings": findings_of_every_life,
    "moves": moves_of_every_command,
}


def said_now(name: str) -> dict[str, Any]:
    """As JSON would keep it."""
    said: dict[str, Any] = json.loads(json.dumps(APPROVED[name](), ensure_ascii=False))
    return said


def approved(name: str) -> dict[str, Any]:
    """As it is kept."""
    kept: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return kept


def write(name: str) -> None:
    """One line for each entry: a difference shows what has changed and nothing else."""
    lines = [
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(said, ensure_ascii=False)}"
        for key, said in said_now(name).items()
    ]
    (_FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
