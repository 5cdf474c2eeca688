"""Why the hub said so: a code and its parameters, turned into a sentence in the language of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a parameter may be: what JSON can hold without nesting surprises.
Param = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`code` names the sentence; `params` fill it. Neither holds a person's name or number."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
