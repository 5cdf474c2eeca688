"""Creates the fictional county through the HTTP API, each piece once, however often it is asked for.

What was created is remembered in a `Register`; a start that was interrupted goes on where it was. Divisions come first,
then everything else with several requests at once.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulators.county_plan import BEHIND_GATEWAY, CountyPlan, PlannedDivision, PlannedRecipient, PlannedRosterEntry
from simulators.hub_api import HubApi, HubRefusedError
from simulators.register import Register

#: A hub on two cores answers no sooner to more.
REQUESTS_AT_ONCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyDevice:
    """A device of somebody in the county, with what it logs in with."""

    device_id: str
    password: str
    kind: str
    wearer: str
    home: str  #: The same for everything around one person.
    gateway_id: str | None = None  #: The device that speaks for it; absent: it speaks for itself.


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The county as it stands in the hub."""

    name: str
    operator_login: str | None
    operator_password: str | None
    devices: tuple[CountyDevice, ...]


class CountyFounder:
    """Founds one county; `report` is told each piece when it is there, from several threads."""

    def __init__(self, *, api: HubApi, register: Register, plan: CountyPlan, report: Callable[[str], None]) -> None:
        self._api = api
        self._register = register
        self._plan = plan
        self._report = report

    def found(self) -> County:
        """Everything of the plan, as far as it is not there yet.

        Raises:
            HubRefusedError: the hub will not have it.
            HubAwayError: the hub does not answer.
        """
        self._forget_what_another_hub_knew()
        me = self._api.get("me")
        county_id = str(me["division_id"])
        for division in self._plan.divisions:
            self._divide(division, county_id)
        login = self._plan.operator_login
        password = None if login is None else self._employ_operator(login, county_id)
        with self._threads() as at_once:
            at_once(partial(self._fill_roster, county_id), self._plan.roster)
            homes = at_once(partial(self._take_in, county_id), self._plan.recipients)
        return County(
            name=str(me.get("division_name") or county_id),
            operator_login=login,
            operator_password=password,
            devices=tuple(device for devices in homes for device in devices),
        )

    @contextmanager
    def _threads(self) -> Iterator[Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]]:
        """A `map` with several requests at once; the first refusal is raised, and what was not begun is not begun."""
        pool = ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="county")
        with self._api.keeping_connections(), pool:

            def at_once(work: Callable[[Any], Any], pieces: Iterable[Any]) -> list[Any]:
                try:
                    return list(pool.map(work, pieces))
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise

            yield at_once

    def _forget_what_another_hub_knew(self) -> None:
        """The register outlived its hub's database: nothing in it is worth anything."""
        known = self._register.recall(_recipient_key(self._plan.recipients[0]))
        if known is None:
            return
        try:
            self._api.get(f"recipients/{known['id']}")
        except HubRefusedError as refusal:
            if refusal.status != 404:
                raise
            self._register.forget_everything()

    def _divide(self, division: PlannedDivision, county_id: str) -> None:
        code = division.code(county_id)
        placed = {} if division.center is None else {"center": division.center}
        self._once(
            f"division/{division.suffix}",
            lambda: self._api.post("divisions", {"id": code, "name": division.name, **placed}),
            already="division_exists",
        )

    def _employ_operator(self, login: str, county_id: str) -> str:
        """The operator's password; it is on disk before the hub has it, so it can always be shown."""
        key = f"operator/{login}"
        kept = self._register.recall(key)
        if kept is not None and kept["in_hub"]:
            return str(kept["password"])
        password = secrets.token_urlsafe(9) if kept is None else str(kept["password"])
        self._register.remember(key, {"password": password, "in_hub": False})
        operator = {
            "login": login,
            "name": "演示值班员",
            "role": "operator",
            "division_id": county_id,
            "password": password,
        }
        try:
            self._api.post("users", operator)
        except HubRefusedError as refusal:
            if kept is None or refusal.code != "login_taken":  # taken by us: the last start ended just here
                raise
        self._register.remember(key, {"password": password, "in_hub": True})
        return password

    def _fill_roster(self, county_id: str, entry: PlannedRosterEntry) -> None:
        place = PlannedDivision(suffix=entry.division, name="").code(county_id)
        on_duty = {
            "division_id": place,
            "role": entry.role,
            "entries": [{"name": entry.name, "phone": entry.phone}],
        }
        self._once(f"roster/{place}/{entry.role}", partial(self._api.put, "rosters", on_duty))

    def _take_in(self, county_id: str, person: PlannedRecipient) -> list[CountyDevice]:
        """A file, its contacts and its devices."""
        village = PlannedDivision(suffix=person.village, name="").code(county_id)
        file = {"name": person.name, "division_id": village, **person.fields}
        created = self._once(_recipient_key(person), lambda: self._api.post("recipients", file))
        recipient_id = str(created["id"])
        for order, contact in enumerate(person.contacts, start=1):
            fields = {"name": contact.name, "phone": contact.phone, "relation": contact.relation, "order": order}
            self._once(
                f"contact/{person.key}/{order}", partial(self._api.post, f"recipients/{recipient_id}/contacts", fields)
            )
        kinds = sorted(person.devices, key=lambda kind: kind != "gateway")
        gateway: CountyDevice | None = None
        devices = []
        for kind in kinds:
            behind = gateway if kind in BEHIND_GATEWAY else None
            device = self._hand_out(kind, person, recipient_id, behind)
            gateway = device if kind == "gateway" else gateway
            devices.append(device)
        return devices

    def _hand_out(
        self, kind: str, person: PlannedRecipient, recipient_id: str, gateway: CountyDevice | None
    ) -> CountyDevice:
        fields = {"kind": kind, "recipient_id": recipient_id, "model": "simulator", "phone": person.fields["phone"]}
        if gateway is not None:
            fields["gateway_id"] = gateway.device_id
        created = self._once(
            f"device/{person.key}/{kind}",
            lambda: self._api.post("devices", fields),
            keep=lambda answer: {"id": answer["id"], "password": answer["mqtt"]["password"]},
        )
        return CountyDevice(
            device_id=str(created["id"]),
            password=str(created["password"]),
            kind=kind,
            wearer=person.name,
            home=person.key,
            gateway_id=None if gateway is None else gateway.device_id,
        )

    def _once(
        self,
        key: str,
        create: Callable[[], dict[str, Any]],
        *,
        already: str | None = None,
        keep: Callable[[dict[str, Any]], dict[str, Any]] = lambda answer: {"id": answer.get("id")},
    ) -> dict[str, Any]:
        """What is remembered under `key`, else what `create` brings; the refusal `already` means that it is there."""
        known = self._register.recall(key)
        if known is not None:
            return dict(known)
        try:
            entry = keep(create())
        except HubRefusedError as refusal:
            if already is None or refusal.code != already:
                raise
            entry = {}
        self._register.remember(key, entry)
        self._report(key)
        return entry


def _recipient_key(person: PlannedRecipient) -> str:
    return f"recipient/{person.key}"
