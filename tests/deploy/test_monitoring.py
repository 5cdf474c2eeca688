"""Prometheus and Grafana find what they are told to read; the names of the figures are held against a running hub in
`test_roles.py`.
"""

import json
from typing import Any

from tests.deploy.compose_file import FILLED_IN, ROOT, read_yaml, services
from tests.deploy.metric_names import DASHBOARDS, RULES, expressions_of, names_in_dashboard, names_in_rules


def _mounts(service: dict[str, Any]) -> dict[str, str]:
    """Folder in the container -> folder of ours."""
    return {target: source for source, target, *_ in (volume.split(":") for volume in service["volumes"])}


def test_prometheus_reads_the_web_role_by_its_name_in_compose() -> None:
    composed = services(FILLED_IN)
    mounts = _mounts(composed["prometheus"])
    [config_option] = [word for word in composed["prometheus"]["command"] if word.startswith("--config.file=")]
    folder, _, file = config_option.removeprefix("--config.file=").rpartition("/")
    config = read_yaml(ROOT / mounts[folder] / file)
    [job] = config["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["web:8080"]}]
    assert "web" in composed
    assert (ROOT / mounts[folder] / config["rule_files"][0]).resolve() == RULES.resolve()


def test_grafana_finds_its_source_and_its_dashboards() -> None:
    composed = services(FILLED_IN)
    mounts = _mounts(composed["grafana"])
    provisioning = ROOT / mounts["/etc/grafana/provisioning"]
    [source] = read_yaml(provisioning / "datasources" / "prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    [provider] = read_yaml(provisioning / "dashboards" / "anxin.yml")["providers"]
    assert (ROOT / mounts[provider["options"]["path"]]).resolve() == DASHBOARDS.resolve()
    for path in DASHBOARDS.glob("*.json"):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {source["uid"]}


def test_panels_have_numbers_of_their_own_words_and_a_place_that_no_other_has() -> None:
    for path in DASHBOARDS.glob("*.json"):
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        assert all(panel["title"] and panel["description"] for panel in panels)
        taken: set[tuple[int, int]] = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {
                (column, row)
                for column in range(place["x"], place["x"] + place["w"])
                for row in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not cells & taken, panel["title"]
            taken |= cells


def test_a_counter_is_asked_for_its_rate() -> None:
    rules = [rule["expr"] for group in read_yaml(RULES)["groups"] for rule in group["rules"]]
    asked = [expression for path in DASHBOARDS.glob("*.json") for expression in expressions_of(path)]
    for expression in [*asked, *rules]:
        assert ("_total" in expression) == ("rate(" in expression or "increase(" in expression), expression
    assert len(names_in_dashboard()) > 15
    assert len(names_in_rules()) > 4


def test_every_alarm_says_what_it_means() -> None:
    rules = [rule for group in read_yaml(RULES)["groups"] for rule in group["rules"]]
    assert all(rule["annotations"]["summary"].endswith((".", "!")) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
