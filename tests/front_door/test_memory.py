"""Memory goes back to the system once, after much had waited and was answered."""

import ctypes

import pytest

from hub.ingest.front_door.memory import Afterwards, find_trim

MUCH = 64 * 1024 * 1024


class Trims:
    """Counts the calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> bool:
        self.calls += 1
        return True


async def test_memory_is_given_back_once_the_backlog_is_answered() -> None:
    trims = Trims()
    afterwards = Afterwards(trims)
    for waiting, storing, calls in (
        (0, True, 0),
        (MUCH, False, 0),
        (MUCH, True, 0),  # the backlog is being stored
        (MUCH // 100, True, 1),
        (0, True, 1),
        (1024, False, 1),  # a short outage in which little waited
        (0, True, 1),
        (MUCH, False, 1),
        (0, True, 2),
    ):
        await afterwards.look(waiting, storing=storing)
        assert trims.calls == calls


async def test_a_system_that_cannot_be_asked_is_left_alone() -> None:
    afterwards = Afterwards(None)
    await afterwards.look(MUCH, storing=False)
    await afterwards.look(0, storing=True)


def test_glibc_can_be_asked() -> None:
    trim = find_trim()
    if trim is None:
        pytest.skip("no glibc")
    assert trim() in (True, False)


def test_another_library_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert find_trim() is None
