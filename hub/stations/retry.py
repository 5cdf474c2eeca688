"""Whether a text is tried again, where and when; and what its attempts add up to. Pure: every rule of delivery is here.

A try that timed out is *unknown*, not failed: for a grave incident a second text is better than none, and it is marked;
for others it is not, and the text stays unknown. Which of several channels is next: the one tried least, then one that
is ready, then the order of the settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.severity import Severity


class AttemptState(StrEnum):
    """Where one try at delivering a text stands."""

    QUEUED = "queued"  #: It may leave when it is due and its incident is still open. 待发送
    SUBMITTING = "submitting"  #: It is being handed to the gateway: a crash from here on makes it unknown. 提交中
    ACCEPTED = "accepted"  #: The gateway has it; no telephone has shown it yet. 网关已接收
    DELIVERED = "delivered"  #: The gateway says that the telephone has it; nobody has read it yet. 已送达
    FAILED = "failed"  #: It did not leave, or the gateway gave it up; `reason` says why. 失败
    UNKNOWN = "unknown"  #: It was handed over and no answer came: it may arrive or not. 结果未知


class NotificationState(StrEnum):
    """What the attempts of a notification add up to."""

    OWED = "owed"  #: Decided, not tried yet. 待发送
    SENDING = "sending"  #: A try is queued or under way. 发送中
    SENT = "sent"  #: A gateway has it. 已发出
    DELIVERED = "delivered"  #: A telephone has it. 已送达
    FAILED = "failed"  #: No channel takes it. 发送失败
    UNKNOWN = "unknown"  #: It may have left; nothing more is tried. 结果未知
    CANCELLED = "cancelled"  #: The incident was taken before it left. 已取消


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt, as far as the next one depends on it. `permanent`: this channel will never take it."""

    channel: str
    state: AttemptState
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAttempt:
    """A further try: where, after how long, and whether the text may arrive twice through it."""

    channel: str
    delay: timedelta
    repeats_unknown: bool = False


#: A life may be at stake: these are sent again though the one before may have left.
REPEATED_WHEN_UNKNOWN = frozenset({Severity.CRITICAL, Severity.HIGH})
#: Only for these a missing receipt sends a second text by another channel.
CHASED_WITHOUT_RECEIPT = frozenset({Severity.CRITICAL})
#: A gateway that takes texts and never answers would send one for each try; the ladder tells the person again anyway.
UNKNOWN_REPEATS_MAX = 2
_UNDER_WAY = frozenset({AttemptState.QUEUED, AttemptState.SUBMITTING})
#: 1, 2, 4 ... seconds on a channel that has refused before, so that a restarted gateway is found again within seconds
#: and one that is away for hours costs one try in five minutes.
BACKOFF_FIRST = timedelta(seconds=1)
BACKOFF_MAX = timedelta(minutes=5)


def next_attempt(
    tries: Sequence[Try], ended: Try, severity: Severity, channels: Sequence[str], ready: frozenset[str]
) -> NextAttempt | None:
    """The try that follows when one of `tries` has `ended` without delivery; None when nothing follows.

    `channels` is the order of failover, `ready` those that can take a text now. One that ended as accepted is one whose
    receipt is overdue. While another try is under way, nothing follows: that one will be asked the same.
    """
    if any(attempt.state in _UNDER_WAY for attempt in tries):
        return None
    match ended.state:
        case AttemptState.FAILED if ended.permanent:
            return _by_an_untried_channel(tries, channels, ready, repeats_unknown=_may_arrive(tries))
        case AttemptState.FAILED:
            return _by_the_least_tried_channel(tries, channels, ready, repeats_unknown=_may_arrive(tries))
        case AttemptState.UNKNOWN:
            unknown = sum(attempt.state is AttemptState.UNKNOWN for attempt in tries)
            if severity not in REPEATED_WHEN_UNKNOWN or unknown > UNKNOWN_REPEATS_MAX:
                return None
            return _by_the_least_tried_channel(tries, channels, ready, repeats_unknown=True)
        case AttemptState.ACCEPTED:
            if severity not in CHASED_WITHOUT_RECEIPT:
                return None
            return _by_an_untried_channel(tries, channels, ready, repeats_unknown=True)
        case AttemptState.QUEUED | AttemptState.SUBMITTING | AttemptState.DELIVERED:
            return None


def first_channel(channels: Sequence[str], ready: frozenset[str]) -> str:
    """Where a text goes first: the first channel that is ready, else the first of all, which then waits."""
    return next((channel for channel in channels if channel in ready), channels[0])


def summarise(states: Sequence[AttemptState], *, cancelled: bool) -> NotificationState:
    """The state of a notification: what most surely reached the person counts, then what is still under way."""
    present = frozenset(states)
    if AttemptState.DELIVERED in present:
        return NotificationState.DELIVERED
    if not cancelled and present & _UNDER_WAY:
        return NotificationState.SENDING
    if AttemptState.ACCEPTED in present:
        return NotificationState.SENT
    if AttemptState.UNKNOWN in present:
        return NotificationState.UNKNOWN
    if cancelled:
        return NotificationState.CANCELLED
    return NotificationState.FAILED if present else NotificationState.OWED


def _may_arrive(tries: Sequence[Try]) -> bool:
    return any(attempt.state in {AttemptState.UNKNOWN, AttemptState.ACCEPTED} for attempt in tries)


def _by_an_untried_channel(
    tries: Sequence[Try], channels: Sequence[str], ready: frozenset[str], *, repeats_unknown: bool
) -> NextAttempt | None:
    tried = {attempt.channel for attempt in tries}
    untried = [channel for channel in channels if channel not in tried]
    if not untried:
        return None
    return NextAttempt(channel=first_channel(untried, ready), delay=timedelta(0), repeats_unknown=repeats_unknown)


def _by_the_least_tried_channel(
    tries: Sequence[Try], channels: Sequence[str], ready: frozenset[str], *, repeats_unknown: bool
) -> NextAttempt | None:
    closed = {attempt.channel for attempt in tries if attempt.permanent}
    left = [channel for channel in channels if channel not in closed]
    if not left:
        return None
    counts = {channel: sum(attempt.channel == channel for attempt in tries) for channel in left}
    chosen = min(left, key=lambda channel: (counts[channel], channel not in ready))
    times = counts[chosen]
    delay = timedelta(0) if times == 0 else min(BACKOFF_FIRST * 2 ** min(times - 1, 16), BACKOFF_MAX)
    return NextAttempt(channel=chosen, delay=delay, repeats_unknown=repeats_unknown)
