"""Bad input gets a clear error in the right place, and harms nobody."""

import json
from typing import Any

import pytest

from hub.api.envelope import BODY_BYTES_MAX
from tests.hub.api.conftest import Client, Web

PROBLEM = {"type", "title", "status", "detail", "code"}


def _is_problem(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() >= PROBLEM
    assert (problem["status"], problem["code"]) == (status, code)


async def test_an_address_that_is_none_is_a_problem(admin: Client) -> None:
    _is_problem(await admin.get("/nothing"), 404, "not_found")
    _is_problem(await admin.get("//api/nothing"), 404, "not_found")


async def test_a_method_that_is_none_is_a_problem(admin: Client) -> None:
    answer = await admin.delete("/incidents")
    _is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "李\0桂兰"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "phone": "call me"}, "phone"),
        ({"name": "x", "phone": "1" * 21}, "phone"),
        ({"name": "x", "phone": "一二三四"}, "phone"),
        ({"name": "x", "birth_date": "2999-01-01"}, "birth_date"),
        ({"name": "x", "lives_alone": 10**400}, "lives_alone"),
        ({"name": "x", "division_id": "99010100000x"}, "division_id"),
        ({"name": "x", "division_id": "990101000000\n"}, "division_id"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "care_notes": {"conditions": "x"}}, "care_notes.conditions"),
        ([], "body"),
        ("text", "body"),
    ],
)
async def test_a_body_that_cannot_be_names_its_field(admin: Client, body: Any, field: str) -> None:
    answer = await admin.request(
        "POST", "/recipients", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    _is_problem(answer, 422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "content",
    [b"{", b"", b"\xff\xfe", b"[" * 100_000, b'{"name": NaN}', b'{"name": 1' + b"0" * 5000 + b"}", b"name=x"],
)
async def test_a_body_that_is_no_json_is_a_problem(admin: Client, content: bytes) -> None:
    answer = await admin.request("POST", "/recipients", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json().keys() >= PROBLEM


async def test_what_was_sent_is_not_sent_back(admin: Client) -> None:
    answer = await admin.post("/recipients", {"name": "李桂兰", "phone": "秘密号码"})
    assert "秘密号码" not in answer.text


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(admin: Client) -> None:
    answer = await admin.post("/recipients", {"name": "x", "address_note": "x" * BODY_BYTES_MAX})
    _is_problem(answer, 413, "body_too_large")


async def test_a_body_of_unknown_length_is_counted(admin: Client) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    answer = await admin.request("POST", "/recipients", content=chunks(), headers={"Content-Type": "application/json"})
    _is_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/not-an-id",
        "/incidents?cursor=garbage",
        "/incidents?cursor=WyIxIiwiMiJd",
        "/incidents?cursor=%00",
        "/recipients?cursor=bnVsbA",
        "/recipients?q=%00",
        "/recipients?limit=0",
        "/recipients?limit=99999999999999999999999",
        "/divisions?cursor=WyJcdTAwMDAiXQ",
        "/recipients/01980000-0000-7000-8000-000000000000/readings?from=2026-01-01T00:00:00",
        "/stream?after=-1",
        "/stream?after=9223372036854775808",
        "/policies/%00",
        "/maintenance?state=lost",
    ],
)
async def test_an_address_with_nonsense_in_it_is_a_problem(admin: Client, path: str) -> None:
    _is_problem(await admin.get(path), 422, "invalid_request")


@pytest.mark.parametrize(
    "policy",
    [
        {"steps": []},
        {"steps": [{"after_s": -1, "notify": "desk"}]},
        {"steps": [{"after_s": 1e308, "notify": "desk"}]},
        {"steps": [{"after_s": 0, "notify": "nobody"}]},
        {"steps": [{"after_s": 0, "notify": "desk"}], "then_every_s": 0},
        {"steps": [{"after_s": 0, "notify": "desk"}], "repeat": 10**30},
        {"steps": [{"after_s": 0, "notify": "desk"}], "when": {"severity": ["very"]}},
        {"steps": [{"after_s": 0, "notify": "desk"}], "when": {"kind": ["fall"]}},
    ],
)
async def test_a_default_policy_no_ladder_can_follow_is_refused(admin: Client, policy: dict[str, Any]) -> None:
    _is_problem(await admin.put("/policies/default", policy), 422, "invalid_request")


async def test_a_database_that_is_away_is_said_so_with_when_to_ask_again(web: Web, admin: Client) -> None:
    await web.pool.close()
    answer = await admin.get("/incidents")
    _is_problem(answer, 503, "database_away")
    assert int(answer.headers["retry-after"]) > 0


async def test_what_the_database_says_tells_the_caller_whose_fault_it_is(web: Web, admin: Client) -> None:
    unable, refused, ours = ("25006", "53100", "40001", "55P03", "57014", "42501"), ("22003", "54000"), ("XX000",)
    await web.rows(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE 'refused' USING ERRCODE = NEW.name; END $$"
    )
    await web.rows("CREATE TRIGGER refuse BEFORE INSERT ON recipient FOR EACH ROW EXECUTE FUNCTION refuse()")
    for sqlstate in unable:
        _is_problem(await admin.post("/recipients", {"name": sqlstate}), 503, "database_away")
    for sqlstate in refused:
        _is_problem(await admin.post("/recipients", {"name": sqlstate}), 422, "invalid_request")
    for sqlstate in ours:
        _is_problem(await admin.post("/recipients", {"name": sqlstate}), 500, "internal_error")


async def test_our_own_mistakes_tell_nothing_of_the_inside(web: Web, admin: Client) -> None:
    await web.rows("ALTER TABLE recipient RENAME COLUMN group_name TO gone")
    answer = await admin.get("/recipients")
    _is_problem(answer, 500, "internal_error")
    assert "group_name" not in answer.text


async def test_every_answer_keeps_browsers_safe(web: Web, admin: Client) -> None:
    for answer in (await admin.get("/me"), await web.stranger().get("/me"), await admin.get("//")):
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; style-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await admin.get("/me")).headers["cache-control"] == "no-store"
