"""A storm: many cry for help in the same moment, and each of them is heard as if they were alone."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from hub.bench.hub_process import HubProcess
from tests.stories.cast import Phone, wait_until
from tests.stories.stormy_ground import VILLAGE_NAMES, Cry, Machine, Township, cry_out, prepare

Json = dict[str, Any]
_RANKS = ["critical", "high", "medium", "low"]


class Desk:
    """What the desk sees of the storm."""

    def __init__(self, hub: HubProcess, cries: list[Cry]) -> None:
        self._api = hub.api
        self._people = {cry.button.recipient_id for cry in cries}
        self._storm: set[str] = set()

    def by_need(self) -> list[Json]:
        """The storm's incidents in the order of need."""
        every = self._api.all_items("/api/v1/incidents?order=need&limit=500")
        ours = [incident for incident in every if incident["subject"]["id"] in self._people]
        self._storm |= {incident["id"] for incident in ours}
        return ours

    def groups(self) -> list[Json]:
        """The storm's groups."""
        every: list[Json] = self._api.all_items("/api/v1/incident-groups")
        return [group for group in every if self._people & {_person(member) for member in group["members"]}]

    def files(self, incidents: list[Json]) -> list[Json]:
        """Each with its log and notifications."""
        with ThreadPoolExecutor(max_workers=4) as several:
            return list(several.map(lambda one: self._api.get(f"/api/v1/incidents/{one['id']}"), incidents))

    def told_of(self) -> int:
        """Of how many somebody has been told; asked at leisure, because asking is work for the hub, too."""
        time.sleep(0.5)
        texts = self._api.all_items("/api/v1/notifications?limit=1000")
        return len(self._storm & {text["incident_id"] for text in texts if text["state"] in ("sent", "delivered")})

    def take_group(self, group: Json) -> Json:
        """One click."""
        taken: Json = self._api.post(f"/api/v1/incident-groups/{group['id']}/acknowledge")
        return taken

    def close_all(self) -> None:
        """The storm is over."""
        with ThreadPoolExecutor(max_workers=4) as several:
            list(several.map(self._close, self.by_need()))

    def _close(self, incident: Json) -> None:
        self._api.post(f"/api/v1/incidents/{incident['id']}/close", {"disposition": "test"})


@pytest.mark.parametrize(("township", "people"), [(77, 40), pytest.param(78, 500, marks=pytest.mark.long)])
def test_hundreds_in_a_minute_are_each_heard_as_if_they_were_alone(
    hub: HubProcess, phone: Phone, township: int, people: int
) -> None:
    ground = Township(township)
    cries = prepare(hub, ground, people)
    desk = Desk(hub, cries)
    machine = Machine(hub)
    cry_out(hub, cries)
    try:
        _check_nobody_is_missing(desk, cries)
        _check_the_order(desk.by_need())
        wait_until(lambda: desk.told_of() == people, within_s=30)
        _check_the_clocks(desk.files(desk.by_need()), machine.slowed_by)
        _check_the_telephones(phone, ground, people)
        _check_the_groups(desk, people)
    finally:
        desk.close_all()
        hub.api.ask("DELETE", "/api/v1/policies/storm")


def _person(member: Json) -> str:
    return member["recipient"]["id"] if member["recipient"] else ""


def _check_nobody_is_missing(desk: Desk, cries: list[Cry]) -> None:
    """None was rejected, none doubled; every incident has its deadline."""
    incidents = desk.by_need()
    heard = Counter((alert["event_id"], incident["kind"]) for incident in incidents for alert in incident["alerts"])
    assert heard == Counter((cry.event_id, cry.kind) for cry in cries)
    assert len(incidents) == len(cries)
    assert all(incident["state"] == "open" and incident["due_at"] for incident in incidents)


def _check_the_order(incidents: list[Json]) -> None:
    """The gravest first, then the oldest: nobody has any of them."""
    places = [(_RANKS.index(incident["severity"]), incident["opened_at"]) for incident in incidents]
    assert places == sorted(places)


def _check_the_clocks(files: list[Json], slowed_by: float) -> None:
    """Each step within a second of its being due, in each ladder - of a machine that the hub has to itself.

    Where others take their share of it, a second's work takes longer by as much; so may a step.
    """
    late_s = [late for file in files for late in _lateness_s(file)]
    assert len(late_s) == 2 * len(files)
    assert min(late_s) >= 0
    assert max(late_s) <= slowed_by


def _lateness_s(file: Json) -> Iterator[float]:
    """How late the desk sounded, and the helper was told: a second after the desk."""
    lines = {line["code"]: datetime.fromisoformat(line["at"]) for line in file["log"]}
    yield (lines["desk_sounded"] - datetime.fromisoformat(file["opened_at"])).total_seconds()
    yield (lines["step_taken"] - lines["desk_sounded"]).total_seconds() - 1


def _check_the_telephones(phone: Phone, ground: Township, people: int) -> None:
    """No helper got a text for each: the first few at once, and the rest in a few that tell of many."""
    for helper in ground.helpers.values():
        texts = phone.texts_to(helper)
        assert 4 <= len(texts) <= 12, "a village's worth at once"
        assert len(texts) < people / len(VILLAGE_NAMES)
        assert any("起求助" in text["text"] for text in texts)


def _check_the_groups(desk: Desk, people: int) -> None:
    """One for each village, and taking one leaves every press and fall to a person."""
    each = people // len(VILLAGE_NAMES)
    whole = {("group_village", name, each) for name in VILLAGE_NAMES}

    def reasons() -> set[tuple[str, str, int]]:
        shown = [group["reason"] for group in desk.groups()]
        return {(why["code"], why["params"].get("place", ""), why["params"]["count"]) for why in shown}

    wait_until(lambda: reasons() >= whole, within_s=30)
    group = next(group for group in desk.groups() if group["reason"]["params"].get("place") == "柳村")
    taken = desk.take_group(group)
    states = {(member["kind"] in ("sos", "fall"), member["state"]) for member in taken["members"]}
    assert states == {(True, "open"), (False, "acknowledged")}
