"""The rate of a device: a token bucket each, counted for the device spoken of; a gateway's children do not share one.

The sender is part of the name: who speaks for a device without being allowed to does not use up that device's rate.
Over the rate nothing is dropped: the answer is how long not to read.
"""

#: Beyond so many buckets the full ones are forgotten; they would be made full again anyway.
_BUCKETS_MAX = 200_000

Source = tuple[str, str]  #: Sender and device.


class Bucket:
    """Tokens of one device; below zero it owes time."""

    __slots__ = ("flooding", "stamp_s", "tokens")

    def __init__(self, tokens: float, stamp_s: float) -> None:
        self.tokens = tokens
        self.stamp_s = stamp_s
        self.flooding = False


class Rates:
    """The buckets of all devices."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self._rate_per_s = rate_per_s
        self._burst = float(burst)
        self._buckets: dict[Source, Bucket] = {}

    def spend(self, source: Source, now_s: float) -> float:
        """Take one token; returns the seconds to wait before the next message is read, 0 within the rate."""
        bucket = self._buckets.get(source)
        if bucket is None:
            bucket = self._make(source, now_s)
        tokens = bucket.tokens + (now_s - bucket.stamp_s) * self._rate_per_s
        tokens = min(tokens, self._burst) - 1.0
        bucket.tokens = tokens
        bucket.stamp_s = now_s
        return 0.0 if tokens >= 0 else -tokens / self._rate_per_s

    def begins_flood(self, source: Source) -> bool:
        """Whether an episode begins; it lasts until half the burst has come back."""
        bucket = self._buckets.get(source)
        if bucket is None or bucket.flooding:
            return False
        bucket.flooding = True
        return True

    def end_floods(self, now_s: float) -> None:
        """Close the episodes of devices that have been calm long enough; called now and then."""
        for bucket in self._buckets.values():
            if bucket.flooding and bucket.tokens + (now_s - bucket.stamp_s) * self._rate_per_s > self._burst / 2:
                bucket.flooding = False

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
