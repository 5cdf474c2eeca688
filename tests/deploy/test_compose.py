"""docker-compose.yml, line by line: its schema, what it names, and that no secret has a default."""

import re
import subprocess
import sys
from typing import Any

import pytest

from hub.settings import PREFIX, Settings, load_settings, variable_name
from tests.deploy.compose_file import COMPOSE, FILLED_IN, ROOT, UnsetError, example_names, services, variables

HUB_SERVICES = ("migrate", "ingest", "duty", "web")
KNOWN = {variable_name(field) for field in Settings.model_fields}


@pytest.fixture
def composed() -> dict[str, dict[str, Any]]:
    """The services as they would be started."""
    return services(FILLED_IN)


def test_the_file_keeps_to_the_schema_of_compose() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_there_are_the_roles_the_database_and_two_profiles(composed: dict[str, dict[str, Any]]) -> None:
    unconditional = {name for name, service in composed.items() if "profiles" not in service}
    assert unconditional == {"database", *HUB_SERVICES}
    assert composed["mosquitto"]["profiles"] == ["mosquitto"]
    assert composed["prometheus"]["profiles"] == composed["grafana"]["profiles"] == ["monitoring"]


@pytest.mark.parametrize("name", sorted(FILLED_IN))
def test_nothing_starts_while_a_secret_or_a_choice_is_missing(name: str) -> None:
    with pytest.raises(UnsetError, match=rf"{name}: set it in \.env"):
        services({**FILLED_IN, name: ""})


def test_no_secret_has_a_default() -> None:
    secrets = {name: asked for name, asked in variables().items() if "PASSWORD" in name or name == "HUB_SMS"}
    assert {"ANXIN_DB_PASSWORD", "ANXIN_GRAFANA_PASSWORD", "ANXIN_BROKER_HUB_PASSWORD", "HUB_SMS"} <= secrets.keys()
    for name, (operator, word) in secrets.items():
        assert operator == ":?" or word == "", f"{name} has the default {word!r}"


def test_no_password_is_written_into_the_file(composed: dict[str, dict[str, Any]]) -> None:
    raw = services({name: f"<{name}>" for name in variables()})
    for name, service in raw.items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable:
                assert re.fullmatch(r"<[A-Z_]+>", str(value)), f"{name}: {variable}"
    assert "@database" in composed["web"]["environment"]["HUB_DATABASE_URL"]
    assert "not-a-real-password" not in composed["web"]["environment"]["HUB_DATABASE_URL"]


def test_the_example_names_every_variable_and_no_other() -> None:
    assert example_names() == variables().keys() - {"ANXIN_VERSION"}


def test_every_variable_of_the_hub_is_a_setting(composed: dict[str, dict[str, Any]]) -> None:
    for name in HUB_SERVICES:
        ours = {variable for variable in composed[name]["environment"] if variable.startswith(PREFIX)}
        assert ours <= KNOWN, f"{name}: {ours - KNOWN}"
    assert {name for name in example_names() if name.startswith(PREFIX)} <= KNOWN


@pytest.mark.parametrize("name", HUB_SERVICES)
def test_the_settings_of_each_role_can_be_used(composed: dict[str, dict[str, Any]], name: str) -> None:
    settings = load_settings({**composed[name]["environment"], "HUB_CONFIG": "/dev/null"})
    assert settings.database_dsn == "postgresql://anxin@database:5432/anxin"
    assert settings.division == "990101000000"


def test_a_role_is_told_no_secret_that_is_not_its_own(composed: dict[str, dict[str, Any]]) -> None:
    assert [name for name in composed if "HUB_SMS" in composed[name].get("environment", {})] == ["duty"]
    assert [name for name in composed if "HUB_MQTT_SOURCES" in composed[name].get("environment", {})] == ["ingest"]


def test_every_mounted_file_is_there(composed: dict[str, dict[str, Any]]) -> None:
    for name, service in composed.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_dir(), f"{name}: {source}"


def test_every_image_has_a_version(composed: dict[str, dict[str, Any]]) -> None:
    for name, service in composed.items():
        assert re.search(r":(?!latest)[\w.-]+$", service["image"]), name
    assert re.fullmatch(r"timescale/timescaledb:2\.2\d\.\d+-pg1[5-8]", composed["database"]["image"])


def test_the_database_keeps_what_it_promised(composed: dict[str, dict[str, Any]]) -> None:
    database = composed["database"]
    assert "command" not in database
    assert not re.search("fsync|full_page_writes|synchronous_commit", str(database["environment"]))
    assert database["volumes"] == ["database:/var/lib/postgresql/data"]


def test_the_roles_wait_for_the_schema_and_come_back_when_they_die(composed: dict[str, dict[str, Any]]) -> None:
    for name in ("ingest", "duty", "web"):
        assert composed[name]["restart"] == "unless-stopped"
        assert composed[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert composed[name]["depends_on"]["database"] == {"condition": "service_healthy"}
        assert composed[name]["command"] == ["serve", "--role", name]
        assert composed[name]["healthcheck"]["test"] == ["CMD", "hub", "health", "--role", name]
    assert composed["migrate"]["restart"] == "no"


def test_containers_of_the_hub_can_change_nothing_but_their_data(composed: dict[str, dict[str, Any]]) -> None:
    for name in HUB_SERVICES:
        assert composed[name]["read_only"] is True
        assert composed[name]["cap_drop"] == ["ALL"]
        assert composed[name]["security_opt"] == ["no-new-privileges:true"]


def test_all_doors_stay_on_this_machine_until_it_is_said_otherwise(composed: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in composed.values() for port in service.get("ports", [])]
    assert len(ports) == 6
    assert all(port.startswith("127.0.0.1:") for port in ports)
    opened = services({**FILLED_IN, "ANXIN_PUBLISH": "0.0.0.0"})
    assert opened["ingest"]["ports"][0] == "0.0.0.0:1883:1883"
    assert opened["grafana"]["ports"] == ["127.0.0.1:3000:3000"]


def test_grafana_does_not_start_without_a_password(composed: dict[str, dict[str, Any]]) -> None:
    _shell, _flag, script = composed["grafana"]["entrypoint"]
    for password, code in (("", 64), ("given", 0)):
        tried = subprocess.run(
            ["sh", "-c", script.replace("exec /run.sh", "exec true")],
            env={"GF_SECURITY_ADMIN_PASSWORD": password, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert tried.returncode == code
        assert ("ANXIN_GRAFANA_PASSWORD" in tried.stderr) == (code != 0)
