"""People are found by what somebody remembers of them: a name, its pinyin, the end of a number, a device, a place."""

from typing import Any

import pytest

from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web


async def _found(client: Client, typed: str, **wanted: Any) -> list[str]:
    answer = await client.get("/recipients", q=typed, **wanted)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


@pytest.fixture
async def people(web: Web) -> dict[str, dict[str, Any]]:
    """Three people of a village and one of another township."""
    admin = await web.client()
    made = {}
    for name, division_id, more in (
        ("李桂兰", VILLAGE, {"phone": "100-0000 0123", "group_name": "三组", "address": "清水镇柳村三组12号"}),
        ("单大海", VILLAGE, {"phone": "10000000456"}),
        ("吕小梅", VILLAGE, {"address": "祠堂边"}),
        ("王秀英", SIBLING, {"phone": "10000000123"}),
    ):
        answer = await admin.post("/recipients", {"name": name, "division_id": division_id, **more})
        assert answer.status_code == 201, answer.text
        made[name] = answer.json()
    return made


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("李桂兰", ["李桂兰"]),
        ("桂", ["李桂兰"]),
        ("lgl", ["李桂兰"]),
        ("LGL", ["李桂兰"]),
        ("lig", ["李桂兰"]),
        ("guilan", ["李桂兰"]),
        ("gl", ["李桂兰"]),
        ("shandahai", ["单大海"]),
        ("dandahai", ["单大海"]),
        ("sdh", ["单大海"]),
        ("lvxiaomei", ["吕小梅"]),
        ("lxm", ["吕小梅"]),
        ("祠堂", ["吕小梅"]),
        ("三组", ["李桂兰"]),
        ("12号", ["李桂兰"]),
        ("456", ["单大海"]),
        ("0123", ["李桂兰", "王秀英"]),
        ("100 0000 0123", ["李桂兰", "王秀英"]),
        ("李 三组", ["李桂兰"]),
        ("李 祠堂", []),
        ("56", []),
        ("45", []),
        ("iguilan", []),
        ("'; DROP", []),
        ("%", []),
        ("***", []),
    ],
)
async def test_a_person_is_found_by_what_is_remembered(
    admin: Client, people: dict[str, dict[str, Any]], typed: str, names: list[str]
) -> None:
    assert await _found(admin, typed) == names


async def test_a_persons_place_finds_them(web: Web, admin: Client, people: dict[str, dict[str, Any]]) -> None:
    [(village,)] = await web.rows("SELECT name FROM division WHERE id = %s", VILLAGE)
    [(township,)] = await web.rows("SELECT name FROM division WHERE id = %s", TOWNSHIP)
    assert await _found(admin, village) == ["李桂兰", "吕小梅", "单大海"]
    assert await _found(admin, f"{township[:2]} 456") == ["单大海"]


async def test_the_end_of_a_contacts_number_finds_the_person(admin: Client, people: dict[str, dict[str, Any]]) -> None:
    contact = {"name": "李芳", "phone": "10000000789"}
    await admin.post(f"/recipients/{people['李桂兰']['id']}/contacts", contact)
    assert await _found(admin, "789") == ["李桂兰"]


async def test_a_device_finds_who_has_it_now(admin: Client, people: dict[str, dict[str, Any]]) -> None:
    body = {"kind": "call_button", "serial": "AX-2026 00077", "phone": "10000000900"}
    device = (await admin.post("/devices", {**body, "recipient_id": people["李桂兰"]["id"]})).json()
    for typed in ("ax-2026", "AX202600077", "00077", "900", device["id"][:13], device["id"]):
        assert await _found(admin, typed) == ["李桂兰"], typed
    await admin.post(f"/devices/{device['id']}/assignments", {"recipient_id": people["单大海"]["id"]})
    assert await _found(admin, "00077") == ["单大海"]


async def test_a_new_name_is_found_and_the_old_one_is_not(admin: Client, people: dict[str, dict[str, Any]]) -> None:
    path = f"/recipients/{people['李桂兰']['id']}"
    assert (await admin.patch(path, {"name": "李桂芳"})).status_code == 200
    assert await _found(admin, "lgl") == []
    assert await _found(admin, "lgf") == ["李桂芳"]
    await admin.patch(path, {"address": "新村"})
    assert await _found(admin, "12号") == []
    assert await _found(admin, "lgf 新村") == ["李桂芳"]


