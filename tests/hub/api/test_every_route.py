"""Walks every route as every role, in its own division and in a sibling one: what is declared is what happens.

A new route shows up here by itself. It fails until its roles stand in `ROLES` and, if it needs one, a body in `BODIES`.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from hub.api.callers import Requires
from hub.storage.accounts import Role
from tests.hub.api.conftest import COUNTY, PASSWORD, SIBLING, TOWNSHIP, VILLAGE, Web
from tests.hub.api.sse import reading
from tests.hub.api.world import LADDER, PICTURE, World

#: Who may do what: admin, supervisor, operator, installer, vendor (e for equipment), viewer (l for looking), wall.
LETTERS = {
    "a": Role.ADMIN,
    "s": Role.SUPERVISOR,
    "o": Role.OPERATOR,
    "i": Role.INSTALLER,
    "e": Role.VENDOR,
    "l": Role.VIEWER,
    "w": Role.WALL,
}
ROLES = {
    "GET /me": "asoielw",
    "DELETE /sessions/current": "asoielw",
    "GET /stream": "asoiel",
    "GET /incidents": "aso--l",
    "POST /incidents": "aso",
    "GET /incidents/{incident_id}": "aso--l",
    "GET /incidents/{incident_id}/explanation": "aso--l",
    "POST /incidents/{incident_id}/acknowledge": "aso",
    "POST /incidents/{incident_id}/contact-attempts": "aso",
    "POST /incidents/{incident_id}/responding": "aso",
    "POST /incidents/{incident_id}/arrived": "aso",
    "POST /incidents/{incident_id}/notes": "aso",
    "POST /incidents/{incident_id}/hand-over": "aso",
    "POST /incidents/{incident_id}/severity": "aso",
    "POST /incidents/{incident_id}/policy": "aso",
    "POST /incidents/{incident_id}/close": "aso",
    "POST /incidents/{incident_id}/confirm-test": "asoi",
    "POST /incidents/{incident_id}/reopen": "aso",
    "GET /incidents/{incident_id}/help": "aso--l",
    "GET /incidents/{incident_id}/merge-targets": "aso",
    "POST /incidents/{incident_id}/merge": "aso",
    "POST /incidents/{incident_id}/visit": "aso",
    "POST /incidents/{incident_id}/repair": "aso",
    "PUT /recipients/{recipient_id}/photo": "aso",
    "GET /recipients/{recipient_id}/photo": "aso--l",
    "DELETE /recipients/{recipient_id}/photo": "aso",
    "GET /notifications": "aso--l",
    "GET /incident-groups": "aso--l",
    "GET /incident-groups/{group_id}": "aso--l",
    "POST /incident-groups/{group_id}/acknowledge": "aso",
    "POST /devices/{device_id}/shelve": "aso",
    "POST /recipients/{recipient_id}/shelve": "aso",
    "GET /shelves": "aso--l",
    "POST /shelves/{shelf_id}/end": "aso",
    "GET /modes": "asoi-l",
    "GET /monitoring-settings": "asoi-l",
    "GET /contact-list": "aso",
    "GET /recipients": "asoi-l",
    "POST /recipients": "asoi",
    "GET /recipients/{recipient_id}": "asoi-l",
    "PATCH /recipients/{recipient_id}": "aso",
    "GET /recipients/{recipient_id}/modes": "asoi-l",
    "POST /recipients/{recipient_id}/modes": "asoi",
    "DELETE /recipients/{recipient_id}/modes/current": "asoi",
    "GET /recipients/{recipient_id}/timeline": "aso--l",
    "GET /recipients/{recipient_id}/readings": "aso--l",
    "GET /recipients/{recipient_id}/vitals": "aso--l",
    "GET /recipients/{recipient_id}/contacts": "asoi-l",
    "POST /recipients/{recipient_id}/contacts": "asoi",
    "PATCH /recipients/{recipient_id}/contacts/{contact_id}": "aso",
    "DELETE /recipients/{recipient_id}/contacts/{contact_id}": "aso",
    "GET /devices": "asoiel",
    "POST /devices": "asoi",
    "GET /devices/{device_id}": "asoiel",
    "PATCH /devices/{device_id}": "asoi",
    "POST /devices/{device_id}/revoke": "as-i",
    "POST /devices/{device_id}/commands": "asoi",
    "GET /devices/{device_id}/messages": "asoi-l",
    "GET /devices/{device_id}/commands": "asoi-l",
    "GET /devices/{device_id}/test-window": "asoi-l",
    "POST /devices/{device_id}/test-window": "asoi",
    "DELETE /devices/{device_id}/test-window": "asoi",
    "GET /devices/{device_id}/assignments": "asoi-l",
    "POST /devices/{device_id}/assignments": "asoi",
    "DELETE /devices/{device_id}/assignments/current": "asoi",
    "GET /maintenance": "asoiel",
    "POST /maintenance/{item_id}/notes": "asoi",
    "POST /maintenance/{item_id}/close": "asoi",
    "GET /queues/overdue": "aso--l",
    "GET /follow-ups": "aso--l",
    "POST /follow-ups/{follow_up_id}/notes": "aso",
    "POST /follow-ups/{follow_up_id}/acknowledge": "aso",
    "POST /follow-ups/{follow_up_id}/close": "aso",
    "GET /quarantine": "asoiel",
    "GET /quarantine/by-device": "asoiel",
    "GET /quarantine/{message_id}/payload": "aso-e",
    "GET /policies": "aso--l",
    "GET /policies/{name}": "aso--l",
    "GET /policies/{name}/open-incidents": "aso--l",
    "PUT /policies/{name}": "as",
    "DELETE /policies/{name}": "as",
    "POST /policies/dry-run": "aso",
    "GET /policy-choices": "aso--l",
    "GET /rosters": "aso--l",
    "PUT /rosters": "as",
    "POST /rosters/preview": "as",
    "GET /rosters/on-duty": "aso--l",
    "GET /rosters/calendar": "aso--l",
    "GET /rosters/unreachable": "aso--l",
    "GET /rosters/gaps": "aso--l",
    "GET /rosters/overrides": "aso--l",
    "POST /rosters/overrides": "as",
    "DELETE /rosters/overrides/{override_id}": "as",
    "POST /rosters/swaps": "as",
    "GET /rosters/days": "aso--l",
    "PUT /rosters/days": "as",
    "GET /presence": "aso--l",
    "POST /presence": "aso",
    "POST /shifts/hand-over": "aso",
    "GET /shifts/hand-over": "aso--l",
    "GET /shifts": "aso--l",
    "POST /shifts": "aso",
    "POST /shifts/notes": "aso",
    "POST /shifts/current/end": "aso",
    "GET /scripts": "aso--l",
    "POST /scripts": "as",
    "PUT /scripts/{script_id}": "as",
    "DELETE /scripts/{script_id}": "as",
    "GET /scripts/{script_id}/versions": "aso--l",
    "POST /scripts/{script_id}/restore": "as",
    "GET /recipients/{recipient_id}/script": "aso--l",
    "PUT /recipients/{recipient_id}/script": "aso",
    "GET /incidents/{incident_id}/script": "aso--l",
    "POST /incidents/{incident_id}/script-steps": "aso",
    "GET /callers": "aso",
    "GET /calls": "aso--l",
    "POST /calls": "aso",
    "GET /divisions": "asoiel",
    "POST /divisions": "a",
    "PUT /divisions/{division_id}/center": "as",
    "GET /map": "asoi-l",
    "GET /board": "aso--l",
    "GET /wall": "aso--lw",
    "GET /incidents/{incident_id}/whereabouts": "aso",
    "GET /operators": "aso--l",
    "GET /reports/month": "aso--l",
    "GET /reports/month.xlsx": "aso--l",
    "GET /reports/range": "aso--l",
    "GET /reports/shift": "aso",
    "GET /reports/shift.xlsx": "aso",
    "GET /users": "as",
    "POST /users": "a",
    "PATCH /users/{user_id}": "a",
    "GET /api-keys": "a",
    "POST /api-keys": "a",
    "DELETE /api-keys/{key_id}": "a",
}
#: Nobody need be known for these; below `/api/v1` it is logging in alone.
ANONYMOUS = {"POST /sessions"}
PUBLIC = {"/healthz", "/readyz", "/metrics", "/api/asyncapi.json", "/tiles/{z}/{x}/{y}"}

_SHIFT = {"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T08:00:00Z"}
#: What routes must be asked with.
QUERIES: dict[str, dict[str, str]] = {
    "GET /reports/month": {"month": "2026-11"},
    "GET /reports/month.xlsx": {"month": "2026-11"},
    "GET /reports/range": _SHIFT,
    "GET /reports/shift": _SHIFT,
    "GET /reports/shift.xlsx": _SHIFT,
    "GET /callers": {"phone": "10000000009"},
}
#: Bodies of routes that need one; `{...}` is filled with what the world holds.
BODIES: dict[str, dict[str, Any]] = {
    "POST /incidents": {"kind": "phone_report", "caller_phone": "10000000009", "note": "?"},
    "POST /incidents/{incident_id}/contact-attempts": {"who": "王芳", "outcome": "reached"},
    "POST /incidents/{incident_id}/responding": {"name": "张医生"},
    "POST /incidents/{incident_id}/notes": {"text": "记录"},
    "POST /incidents/{incident_id}/hand-over": {"operator_id": "{user_id}"},
    "POST /incidents/{incident_id}/severity": {"severity": "critical"},
    "POST /incidents/{incident_id}/policy": {"name": "default"},
    "POST /incidents/{incident_id}/close": {"disposition": "false"},
    "POST /incidents/{incident_id}/merge": {"into": "{other_incident_id}"},
    "POST /incidents/{incident_id}/repair": {"device_id": "{device_id}"},
    "POST /devices/{device_id}/shelve": {"until": "{soon}", "reason": "误报频繁"},
    "POST /recipients/{recipient_id}/shelve": {"kinds": ["bed"], "until": "{soon}", "reason": "住亲戚家"},
    "POST /recipients": {"name": "赵六"},
    "PATCH /recipients/{recipient_id}": {"address_note": "钥匙在邻居家"},
    "POST /recipients/{recipient_id}/modes": {"mode": "away"},
    "POST /recipients/{recipient_id}/contacts": {"name": "王芳", "phone": "10000000001"},
    "PATCH /recipients/{recipient_id}/contacts/{contact_id}": {"name": "王芳"},
    "POST /devices": {"kind": "call_button"},
    "PATCH /devices/{device_id}": {"model": "T1"},
    "POST /devices/{device_id}/commands": {"command": "sound"},
    "POST /devices/{device_id}/assignments": {"recipient_id": "{recipient_id}"},
    "POST /maintenance/{item_id}/notes": {"text": "已约厂家"},
    "POST /follow-ups/{follow_up_id}/notes": {"kind": "call", "outcome": "no_answer"},
    "POST /follow-ups/{follow_up_id}/close": {"disposition": "well"},
    "PUT /policies/{name}": LADDER,
    "POST /policies/dry-run": {"policy": LADDER, "incident_id": "{incident_id}"},
    "POST /rosters/preview": {"role": "helper", "entries": [{"name": "李村医", "phone": "10000000005"}]},
    "PUT /rosters": {"role": "helper", "entries": [{"name": "李村医", "phone": "10000000005"}]},
    "POST /rosters/overrides": {
        "role": "leader",
        "kind": "add",
        "present": {"name": "代班", "phone": "10000000006"},
        "from": "2031-03-03T00:00:00Z",
        "until": "2031-03-04T00:00:00Z",
    },
    "POST /rosters/swaps": {
        "role": "supervisor",
        "one": {"name": "甲", "from": "2031-03-03T00:00:00Z", "until": "2031-03-04T00:00:00Z"},
        "other": {"name": "乙", "from": "2031-03-04T00:00:00Z", "until": "2031-03-05T00:00:00Z"},
    },
    "PUT /rosters/days": {"days": [{"day": "2031-03-03", "kind": "holiday", "name": "调休"}]},
    "POST /presence": {"desk_id": "desk-1", "state": "present"},
    "POST /shifts/hand-over": {"to": "{user_id}"},
    "POST /shifts": {"desk_id": "desk-1"},
    "POST /shifts/notes": {"text": "3 号楼电梯检修"},
    "POST /scripts": {"kind": "sos", "category": "{new_login}", "steps": [{"id": "one", "text": {"zh": "回拨"}}]},
    "PUT /scripts/{script_id}": {"steps": [{"id": "one", "text": {"zh": "回拨"}}]},
    "POST /scripts/{script_id}/restore": {"version": 1},
    "PUT /recipients/{recipient_id}/script": {"additions": [{"how": "remark", "text": "耳背"}]},
    "POST /incidents/{incident_id}/script-steps": {"step": "ring_back", "done": True},
    "POST /calls": {"number": "10000000009", "purpose": "misdial", "then": "log"},
    "POST /divisions": {"id": "{new_division_id}", "name": "新村"},
    "PUT /divisions/{division_id}/center": {"center": {"lat": 37.62, "lon": 114.92}},
    "POST /users": {"login": "{new_login}", "name": "新人", "role": "viewer", "password": PASSWORD},
    "PATCH /users/{user_id}": {"name": "改名"},
    "POST /api-keys": {"name": "看板", "role": "viewer"},
}


#: What is no JSON.
CONTENTS = {"PUT /recipients/{recipient_id}/photo": PICTURE}


def _options(name: str, ids: dict[str, str]) -> dict[str, Any]:
    """What goes with the request, beside its address."""
    if name in CONTENTS:
        return {"content": CONTENTS[name]}
    return {"json": _fill(BODIES.get(name, {}), ids)}


def _routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield f"{method} {context.path}", route


def _contract(app: FastAPI) -> dict[str, APIRoute]:
    """Every route below `/api/v1`, by method and path."""
    prefix = "/api/v1"
    return {name.replace(prefix, "", 1): route for name, route in _routes(app) if name.split(" ")[1].startswith(prefix)}


def _declared(route: APIRoute) -> frozenset[Role] | None:
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Requires):
            return dependency.call.roles
    return None


def _expected(name: str) -> frozenset[Role]:
    return frozenset(LETTERS[letter] for letter in ROLES[name] if letter != "-")


def _fill(template: Any, ids: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: _fill(value, ids) for name, value in template.items()}
    if isinstance(template, str) and template.startswith("{"):
        return ids[template.strip("{}")]
    return template


async def test_every_route_declares_its_roles_as_agreed(web: Web) -> None:
    contract = _contract(web.app)  # type: ignore[arg-type]
    assert contract.keys() == ROLES.keys() | ANONYMOUS
    for name, route in contract.items():
        assert _declared(route) == (None if name in ANONYMOUS else _expected(name)), name


async def test_nothing_outside_of_the_contract_needs_no_caller_but_probes(web: Web) -> None:
    paths = {name.split(" ")[1] for name, _ in _routes(web.app)}  # type: ignore[arg-type]
    assert {path for path in paths if not path.startswith("/api/v1/")} == PUBLIC


async def test_a_stranger_is_let_in_nowhere(web: Web) -> None:
    ids = {
        name: str(uuid4())
        for name in ("contact_id", "device_id", "incident_id", "item_id", "follow_up_id", "key_id", "override_id")
    }
    ids |= {"recipient_id": str(uuid4()), "user_id": str(uuid4()), "division_id": VILLAGE, "name": "default"}
    ids |= {"other_incident_id": str(uuid4()), "new_login": "x", "new_division_id": VILLAGE, "script_id": str(uuid4())}
    ids |= {
        "group_id": str(uuid4()),
        "message_id": str(uuid4()),
        "shelf_id": str(uuid4()),
        "soon": "2031-03-03T00:00:00Z",
    }
    for stranger in (
        web.stranger(),
        web.stranger(Authorization="Bearer anxin_wrong"),
        web.stranger(Cookie="anxin_session=x"),
    ):
        for name in ROLES:
            method, path = name.split(" ")
            options = _options(name, ids) if method not in {"GET", "DELETE"} else {}
            answer = await stranger.request(method, path.format_map(ids), **options)
            assert answer.status_code == 401, name
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_does_what_is_declared_in_its_own_division_and_nothing_in_another(web: Web, role: Role) -> None:
    world = World(web)
    for name in ROLES:
        if name in {"GET /stream", "DELETE /sessions/current"}:
            continue  # the one does not end, the other has a test of its own
        method, path = name.split(" ")
        ids = await world.ids(path)
        for division_id in (SIBLING, TOWNSHIP):
            given = _options(name, {**ids, "new_login": f"{ids['new_login']}{division_id}"})
            options = given if method not in {"GET", "DELETE"} else {"params": QUERIES.get(name)}
            client = await web.client(role, division_id)
            answer = await client.request(method, path.format_map(ids), **options)
            context = f"{name} as {role} of {division_id}: {answer.status_code} {answer.text}"
            if role not in _expected(name):
                assert answer.status_code == 403, context
            elif division_id == TOWNSHIP:
                assert 200 <= answer.status_code < 300, context
            elif "{" in path:
                assert answer.status_code == (409 if name == "PUT /policies/{name}" else 404), context
            elif method == "GET":
                assert answer.status_code == 200, context
                assert not any(identity in answer.text for identity in ids.values()), context


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WALL])
async def test_every_role_but_the_walls_may_read_the_stream(web: Web, role: Role) -> None:
    client = await web.client(role, TOWNSHIP)
    async with reading(web.app, client.headers) as reader:
        await reader.next("tick")
        assert reader.status == 200


async def test_nothing_new_is_made_in_a_division_outside_of_the_scope(web: Web) -> None:
    sibling = await web.client(Role.ADMIN, SIBLING)
    for division_id in (TOWNSHIP, VILLAGE, COUNTY):
        for method, path, body in (
            ("POST", "/recipients", {"name": "赵六"}),
            ("POST", "/devices", {"kind": "call_button"}),
            ("POST", "/users", {"login": "x", "name": "x", "role": "admin", "password": PASSWORD}),
            ("POST", "/api-keys", {"name": "x", "role": "admin"}),
            ("PUT", "/rosters", {"role": "helper", "entries": []}),
        ):
            answer = await sibling.request(method, path, json={**body, "division_id": division_id})
            assert answer.status_code == 403, path
        when = {"when": {"division_id": division_id}}
        assert (await sibling.put("/policies/mine", {**LADDER, **when})).status_code == 403
    assert (await sibling.post("/divisions", {"id": "990101001777", "name": "x"})).status_code == 403
    assert (await sibling.put("/policies/default", LADDER)).status_code == 403


async def test_nothing_refers_to_what_is_outside_of_the_scope(web: Web) -> None:
    ids = await World(web).ids("device_id")
    sibling = await web.client(Role.ADMIN, SIBLING)
    own_device = (await sibling.post("/devices", {"kind": "call_button"})).json()["id"]
    for path, body in (
        ("/devices", {"kind": "call_button", "recipient_id": ids["recipient_id"]}),
        ("/devices", {"kind": "call_button", "gateway_id": ids["device_id"]}),
        (f"/devices/{own_device}/assignments", {"recipient_id": ids["recipient_id"]}),
        ("/incidents", {"kind": "phone_report", "recipient_id": ids["recipient_id"], "caller_phone": "10000000009"}),
    ):
        assert (await sibling.post(path, body)).status_code == 422, path
