"""What kind of day it is. The dates are handed in: the State Council publishes them a year at a time, and late."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_SATURDAY = 5


class DayKind(StrEnum):
    """The three kinds of days that a duty plan tells apart."""

    WORKDAY = "workday"  #: Monday to Friday, and the weekend days that make up for a holiday. 工作日（含调休上班）
    RESTDAY = "restday"  #: A plain Saturday or Sunday. 休息日
    HOLIDAY = "holiday"  #: A public holiday, with the days off that were moved to it. 法定节假日（含调休放假）


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCalendar:
    """The days that are not what their weekday says."""

    special: Mapping[date, DayKind] = field(default_factory=dict)

    def kind_of(self, day: date) -> DayKind:
        """What kind of day it is."""
        special = self.special.get(day)
        if special is not None:
            return special
        return DayKind.RESTDAY if day.weekday() >= _SATURDAY else DayKind.WORKDAY

    def is_special(self, day: date) -> bool:
        """Whether the calendar says something of this day that its weekday does not."""
        return day in self.special


#: Every day is what its weekday says.
NOTHING_SPECIAL = DutyCalendar()
