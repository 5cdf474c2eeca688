"""The county as the hub's own API takes it in: every field of the plan is one that the contract knows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from hub.api.app import create_app
from hub.api.broadcaster import Broadcaster
from hub.api.parts import Parts
from hub.api.server import bind, serve
from hub.settings import Settings
from hub.storage.accounts import Role, create_api_key
from hub.storage.database import open_pool
from hub.storage.divisions import ensure_division
from hub.storage.passwords import Passwords
from hub.storage.wakeup import Wakeup
from simulators.county import County, CountyFounder
from simulators.county_made_up import DEMO_COUNTY
from simulators.county_people import PEOPLE
from simulators.county_plan import CountyPlan
from simulators.hub_api import HubApi, HubRefusedError
from simulators.register import Register

SETTINGS = Settings()
SMALL = replace(DEMO_COUNTY, recipients=PEOPLE)


@dataclass(frozen=True, slots=True)
class RunningApi:
    """Where it is, and an administrator's key."""

    base_url: str
    api_key: str

    async def found(self, register: Path, plan: CountyPlan = SMALL) -> County:
        """Found the county, in a thread: it is a program on its own."""
        api = HubApi(self.base_url, self.api_key)
        founder = CountyFounder(api=api, register=Register(register), plan=plan, report=lambda _: None)
        return await asyncio.to_thread(founder.found)

    async def count(self, path: str) -> int:
        """How many there are."""
        api, cursor, found = HubApi(self.base_url, self.api_key), None, 0
        while True:
            query = {"limit": "200"} | ({} if cursor is None else {"cursor": cursor})
            listed = await asyncio.to_thread(partial(api.get, path, **query))
            found, cursor = found + len(listed["items"]), listed["next"]
            if cursor is None:
                return found


@pytest.fixture
async def api(database: str) -> AsyncIterator[RunningApi]:
    """The web role on a free port, with its own county and nothing else."""
    pool = await open_pool(database, name="test web", max_size=4)
    async with pool.connection() as connection:
        await ensure_division(connection, SETTINGS.division, SETTINGS.division_name, SETTINGS.timezone)
        key = await create_api_key(connection, role=Role.ADMIN, name="county", division_id=SETTINGS.division)
    broadcaster = Broadcaster(pool, Wakeup(database, ["stream"], name="test stream"))
    app = create_app(Parts(settings=SETTINGS, pool=pool, passwords=Passwords(), broadcaster=broadcaster))
    listener = bind("127.0.0.1", 0)
    serving = asyncio.create_task(serve(app, listener))
    yield RunningApi(f"http://127.0.0.1:{listener.getsockname()[1]}", key.key)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await pool.close()


async def test_the_county_is_founded_and_found_again(api: RunningApi, tmp_path: Path) -> None:
    county = await api.found(tmp_path / "county.json", DEMO_COUNTY)
    assert county.name == SETTINGS.division_name
    assert await api.found(tmp_path / "county.json", DEMO_COUNTY) == county
    assert await api.count("recipients") == len(DEMO_COUNTY.recipients)
    assert await api.count("devices") == len(county.devices)
    assert await api.count("rosters") == len(DEMO_COUNTY.roster)
    assert await api.count("divisions") == len(DEMO_COUNTY.divisions) + 1
    assert await api.count("users") == 1


async def test_a_file_holds_what_the_plan_says(api: RunningApi, tmp_path: Path) -> None:
    await api.found(tmp_path / "county.json")
    kept = Register(tmp_path / "county.json").recall("recipient/li")
    assert kept is not None
    file = await asyncio.to_thread(HubApi(api.base_url, api.api_key).get, f"recipients/{kept['id']}")
    planned = DEMO_COUNTY.recipients[0]
    assert file["name"] == planned.name
    assert file["division_name"] == "东坡村"
    assert file["care_notes"]["conditions"] == planned.fields["care_notes"]["conditions"]
    assert [contact["phone"] for contact in file["contacts"]] == [contact.phone for contact in planned.contacts]
    assert [device["kind"] for device in file["devices"]] == list(planned.devices)


async def test_the_operator_can_log_in(api: RunningApi, tmp_path: Path) -> None:
    county = await api.found(tmp_path / "county.json")
    log_in = {"login": county.operator_login, "password": county.operator_password}
    me = await asyncio.to_thread(HubApi(api.base_url, api.api_key).post, "sessions", log_in)
    assert me["role"] == "operator"


async def test_a_refusal_carries_the_hubs_reason(api: RunningApi) -> None:
    with pytest.raises(HubRefusedError, match="422"):
        await asyncio.to_thread(HubApi(api.base_url, api.api_key).post, "recipients", {"name": ""})
