"""A browser, a fake hub and a desk for each test; skipped, saying so, where there is no chromium."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.desk import county_hub
from tests.desk.county_hub import CountyHub
from tests.desk.desk_page import DeskPage
from tests.desk.fake_hub import Stage, serve
from tests.postgres import temporary_data_dir

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


#: Nothing moves for its own sake: what fades or breathes is drawn sixty times a second, here without a graphics card.
SCREEN: Mapping[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "zh-CN",
    "reduced_motion": "reduce",
}
#: The first is the browser without its windows: the same pages, for a fifth less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the system's chromium is."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no chromium is installed: the desk's browser tests are not run")
    return path


@pytest.fixture(scope="session")
def bundle(chromium_path: str) -> None:
    """The bundle, as new as its sources. (Needs a browser first: without one nothing is built for nothing.)"""
    subprocess.run([sys.executable, str(REPOSITORY / "desk" / "build.py")], check=True)


@pytest.fixture(scope="module")
def chromium(chromium_path: str, bundle: None) -> Iterator[Browser]:
    """One browser a module: Playwright's loop must not outlive it, the asynchronous tests elsewhere need theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def stage() -> Stage:
    """The fake hub's state, for the test to change."""
    return Stage()


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """Where the fake hub serves the desk."""
    with serve(stage) as url:
        yield url


@pytest.fixture
def desk(chromium: Browser, address: str) -> Iterator[DeskPage]:
    """A desk in a fresh browser context; it must end without an error on the console or a request to elsewhere."""
    context = chromium.new_context(**SCREEN)
    page = DeskPage(context.new_page(), address)
    yield page
    context.close()
    assert page.complaints == []


@pytest.fixture(scope="session")
def county(bundle: None) -> Iterator[CountyHub]:
    """A real hub with a small county, shared: a test leaves no incident of its own open behind."""
    with temporary_data_dir() as directory:
        directory.chmod(0o755)
        with county_hub.serve_county(directory) as served:
            yield served


@pytest.fixture
def open_county_desk(chromium: Browser, county: CountyHub) -> Iterator[Callable[..., DeskPage]]:
    """A desk of that hub, on duty (or before the gate), as `login`; each in a context of its own, judged as above."""
    opened: list[DeskPage] = []

    def open_desk(login: str = "zhang", *, past_gate: bool = True, **context: Any) -> DeskPage:
        chosen = {**SCREEN, **context}
        desk = DeskPage(chromium.new_context(**chosen).new_page(), county.address, county_hub.PASSWORD)
        opened.append(desk)
        desk.log_in(login)
        if past_gate:
            desk.pass_gate()
        return desk

    yield open_desk
    for desk in opened:
        desk.page.context.close()
    assert [complaint for desk in opened for complaint in desk.complaints] == []
