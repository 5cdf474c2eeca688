"""Watching somebody by their readings, a stretch ahead: judged until something is found, carried out when it is due.

A reading that means nothing costs a judgement and no transaction of its own. So each person's readings are judged ahead
of the clock, up to a finding or the end of a stretch; when a device event comes in between, the stretch is judged anew
up to that moment, and what had been judged beyond it comes again.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.circumstances import Circumstances
from alerts.decisions import Finding
from alerts.engine import judge_reading, judge_time
from alerts.observations import Observation
from alerts.state import RecipientState

#: The longest stretch: its readings wait in memory, and are judged twice when something comes in between.
STRETCH = timedelta(hours=6)


class Stretch:
    """Readings of one person from a state on: what came of them, and when that is to be carried out."""

    __slots__ = ("_circumstances", "began", "ends_at", "findings", "left", "readings", "state")

    def __init__(
        self,
        began: RecipientState,
        circumstances: Circumstances,
        begins_at: datetime,
        upcoming: Iterator[Observation],
    ) -> None:
        self.began = began
        self.readings: list[Observation] = []
        self.left: list[Observation] = []  #: Received at its end, and not judged yet.
        self.findings: tuple[Finding, ...] = ()
        self._circumstances = circumstances
        self.state = began
        self.ends_at = begins_at + STRETCH
        self._judge(upcoming)

    def _judge(self, upcoming: Iterator[Observation]) -> None:
        """Up to the first finding, or the end."""
        state, circumstances, until, taken = self.state, self._circumstances, self.ends_at, self.readings
        for reading in upcoming:
            at = reading.received_at
            if at > until:  # noqa: PLR1730 - `min` costs more, three million times a year
                at = until
            while (due_at := state.due_at) is not None and due_at <= at:
                judged = judge_time(state, circumstances, due_at)
                state = judged.state
                if judged.findings:
                    self.left.append(reading)
                    self.state, self.findings, self.ends_at = state, judged.findings, due_at
                    return
            if at is until:
                self.left.append(reading)
                break
            taken.append(reading)
            judged = judge_reading(state, reading, circumstances, at)
            state = judged.state
            if judged.findings:
                self.state, self.findings, self.ends_at = state, judged.findings, at
                return
        self.state = state

    def state_at(self, moment: datetime) -> RecipientState:
        """The state as it is then, within the stretch: nothing has been found before its end."""
        state, circumstances = self.began, self._circumstances
        for reading in self.readings:
            if reading.received_at > moment:
                break
            state = _pass_time(state, circumstances, reading.received_at)
            state = judge_reading(state, reading, circumstances, reading.received_at).state
        return _pass_time(state, circumstances, moment)

    def after(self, moment: datetime) -> list[Observation]:
        """The readings that come again: those received later."""
        return [reading for reading in (*self.readings, *self.left) if reading.received_at > moment]


def _pass_time(state: RecipientState, circumstances: Circumstances, until: datetime) -> RecipientState:
    while state.due_at is not None and state.due_at <= until:
        state = judge_time(state, circumstances, state.due_at).state
    return state
