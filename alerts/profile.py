"""What differs from person to person: the thresholds and windows of the rules."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringProfile:
    """A recipient's thresholds; the defaults are the ones of DOMAIN.md section 3."""

    fall_confirm: timedelta = timedelta(seconds=60)  #: Stillness after a suspected fall: 30-90 s are in use.
    late_after: timedelta = timedelta(minutes=30)  #: An SOS or fall older than this is marked late.
