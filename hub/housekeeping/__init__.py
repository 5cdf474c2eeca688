"""What has time: retention, partitions, roll-ups, reviews. Nothing here is waited for by a person in need.

Timers that matter are rows with a `due_at` and belong to `hub.duty`; these jobs run by the clock, in the leading duty
process only, and may be late. What a job does is decided where it is handed in (`hub.app`).
"""

from hub.housekeeping.schedule import Job, run_housekeeping

__all__ = ["Job", "run_housekeeping"]
