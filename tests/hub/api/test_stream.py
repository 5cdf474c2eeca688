"""The stream: order, replay, reset, scope, ticks, and its end."""

import asyncio
from typing import Any

from alerts.explanation import Explanation
from alerts.kinds import MaintenanceKind
from hub.api.subscriber import QUEUED_FRAMES_MAX
from hub.clock import monotonic_s
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.maintenance import MaintenanceReport, report
from hub.storage.stream import bounds
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, Client, Web
from tests.hub.api.sse import reading


async def _position(web: Web) -> int:
    async with web.pool.connection() as connection:
        return (await bounds(connection))[1]


async def test_a_press_is_on_the_stream_with_the_whole_incident(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with reading(web.app, admin.headers) as reader:
        await reader.next("tick")
        incident_id = await web.press(recipient)
        event = await reader.next()
        assert reader.status == 200
        assert reader.headers["content-type"].startswith("text/event-stream")
    assert event.kind == "incident"
    listed = (await admin.get("/incidents")).json()["items"][0]
    assert event.data == listed
    assert event.data["id"] == incident_id


async def test_nothing_is_sent_of_what_happened_before(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with reading(web.app, admin.headers) as earlier:
        await earlier.next("tick")
        await web.press(recipient)
        await earlier.next()
    async with reading(web.app, admin.headers) as reader:
        await reader.next("tick")
        await web.press(recipient, event_id="press-2")
        event = await reader.next()
    assert [alert["event_id"] for alert in event.data["alerts"]] == ["press-1", "press-2"]


async def test_the_list_says_from_where_the_stream_goes_on(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    await web.press(recipient)
    position = (await admin.get("/incidents")).headers["X-Stream-Position"]
    incident_id = await web.press(await web.recipient("赵六"))
    async with reading(web.app, admin.headers, f"after={position}") as reader:
        event = await reader.next()
    assert event.data["id"] == incident_id
    assert event.id is not None
    assert event.id > int(position)


async def test_a_replay_gives_each_change_once_in_order_and_goes_on_live(web: Web, admin: Client) -> None:
    start = await _position(web)
    people = [await web.recipient(f"示例{number}") for number in range(6)]
    before = [await web.press(recipient) for recipient in people[:3]]
    async with reading(web.app, admin.headers, f"after={start}") as reader:
        pressing = asyncio.gather(*(web.press(recipient) for recipient in people[3:]))
        events = [await reader.next() for _ in range(6)]
        during = await pressing
    positions = [event.id for event in events]
    assert positions == sorted(set(positions), key=lambda position: position or 0)
    assert [event.data["id"] for event in events[:3]] == before
    assert {event.data["id"] for event in events[3:]} == set(during)


async def test_the_header_of_a_reconnecting_browser_goes_before_the_address(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    await web.press(recipient)
    position = await _position(web)
    await web.press(recipient, event_id="press-2")
    headers = {**admin.headers, "Last-Event-ID": str(position)}
    async with reading(web.app, headers, "after=0") as reader:
        event = await reader.next()
    assert event.id == position + 1


async def test_a_position_that_was_never_given_is_answered_with_a_reset_and_then_goes_on(
    web: Web, admin: Client
) -> None:
    recipient = await web.recipient()
    for unknown in ("999999", "abc", "-1", "9" * 30):
        async with reading(web.app, {**admin.headers, "Last-Event-ID": unknown}) as reader:
            reset = await reader.next()
            assert reset.kind == "reset", unknown
            incident_id = await web.press(recipient, event_id=f"press-{unknown}")
            assert (await reader.next()).data["id"] == incident_id


async def test_a_position_that_retention_has_removed_is_answered_with_a_reset(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    for number in range(3):
        await web.press(recipient, event_id=f"press-{number}")
    newest = await _position(web)
    await web.rows("DELETE FROM stream_event WHERE position < %s", newest)
    async with reading(web.app, admin.headers, "after=0") as reader:
        assert (await reader.next()).kind == "reset"
    async with reading(web.app, admin.headers, f"after={newest - 1}") as reader:
        assert (await reader.next()).id == newest


async def test_nobody_hears_of_another_division(web: Web) -> None:
    here, elsewhere = await web.recipient("李桂兰", TOWNSHIP), await web.recipient("赵六", SIBLING)
    start = await _position(web)
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    await web.press(elsewhere)
    async with reading(web.app, township.headers, f"after={start}") as reader:  # by replay
        await reader.next("tick")
        await web.press(elsewhere, event_id="press-2")  # and live
        incident_id = await web.press(here)
        assert (await reader.next()).data["id"] == incident_id


async def test_a_tick_carries_the_position_past_what_one_may_not_see(web: Web) -> None:
    elsewhere = await web.recipient("赵六", SIBLING)
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    async with reading(web.app, township.headers) as reader:
        await reader.next("tick")
        await web.press(elsewhere)
        newest = await _position(web)
        async with asyncio.timeout(10):
            while (tick := await reader.next("tick")).id != newest:
                assert tick.data["position"] == tick.id
        assert tick.data["server_time"].endswith("+00:00")


async def test_who_works_on_devices_hears_of_maintenance_only(web: Web, admin: Client) -> None:
    vendor = await web.client(Role.VENDOR)
    async with reading(web.app, vendor.headers) as reader:
        await reader.next("tick")
        await web.press(await web.recipient())
        await _report_fault(web)
        event = await reader.next()
    assert event.kind == "maintenance"
    assert event.data["kind"] == "device_fault"


async def _report_fault(web: Web) -> None:
    fault = MaintenanceReport(
        kind=MaintenanceKind.DEVICE_FAULT,
        division_id=COUNTY,
        device_id=None,
        recipient_id=None,
        explanation=Explanation(code="device_fault"),
    )
    async with web.pool.connection() as connection:
        await report(connection, fault, await database_now(connection))


async def test_a_stream_ends_with_its_session(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    async with reading(web.app, {"Cookie": cookie}) as reader:
        await reader.next("tick")
        assert (await client.delete("/sessions/current")).status_code == 204
        await reader.until_over()


async def test_a_stream_ends_with_its_key(web: Web, admin: Client) -> None:
    created = (await admin.post("/api-keys", {"name": "wall", "role": "viewer"})).json()
    async with reading(web.app, {"Authorization": f"Bearer {created['key']}"}) as reader:
        await reader.next("tick")
        assert (await admin.delete(f"/api-keys/{created['id']}")).status_code == 204
        await reader.until_over()


async def test_a_reader_that_takes_nothing_is_cut_off_and_nobody_else_notices(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with reading(web.app, admin.headers) as stuck:
        await stuck.next("tick")
        (subscriber,) = web.parts.broadcaster._subscribers
        async with reading(web.app, admin.headers) as other:
            await other.next("tick")
            stuck.blocked.set()
            await stuck.stalled.wait()
            for _ in range(QUEUED_FRAMES_MAX):
                subscriber.put(b": waiting\n\n")
            incident_id = await web.press(recipient)
            assert (await other.next()).data["id"] == incident_id
            await stuck.until_over()  # the press was one frame too much
            assert not other.over.is_set()
            assert web.parts.broadcaster.counts.cut_off == 1


async def test_presses_reach_the_stream_within_a_tenth_of_a_second(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    delays: list[float] = []
    async with reading(web.app, admin.headers) as reader:
        await reader.next("tick")
        for number in range(30):
            await web.press(recipient, event_id=f"press-{number}")
            committed = monotonic_s()
            event: Any = await reader.next()
            assert event.data["press_count"] == number + 1
            delays.append(monotonic_s() - committed)
    assert sorted(delays)[len(delays) // 2] < 0.1


async def test_the_stream_goes_on_after_every_connection_to_the_database_was_lost(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with reading(web.app, admin.headers) as reader:
        await reader.next("tick")
        await web.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        incident_id = await web.press(recipient)
        assert (await reader.next()).data["id"] == incident_id
        await web.press(recipient, event_id="press-2")
        assert (await reader.next()).data["press_count"] == 2


async def test_a_lost_notification_costs_a_second_at_the_most(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with reading(web.app, admin.headers) as reader:
        await reader.next("tick")
        await web.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%%listen'")
        incident_id = await web.press(recipient)
        assert (await reader.next()).data["id"] == incident_id
