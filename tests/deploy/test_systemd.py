"""The units for systemd: systemd can read them, they run commands of the hub, and they may touch little."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.cli.serve import Role
from hub.settings import Settings, variable_name
from tests.deploy.compose_file import ROOT

UNITS = ROOT / "deploy" / "systemd"
HUB = "/opt/anxin/bin/hub"
NAMES = ["anxin-hub.service", "anxin-hub@.service"]


def _service(name: str) -> dict[str, list[str]]:
    """The settings of [Service], each with all its values."""
    found: dict[str, list[str]] = {}
    section = (UNITS / name).read_text(encoding="utf-8").split("[Service]")[1].split("[Install]")[0]
    for line in section.splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed on this machine")
@pytest.mark.parametrize("name", [NAMES[0], *(f"anxin-hub@{role}.service" for role in Role)])
def test_systemd_finds_nothing_wrong(tmp_path: Path, name: str) -> None:
    hub = tmp_path / "hub"
    hub.write_text("#!/bin/sh\n")
    hub.chmod(0o755)
    template = UNITS / re.sub("@.*\\.", "@.", name)
    unit = tmp_path / name
    unit.write_text(template.read_text(encoding="utf-8").replace(HUB, str(hub)), encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if name in line]) == (0, [])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_run_is_a_command_of_the_hub(name: str) -> None:
    service = _service(name)
    commands = [*service["ExecStart"], *service.get("ExecStartPre", [])]
    for command in commands:
        program, *arguments = command.removeprefix("-").replace("%i", Role.DUTY).split()
        assert program == HUB
        known = subprocess.run(
            [sys.executable, "-m", "hub", *arguments, "--help"], capture_output=True, text=True, check=False
        )
        assert known.returncode == 0, known.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_may_touch_its_own_folder_and_little_else(name: str) -> None:
    service = _service(name)
    assert service["User"] == ["anxin"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["StateDirectory"] == ["anxin"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["NoNewPrivileges"] == ["yes"]
    assert service["Restart"] == ["always"]
    assert "AF_NETLINK" in service["RestrictAddressFamilies"][0]


def test_the_supervisor_ends_its_own_parts_and_survives_the_loss_of_one() -> None:
    service = _service("anxin-hub.service")
    assert service["KillMode"] == ["mixed"]
    assert service["OOMPolicy"] == ["continue"]


def test_every_variable_is_a_setting() -> None:
    known = {variable_name(field) for field in Settings.model_fields}
    named = set(re.findall(r"^#?(HUB_\w+)=", (UNITS / "hub.env.example").read_text(encoding="utf-8"), re.MULTILINE))
    for unit in NAMES:
        named |= set(re.findall(r"\b(HUB_\w+)=", "\n".join(_service(unit)["Environment"])))
    assert named
    assert named <= known


def test_the_example_of_settings_can_be_used_as_it_is() -> None:
    from hub.settings import load_settings

    parser = configparser.ConfigParser(delimiters="=", comment_prefixes="#", interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are upper case
    parser.read_string("[env]\n" + (UNITS / "hub.env.example").read_text(encoding="utf-8"))
    settings = load_settings({**parser["env"], "HUB_CONFIG": "/dev/null"})
    assert settings.bind == "127.0.0.1"
