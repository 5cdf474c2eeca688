"""Questions that come together are asked together; each gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.storage.gathering import Gathering
from hub.storage.mqtt_records import DatabaseAwayError


class Oracle:
    """Doubles numbers, when the test lets it; cannot answer 13."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, asked: Sequence[int]) -> Sequence[int]:
        self.rounds.append(list(asked))
        await self.gate.wait()
        if self.away:
            raise DatabaseAwayError("away")
        if 13 in asked:
            raise ValueError("13")
        return [number * 2 for number in asked]


async def test_one_alone_is_asked_at_once_and_those_who_come_meanwhile_together() -> None:
    oracle = Oracle()
    gathering = Gathering(oracle.answer, most=4)
    oracle.gate.clear()
    first = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(gathering.ask(number)) for number in range(2, 8)]
    await asyncio.sleep(0)
    oracle.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12, 14]
    assert oracle.rounds == [[1], [2, 3, 4, 5], [6, 7]]
    assert await gathering.ask(9) == 18


async def test_a_question_without_an_answer_spoils_no_other() -> None:
    gathering = Gathering(Oracle().answer, most=4)
    answers = await asyncio.gather(*(gathering.ask(number) for number in (12, 13, 14)), return_exceptions=True)
    assert answers[0] == 24
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 28


async def test_while_the_database_is_away_nobody_waits_for_the_others_rounds() -> None:
    oracle = Oracle()
    oracle.away = True
    gathering = Gathering(oracle.answer, most=2)
    answers = await asyncio.gather(*(gathering.ask(number) for number in range(50)), return_exceptions=True)
    assert all(isinstance(answer, DatabaseAwayError) for answer in answers)
    assert len(oracle.rounds) <= 2
    oracle.away = False
    assert await gathering.ask(4) == 8


async def test_who_gave_up_waiting_does_no_harm() -> None:
    oracle = Oracle()
    gathering = Gathering(oracle.answer, most=4)
    oracle.gate.clear()
    gone, there = (asyncio.create_task(gathering.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    oracle.gate.set()
    assert await there == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
