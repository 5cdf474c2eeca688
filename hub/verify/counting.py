"""Counts: what ingest says it did, hour by hour, against the rows that are there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.storage.tallies import IntakeCounts
from hub.verify.differences import Difference, Look, Params

Hourly = Mapping[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Since when rows are complete: before the first count nobody counted, before `since` they were deleted."""

    counted_since: datetime | None
    since: datetime
    late: Hourly = field(default_factory=dict)  #: How many of an hour's rows may be gone before the others.


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The codes of one comparison: rows that are missing, and rows that nobody counted."""

    missing: str
    uncounted: str


def check_outcomes(intake: Mapping[datetime, IntakeCounts]) -> Look:
    """Every message that was taken in became exactly one thing."""
    wrong = list(_wrong_sums(intake))
    return Look(check="outcomes", counted=sum(counts.messages for counts in intake.values()), differences=tuple(wrong))


def _wrong_sums(intake: Mapping[datetime, IntakeCounts]) -> Iterator[Difference]:
    for hour, counts in sorted(intake.items()):
        came = counts.messages + counts.flag_edges
        became = (
            counts.refused
            + counts.strangers
            + counts.flag_messages
            + counts.telemetry_read
            + counts.telemetry_unreadable
            + counts.events_stored
            + counts.events_repeated
            + counts.events_unreadable
            + counts.unreadable_repeated
        )
        if came != became:
            params: Params = {"hour": hour.isoformat(), "came": came, "became": became}
            yield Difference(code="outcomes_differ", count=abs(came - became), params=params)
        if counts.readings_decoded != counts.readings_stored + counts.readings_repeated:
            lost = abs(counts.readings_decoded - counts.readings_stored - counts.readings_repeated)
            params = {"hour": hour.isoformat(), "came": counts.readings_decoded, "became": counts.readings_stored}
            yield Difference(code="outcomes_differ", count=lost, params=params)


def check_rows(check: str, counted: Hourly, there: Hourly, kept: Kept, words: Words) -> Look:
    """Hour by hour as many rows as were counted."""
    differences: list[Difference] = []
    for hour in sorted({*counted, *there}):
        said, found = counted.get(hour, 0), there.get(hour, 0)
        if said == found:
            continue
        params: Params = {"hour": hour.isoformat(), "counted": said, "found": found}
        code = _code_of(hour, said, found, kept, words)
        differences.append(Difference(code=code, count=abs(said - found), params=params))
    return Look(check=check, counted=sum(there.values()), differences=tuple(differences))


def _code_of(hour: datetime, said: int, found: int, kept: Kept, words: Words) -> str:
    if kept.counted_since is None or hour < kept.counted_since:
        return "not_counted_then"
    if found < said:
        if hour < kept.since:
            return "kept_no_longer"
        return "late_kept_no_longer" if said - found <= kept.late.get(hour, 0) else words.missing
    return words.uncounted


def tell_repeated(intake: Mapping[datetime, IntakeCounts]) -> Look:
    """What was acknowledged and is no row of its own, because it was there already or could not be read."""
    told = {
        "readings_repeated": sum(counts.readings_repeated for counts in intake.values()),
        "events_repeated": sum(counts.events_repeated + counts.unreadable_repeated for counts in intake.values()),
        "unreadable": sum(counts.telemetry_unreadable + counts.events_unreadable for counts in intake.values()),
        "strangers": sum(counts.strangers for counts in intake.values()),
        "refused": sum(counts.refused for counts in intake.values()),
        "set_aside": sum(counts.set_aside for counts in intake.values()),
        "flags": sum(counts.flag_messages for counts in intake.values()),
        "statuses": sum(counts.statuses for counts in intake.values()),
    }
    return Look(
        check="not_rows",
        counted=sum(counts.messages for counts in intake.values()),
        differences=tuple(Difference(code=code, count=count) for code, count in told.items() if count),
    )


def check_acknowledged(holder: str, said: int, committed: int) -> Look:
    """The owner never acknowledged more than it has committed."""
    params: Params = {"holder": holder, "said": said, "committed": committed}
    if said > committed:
        differences: tuple[Difference, ...] = (
            Difference(code="acknowledged_uncommitted", count=said - committed, params=params),
        )
    elif said < committed:
        differences = (Difference(code="not_acknowledged_yet", count=committed - said, params=params),)
    else:
        differences = ()
    return Look(check="acknowledged", counted=said, differences=differences)
