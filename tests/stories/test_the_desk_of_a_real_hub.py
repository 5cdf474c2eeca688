"""A browser watches a real hub, and the README's five lines press on it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from hub.bench.hub_process import HubProcess
from tests.desk.conftest import bundle, chromium, chromium_path
from tests.desk.desk_page import DeskPage
from tests.postgres import temporary_data_dir
from tests.simulators.test_readme import READMES, python_block
from tests.stories.cast import Device, Json, Village

pytestmark = pytest.mark.browser
__all__ = ["bundle", "chromium", "chromium_path"]


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub of its own: a desk that has spoken and is gone counts as left, and no ladder would wait for it any more."""
    with temporary_data_dir() as directory, HubProcess(directory / "data", {}) as running:
        yield running


@pytest.fixture(scope="module")
def operator(hub: HubProcess) -> Json:
    """An account at the desk, made on the command line."""
    made = hub.command("user", "create", "--login", "wang", "--name", "王值班", "--role", "operator", "--json")
    account: Json = json.loads(made.strip().splitlines()[-1])
    return account


@pytest.fixture
def desk(chromium: Browser, hub: HubProcess, operator: Json) -> Iterator[DeskPage]:
    """Somebody on duty."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = DeskPage(context.new_page(), f"http://127.0.0.1:{hub.http_port}/", operator["password"])
    page.log_in("wang")
    page.pass_gate()
    yield page
    context.close()
    assert page.complaints == []


def test_a_press_is_seen_and_heard_taken_with_one_key_called_and_closed(village: Village, desk: DeskPage) -> None:
    recipient = village.recipient("李示例", contacts=("10000000031",))
    with Device(village.device(recipient), village.hub.mqtt_port) as device:
        event_id = device.press()
        incident = village.incident_with(event_id)
        expect(desk.card(incident["id"])).to_be_visible(timeout=1000)
        desk.expect_sound("critical")
        desk.card(incident["id"]).click()
        expect(desk.page.get_by_role("heading", name="李示例")).to_be_visible()
        desk.take_selected()
        expect(desk.card(incident["id"])).to_have_attribute("data-state", "acknowledged")
        desk.press("c")
        desk.page.click("[data-outcome=reached]")
        desk.press("x")
        desk.page.get_by_role("radio", name="误报").check()
        desk.page.get_by_role("radio", name="误按").check(force=True)
        desk.page.click("[data-action=confirm-close]")
        expect(desk.card(incident["id"])).to_have_count(0)
    closed = village.incident_with(event_id)
    assert (closed["state"], closed["disposition"]) == ("closed", "false")
    assert closed["acknowledged_by"]["name"] == "王值班"


def test_the_desk_comes_back_by_itself_when_the_web_role_was_killed(village: Village, desk: DeskPage) -> None:
    village.hub.kill("web")
    expect(desk.page.locator("html")).not_to_have_attribute("data-link", "live", timeout=15_000)
    expect(desk.page.locator("html")).to_have_attribute("data-link", "live", timeout=30_000)
    with village.worn_device() as device:
        incident = village.incident_with(device.press())
        expect(desk.card(incident["id"])).to_be_visible()
    village.do(incident, "close", disposition="test")
    desk.expected_statuses |= {502, 503}
    desk.complaints[:] = [line for line in desk.complaints if "ERR_" not in line]


def test_what_a_watch_measured_before_the_press_is_beside_the_incident(village: Village, desk: DeskPage) -> None:
    now = datetime.now(UTC)
    registered = village.device(kind="smartwatch")
    worn_since = {"recipient_id": village.recipient("测示例")["id"], "from": (now - timedelta(days=1)).isoformat()}
    village.api.post(f"/api/v1/devices/{registered['id']}/assignments", worn_since)
    with Device(registered, village.hub.mqtt_port) as watch:
        history = [
            {
                "measured_at": (now - timedelta(minutes=minutes)).isoformat(),
                "heart_rate_bpm": 70 + minutes % 5,
                "spo2_pct": 96,
                "worn": True,
                "charging": False,
                "battery_pct": 64,
            }
            for minutes in range(50, -1, -1)
        ]
        watch.publish(json.dumps({"readings": history[:-1]}), "telemetry")
        watch.publish(json.dumps(history[-1]), "telemetry")
        incident = village.incident_with(watch.press())
        desk.card(incident["id"]).click()
        expect(desk.page.locator("[data-measure=heart_rate_bpm]")).to_contain_text("70 次/分")
        chart = desk.page.locator("[data-trend]")
        expect(chart.locator("canvas")).to_have_count(1)
        expect(chart).to_have_attribute("aria-label", re.compile("心率 70–74 · 血氧 96$"))
        devices = desk.page.locator("section", has_text="智能腕表").last
        expect(devices).to_contain_text("电量 64%")
        expect(devices).to_contain_text("已佩戴")
    village.do(incident, "close", disposition="test")


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_five_lines_press_on_a_real_hub(village: Village, readme: str) -> None:
    registered = village.device(village.recipient("读示例"))
    variables = {
        "HUB_EXAMPLE_HOST": "127.0.0.1",
        "HUB_EXAMPLE_PORT": str(village.hub.mqtt_port),
        "HUB_EXAMPLE_USER": registered["mqtt"]["username"],
        "HUB_EXAMPLE_PASSWORD": registered["mqtt"]["password"],
    }
    done = subprocess.run(
        [sys.executable, "-c", python_block(readme)], env={**os.environ, **variables}, check=False, timeout=30
    )
    assert done.returncode == 0
    recipient_id = village.api.get(f"/api/v1/devices/{registered['id']}/assignments")["items"][0]["recipient"]["id"]
    (incident,) = village.incidents_of(recipient_id)
    assert incident["kind"] == "sos"
    village.do(incident, "close", disposition="test")
