"""Chance: every draw of a simulation comes from the seed, by streams that do not disturb each other.

A stream is named after who draws from it, so that one more draw of an operator moves nobody else's luck, and a failing
history stays the same while what is unrelated to it is changed.
"""

import random
from collections.abc import Sequence
from math import exp
from typing import TypeVar

Choice = TypeVar("Choice")


class Chance(random.Random):
    """One stream. Text seeds are hashed by their bytes: the same in every process, whatever PYTHONHASHSEED says."""

    def __init__(self, seed: int, name: str) -> None:
        super().__init__(f"{seed}/{name}")

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens now."""
        return self.random() < probability

    def waits_s(self, mean_s: float) -> float:
        """The time until the next of something that comes so often on average."""
        return self.expovariate(1.0 / mean_s)

    def takes_s(self, usual_s: float, spread: float = 0.8) -> float:
        """How long a person or a network takes: usually about this, now and then far longer."""
        return usual_s * exp(self.gauss(0.0, spread))

    def picks(self, weighted: Sequence[tuple[float, Choice]]) -> Choice:
        """One of several, by weight; the weights add up to whatever they do."""
        left = self.random() * sum(weight for weight, _ in weighted)
        for weight, choice in weighted:
            left -= weight
            if left < 0:
                return choice
        return weighted[-1][1]
