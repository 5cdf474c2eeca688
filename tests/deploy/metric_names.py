"""The names of figures that the dashboard and the alert rules lean on, and those that appear only when something is."""

import json
import re
from pathlib import Path

from hub.broker_addresses import parse_broker_address
from hub.ingest.adapters import find_adapters
from hub.ingest.figures import count_ingest
from hub.ingest.front_door.counters import FrontDoorCounters
from hub.ingest.pipeline import Pipeline
from hub.ingest.scrubbing import ScrubCounters
from hub.ingest.subscriber.source import BrokerSource
from hub.storage.figures import FigureKind
from hub.storage.queries import queries
from tests.deploy.compose_file import ROOT, read_yaml

DASHBOARDS = ROOT / "deploy" / "grafana" / "dashboards"
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"

_OURS = re.compile(r"\b(?:anxin|process)_[a-z_]+\b")


def expressions_of(path: Path) -> list[str]:
    """What a dashboard asks Prometheus."""
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def names_in_dashboard() -> set[str]:
    """The figures that our dashboards show."""
    expressions = [expression for path in DASHBOARDS.glob("*.json") for expression in expressions_of(path)]
    return {name for expression in expressions for name in _OURS.findall(expression)}


def names_in_rules() -> set[str]:
    """The figures that our alert rules watch."""
    rules = [rule for group in read_yaml(RULES)["groups"] for rule in group["rules"]]
    return {name for rule in rules for name in _OURS.findall(rule["expr"])}


def names_that_depend_on_what_happens() -> set[str]:
    """Figures with labels, which a quiet hub does not tell: those the SQL counts, those of refused connections."""
    counted = re.findall(r"^SELECT '(\w+)', jsonb_build_object", queries("figures").count_all, re.MULTILINE)
    door = FrontDoorCounters()
    door.refused["bad_password"] += 1
    door.closed["revoked"] += 1
    pipeline = Pipeline("postgresql://nowhere", "process-1")
    source = BrokerSource(parse_broker_address("mqtt://127.0.0.1:1"), find_adapters(), pipeline, "990101000000")
    told = count_ingest(pipeline, door, [source], ScrubCounters())
    return {f"anxin_{name}" for name in counted} | {
        f"anxin_{figure.name}" + ("_total" if figure.kind is FigureKind.COUNTER else "")
        for figure in told
        if figure.labels
    }
