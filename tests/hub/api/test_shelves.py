"""Shelves: set aside for a time, still counted, and back at the desk while the cause lasts. Never a cry for help."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.decisions import ClearAlerts, Finding, HoldAlert, RaiseAlert
from alerts.explanation import Explanation
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.clock import utc_now
from hub.stations.findings import Cause, carry_out
from hub.stations.shelving import pass_due_shelf, raise_unshelved
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.incidents import SqlIncidentStore
from hub.storage.shelves import SqlShelfStore
from hub.storage.troubled import Troubled
from tests.hub.api.conftest import SIBLING, VILLAGE, Client, Web


class Bed:
    """Somebody with a mattress that finds things."""

    def __init__(self, web: Web, recipient: dict[str, Any], device_id: str) -> None:
        self.web = web
        self.recipient = recipient
        self.device_id = device_id

    async def finds(self, *findings: Finding) -> None:
        async with self.web.pool.connection() as connection:
            now = await database_now(connection)
            subject = Subject(type=SubjectType.RECIPIENT, id=self.recipient["id"])
            cause = Cause(subject=subject, division_id=VILLAGE, occurred_at=now, received_at=now)
            await carry_out(SqlIncidentStore(connection), cause, findings, now)

    def alert(self, kind: IncidentKind = IncidentKind.BED, code: str = "bed_absence") -> RaiseAlert:
        return RaiseAlert(
            kind=kind, severity=Severity.MEDIUM, explanation=Explanation(code=code), device_id=self.device_id
        )

    def back(self, kind: IncidentKind = IncidentKind.BED) -> ClearAlerts:
        return ClearAlerts(kind=kind, explanation=Explanation(code="back_in_bed"), device_id=self.device_id)

    async def incidents(self) -> list[str]:
        rows = await self.web.rows(
            "SELECT kind FROM incident WHERE recipient_id = %s ORDER BY kind", self.recipient["id"]
        )
        return [kind for (kind,) in rows]

    async def alert_states(self) -> list[str]:
        rows = await self.web.rows(
            "SELECT state FROM alert WHERE recipient_id = %s ORDER BY received_at, id", self.recipient["id"]
        )
        return [state for (state,) in rows]


@pytest.fixture
async def bed(web: Web, admin: Client) -> Bed:
    recipient = await web.recipient(division_id=VILLAGE)
    device = await admin.post("/devices", {"kind": "mattress", "recipient_id": recipient["id"]})
    return Bed(web, recipient, device.json()["id"])


def soon(**span: float) -> str:
    return (utc_now() + timedelta(**span)).isoformat()


async def shelve(client: Client, bed: Bed, **changes: Any) -> dict[str, Any]:
    body = {"until": soon(minutes=30), "reason": "床垫移位", **changes}
    answer = await client.post(f"/devices/{bed.device_id}/shelve", body)
    assert answer.status_code == 201, answer.text
    shelf: dict[str, Any] = answer.json()
    return shelf


async def duty_passes(web: Web) -> None:
    """Everything about shelves that is due."""
    troubled = Troubled()
    while True:
        async with web.pool.connection() as connection:
            store = SqlShelfStore(connection, troubled)
            if not (await pass_due_shelf(store) or await raise_unshelved(store)):
                return


async def let_it_end(web: Web) -> None:
    await web.rows("UPDATE timer SET due_at = clock_timestamp() WHERE owner_type = 'shelf'")
    await duty_passes(web)


async def listed(client: Client, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/shelves", **params)).json()["items"]
    return items


async def test_what_is_set_aside_is_recorded_and_counted_and_not_at_the_desk(admin: Client, bed: Bed) -> None:
    shelf = await shelve(admin, bed)
    await bed.finds(bed.alert())
    await bed.finds(bed.alert(IncidentKind.INACTIVITY, "no_movement"))
    assert await bed.incidents() == []
    assert await bed.alert_states() == ["shelved", "shelved"]
    [shown] = await listed(admin)
    assert (shown["id"], shown["held_back"], shown["still"], shown["reason"]) == (shelf["id"], 2, 2, "床垫移位")
    assert shown["recipient"]["id"] == bed.recipient["id"]


async def test_a_press_and_a_confirmed_fall_are_at_the_desk_whatever_is_on_the_shelf(admin: Client, bed: Bed) -> None:
    await shelve(admin, bed)
    await bed.finds(bed.alert(IncidentKind.SOS, "sos_pressed"), bed.alert(IncidentKind.FALL, "fall_confirmed"))
    await bed.finds(bed.alert(IncidentKind.UNREADABLE_EVENT, "unreadable_event"))
    assert await bed.incidents() == ["fall", "sos", "unreadable_event"]
    for never in ("sos", "fall", "fall_confirmed", "unreadable_event", "phone_report"):
        body = {"kinds": [never], "until": soon(minutes=5), "reason": "?"}
        assert (await admin.post(f"/devices/{bed.device_id}/shelve", body)).status_code == 422, never


async def test_what_still_lasts_when_the_shelf_ends_is_raised_anew(web: Web, admin: Client, bed: Bed) -> None:
    await shelve(admin, bed)
    await bed.finds(bed.alert())
    await bed.finds(bed.alert())
    await bed.finds(bed.alert(IncidentKind.INACTIVITY, "no_movement"))
    await bed.finds(bed.back(IncidentKind.INACTIVITY))
    await let_it_end(web)
    assert await bed.incidents() == ["bed"], "one incident of what lasts, none of what is over"
    assert sorted(await bed.alert_states()) == ["active", "active", "cleared"]
    [ended] = await listed(admin, ended=True)
    assert (ended["ended_by"], ended["held_back"], ended["still"]) == (None, 3, 0)
    [(said,)] = await web.rows("SELECT explanation -> 'params' FROM maintenance_item WHERE kind = 'shelf_ended'")
    assert (said["held_back"], said["still"], said["by"]) == (3, 2, None)
    await bed.finds(bed.back())
    await bed.finds(bed.alert())
    assert (await bed.alert_states())[-1] == "active", "the shelf holds nothing back any more"


async def test_ended_by_hand_it_says_by_whom_and_only_once(web: Web, admin: Client, bed: Bed) -> None:
    shelf = await shelve(admin, bed)
    await bed.finds(bed.alert())
    ended = (await admin.post(f"/shelves/{shelf['id']}/end")).json()
    assert ended["ended_by"]["name"] == "test admin"
    assert (await admin.post(f"/shelves/{shelf['id']}/end")).json() == ended
    assert await web.rows("SELECT 1 FROM timer WHERE owner_type = 'shelf'") == []
    await duty_passes(web)
    assert await bed.incidents() == ["bed"]
    [(count,)] = await web.rows("SELECT count(*) FROM maintenance_item WHERE kind = 'shelf_ended'")
    assert count == 1


async def test_a_suspected_fall_on_a_shelf_waits_for_no_deadline_and_comes_back_with_the_shelfs_end(
    web: Web, admin: Client, bed: Bed
) -> None:
    await shelve(admin, bed, kinds=["fall_suspected"])
    suspected = HoldAlert(
        kind=IncidentKind.FALL,
        severity=Severity.HIGH,
        explanation=Explanation(code="fall_suspected"),
        due_at=utc_now(),
        device_id=bed.device_id,
    )
    await bed.finds(suspected)
    assert await web.rows("SELECT 1 FROM timer WHERE owner_type = 'alert'") == []
    assert await bed.alert_states() == ["shelved"]
    await let_it_end(web)
    assert await bed.incidents() == ["fall"]


async def test_a_shelf_of_a_person_holds_back_the_named_kinds_of_any_device(admin: Client, bed: Bed) -> None:
    path, body = f"/recipients/{bed.recipient['id']}/shelve", {"until": soon(minutes=5), "reason": "在女儿家"}
    assert (await admin.post(path, body)).status_code == 422, "which kinds must be said"
    assert (await admin.post(path, {**body, "kinds": ["inactivity"]})).status_code == 201
    await bed.finds(bed.alert(IncidentKind.INACTIVITY, "no_movement"), bed.alert())
    assert await bed.incidents() == ["bed"]


async def test_an_operator_shelves_for_an_hour_and_nobody_for_more_than_a_day(
    web: Web, admin: Client, bed: Bed
) -> None:
    operator = await web.client(Role.OPERATOR)
    path = f"/devices/{bed.device_id}/shelve"
    for client, until, status in (
        (operator, soon(minutes=59), 201),
        (operator, soon(minutes=61), 403),
        (admin, soon(hours=23.9), 201),
        (admin, soon(hours=24.1), 422),
        (admin, soon(seconds=-1), 422),
    ):
        assert (await client.post(path, {"until": until, "reason": "?"})).status_code == status, until
    assert (await admin.post(path, {"until": soon(minutes=5)})).status_code == 422, "why must be said"


async def test_shelves_are_seen_and_ended_in_their_division_only(web: Web, admin: Client, bed: Bed) -> None:
    shelf = await shelve(admin, bed)
    sibling = await web.client(Role.ADMIN, SIBLING)
    assert await listed(sibling) == []
    assert (await sibling.post(f"/shelves/{shelf['id']}/end")).status_code == 404


async def test_a_shelf_that_is_being_put_to_use_does_not_end_meanwhile(web: Web, admin: Client, bed: Bed) -> None:
    """What is put on it while it ends would otherwise lie there for ever."""
    shelf = await shelve(admin, bed)
    async with web.pool.connection() as putting:
        now = await database_now(putting)
        subject = Subject(type=SubjectType.RECIPIENT, id=bed.recipient["id"])
        cause = Cause(subject=subject, division_id=VILLAGE, occurred_at=now, received_at=now)
        async with putting.transaction():
            await carry_out(SqlIncidentStore(putting), cause, [bed.alert()], now)
            [blocked] = await web.rows(
                "SELECT count(*) FROM (SELECT 1 FROM shelf WHERE id = %s FOR UPDATE SKIP LOCKED) AS free",
                UUID(shelf["id"]),
            )
            assert blocked == (0,), "its end waits"
    await let_it_end(web)
    assert await bed.incidents() == ["bed"]
