"""The policy for a desk's browser: one that a browser takes, for the hub's address and for nothing else."""

import json
from pathlib import Path

KIOSK = Path(__file__).resolve().parents[2] / "docs" / "kiosk"


def test_the_policy_allows_sound_and_notifications_for_the_hub_alone() -> None:
    policy = json.loads((KIOSK / "chromium-policy.json").read_text(encoding="utf-8"))
    assert policy.keys() == {"AutoplayAllowlist", "NotificationsAllowedForUrls", "TabDiscardingExceptions"}
    assert policy["AutoplayAllowlist"] == policy["NotificationsAllowedForUrls"] == ["https://HUB_ADDRESS"]
    assert policy["TabDiscardingExceptions"] == ["HUB_ADDRESS"]


def test_the_command_of_the_page_fills_every_address_in() -> None:
    page = (KIOSK / "README.md").read_text(encoding="utf-8")
    [command] = [line for line in page.splitlines() if "sed '" in line]
    _, pattern, address, _ = command.split("#", maxsplit=3)
    filled = (KIOSK / "chromium-policy.json").read_text(encoding="utf-8").replace(pattern, address)
    assert "HUB_ADDRESS" not in filled
    assert all(address in values[0] for values in json.loads(filled).values())
