"""What every instrument can do: be looked at; and what some can: be worn, charged, drained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from simulators.life.living import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something an instrument reports as a device event."""

    event: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    component: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look brought; without `fields` nothing was measured, and with a flat battery nothing can be sent."""

    fields: Mapping[str, Any] | None
    next_in: timedelta
    occurrences: tuple[Occurrence, ...] = ()
    is_alive: bool = True


class Instrument(Protocol):
    """One device without its radio."""

    kind: ClassVar[str]

    def look(self, moment: Moment) -> Look:
        """What it measures now; times must not go back."""
        ...

    def sees_fall(self, moment: Moment) -> Mapping[str, Any] | None:
        """The evidence with which it would suspect a fall at this moment; None: it is not looking."""
        ...


class Battery:
    """A level that falls with time and rises on the charger; both evenly."""

    def __init__(self, *, lasts: timedelta, charges_in: timedelta, level_pct: float = 100.0) -> None:
        self.level_pct = level_pct
        self._lasts = lasts
        self._charges_in = charges_in
        self._as_of: datetime | None = None

    @property
    def is_flat(self) -> bool:
        """Nothing works any more."""
        return self.level_pct <= 0

    @property
    def shown_pct(self) -> int:
        """As a device shows it: whole percents."""
        return round(self.level_pct)

    def pass_time(self, now: datetime, *, charging: bool) -> None:
        """Up to now, in one of the two directions."""
        if self._as_of is not None:
            passed = max(now - self._as_of, timedelta(0))
            change_pct = 100 * (passed / self._charges_in) if charging else -100 * (passed / self._lasts)
            self.level_pct = min(max(self.level_pct + change_pct, 0.0), 100.0)
        self._as_of = now
