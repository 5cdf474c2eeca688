"""Modes (守护状态): where a person is, as far as people have told the hub, and what that changes in the rules.

`QUIET` is the whole table; docs/operator-guide.md shows it. A mode can only make a `Watch` quiet - a rule about what
does not happen. A press, a fall, an event nobody can read and a call are no watches: no mode can name them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """Where the person is."""

    HOME = "home"  #: 在家
    AWAY = "away"  #: At a daughter's: the classic false alarm. 外出
    HOSPITAL = "hospital"  #: 住院
    HOLIDAY = "holiday"  #: 度假
    INSTALL = "install"  #: A device is being set up: the installer moves it, not the person. 安装


class Watch(StrEnum):
    """What a mode may make quiet: a rule that takes silence or absence for news."""

    INACTIVITY = "inactivity"  #: Nobody moves. 长时间无活动
    BED = "bed"  #: Out of bed at night. 夜间离床
    DATA_BLIND = "data_blind"  #: No device sees the person. 监测中断
    NO_SIGN_OF_LIFE = "no_sign_of_life"  #: Nothing was seen of them. 久无音讯


_ELSEWHERE = frozenset(Watch)

#: A person who is elsewhere is not where the devices are: their silence says nothing. While a device is being set up
#: its readings are the installer's; somebody still has to be seen or heard of, so that a forgotten installation hides
#: nobody.
QUIET: Mapping[Mode, frozenset[Watch]] = {
    Mode.HOME: frozenset(),
    Mode.AWAY: _ELSEWHERE,
    Mode.HOSPITAL: _ELSEWHERE,
    Mode.HOLIDAY: _ELSEWHERE,
    Mode.INSTALL: frozenset({Watch.INACTIVITY, Watch.BED}),
}

#: Modes in which the person has left the home, and can be seen to be back.
ELSEWHERE = frozenset({Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSpan:
    """A mode, [from, until); no end: until further notice."""

    mode: Mode
    from_at: datetime
    until_at: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it has begun and not ended."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)
