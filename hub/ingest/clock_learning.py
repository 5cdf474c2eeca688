"""Learning a device's clock from its messages: `learn(clock, claimed, received) -> clock`. Pure.

A message is late by its clock's offset and by its way. Its way takes no less than nothing, so the least lateness is
the nearest to the offset - and a message that is less late than a believed offset disproves it at once. A clock that
is wrong by a constant is told from a buffer that is being emptied by pace: of the one, times advance as fast as
messages arrive; of the other much faster, until it is empty.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.ingest.timekeeping import LIVE_WITHIN, fits
from hub.storage.device_clocks import DeviceClock, Supposition

#: Messages whose lateness differs by no more than this agree: the way of one may take so much longer than another's.
TOLERANCE = timedelta(minutes=2)
#: An offset is believed after so many messages that agree, over so long.
BELIEVED_MESSAGES, BELIEVED_AFTER = 5, timedelta(minutes=10)
#: Where they follow on from the last live message it may be a buffer that is emptied as fast as it is filled (one old
#: message an interval): one that has not become shorter in so long is a clock, as of a device that stood without power.
CONTINUING_MESSAGES, CONTINUING_AFTER = 12, timedelta(hours=2)
#: `sent_at` says when it was sent, not when it was measured: no buffer of the device's can look like it. As quickly, a
#: clock is believed to be right again, or to have gone back to the offset it had before.
DIRECT_MESSAGES, DIRECT_AFTER = 2, timedelta(seconds=30)
#: Their lateness may differ by this part of the time over which they came: a buffer emptied at 1.1 times the pace of
#: life is told from a clock.
_STEADINESS = 10
#: A message that is less late than the offset by less than this is not worth a row.
_TIGHTEN_MIN = timedelta(seconds=10)
_NONE = timedelta()


def learn(
    clock: DeviceClock,
    claimed: datetime,
    received_at: datetime,
    *,
    newest_at: datetime | None = None,
    direct: bool = False,
) -> DeviceClock:
    """What one message teaches: the newest time that it claims, and when it was received.

    `newest_at` is the newest time the device was believed live at; `direct` says that `claimed` is a `sent_at`. The
    same clock comes back when there is nothing to learn. Repeated messages never teach: callers leave them out.
    """
    lateness = received_at - claimed
    if not clock.offset:
        if fits(lateness, _NONE):
            return clock if clock.supposed is None else replace(clock, supposed=None)
        return _suppose(clock, lateness, received_at, newest_at, direct=direct)
    early = clock.offset - lateness
    if fits(lateness, clock.offset):
        if early > _TIGHTEN_MIN:
            return _tighten(clock, lateness)
        if early >= -TOLERANCE:
            return clock if clock.supposed is None else replace(clock, supposed=None)
    elif early > _NONE:
        if early <= LIVE_WITHIN and not fits(lateness, _NONE):
            return _tighten(clock, lateness)
        clock = replace(clock, offset=_NONE, former_offset=clock.offset, supposed=None)
        if fits(lateness, _NONE):
            return clock
    return _suppose(clock, lateness, received_at, newest_at, direct=direct)


def _tighten(clock: DeviceClock, lateness: timedelta) -> DeviceClock:
    return replace(clock, offset=lateness, supposed=None)


def _suppose(
    clock: DeviceClock, lateness: timedelta, received_at: datetime, newest_at: datetime | None, *, direct: bool
) -> DeviceClock:
    supposed = _join(clock.supposed, lateness, received_at)
    if supposed is None:
        live_at = received_at - (lateness - clock.offset)  # the time it claims, as far as the clock is believed
        behind = lateness - clock.offset > LIVE_WITHIN
        supposed = Supposition(
            low=lateness,
            high=lateness,
            messages=1,
            from_at=received_at,
            continues=behind and newest_at is not None and live_at >= newest_at,
        )
    if not _is_believed(clock, supposed, received_at, direct=direct):
        return replace(clock, supposed=supposed)
    offset = _NONE if fits(supposed.low, _NONE) else supposed.low
    return replace(clock, offset=offset, former_offset=clock.offset or clock.former_offset, supposed=None)


def _join(supposed: Supposition | None, lateness: timedelta, received_at: datetime) -> Supposition | None:
    """The supposition with one more message; None where it does not agree."""
    if supposed is None or received_at < supposed.from_at:
        return None
    low, high = min(supposed.low, lateness), max(supposed.high, lateness)
    if high - low > TOLERANCE:
        return None
    return replace(supposed, low=low, high=high, messages=supposed.messages + 1)


def _is_believed(clock: DeviceClock, supposed: Supposition, received_at: datetime, *, direct: bool) -> bool:
    span = received_at - supposed.from_at
    if (supposed.high - supposed.low) * _STEADINESS > span:
        return False
    if direct or _was_so_before(clock, supposed.low):
        messages, after = DIRECT_MESSAGES, DIRECT_AFTER
    elif supposed.continues:
        messages, after = CONTINUING_MESSAGES, CONTINUING_AFTER
    else:
        messages, after = BELIEVED_MESSAGES, BELIEVED_AFTER
    return supposed.messages >= messages and span >= after


def _was_so_before(clock: DeviceClock, offset: timedelta) -> bool:
    """Right again; or again as far ahead as it was before, which no buffer can look like."""
    if clock.offset and fits(offset, _NONE):
        return True
    former = clock.former_offset
    return former is not None and former < _NONE and abs(offset - former) <= TOLERANCE
