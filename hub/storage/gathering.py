"""Questions that come one by one, answered many at a time: ten thousand devices that come back are 160 queries.

A question asked while another is with the database waits for the next round, which takes all that came meanwhile; one
that is alone is asked at once. No answer is older than its question.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from hub.storage.mqtt_records import DatabaseAwayError

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """`ask` one; `answer_all` gets up to `most`, and gives as many answers in the same order."""

    def __init__(self, answer_all: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, most: int) -> None:
        self._answer_all = answer_all
        self._most = most
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._round: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """The answer; raises what the round raised."""
        answered: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._go_round())
        return await answered

    async def _go_round(self) -> None:
        while self._waiting:
            asked = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            try:
                await self._answer(asked)
            except DatabaseAwayError as error:
                asked.extend(self._waiting)  # they would wait as long, one round after the other
                self._waiting.clear()
                _raise_to(asked, error)
            except asyncio.CancelledError:
                for _, answered in asked:
                    answered.cancel()
                raise
            except Exception as error:  # noqa: BLE001 - it is raised to whoever asked for it
                if len(asked) == 1:
                    _raise_to(asked, error)
                else:  # one question that has no answer must not spoil the others'
                    await self._answer_each(asked)

    async def _answer(self, asked: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        answers = await self._answer_all([question for question, _ in asked])
        for (_, answered), answer in zip(asked, answers, strict=True):
            if not answered.done():
                answered.set_result(answer)

    async def _answer_each(self, asked: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        for one in asked:
            try:
                await self._answer([one])
            except Exception as error:  # noqa: BLE001 - it is raised to the one who asked
                _raise_to([one], error)


def _raise_to(asked: Sequence[tuple[Q, asyncio.Future[A]]], error: Exception) -> None:
    for _, answered in asked:
        if not answered.done():
            answered.set_exception(error)
