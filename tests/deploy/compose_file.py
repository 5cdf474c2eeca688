"""docker-compose.yml as the tests read it: parsed, and with the variables of an .env put in as Compose would."""

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ENV_EXAMPLE = ROOT / "deploy" / "compose.env.example"

_VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z0-9_]+)(?:(?P<operator>:\?|:-)(?P<word>[^}]*))?\}")


class UnsetError(Exception):
    """Compose would stop here with this sentence."""


def read_yaml(path: Path) -> Any:
    """A YAML file, merges resolved."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def variables() -> dict[str, tuple[str, str]]:
    """Every variable of the file: how it is asked for (`:?` demanded, `:-` with a default), and sentence or default."""
    text = "\n".join(line for line in COMPOSE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {found["name"]: (found["operator"] or "", found["word"] or "") for found in _VARIABLE.finditer(text)}


def services(environment: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The services with the variables of this environment.

    Raises:
        UnsetError: one that is demanded is unset or empty.
    """

    def value_of(found: re.Match[str]) -> str:
        given = environment.get(found["name"], "")
        if given:
            return given
        if found["operator"] == ":?":
            raise UnsetError(f"{found['name']}: {found['word']}")
        return found["word"] or ""

    def resolve(node: Any) -> Any:
        match node:
            case dict():
                return {name: resolve(below) for name, below in node.items()}
            case list():
                return [resolve(below) for below in node]
            case str():
                return _VARIABLE.sub(value_of, node).replace("$$", "$")
            case _:
                return node

    resolved: dict[str, dict[str, Any]] = resolve(read_yaml(COMPOSE)["services"])
    return resolved


def example_names() -> set[str]:
    """The variables that the example of the .env names, set or commented out."""
    return set(re.findall(r"^#?([A-Z0-9_]+)=", ENV_EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


#: What somebody who tries it out writes into .env.
FILLED_IN = {
    "ANXIN_DB_PASSWORD": "not-a-real-password",
    "HUB_DIVISION": "990101000000",
    "HUB_DIVISION_NAME": "示例县",
    "HUB_SMS": "log:",
}
