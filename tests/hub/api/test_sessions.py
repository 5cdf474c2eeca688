"""Logging in at the desk: cookies, what guards them, and when they end."""

import pytest

from hub.storage.accounts import Role
from hub.storage.sessions import FREE_FAILURES_LOGIN, token_sha256
from tests.hub.api.conftest import COUNTY, PASSWORD, TOWNSHIP, Client, Web


async def test_logging_in_answers_who_one_is_and_sets_a_cookie_no_script_can_read(web: Web) -> None:
    user_id = await web.user("wang", name="王敏", division_id=TOWNSHIP)
    answer = await web.stranger().post("/sessions", {"login": "wang", "password": PASSWORD})
    assert answer.status_code == 201
    me = answer.json()
    assert (me["id"], me["name"], me["role"], me["type"]) == (user_id, "王敏", "operator", "operator")
    assert (me["division_id"], me["division_name"], me["locale"]) == (TOWNSHIP, "东乡", "zh-CN")
    assert me["hub"] == {
        "name": "安心平台",
        "desk_phone": "",
        "version": me["hub"]["version"],
        "timezone": "Asia/Shanghai",
    }
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_the_cookie_is_nowhere_stored(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    [token] = client.cookies.values()
    [(stored,)] = await web.rows("SELECT id_sha256 FROM user_session")
    assert stored == token_sha256(token)


async def test_the_cookie_opens_what_the_role_may_see(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    assert (await client.get("/me")).json()["name"] == "wang"
    assert (await client.get("/users")).status_code == 403


async def test_unknown_login_and_wrong_password_look_alike(web: Web) -> None:
    await web.user("wang")
    wrong = await web.stranger().post("/sessions", {"login": "wang", "password": "guess"})
    unknown = await web.stranger().post("/sessions", {"login": "nobody", "password": "guess"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize("login", ["wang", "nobody"])
async def test_guessing_has_to_wait_whether_the_login_exists_or_not(web: Web, login: str) -> None:
    await web.user("wang")
    stranger = web.stranger()
    for _ in range(FREE_FAILURES_LOGIN):
        assert (await stranger.post("/sessions", {"login": login, "password": "guess"})).status_code == 401
    locked = await stranger.post("/sessions", {"login": login, "password": PASSWORD})
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["retry-after"]) <= 15


async def test_somebody_who_guesses_elsewhere_does_not_lock_the_operator_out(web: Web) -> None:
    await web.user("wang")
    for _ in range(FREE_FAILURES_LOGIN + 1):
        await web.stranger().post("/sessions", {"login": "wang", "password": "guess"})
    await web.rows("UPDATE login_failure SET key_sha256 = sha256(key_sha256)")  # as if from another address
    await web.logged_in("wang")


async def test_the_right_password_starts_the_count_anew(web: Web) -> None:
    await web.user("wang")
    for _ in range(2):
        for _ in range(FREE_FAILURES_LOGIN - 1):
            await web.stranger().post("/sessions", {"login": "wang", "password": "guess"})
        await web.logged_in("wang")


async def test_logging_out_ends_the_session_for_good(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    assert (await client.delete("/sessions/current")).status_code == 204
    assert (await client.get("/me")).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user_session SET last_seen_at = clock_timestamp() - interval '13 hours'",
        "UPDATE user_session SET expires_at = clock_timestamp()",
        "UPDATE user_account SET disabled_at = clock_timestamp()",
    ],
)
async def test_a_session_that_is_idle_too_long_or_too_old_or_disabled_is_none(web: Web, change: str) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    await web.rows(change)
    assert (await client.get("/me")).status_code == 401


async def test_using_a_session_keeps_it_awake(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    await web.rows("UPDATE user_session SET last_seen_at = clock_timestamp() - interval '11 hours'")
    await client.get("/me")
    [(idle,)] = await web.rows("SELECT clock_timestamp() - last_seen_at < interval '1 minute' FROM user_session")
    assert idle is True


async def test_the_screen_on_the_wall_stays_logged_in_until_it_was_dark_for_a_month(web: Web) -> None:
    await web.user("daping", Role.WALL)
    wall = await web.logged_in("daping")
    [(days,)] = await web.rows("SELECT extract(day FROM expires_at - clock_timestamp()) FROM user_session")
    assert days == 399
    await web.rows("UPDATE user_session SET last_seen_at = clock_timestamp() - interval '29 days'")
    assert (await wall.get("/wall")).status_code == 200
    await web.rows("UPDATE user_session SET last_seen_at = clock_timestamp() - interval '31 days'")
    assert (await wall.get("/wall")).status_code == 401


async def test_a_walls_account_that_becomes_somebody_elses_has_no_session_of_a_year(web: Web, admin: Client) -> None:
    user_id = await web.user("daping", Role.WALL)
    wall = await web.logged_in("daping")
    await web.rows("UPDATE user_session SET created_at = clock_timestamp() - interval '25 hours'")
    assert (await wall.get("/me")).status_code == 200
    await admin.patch(f"/users/{user_id}", {"role": "admin"})
    assert (await wall.get("/me")).status_code == 401


@pytest.mark.parametrize(("role", "days"), [(Role.WALL, 400), (Role.VIEWER, 1)])
async def test_a_browser_keeps_the_cookie_as_long_as_its_session_may_last(web: Web, role: Role, days: int) -> None:
    await web.user("kan", role)
    told = await web.stranger().post("/sessions", {"login": "kan", "password": PASSWORD})
    assert f"max-age={days * 86_400};" in told.headers["set-cookie"].lower()


async def test_a_new_password_ends_every_session_and_works(web: Web, admin: Client) -> None:
    user_id = await web.user("wang")
    client = await web.logged_in("wang")
    changed = await admin.patch(f"/users/{user_id}", {"password": "another password"})
    assert changed.status_code == 200
    assert (await client.get("/me")).status_code == 401
    again = await web.stranger().post("/sessions", {"login": "wang", "password": "another password"})
    assert again.status_code == 201


async def test_a_disabled_account_cannot_log_in_until_it_is_enabled(web: Web, admin: Client) -> None:
    user_id = await web.user("wang")
    await admin.patch(f"/users/{user_id}", {"disabled": True})
    refused = await web.stranger().post("/sessions", {"login": "wang", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    await admin.patch(f"/users/{user_id}", {"disabled": False})
    await web.logged_in("wang")


async def test_a_changing_request_by_cookie_needs_the_desks_header(web: Web) -> None:
    await web.user("wang", role=Role.ADMIN)
    client = await web.logged_in("wang")
    client.headers = {}
    assert (await client.get("/me")).status_code == 200
    refused = await client.post("/recipients", {"name": "李桂兰"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_header_missing")
    assert await web.rows("SELECT 1 FROM recipient") == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.test"}]
)
async def test_another_sites_page_changes_nothing_and_logs_nobody_in(web: Web, headers: dict[str, str]) -> None:
    await web.user("wang", role=Role.ADMIN)
    client = await web.logged_in("wang")
    client.headers |= headers
    for path, body in (("/recipients", {"name": "x"}), ("/sessions", {"login": "wang", "password": PASSWORD})):
        refused = await client.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site_request")


async def test_our_own_page_may(web: Web) -> None:
    await web.user("wang", role=Role.ADMIN)
    client = await web.logged_in("wang")
    client.headers |= {"Sec-Fetch-Site": "same-origin", "Origin": "http://hub.test"}
    assert (await client.post("/recipients", {"name": "李桂兰"})).status_code == 201


async def test_a_program_needs_no_such_header(admin: Client) -> None:
    assert (await admin.post("/recipients", {"name": "李桂兰"})).status_code == 201


async def test_a_revoked_key_holds_no_longer(web: Web, admin: Client) -> None:
    made = (await admin.post("/api-keys", {"name": "看板", "role": "viewer"})).json()
    program = web.stranger(Authorization=f"Bearer {made['key']}")
    me = (await program.get("/me")).json()
    assert (me["role"], me["type"], me["division_id"]) == ("viewer", "machine", COUNTY)
    listed = (await admin.get("/api-keys")).json()["items"]
    assert made["key"] not in str(listed)
    await admin.delete(f"/api-keys/{made['id']}")
    assert (await program.get("/me")).status_code == 401


async def test_logging_in_and_out_are_on_record(web: Web) -> None:
    await web.user("wang")
    client = await web.logged_in("wang")
    await client.delete("/sessions/current")
    rows = await web.rows("SELECT action, address FROM access_log WHERE entity_type = 'session' ORDER BY id")
    assert rows == [("log_in", "192.0.2.7"), ("log_out", "192.0.2.7")]
