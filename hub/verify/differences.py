"""What a comparison says: how many things it looked at, and each difference with its reason. Ids only, never a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.explanation import Param
from hub.verify.sentences import SENTENCES

Params = dict[str, Param]

#: Enough to begin to look; a number says how many there are.
EXAMPLES_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line: what, how many, and by its code why it is no loss - or that it is one."""

    code: str
    count: int
    params: Mapping[str, Param] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    @property
    def explained(self) -> bool:
        """Whether this is as it should be."""
        return SENTENCES[self.code].explained

    def sentence(self, language: str) -> str:
        """For people, in `zh` or `en`."""
        words = SENTENCES[self.code]
        return (words.zh if language == "zh" else words.en).format(count=self.count, **self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One comparison: what was looked at, how many of it, and what differed."""

    check: str
    counted: int
    differences: tuple[Difference, ...] = ()

    @property
    def unexplained(self) -> int:
        """How many differences nobody can explain."""
        return sum(difference.count for difference in self.differences if not difference.explained)


def differ(code: str, ids: Sequence[str], **params: Param) -> tuple[Difference, ...]:
    """A difference of these things; none when there are none."""
    if not ids:
        return ()
    return (Difference(code=code, count=len(ids), params=params, examples=tuple(ids[:EXAMPLES_MAX])),)
