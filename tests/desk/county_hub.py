"""A real hub with a small county in it, for the pages that show what it knows: lists, files, map, rosters, reports.

What a page does when an answer fails or is slow is tried with `page.route`; an empty list is what the operator of the
township without people sees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hub.bench.http_json import HttpJson
from hub.bench.hub_process import HubProcess
from simulators.county import County, CountyFounder
from simulators.county_made_up import demo_county
from simulators.hub_api import HubApi
from simulators.register import Register
from tests.mbtiles import write_mbtiles
from tests.stories.cast import Device

Json = dict[str, Any]

PASSWORD = "county-secret"
COUNTY = "990101000000"
#: A township in which nobody lives: whoever sits there sees empty lists.
EMPTY_TOWNSHIP = "990101009000"
#: Who may log in: what they are called, their role, and where.
ACCOUNTS = {
    "zhang": ("张值班", "operator", COUNTY),
    "wu": ("吴值班", "operator", COUNTY),
    "ban": ("班长一", "supervisor", COUNTY),
    "guan": ("管理员", "admin", COUNTY),
    "kan": ("查看员", "viewer", COUNTY),
    "ping": ("大厅大屏", "wall", COUNTY),
    "kong": ("空乡值班", "operator", EMPTY_TOWNSHIP),
    "kongban": ("空乡班长", "supervisor", EMPTY_TOWNSHIP),
}
#: As many people as fill a page of a list and not more.
_PEOPLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyHub:
    """The hub, and what was made in it."""

    hub: HubProcess
    county: County
    #: Files by the person's name.
    people: dict[str, Json] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the desk is served."""
        return f"http://127.0.0.1:{self.hub.http_port}"

    @property
    def api(self) -> HttpJson:
        """The API as an administrator's machine."""
        return self.hub.api

    def device_of(self, name: str, kind: str = "call_button") -> Device:
        """A device of somebody's, as an MQTT client; a context manager that connects it."""
        found = next(one for one in self.county.devices if one.wearer == name and one.kind == kind)
        return Device(
            {"id": found.device_id, "mqtt": {"username": found.device_id, "password": found.password}},
            self.hub.mqtt_port,
        )

    def report(self, name: str | None = None, note: str = "头晕，站不起来") -> Json:
        """A call to the hotline about somebody of the county, or about nobody known: an open incident."""
        body: Json = {"kind": "phone_report", "caller_phone": "10000000999", "note": note}
        if name is not None:
            body["recipient_id"] = self.people[name]["id"]
        opened: Json = self.api.post("/api/v1/incidents", body)
        return opened

    def close(self, incident: Json, disposition: str = "false", note: str = "误按") -> Json:
        """Take and close it."""
        self.api.post(f"/api/v1/incidents/{incident['id']}/acknowledge", {})
        closed: Json = self.api.post(
            f"/api/v1/incidents/{incident['id']}/close", {"disposition": disposition, "note": note}
        )
        return closed


@contextmanager
def serve_county(directory: Path) -> Iterator[CountyHub]:
    """A hub with the demonstration's county, fewer of its people, one township without anybody, and all roles."""
    environment = {"HUB_SMS": f"log:{directory / 'texts.jsonl'}", "HUB_DESK_PHONE": "0000-0000000"}
    environment["HUB_MAP_MBTILES"] = str(write_mbtiles(directory / "county.mbtiles"))
    with HubProcess(directory / "data", environment) as hub:
        plan = demo_county()
        founder = CountyFounder(
            api=HubApi(f"http://127.0.0.1:{hub.http_port}", hub.create_api_key("admin")),
            register=Register(directory / "county.jsonl"),
            plan=replace(plan, recipients=plan.recipients[:_PEOPLE], operator_login=None),
            report=lambda _piece: None,
        )
        county = founder.found()
        api = hub.api
        api.post("/api/v1/divisions", {"id": EMPTY_TOWNSHIP, "name": "空白乡"})
        for login, (name, role, division) in ACCOUNTS.items():
            account = {"login": login, "name": name, "role": role, "division_id": division, "password": PASSWORD}
            api.post("/api/v1/users", account)
        people = {one["name"]: one for one in api.all_items("/api/v1/recipients")}
        yield CountyHub(hub=hub, county=county, people=people)
