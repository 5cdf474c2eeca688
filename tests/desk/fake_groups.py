"""Incidents that came together, as the fake hub shows and takes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from alerts.storms.groups import TAKEN_SINGLY
from tests.desk.fake_state import FakeState, Json, identity, stamp

#: Tells a group's id from those of people and devices.
GROUP = 30


def raise_flood(
    state: FakeState, count: int, *, grave: int = 0, place: str = "青石镇柳沟村", **more: Any
) -> tuple[str, list[Json], list[Json]]:
    """So many of one village at once, and among them so many SOS; the group's id, the others, the SOS."""
    group_id = identity(state.number(), GROUP)
    others = [
        state.raise_incident(
            name=f"示例{number:04d}",
            kind="vitals",
            severity="medium",
            code="heart_rate_high",
            place=f"{place}{number}号",
            **more,
        )
        for number in range(count)
    ]
    presses = [state.raise_incident(name=f"求助{number:03d}", place=place, **more) for number in range(grave)]
    gather(state, group_id, [*others, *presses], place)
    return group_id, others, presses


def gather(state: FakeState, group_id: str, members: Sequence[Json], place: str) -> None:
    """Put incidents into a group, as duty does a moment after they opened."""
    params = {"count": len(members), "within_min": 1, "village": "139900101001", "place": place}
    for incident in members:
        incident["group"] = {"id": group_id, "reason": {"code": "group_village", "params": params}}
        state.publish("incident", incident)


def show_group(state: FakeState, group_id: str) -> Json:
    """The group with all its members, closed ones too."""
    members = [one for one in state.incidents.values() if one["group"] and one["group"]["id"] == group_id]
    shown = ("id", "code", "kind", "severity", "state", "recipient", "opened_at", "acknowledged_by", "due_at")
    states = [one["state"] for one in members]
    return {
        "id": group_id,
        "cause": "village",
        "reason": members[0]["group"]["reason"],
        "began_at": min(one["opened_at"] for one in members),
        "last_at": stamp(datetime.now(UTC)),
        "counts": {
            "open": states.count("open"),
            "acknowledged": states.count("acknowledged"),
            "closed": states.count("closed"),
            "open_singly": sum(one["state"] == "open" and one["kind"] in TAKEN_SINGLY for one in members),
        },
        "members": [{key: one[key] for key in shown} | {"singly": one["kind"] in TAKEN_SINGLY} for one in members],
    }


def take_group(state: FakeState, group_id: str, actor: Json) -> Json:
    """Take what may be taken together."""
    members = [one for one in state.incidents.values() if one["group"] and one["group"]["id"] == group_id]
    takeable = [one["id"] for one in members if one["state"] == "open" and one["kind"] not in TAKEN_SINGLY]
    for incident_id in takeable:
        state.acknowledge(incident_id, actor)
    return show_group(state, group_id) | {"taken": takeable}
