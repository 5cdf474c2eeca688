"""A village without power is one line at the desk, with the people concerned in it."""

from typing import Any
from uuid import UUID

from alerts.explanation import Explanation, Param
from alerts.kinds import MaintenanceKind
from hub.storage import maintenance
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.maintenance import MaintenanceReport
from hub.storage.power_cuts import watch_power
from tests.hub.api.conftest import VILLAGE, Client, Web


class Homes:
    """Homes of one village, each with a radar that has spoken."""

    def __init__(self, web: Web, admin: Client) -> None:
        self._web = web
        self._admin = admin
        self.radars: list[str] = []

    async def add(self, number: int) -> None:
        for _ in range(number):
            recipient = await self._web.recipient(division_id=VILLAGE)
            wanted = {"kind": "fall_radar", "recipient_id": recipient["id"]}
            self.radars.append((await self._admin.post("/devices", wanted)).json()["id"])
        await self._web.rows(
            "INSERT INTO device_state (device_id, division_id, last_seen_at) "
            "SELECT id, division_id, clock_timestamp() FROM device ON CONFLICT DO NOTHING"
        )

    async def fall_silent(self, *radars: str) -> None:
        for radar in radars:
            await self._report(radar, silent_s=600)
        await self.look()

    async def lose_sight_of(self, recipient_id: str) -> None:
        report = MaintenanceReport(
            kind=MaintenanceKind.DATA_BLIND,
            division_id=VILLAGE,
            device_id=None,
            recipient_id=UUID(recipient_id),
            explanation=Explanation(code="data_blind", params={"blind_s": 21_600}),
        )
        async with self._web.pool.connection() as connection:
            await maintenance.report(connection, report, await database_now(connection))
        await self.look()

    async def speak(self, *radars: str) -> None:
        async with self._web.pool.connection() as connection:
            now = await database_now(connection)
            for radar in radars:
                await maintenance.clear(connection, MaintenanceKind.DEVICE_OFFLINE, UUID(radar), now)
        await self.look()

    async def look(self) -> None:
        async with self._web.pool.connection() as connection:
            await watch_power(connection, await database_now(connection))

    async def open_items(self, role: Role = Role.ADMIN) -> list[dict[str, Any]]:
        client = await self._web.client(role)
        items: list[dict[str, Any]] = (await client.get("/maintenance", state="open")).json()["items"]
        return items

    async def _report(self, radar: str, silent_s: float) -> None:
        params: dict[str, Param] = {"silent_s": silent_s, "device_id": radar}
        report = MaintenanceReport(
            kind=MaintenanceKind.DEVICE_OFFLINE,
            division_id=VILLAGE,
            device_id=UUID(radar),
            recipient_id=None,
            explanation=Explanation(code="device_offline", params=params),
        )
        async with self._web.pool.connection() as connection:
            await maintenance.report(connection, report, await database_now(connection))


async def test_the_silence_of_a_village_is_one_item_until_most_are_back(web: Web, admin: Client) -> None:
    homes = Homes(web, admin)
    await homes.add(4)
    first, second, third, fourth = homes.radars
    await homes.fall_silent(first, second)
    assert {item["kind"] for item in await homes.open_items()} == {"device_offline"}, "two are no power cut"
    await homes.fall_silent(third)
    [cut] = await homes.open_items()
    assert (cut["kind"], cut["division_id"], cut["explanation"]["params"]["homes"]) == ("power_cut", VILLAGE, 3)
    assert {one["device_id"] for one in cut["concerned"]} == {first, second, third}
    assert all(one["recipient"]["name"] == "李桂兰" for one in cut["concerned"])

    await homes.fall_silent(fourth)
    [grown] = await homes.open_items()
    assert (grown["id"], len(grown["concerned"])) == (cut["id"], 4)
    [vendors_view] = await homes.open_items(Role.VENDOR)
    assert {one["recipient"] for one in vendors_view["concerned"]} == {None}

    await homes.lose_sight_of(grown["concerned"][0]["recipient"]["id"])
    assert len(await homes.open_items()) == 1, "that nothing sees these people any more is no news"

    await homes.speak(first, second)
    assert [item["kind"] for item in await homes.open_items()] == ["power_cut"], "half are still silent"
    await homes.speak(third)
    left, unseen = sorted(await homes.open_items(), key=lambda item: item["kind"], reverse=True)
    assert unseen["kind"] == "data_blind"
    assert (left["kind"], left["device_id"], left["folded_into"]) == ("device_offline", fourth, None)
    await homes.look()
    assert len(await homes.open_items()) == 2, "what was told in a power cut that is over is not told again"


async def test_closed_by_hand_its_devices_are_lines_of_their_own_again(web: Web, admin: Client) -> None:
    homes = Homes(web, admin)
    await homes.add(3)
    await homes.fall_silent(*homes.radars)
    [cut] = await homes.open_items()
    await admin.post(f"/maintenance/{cut['id']}/close", {"note": "换了变压器"})
    await homes.look()
    assert [item["kind"] for item in await homes.open_items()] == ["device_offline"] * 3


async def test_chargers_that_go_out_together_tell_it_at_once(web: Web, admin: Client) -> None:
    homes = Homes(web, admin)
    await homes.add(3)
    await web.rows(
        "INSERT INTO device_event (id, division_id, device_id, event, occurred_at, received_at, quality, historical, "
        "test, wants_ack, payload) SELECT gen_random_uuid(), %s, id, 'charging_ended', clock_timestamp(), "
        "clock_timestamp(), 'device', false, false, false, '' FROM device",
        VILLAGE,
    )
    await homes.look()
    [cut] = await homes.open_items()
    assert (cut["kind"], cut["explanation"]["params"]["sign"], len(cut["concerned"])) == ("power_cut", "unplugged", 3)
    await web.rows("UPDATE device_state SET charging = true")
    await homes.look()
    assert await homes.open_items() == []
