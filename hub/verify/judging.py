"""Judging: every stored event has the alerts that the core raises for its sort, or the reason why it has none.

What a sort of event raises is asked of the core itself, with nothing known of the person: the rules are in one place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain

from alerts.circumstances import Circumstances
from alerts.decisions import ClearAlerts, ClearMaintenance, HoldAlert, RaiseAlert, ReportMaintenance, RequestFollowUp
from alerts.engine import begin, judge_event
from alerts.kinds import SubjectType
from alerts.observations import DeviceEvent, EventKind, Subject
from alerts.profile import MonitoringProfile
from hub.verify.differences import EXAMPLES_MAX, Difference, Look, Params

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: A second alert that an event may have besides its own: a press confirms a fall that was only suspected.
_MAY_ALSO = {EventKind.SOS_PRESSED: frozenset({"fall"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Events alike, with the kinds of alerts that they have."""

    event: str
    test: bool
    historical: bool
    kinds: tuple[str, ...]
    doubled: bool
    count: int
    examples: tuple[str, ...]


def check_judged(sorts: Iterable[Sort]) -> Look:
    """Each event's alerts are those of its sort."""
    looked = list(sorts)
    differences = _together(chain.from_iterable(_differences_of(sort) for sort in looked))
    return Look(check="judged", counted=sum(sort.count for sort in looked), differences=tuple(differences))


def check_raised(found: Mapping[tuple[datetime, str], int], there: Mapping[tuple[datetime, str], int]) -> Look:
    """As many alerts as the core decided, by hour and kind."""
    differences = []
    for hour, kind in sorted({*found, *there}):
        decided, stored = found.get((hour, kind), 0), there.get((hour, kind), 0)
        if decided != stored:
            code = "alerts_missing" if stored < decided else "alerts_undecided"
            params: Params = {"hour": hour.isoformat(), "kind": kind, "decided": decided, "found": stored}
            differences.append(Difference(code=code, count=abs(decided - stored), params=params))
    return Look(check="raised", counted=sum(there.values()), differences=tuple(differences))


@cache
def expect(event: EventKind, *, test: bool, historical: bool) -> tuple[frozenset[str], str]:
    """The kinds of alerts that the core raises for a sort of event; and why it raises none, as a code."""
    subject = Subject(type=SubjectType.RECIPIENT, id="somebody")
    circumstances = Circumstances(profile=MonitoringProfile(), timezone=UTC, watching_since=_NOW)
    asked = DeviceEvent(
        subject=subject,
        device_id="device",
        event=event,
        occurred_at=_NOW,
        received_at=_NOW,
        historical=historical,
        test=test,
    )
    findings = judge_event(begin(circumstances, _NOW), asked, circumstances, _NOW).findings
    kinds = frozenset(str(one.kind) for one in findings if isinstance(one, RaiseAlert | HoldAlert))
    if kinds:
        return kinds, ""
    if test:
        return kinds, "only_a_test"
    if historical and expect(event, test=False, historical=False)[0]:
        return kinds, "only_history"
    if any(isinstance(one, RequestFollowUp) for one in findings):
        return kinds, "asks_for_follow_up"
    if any(isinstance(one, ReportMaintenance | ClearMaintenance) for one in findings):
        return kinds, "concerns_equipment"
    if any(isinstance(one, ClearAlerts) for one in findings):
        return kinds, "takes_back"
    return kinds, "raises_none"


def _differences_of(sort: Sort) -> Iterable[Difference]:
    event = EventKind(sort.event)
    expected, why_none = expect(event, test=sort.test, historical=sort.historical)
    has = frozenset(sort.kinds)
    params = {"event": sort.event}
    if missing := expected - has:
        yield _difference("alert_missing", sort, {**params, "kind": ", ".join(sorted(missing))})
    if unexpected := has - expected - _MAY_ALSO.get(event, frozenset()):
        yield _difference("alert_unexpected", sort, {**params, "kind": ", ".join(sorted(unexpected))})
    if sort.doubled:
        yield _difference("alert_doubled", sort, params)
    if not expected and not has:
        yield _difference(why_none, sort, params)


def _difference(code: str, sort: Sort, params: Mapping[str, str]) -> Difference:
    return Difference(code=code, count=sort.count, params=params, examples=sort.examples)


def _together(differences: Iterable[Difference]) -> list[Difference]:
    """One line a code and parameters, however many sorts it comes from."""
    lines: dict[tuple[str, tuple[tuple[str, object], ...]], Difference] = {}
    for one in differences:
        key = (one.code, tuple(sorted(one.params.items())))
        before = lines.get(key)
        if before is None:
            lines[key] = one
        else:
            examples = (before.examples + one.examples)[:EXAMPLES_MAX]
            lines[key] = replace(before, count=before.count + one.count, examples=examples)
    return [lines[key] for key in sorted(lines)]
