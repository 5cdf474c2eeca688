"""The demonstration: everybody connects, somebody presses soon, and the display says what matters."""

import asyncio
import io
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from simulators.county import County, CountyDevice
from simulators.county_plan import DEMO_COUNTY
from simulators.demo import live, welcome
from simulators.link import HubAddress
from simulators.notes import Happening, Note
from simulators.progress import Board, open_progress, render
from simulators.wire import stamp
from tests.simulators.stub_api import API_KEY, stub_api
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_press import NOON

COUNTY = County(
    name="示例县",
    operator_login="demo",
    operator_password="secret",
    devices=(
        CountyDevice(device_id="button-1", password="secret", kind="call_button", wearer="李示例"),
        CountyDevice(device_id="watch-1", password="secret", kind="smartwatch", wearer="陈假名"),
    ),
)


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def note(happening: Happening, **details: object) -> Note:
    return Note(at=NOON, device_id="button-1", happening=happening, details=details)


async def test_all_devices_connect_and_a_button_is_pressed(hub: StubHub, capsys: pytest.CaptureFixture[str]) -> None:
    demonstration = asyncio.create_task(
        live(
            COUNTY,
            HubAddress(host="127.0.0.1", port=hub.port),
            first_press_after=timedelta(0),
            press_every=(timedelta(hours=1), timedelta(hours=1)),
        )
    )
    await hub.until(lambda: hub.events() and hub.connects == len(COUNTY.devices))
    await hub.until(lambda: any("heart_rate_bpm" in each.fields or "charging" in each.fields for each in hub.published))
    demonstration.cancel()
    with suppress(asyncio.CancelledError):
        await demonstration
    assert demonstration.cancelled()
    assert "李示例 · call button is pressed" in capsys.readouterr().out


async def test_ctrl_c_ends_it_well_and_every_device_says_goodbye(hub: StubHub, tmp_path: Path) -> None:
    with stub_api() as api:
        hub.accepts = lambda device_id, password: password == api.secret_of(device_id)
        call = f"run({api.base_url!r}, {API_KEY!r}, '127.0.0.1', {hub.port}, Path({str(tmp_path)!r}))"
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"from pathlib import Path; from simulators.demo import run; {call}",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            devices = sum(len(person.devices) for person in DEMO_COUNTY.recipients)
            await hub.until(lambda: len(hub.measuring()) == devices, within_s=30)
            running.send_signal(signal.SIGINT)
            async with asyncio.timeout(10):
                output, errors = await running.communicate()
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
    assert (running.returncode, errors.decode()) == (0, "")
    assert "The devices are off." in output.decode()
    await hub.until(lambda: len(hub.statuses(online=False)) == devices)


def test_the_welcome_names_the_desk_and_the_log_in() -> None:
    text = welcome(COUNTY, "http://127.0.0.1:8080", Path("/demo"))
    for shown in ("http://127.0.0.1:8080/", "demo", "secret", "/demo/sms.log"):
        assert shown in text


def test_a_line_for_each_thing_that_matters_and_none_for_the_rest() -> None:
    stream = io.StringIO()
    with open_progress(COUNTY, stream) as progress:
        progress.show(note(Happening.ONLINE))
        progress.show(note(Happening.MEASURED))
        progress.show(note(Happening.PRESSED))
        progress.show(note(Happening.SENT))
        progress.show(note(Happening.COMMITTED, after_ms=6.1))
        progress.show(note(Happening.STAGE, light="taken"))
        progress.show(note(Happening.OFFLINE, reason="gone"))
        progress.show(note(Happening.OFFLINE, reason="still gone"))
        progress.show(note(Happening.ONLINE))
    said = [line.partition("  ")[2] for line in stream.getvalue().splitlines()]
    assert said == [
        "李示例 · call button is pressed",
        "李示例 · call button: on disk, 6.1 ms after it was sent",
        "李示例 · call button: taken by the desk",
        "李示例 · call button lost the hub: gone",
        "李示例 · call button is back",
    ]


def test_the_table_shows_who_is_there_and_how_far_the_call_is() -> None:
    board = Board(COUNTY)
    board.take(note(Happening.ONLINE))
    board.take(note(Happening.PRESSED))
    board.take(note(Happening.STAGE, light="help_is_coming"))
    screen = Console(file=io.StringIO(), width=100)
    screen.print(render(board))
    shown = screen.file.getvalue() if isinstance(screen.file, io.StringIO) else ""
    button, watch = (next(line for line in shown.splitlines() if name in line) for name in ("李示例", "陈假名"))
    assert "●" in button
    assert "help is coming" in button
    assert "○" in watch


def test_on_a_terminal_the_table_changes_in_place() -> None:
    terminal = Terminal()
    with open_progress(COUNTY, terminal) as progress:
        progress.say("hello")
        progress.show(note(Happening.ONLINE))
        progress.show(note(Happening.MEASURED))
        drawn = terminal.getvalue().count("李示例")
        progress.show(note(Happening.MEASURED))
        assert terminal.getvalue().count("李示例") == drawn
        progress.show(note(Happening.STAGE, light="taken"))
    assert "hello" in terminal.getvalue()
    assert "taken by the desk" in terminal.getvalue()


def test_a_note_is_one_flat_object_for_programs() -> None:
    assert note(Happening.STAGE, stage="received").as_fields() == {
        "at": stamp(NOON),
        "device_id": "button-1",
        "what": "stage",
        "stage": "received",
    }
