"""What the registry says of a subject while it is judged: whose life this is, and what is known to be different now.

Read afresh for every decision, never remembered by the core: a mode or a threshold that was changed holds at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from alerts.modes import QUIET, ModeSpan, Watch
from alerts.profile import MonitoringProfile


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

    def span_at(self, at: datetime) -> ModeSpan | None:
        """The mode that began last among those that hold at that moment; None: at home."""
        if not self.modes:  # nearly everybody, nearly always
            return None
        holding = [span for span in self.modes if span.holds_at(at)]
        return max(holding, key=lambda span: span.from_at, default=None)

    def is_quiet(self, watch: Watch, at: datetime) -> bool:
        """Whether the mode of that moment makes this watch quiet."""
        span = self.span_at(at)
        return span is not None and watch in QUIET[span.mode]

    def watched_again_at(self, watch: Watch, now: datetime) -> datetime | None:
        """When the last span that made this watch quiet ended before now: no silence counts from before it."""
        if not self.modes:
            return None
        ends = [
            span.until_at
            for span in self.modes
            if watch in QUIET[span.mode] and span.until_at is not None and span.until_at <= now
        ]
        return max(ends, default=None)

    def next_mode_change(self, now: datetime) -> datetime | None:
        """The next beginning or end of a mode."""
        moments = [at for span in self.modes for at in (span.from_at, span.until_at) if at is not None and at > now]
        return min(moments, default=None)
