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

from simulators.board import Board, Member
from simulators.county import County, CountyDevice
from simulators.county_people import PEOPLE
from simulators.demo import live, welcome
from simulators.link import HubAddress
from simulators.notes import Happening, Note
from simulators.progress import open_progress, render
from simulators.wire import stamp
from tests.simulators.stub_api import API_KEY, stub_api
from tests.simulators.stub_hub import StubHub
from tests.simulators.test_calls import NOON

COUNTY = County(
    name="示例县",
    operator_login="demo",
    operator_password="secret",
    devices=(
        CountyDevice(device_id="button-1", password="secret", kind="call_button", wearer="李示例", home="li"),
        CountyDevice(device_id="watch-1", password="secret", kind="smartwatch", wearer="陈假名", home="chen"),
    ),
)
MEMBERS = {each.device_id: Member(wearer=each.wearer, kind=each.kind) for each in COUNTY.devices}


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
            first_after=timedelta(0),
            every=(timedelta(hours=1), timedelta(hours=1)),
        )
    )
    await hub.until(lambda: hub.events() and hub.connects == len(COUNTY.devices))
    await hub.until(lambda: any("heart_rate_bpm" in each.fields or "charging" in each.fields for each in hub.published))
    demonstration.cancel()
    with suppress(asyncio.CancelledError):
        await demonstration
    assert demonstration.cancelled()
    assert " is pressed" in capsys.readouterr().out


_SMALL_DEMO = (
    "from dataclasses import replace; from pathlib import Path; from simulators.demo import DEMO_COUNTY, run; "
    "from simulators.county_people import PEOPLE; plan = replace(DEMO_COUNTY, recipients=PEOPLE)"
)


async def test_ctrl_c_ends_it_well_and_every_device_says_goodbye(hub: StubHub, tmp_path: Path) -> None:
    with stub_api() as api:
        hub.accepts = lambda device_id, password: password == api.secret_of(device_id)
        call = f"run({api.base_url!r}, {API_KEY!r}, '127.0.0.1', {hub.port}, Path({str(tmp_path)!r}), plan)"
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"{_SMALL_DEMO}; {call}",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            devices = sum(len(person.devices) for person in PEOPLE)
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
    with open_progress(MEMBERS, stream) as progress:
        progress.show(note(Happening.ONLINE))
        progress.show(note(Happening.MEASURED, after_ms=4.0))
        progress.show(note(Happening.CALLED, event_id="e", event="sos_pressed"))
        progress.show(note(Happening.SENT))
        progress.show(note(Happening.COMMITTED, event_id="e", after_ms=6.1))
        progress.show(note(Happening.STAGE, event_id="e", light="taken"))
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


def shown(board: Board) -> list[str]:
    screen = Console(file=io.StringIO(), width=120)
    screen.print(render(board))
    return screen.file.getvalue().splitlines() if isinstance(screen.file, io.StringIO) else []


def test_the_table_counts_by_kind_and_shows_how_far_each_call_is() -> None:
    board = Board(MEMBERS)
    board.take(note(Happening.ONLINE))
    board.take(note(Happening.MEASURED, readings=100, after_ms=8.0))
    board.take(note(Happening.CALLED, event_id="e", event="sos_pressed"))
    board.take(note(Happening.SENT, event_id="e", times_sent=1))
    board.take(note(Happening.COMMITTED, event_id="e", after_ms=6.0))
    board.take(note(Happening.STAGE, event_id="e", light="help_is_coming"))
    lines = shown(board)
    (buttons,) = [line.split() for line in lines if line.startswith("call button")]
    assert buttons[2:] == ["1/1", "100", "1", "2", "8", "8", "1"]
    (watches,) = [line.split() for line in lines if line.startswith("smartwatch")]
    assert watches[1:] == ["0/1", "0", "0", "0", "0"]
    assert any("李示例" in line and "help is coming" in line for line in lines)


def test_a_device_that_goes_and_comes_is_counted_once() -> None:
    board = Board(MEMBERS)
    for happening in (Happening.ONLINE, Happening.OFFLINE, Happening.OFFLINE, Happening.ONLINE, Happening.ONLINE):
        board.take(note(happening, reason="gone"))
    assert board.tallies["call_button"].online == 1


def test_on_a_terminal_the_table_changes_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.progress.DRAWN_EVERY_S", 3600)
    terminal = Terminal()
    with open_progress(MEMBERS, terminal) as progress:
        progress.say("hello")
        progress.show(note(Happening.ONLINE))
        drawn = terminal.getvalue().count("smartwatch")
        progress.show(note(Happening.MEASURED, after_ms=4.0))
        assert terminal.getvalue().count("smartwatch") == drawn
        progress.show(note(Happening.CALLED, event_id="e", event="sos_pressed"))
        progress.show(note(Happening.STAGE, event_id="e", light="taken"))
        assert "hello" in terminal.getvalue()
        assert "taken by the desk" in terminal.getvalue()


def test_a_note_is_one_flat_object_for_programs() -> None:
    assert note(Happening.STAGE, stage="received").as_fields() == {
        "at": stamp(NOON),
        "device_id": "button-1",
        "what": "stage",
        "stage": "received",
    }
