"""Storms: incidents that come together because of one thing are shown together, with the reason in a sentence.

A group is only a way of showing. It hides nothing and changes no clock: every member keeps its own ladder, and an SOS,
a fall or an event nobody can read is always shown singly inside it and taken singly (`TAKEN_SINGLY`).

Which incidents belong together is decided once, from what is known when they open, and never again: a group grows while
members follow each other within `WITHIN`, and none leaves it. Its id follows from its cause and its first member.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil
from uuid import NAMESPACE_URL, uuid5

from alerts.explanation import Explanation, Param
from alerts.kinds import IncidentKind

#: One member follows another within this time. Opened further apart they have less to do with each other than with
#: the hour of the day.
WITHIN = timedelta(minutes=5)
#: No group takes them along: each is looked at by a person for itself.
TAKEN_SINGLY = frozenset({IncidentKind.SOS, IncidentKind.FALL, IncidentKind.UNREADABLE_EVENT})


class Cause(StrEnum):
    """What members have in common, in the order in which it is asked: the nearest thing that explains them first."""

    GATEWAY = "gateway"  #: All behind one gateway. 同一网关
    VILLAGE = "village"  #: All in one village. 同一村
    SOURCE = "source"  #: All through one broker, a vendor's cloud. 同一接入源
    MODEL = "model"  #: All of one device model. 同一型号
    DIVISION = "division"  #: All on file in one place above the villages. 同一区划
    KIND = "kind"  #: All of one kind, all over a county. 同一类型


#: How many make a group: so many that chance explains them badly. 5,000 recipients give 150 incidents a day (DOMAIN.md
#: section 3). In a village of 50 three that follow each other meet by chance once in decades, of the 2,000 devices of a
#: broker or a model eight once in years. Of a county nothing less than a flood is remarkable: 10 (EEMUA 191).
MEMBERS_MIN: Mapping[Cause, int] = {
    Cause.GATEWAY: 3,
    Cause.VILLAGE: 3,
    Cause.SOURCE: 8,
    Cause.MODEL: 8,
    Cause.DIVISION: 10,
    Cause.KIND: 10,
}


_NEAR = (Cause.GATEWAY, Cause.VILLAGE)
_FAR = tuple(cause for cause in Cause if cause not in _NEAR)
#: A storm of one village comes within seconds; so long its incidents wait for each other. Our choice.
NEARER_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An incident as far as it can have something in common with others. None: not known, or not so."""

    incident_id: str
    kind: IncidentKind
    opened_at: datetime
    county_id: str
    village_id: str | None = None
    division_id: str | None = None  #: Where no village is known.
    gateway_id: str | None = None
    source: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members with one cause. `key` is the thing they have in common: a gateway's id, a division's, a name."""

    id: str
    cause: Cause
    key: str
    began_at: datetime
    last_at: datetime
    incident_ids: tuple[str, ...]


def gather(standing: Sequence[Group], loose: Iterable[Member], now: datetime) -> tuple[Group, ...]:
    """What has changed: the groups that grow by the loose incidents - those in no group - and those that begin.

    What is near explains first: whoever can be of one gateway or village is not lost to a flood of the whole county,
    which takes only those that nothing nearer has taken within `NEARER_WITHIN`.
    """
    alone = sorted(loose, key=lambda member: (member.opened_at, member.incident_id))
    near, alone = _gather_by(_NEAR, standing, alone)
    far, _ = _gather_by(_FAR, standing, [one for one in alone if now - one.opened_at >= NEARER_WITHIN])
    return (*near, *far)


def explain_group(cause: Cause, key: str, *, count: int, spread: timedelta, place: str | None) -> Explanation:
    """Why these are shown together: how many there are, within what time they came, and what they have in common.

    `place` is the name of the village or division.
    """
    params: dict[str, Param] = {
        "count": count,
        "within_min": max(1, ceil(spread / timedelta(minutes=1))),
        cause: key.partition("@")[0],
    }
    if place is not None:
        params["place"] = place
    return Explanation(code=f"group_{cause}", params=params)


def _common(member: Member) -> Iterator[tuple[Cause, str]]:
    """All it can have in common with others, the nearest first; what spans a county is one thing in each county."""
    keys = (
        (Cause.GATEWAY, member.gateway_id, False),
        (Cause.VILLAGE, member.village_id, False),
        (Cause.SOURCE, member.source, True),
        (Cause.MODEL, member.model, True),
        (Cause.DIVISION, member.division_id, False),
        (Cause.KIND, member.kind, True),
    )
    for cause, key, spans_county in keys:
        if key is not None:
            yield cause, f"{key}@{member.county_id}" if spans_county else key


def _gather_by(
    causes: Sequence[Cause], standing: Sequence[Group], alone: Sequence[Member]
) -> tuple[tuple[Group, ...], list[Member]]:
    """What grows and begins by these causes, and who is in no group even so."""
    groups = {(group.cause, group.key): group for group in sorted(standing, key=lambda group: group.last_at)}
    changed: dict[str, Group] = {}
    left: list[Member] = []
    for member in alone:
        common = [(cause, key) for cause, key in _common(member) if cause in causes]
        group = next((g for one in common if (g := groups.get(one)) and _fits(g, member)), None)
        if group is None:
            left.append(member)
        else:
            groups[group.cause, group.key] = changed[group.id] = _grown(group, member)
    begun = tuple(_begin(causes, left))
    taken = {incident_id for group in begun for incident_id in group.incident_ids}
    return (*changed.values(), *begun), [member for member in left if member.incident_id not in taken]


def _fits(group: Group, member: Member) -> bool:
    return group.began_at - WITHIN <= member.opened_at <= group.last_at + WITHIN


def _grown(group: Group, member: Member) -> Group:
    return replace(
        group,
        began_at=min(group.began_at, member.opened_at),
        last_at=max(group.last_at, member.opened_at),
        incident_ids=(*group.incident_ids, member.incident_id),
    )


def _begin(causes: Sequence[Cause], alone: Sequence[Member]) -> Iterator[Group]:
    """New groups among those in none; each is in one only, by the nearest cause that holds for enough of them."""
    grouped: set[str] = set()
    for cause in causes:
        by_key: dict[str, list[Member]] = {}
        for member in alone:
            key = dict(_common(member)).get(cause)
            if key is not None and member.incident_id not in grouped:
                by_key.setdefault(key, []).append(member)
        for key, members in by_key.items():
            for run in _runs(members):
                if len(run) >= MEMBERS_MIN[cause]:
                    grouped.update(member.incident_id for member in run)
                    yield _new_group(cause, key, run)


def _runs(members: Sequence[Member]) -> Iterator[list[Member]]:
    """Members in order of time, parted where more than `WITHIN` lies between two."""
    run = [members[0]]
    for earlier, later in pairwise(members):
        if later.opened_at - earlier.opened_at > WITHIN:
            yield run
            run = []
        run.append(later)
    yield run


def _new_group(cause: Cause, key: str, run: Sequence[Member]) -> Group:
    anchor = run[0]
    return Group(
        id=str(uuid5(NAMESPACE_URL, f"anxin:group:{cause}:{key}:{anchor.incident_id}")),
        cause=cause,
        key=key,
        began_at=anchor.opened_at,
        last_at=run[-1].opened_at,
        incident_ids=tuple(member.incident_id for member in run),
    )