async def test_a_search_stays_within_the_scope_and_is_on_record(web: Web, people: dict[str, dict[str, Any]]) -> None:
    sibling = await web.client(Role.OPERATOR, SIBLING)
    assert await _found(sibling, "123") == ["王秀英"]
    assert await _found(sibling, "lgl") == []
    [(action, division_id)] = await web.rows(
        "SELECT DISTINCT action, division_id FROM access_log WHERE actor_name = 'test operator' AND entity_id = '*'"
    )
    assert (action, division_id) == ("search", SIBLING)


async def test_a_list_is_cut_to_a_division_below_ones_own(web: Web, people: dict[str, dict[str, Any]]) -> None:
    admin = await web.client()
    names = [one["name"] for one in (await admin.get("/recipients", division_id=SIBLING)).json()["items"]]
    assert names == ["王秀英"]
    township = await web.client(Role.OPERATOR, TOWNSHIP)
    assert (await township.get("/recipients", division_id=SIBLING)).status_code == 403
    assert (await township.get("/recipients", division_id=COUNTY)).status_code == 403


async def test_a_list_goes_village_by_village_in_the_order_of_pinyin(
    web: Web, people: dict[str, dict[str, Any]]
) -> None:
    admin = await web.client()
    read: list[str] = []
    cursor: str | None = None
    while True:
        page = (await admin.get("/recipients", limit=1, **({"cursor": cursor} if cursor else {}))).json()
        read += [one["name"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert read == ["李桂兰", "吕小梅", "单大海", "王秀英"], "li, lv, shan; then the next township"


async def test_a_line_says_what_is_wrong(web: Web, people: dict[str, dict[str, Any]]) -> None:
    admin = await web.client()
    one = people["李桂兰"]
    device = (await admin.post("/devices", {"kind": "call_button", "recipient_id": one["id"]})).json()
    await admin.post(f"/recipients/{one['id']}/modes", {"mode": "away"})
    await web.press(one)
    await web.rows(
        "INSERT INTO maintenance_item (id, division_id, kind, state, device_id, explanation, opened_at, last_seen_at)"
        " VALUES (gen_random_uuid(), %s, 'low_battery', 'open', %s, '{}', now(), now())",
        VILLAGE,
        device["id"],
    )
    [line] = (await admin.get("/recipients", q="lgl")).json()["items"]
    assert (line["mode"], line["open_incidents"], line["lives_alone"]) == ("away", 1, True)
    assert [(worn["kind"], worn["troubles"]) for worn in line["devices"]] == [("call_button", ["low_battery"])]


async def test_a_list_is_cut_to_what_is_asked_for(web: Web, people: dict[str, dict[str, Any]]) -> None:
    admin = await web.client()

    async def names(**wanted: Any) -> set[str]:
        answer = await admin.get("/recipients", **wanted)
        assert answer.status_code == 200, answer.text
        return {one["name"] for one in answer.json()["items"]}

    everybody = set(people)
    li, shan, lv = (people[name]["id"] for name in ("李桂兰", "单大海", "吕小梅"))
    await admin.patch(f"/recipients/{li}", {"categories": ["destitute"], "ability": "semi_disabled"})
    await admin.post(f"/recipients/{shan}/modes", {"mode": "hospital"})
    await admin.post("/devices", {"kind": "call_button", "recipient_id": shan})
    await admin.patch(f"/recipients/{lv}", {"ended_at": "2020-01-01T00:00:00Z", "ended_reason": "moved"})
    await web.press(people["王秀英"])
    assert await names(category="destitute") == {"李桂兰"}
    assert await names(ability="semi_disabled") == {"李桂兰"}
    assert await names(mode="hospital") == {"单大海"}
    assert await names(mode="home") == everybody - {"单大海"}
    assert await names(has_device="true") == {"单大海"}
    assert await names(has_device="false") == everybody - {"单大海"}
    assert await names(has_open_incident="true") == {"王秀英"}
    assert await names(has_open_incident="false") == everybody - {"王秀英"}
    assert await names(ended="true") == {"吕小梅"}
    assert await names(ended="false") == everybody - {"吕小梅"}
    assert await names() == everybody
    assert (await admin.get("/recipients", mode="nowhere")).status_code == 422


async def test_every_way_to_a_person_is_an_index(web: Web, people: dict[str, dict[str, Any]]) -> None:
    async with web.pool.connection() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = await connection.execute("EXPLAIN SELECT * FROM recipients_found(ARRAY['lgl', '123'])")
        plan = "\n".join(line for (line,) in await cursor.fetchall())
    for index in (
        "recipient_search_keys",
        "recipient_phone_key",
        "contact_phone_key",
        "device_serial_key",
        "device_serial_tail",
        "device_phone_key",
        "device_pkey",
    ):
        assert f"using {index} on" in plan or f"Scan on {index} " in plan, f"{index}: {plan}"
