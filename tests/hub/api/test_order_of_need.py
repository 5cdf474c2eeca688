"""`GET incidents?order=need`: the core's order, in pages, and the default order as it was."""

from typing import Any

from tests.hub.api.conftest import Client, Web


async def _ids(client: Client, **params: Any) -> list[str]:
    """All pages of the list."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/incidents", **params, **cursor)).json()
        ids += [incident["id"] for incident in page["items"]]
        if page["next"] is None:
            return ids
        cursor = {"cursor": page["next"]}


async def _call(admin: Client, web: Web) -> str:
    recipient = await web.recipient()
    made = await admin.post("/incidents", {"kind": "phone_report", "recipient_id": recipient["id"]})
    return str(made.json()["id"])


async def test_untaken_before_taken_then_the_graver_then_the_oldest(web: Web, admin: Client) -> None:
    taken = await web.press(await web.recipient())
    calls = [await _call(admin, web) for _ in range(2)]
    presses = [await web.press(await web.recipient()) for _ in range(2)]
    closed = await _call(admin, web)
    await admin.post(f"/incidents/{taken}/acknowledge")
    await admin.post(f"/incidents/{closed}/close", {"disposition": "false"})
    needed = [*presses, *calls, taken]
    assert await _ids(admin, order="need") == needed
    assert await _ids(admin, order="need", limit=2) == needed
    assert await _ids(admin, order="need", state="open", kind="sos") == presses
    newest = [closed, *reversed(presses), *reversed(calls), taken]
    assert await _ids(admin) == newest, "the default order of the contract stays"


async def test_what_is_past_its_clock_comes_before_what_is_only_older(web: Web, admin: Client) -> None:
    first = await web.press(await web.recipient())
    second = await web.press(await web.recipient())
    await admin.post(f"/incidents/{first}/acknowledge")
    await admin.post(f"/incidents/{second}/acknowledge")
    await web.rows("UPDATE timer SET due_at = clock_timestamp() - interval '9 seconds' WHERE owner_id = %s", second)
    assert await _ids(admin, order="need") == [second, first]


async def test_pages_keep_the_order_of_their_first_one_while_things_move(web: Web, admin: Client) -> None:
    presses = [await web.press(await web.recipient()) for _ in range(4)]
    first = (await admin.get("/incidents", order="need", limit=2)).json()
    await admin.post(f"/incidents/{presses[0]}/acknowledge")  # it moves behind the others
    second = (await admin.get("/incidents", order="need", limit=5, cursor=first["next"])).json()
    shown = [incident["id"] for incident in first["items"] + second["items"]]
    assert shown == [*presses, presses[0]], "nothing is left out; what has moved comes once more, as it is now"


async def test_closed_ones_have_no_place_in_it_and_a_foreign_cursor_is_refused(web: Web, admin: Client) -> None:
    assert (await admin.get("/incidents", order="need", state="closed")).status_code == 422
    assert (await admin.get("/incidents", order="urgency")).status_code == 422
    [await web.press(await web.recipient()) for _ in range(2)]
    newest = (await admin.get("/incidents", limit=1)).json()["next"]
    assert (await admin.get("/incidents", order="need", cursor=newest)).status_code in (400, 422)
