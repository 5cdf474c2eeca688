"""The rate of a device: a token bucket each, counted for the device spoken of; a gateway's children do not share one.

Readings and device events are counted apart, so that a device whose readings flood can still call for help. The sender
is part of the name: who speaks for a device without being allowed to does not use up that device's rate.
"""

from typing import NamedTuple

#: Beyond so many buckets the full ones are forgotten; they would be made full again anyway.
_BUCKETS_MAX = 200_000


class Source(NamedTuple):
    """Whose messages are counted together."""

    sender_id: str
    device_id: str
    is_event: bool = False


class Bucket:
    """Tokens of one source; below zero it owes time."""

    __slots__ = ("discarding", "flooding", "stamp_s", "tokens")

    def __init__(self, tokens: float, stamp_s: float) -> None:
        self.tokens = tokens
        self.stamp_s = stamp_s
        self.flooding = False
        self.discarding = False


class Rates:
    """The buckets of all sources."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self._rate_per_s = rate_per_s
        self._burst = float(burst)
        self._buckets: dict[Source, Bucket] = {}

    def take(self, source: Source, now_s: float) -> bool:
        """Take one token if there is one; whether there was."""
        bucket = self._fill(source, now_s)
        if bucket.tokens < 1.0:
            return False
        bucket.tokens -= 1.0
        return True

    def wait_s(self, source: Source, now_s: float) -> float:
        """How long until there is a token."""
        return max(0.0, (1.0 - self._fill(source, now_s).tokens) / self._rate_per_s)

    def spend(self, source: Source, now_s: float) -> float:
        """Take one token, owed if need be; returns the seconds until nothing is owed, 0 within the rate."""
        bucket = self._fill(source, now_s)
        bucket.tokens -= 1.0
        return 0.0 if bucket.tokens >= 0 else -bucket.tokens / self._rate_per_s

    def begins_flood(self, source: Source) -> bool:
        """Whether an episode begins; it lasts until half the burst has come back."""
        bucket = self._buckets.get(source)
        if bucket is None or bucket.flooding:
            return False
        bucket.flooding = True
        return True

    def begins_discarding(self, source: Source) -> bool:
        """Whether messages of this episode are thrown away for the first time."""
        bucket = self._buckets.get(source)
        if bucket is None or bucket.discarding:
            return False
        bucket.discarding = True
        return True

    def end_floods(self, now_s: float) -> None:
        """Close the episodes of sources that have been calm long enough; called now and then."""
        for bucket in self._buckets.values():
            if bucket.flooding and bucket.tokens + (now_s - bucket.stamp_s) * self._rate_per_s > self._burst / 2:
                bucket.flooding = bucket.discarding = False

    def _fill(self, source: Source, now_s: float) -> Bucket:
        bucket = self._buckets.get(source)
        if bucket is None:
            return self._make(source, now_s)
        bucket.tokens = min(self._burst, bucket.tokens + (now_s - bucket.stamp_s) * self._rate_per_s)
        bucket.stamp_s = now_s
        return bucket

    def _make(self, source: Source, now_s: float) -> Bucket:
        if len(self._buckets) >= _BUCKETS_MAX:
            self._forget_full(now_s)
        bucket = self._buckets[source] = Bucket(self._burst, now_s)
        return bucket

    def _forget_full(self, now_s: float) -> None:
        self._buckets = {
            source: bucket
            for source, bucket in self._buckets.items()
            if bucket.flooding or bucket.tokens + (now_s - bucket.stamp_s) * self._rate_per_s < self._burst
        }
