"""Errands end together, and being told to end is never forgotten."""

import asyncio

import pytest

from simulators.errands import Errands


class LinkLostError(Exception):
    """What an errand raises in these tests."""


async def wait_for_ever(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("waiting")


async def fail() -> None:
    raise LinkLostError


async def fail_on_the_way_out() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise LinkLostError


async def test_the_first_failure_ends_all_and_is_raised() -> None:
    ended: list[str] = []

    async def work() -> None:
        async with Errands() as errands:
            errands.start(wait_for_ever(ended))
            await asyncio.sleep(0)
            errands.start(fail())
            await errands.until_one_fails()

    with pytest.raises(LinkLostError):
        await work()
    assert ended == ["waiting"]


@pytest.mark.parametrize("steps", range(8))
async def test_a_cancellation_that_meets_failures_is_not_forgotten(steps: int) -> None:
    async def work() -> None:
        async with Errands() as errands:
            errands.start(fail_on_the_way_out())
            errands.start(fail_later())
            await errands.until_one_fails()

    async def fail_later() -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        raise LinkLostError

    working = asyncio.create_task(work())
    for _ in range(steps):
        await asyncio.sleep(0)
    was_done = working.done()
    working.cancel()
    (outcome,) = await asyncio.gather(working, return_exceptions=True)
    assert isinstance(outcome, LinkLostError if was_done else asyncio.CancelledError)


async def test_an_errand_that_lost_its_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.errands._SAY_AGAIN_S", 0.01)
    told: list[str] = []

    async def forget_once() -> None:
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told.append("end")

    async with asyncio.timeout(5):
        async with Errands() as errands:
            errands.start(forget_once())
            await asyncio.sleep(0)
    assert told == ["end", "end"]
