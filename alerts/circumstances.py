"""What the registry says of a subject while it is judged: whose life this is, and what is known to be different now.

Read afresh for every decision, never remembered by the core: a mode or a threshold that was changed holds at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from alerts.profile import MonitoringProfile


class Mode(StrEnum):
    """Where the person is, as far as people have told the hub."""

    HOME = "home"  #: 在家
    AWAY = "away"  #: At a daughter's: the classic false alarm. 外出
    HOSPITAL = "hospital"  #: 住院
    HOLIDAY = "holiday"  #: 度假
    INSTALL = "install"  #: A device is being set up. 安装


#: Modes in which a person is where the devices are not: silence says nothing about them.
ELSEWHERE = frozenset({Mode.AWAY, Mode.HOSPITAL, Mode.HOLIDAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSpan:
    """A mode, [from, until); no end: until further notice."""

    mode: Mode
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WornDevice:
    """A device that is the subject's now."""

    id: str
    kind: str
    gateway_id: str | None
    since: datetime  #: When it became theirs.


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLink:
    """What is known of a gateway's own connection."""

    heard_at: datetime  #: The last message of it, or of any device behind it.
    up_since: datetime  #: Since when it is heard without a long silence.


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything about a subject that is not in its state.

    `watching_since` is when this hub began to watch (its start, or a jump of its clock): no silence from before is
    anybody's but the hub's own (DESIGN.md section 2, rule 13).
    """

    profile: MonitoringProfile
    timezone: tzinfo
    watching_since: datetime
    is_person: bool = True  #: False: a device nobody is assigned to, or somebody whose monitoring has ended.
    lives_alone: bool = True
    modes: tuple[ModeSpan, ...] = ()
    devices: tuple[WornDevice, ...] = ()
    gateways: Mapping[str, GatewayLink] = field(default_factory=dict)

    def mode_at(self, at: datetime) -> Mode:
        """The mode that began last among those that hold at that moment."""
        holding = [span for span in self.modes if span.from_at <= at and (span.until_at is None or at < span.until_at)]
        return max(holding, key=lambda span: span.from_at).mode if holding else Mode.HOME

    def last_end_of(self, modes: frozenset[Mode], now: datetime) -> datetime | None:
        """When the last span of these modes ended before now; from then on the person is watched again."""
        ends = [
            span.until_at
            for span in self.modes
            if span.mode in modes and span.until_at is not None and span.until_at <= now
        ]
        return max(ends, default=None)

    def next_mode_change(self, now: datetime) -> datetime | None:
        """The next beginning or end of a mode."""
        moments = [at for span in self.modes for at in (span.from_at, span.until_at) if at is not None and at > now]
        return min(moments, default=None)
