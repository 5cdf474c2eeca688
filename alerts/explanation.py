"""Why the hub said so: a code and its parameters, turned into a sentence in the language of the reader.

An explanation of a rule also carries its evidence: which rule of which version, the thresholds that held - and whether
they were this person's or the hub's defaults -, and the observations it went by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

#: Of the rules that judge observations: counts up whenever the same history would give other findings.
RULES_VERSION = 3

#: What a parameter may be: what JSON can hold without nesting surprises.
Param = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A setting that decided: its name in `monitoring` ("inactivity.day_limit_s"), its value in that setting's unit."""

    name: str
    value: float | str
    chosen: bool  #: True: set for this person; False: the hub's default.


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An observation that a rule went by: an event by its name, or what the state remembers of readings.

    `quality` says where the time of an event comes from (`device`, `corrected`, `missing`, ...); None: not known here.
    """

    what: str
    at: datetime
    device_id: str | None = None
    quality: str | None = None
    values: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a rule decided by, of which version of the rules; `alerts.evidence` gathers it."""

    rule: str
    version: int
    thresholds: tuple[Threshold, ...] = ()
    seen: tuple[Seen, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "rule": self.rule,
            "version": self.version,
            "thresholds": [{"name": one.name, "value": one.value, "chosen": one.chosen} for one in self.thresholds],
            "seen": [
                {
                    "what": one.what,
                    "at": one.at.isoformat(),
                    "device_id": one.device_id,
                    "quality": one.quality,
                    "values": dict(one.values),
                }
                for one in self.seen
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`."""
        return cls(
            rule=stored["rule"],
            version=stored["version"],
            thresholds=tuple(Threshold(**one) for one in stored["thresholds"]),
            seen=tuple(Seen(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in stored["seen"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`code` names the sentence; `params` fill it. Neither holds a person's name or number.

    `evidence` is there where a rule decided, not where the hub speaks of itself.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    evidence: Evidence | None = None

    def to_json(self) -> dict[str, Any]:
        """The one shape in rows and commands: {code, params}, with `evidence` where there is any."""
        written: dict[str, Any] = {"code": self.code, "params": dict(self.params)}
        return written if self.evidence is None else {**written, "evidence": self.evidence.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`."""
        evidence = stored.get("evidence")
        return cls(
            code=stored["code"],
            params=stored["params"],
            evidence=None if evidence is None else Evidence.from_json(evidence),
        )
