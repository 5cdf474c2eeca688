"""The wall: right counts of places, and nothing in the answer that tells of one person."""

import re
from typing import Any
from uuid import UUID

from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web

NAME = "欧阳示例"
#: Everything a name of a field may be: whoever adds one thinks about who walks past.
FIELDS = {
    "division_name", "timezone", "as_of", "since", "not_closed", "untaken", "waiting_since", "under_way",
    "answered_in_60_s", "answered_in_180_s", "of", "hits", "share", "target", "follow_ups_due", "devices", "well",
    "faulty", "offline", "unseen", "townships", "name", "villages",
}  # fmt: skip


def _walk(answer: Any) -> Any:
    """Each field and each value in an answer."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield name, value
            yield from _walk(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _walk(value)


async def _somebody(admin: Client, division_id: str = VILLAGE) -> dict[str, Any]:
    file = {
        "name": NAME, "division_id": division_id, "group_name": "三组", "phone": "10000000007", "address": "柳树下9号",
        "birth_date": "2016-04-05", "categories": ["orphan", "child_red"], "home": {"lat": 37.6211, "lon": 114.9213},
    }  # fmt: skip
    created: dict[str, Any] = (await admin.post("/recipients", file)).json()
    await admin.post(f"/recipients/{created['id']}/contacts", {"name": "欧阳演示", "phone": "10000000008"})
    return created


async def test_the_wall_counts_by_place_and_by_what_was_done(web: Web, admin: Client) -> None:
    waiting, taken, gone = [await web.press(await _somebody(admin), event_id=f"p{number}") for number in range(3)]
    await web.press(await _somebody(admin, SIBLING))
    for incident_id in (taken, gone):
        await admin.post(f"/incidents/{incident_id}/acknowledge")
        await admin.post(f"/incidents/{incident_id}/contact-attempts", {"who": "本人", "outcome": "reached"})
    await admin.post(f"/incidents/{taken}/responding", {"name": "王协理"})
    await admin.post(f"/incidents/{gone}/close", {"disposition": "false"})
    wall = (await admin.get("/wall")).json()
    assert (wall["not_closed"], wall["untaken"], wall["under_way"]) == (3, 2, 1)
    opened = (await admin.get(f"/incidents/{waiting}")).json()["opened_at"]
    assert wall["waiting_since"] == opened
    assert (wall["answered_in_60_s"]["hits"], wall["answered_in_60_s"]["of"]) == (2, 2)
    townships = {one["name"]: one for one in wall["townships"]}
    assert (townships["东乡"]["not_closed"], townships["东乡"]["untaken"]) == (2, 1)
    assert townships["东乡"]["villages"] == [{"name": "柳村", "not_closed": 2, "untaken": 1}]
    assert (townships["西乡"]["not_closed"], townships["西乡"]["untaken"]) == (1, 1)


async def test_taken_without_a_call_is_not_answered(web: Web, admin: Client) -> None:
    incident_id = await web.press(await _somebody(admin))
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    await web.rows("UPDATE incident SET opened_at = opened_at - interval '2 minutes' WHERE id = %s", UUID(incident_id))
    wall = (await admin.get("/wall")).json()
    assert (wall["answered_in_60_s"]["hits"], wall["answered_in_60_s"]["of"]) == (0, 1)
    assert (wall["answered_in_180_s"]["hits"], wall["answered_in_180_s"]["of"]) == (0, 0)  # there is time yet


async def test_devices_count_once_by_the_worst_that_is_known(web: Web, admin: Client) -> None:
    person = await _somebody(admin)
    ids = [
        (await admin.post("/devices", {"kind": "call_button", "recipient_id": person["id"]})).json()["id"]
        for _ in range(4)
    ]
    unheard, well, offline, faulty = ids
    for device_id, online in ((well, True), (offline, False), (faulty, True)):
        await web.rows(
            "INSERT INTO device_state (device_id, division_id, last_seen_at, online) VALUES (%s, %s, now(), %s)",
            UUID(device_id), VILLAGE, online,
        )  # fmt: skip
    for device_id in (offline, faulty, unheard):
        await web.rows(
            "INSERT INTO maintenance_item (id, division_id, kind, state, device_id, explanation, opened_at, "
            "last_seen_at) VALUES (gen_random_uuid(), %s, 'low_battery', 'open', %s, '{}', now(), now())",
            VILLAGE, UUID(device_id),
        )  # fmt: skip
    worn = (await admin.get("/wall")).json()["devices"]
    assert worn == {"well": 1, "faulty": 1, "offline": 1, "unseen": 1}
    await admin.post(f"/devices/{well}/revoke")
    await admin.delete(f"/devices/{faulty}/assignments/current")
    assert (await admin.get("/wall")).json()["devices"] == {"well": 0, "faulty": 0, "offline": 1, "unseen": 1}


async def test_nothing_on_the_wall_tells_of_one_person(web: Web, admin: Client) -> None:
    person = await _somebody(admin)
    device = (await admin.post("/devices", {"kind": "call_button", "recipient_id": person["id"]})).json()
    incident_id = await web.press(person, device_id=device["id"])
    viewer = await web.client(Role.VIEWER, COUNTY)
    answer = await viewer.get("/wall")
    assert answer.json()["untaken"] == 1
    assert {name for name, _ in _walk(answer.json())} <= FIELDS
    for told in (person["id"], device["id"], incident_id, VILLAGE, TOWNSHIP):
        assert told not in answer.text
    for word in (NAME, "欧阳", "三组", "柳树下", "1000000", "37.6", "114.9", "2016", "child_red", "orphan", "sos"):
        assert word not in answer.text, word
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", answer.text)


async def test_a_township_sees_itself_alone(web: Web, admin: Client) -> None:
    await web.press(await _somebody(admin, SIBLING))
    await web.press(await _somebody(admin))
    township = await web.client(Role.VIEWER, TOWNSHIP)
    wall = (await township.get("/wall")).json()
    assert (wall["division_name"], wall["not_closed"]) == ("东乡", 1)
    assert [one["name"] for one in wall["townships"]] == ["东乡"]
