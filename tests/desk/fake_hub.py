"""A small hub for the desk's browser tests and for working on the desk: the contract, in memory, on a free port.

`python -m tests.desk.fake_hub --incidents 12` serves the built bundle with as many incidents; log in as zhang / secret.
"""

import argparse
import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Body, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.desk import fake_groups, fake_vitals
from tests.desk.fake_map import add_map_routes
from tests.desk.fake_scenery import furnish
from tests.desk.fake_scripts import FakeScripts
from tests.desk.fake_shift import FakeDesk, add_shift_routes
from tests.desk.fake_state import NOT_CLOSED, FakeState, HeldError, Json, identity, stamp

BUNDLE = Path(__file__).resolve().parents[2] / "hub" / "api" / "desk_bundle"
PASSWORD = "secret"
TICK_EVERY_S = 5.0
LOOK_EVERY_S = 0.01
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self'; img-src 'self' data:",
    "Cache-Control": "no-cache",
}


class Stage:
    """The state, and what goes wrong on purpose."""

    def __init__(self) -> None:
        self.state = FakeState()
        for login, name in (("zhang", "张敏"), ("wu", "吴磊")):
            self.state.operators[login] = {"id": identity(self.state.number()), "name": name}
        #: Connections that are open now stay open and say nothing more.
        self.stalled_generation = -1
        self.generation = 0
        self.stream_refused = False
        self.stream_starts: list[int] = []
        self.stream_opened = threading.Event()
        self.stream_ended = threading.Event()
        #: What the hub says of its own sight while it sees nothing, as `blind` tells it; None while it sees.
        self.blindness: Json | None = None

        #: What the desks say of themselves.
        self.desk = FakeDesk()
        #: Where the hub stands.
        self.timezone = "Asia/Shanghai"
        #: Every request that needs the database is refused.
        self.database_away = False
        #: How far the hub's clock, as the stream tells it, has gone on beside the computer's.
        self.ahead_s = 0.0

    def go_blind(self, because: str = "database_away", *, for_s: float = 0.0) -> None:
        """The hub sees nothing, since so many seconds."""
        since = datetime.now(UTC) - timedelta(seconds=for_s)
        self.blindness = {"since": stamp(since), "because": because, "storing": False}

    def pass_time(self, seconds: float) -> None:
        """The hub's clock goes on, and the stream says so at once."""
        self.ahead_s += seconds

    @property
    def now(self) -> datetime:
        """What the stream tells as the hub's time."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def see_again(self) -> None:
        """It is over."""
        self.blindness = None

    def stall_streams(self) -> None:
        """Every stream that is open falls silent; one opened later does not."""
        self.stalled_generation = self.generation
        self.generation += 1


class SecurityHeaders:
    """Adds the headers the real hub sends, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the start of a response with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def problem(status: int, code: str, **more: Any) -> JSONResponse:
    """An RFC 9457 problem document."""
    told = {"type": "about:blank", "title": code, "status": status, "detail": code, "code": code} | more
    return JSONResponse(told, status, media_type="application/problem+json")


def build_app(stage: Stage) -> FastAPI:
    """The contract, as far as the desk calls it."""
    app = FastAPI()
    state = stage.state
    sessions: dict[str, str] = {}

    def operator(request: Request) -> Json:
        if stage.database_away:
            raise HTTPException(503, "database_away")
        login = sessions.get(request.cookies.get("session", ""))
        if login is None:
            raise HTTPException(401, "no_session")
        if request.method not in {"GET", "HEAD"} and request.headers.get("X-Anxin-Desk") != "1":
            raise HTTPException(403, "no_desk_header")
        return {"type": "operator", **state.operators[login]}

    caller = Annotated[Json, Depends(operator)]

    @app.exception_handler(HTTPException)
    async def refuse(_request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, error.detail)

    @app.exception_handler(HeldError)
    async def refuse_held(_request: Request, error: HeldError) -> Response:
        return problem(409, "held", holder=error.holder)

    def introduce(login: str) -> Json:
        place = {"name": "青石县（演示）", "desk_phone": "0000-0000000", "timezone": stage.timezone}
        hub = place | {"version": "0.0.0"}
        where = {"division_id": "139900000000", "division_name": "青石县", "locale": "zh-CN"}
        who = {"type": "operator", "role": "operator", **state.operators[login]}
        return who | where | {"server_time": stamp(datetime.now(UTC)), "hub": hub}

    @app.post("/api/v1/sessions", status_code=201)
    async def log_in(response: Response, body: Annotated[Json, Body()]) -> Json:
        if body["login"] not in state.operators or body["password"] != PASSWORD:
            raise HTTPException(401, "wrong_credentials")
        token = f"session-{state.number()}"
        sessions[token] = body["login"]
        response.set_cookie("session", token, httponly=True, samesite="strict")
        return introduce(body["login"])

    @app.delete("/api/v1/sessions/current", status_code=204)
    async def log_out(request: Request, _caller: caller) -> None:
        sessions.pop(request.cookies["session"])

    @app.get("/api/v1/me")
    async def me(request: Request, _caller: caller) -> Json:
        return introduce(sessions[request.cookies["session"]])

    @app.get("/api/v1/operators")
    async def operators(_caller: caller) -> Json:
        return {"items": list(state.operators.values()), "next": None}

    @app.get("/api/v1/incidents")
    async def incidents(
        _caller: caller,
        response: Response,
        states: Annotated[tuple[str, ...], Query(alias="state")] = NOT_CLOSED,
        recipient_id: str | None = None,
    ) -> Json:
        response.headers["X-Stream-Position"] = str(state.position)
        found = [one for one in state.incidents.values() if one["state"] in states]
        if recipient_id is not None:
            found = [one for one in found if (one["recipient"] or {}).get("id") == recipient_id]
        return {"items": found, "next": None}

    @app.get("/api/v1/divisions")
    async def divisions(_caller: caller) -> Json:
        county = {
            "id": "990101000000",
            "name": "青石县",
            "level": "county",
            "timezone": "Asia/Shanghai",
            "center": None,
        }
        return {"items": [county], "next": None}

    @app.get("/api/v1/incidents/{incident_id}/help")
    async def help_at_hand(incident_id: str, _caller: caller) -> Json:
        return state.help_at_hand(incident_id)

    @app.get("/api/v1/incidents/{incident_id}")
    async def incident(incident_id: str, _caller: caller) -> Json:
        return state.detail(incident_id)

    @app.post("/api/v1/incidents/{incident_id}/acknowledge")
    async def acknowledge(incident_id: str, caller: caller) -> Json:
        return state.acknowledge(incident_id, caller)

    @app.post("/api/v1/incidents/{incident_id}/contact-attempts")
    async def contact(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        now = stamp(datetime.now(UTC))
        return state.move(incident_id, "contact_attempt", body, caller, contacted_at=now, sounding=False)

    @app.post("/api/v1/incidents/{incident_id}/responding")
    async def responding(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        now = stamp(datetime.now(UTC))
        return state.move(incident_id, "responding", body, caller, responding_at=now, responder_name=body["name"])

    @app.post("/api/v1/incidents/{incident_id}/arrived")
    async def arrived(incident_id: str, caller: caller) -> Json:
        name = state.incidents[incident_id]["responder_name"]
        return state.move(incident_id, "arrived", {"name": name}, caller, arrived_at=stamp(datetime.now(UTC)))

    @app.post("/api/v1/incidents/{incident_id}/notes")
    async def note(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        return state.move(incident_id, "note", body, caller)

    @app.post("/api/v1/incidents/{incident_id}/hand-over")
    async def hand_over(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        to = next(one for one in state.operators.values() if one["id"] == body["operator_id"])
        told = {"to": to["name"], "to_id": to["id"]}
        return state.move(incident_id, "handed_over", told, caller, acknowledged_by={"type": "operator", **to})

    @app.post("/api/v1/incidents/{incident_id}/close")
    async def close(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        said = {name: body.get(name) for name in ("outcome", "cause")}
        return state.close(incident_id, caller, body["disposition"], body.get("note"), **said)

    @app.post("/api/v1/incidents/{incident_id}/reopen")
    async def reopen(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        back = {"acknowledged_by": None, "acknowledged_at": None, "closed_at": None, "disposition": None}
        return state.move(incident_id, "reopened", body, caller, state="open", sounding=True, **back)

    @app.get("/api/v1/incident-groups/{group_id}")
    async def group(group_id: str, _caller: caller) -> Json:
        return fake_groups.show_group(state, group_id)

    @app.post("/api/v1/incident-groups/{group_id}/acknowledge")
    async def take_group(group_id: str, caller: caller) -> Json:
        return fake_groups.take_group(state, group_id, caller)

    scripts = FakeScripts()

    @app.get("/api/v1/incidents/{incident_id}/script")
    async def script(incident_id: str, _caller: caller) -> Json:
        return scripts.of(state.incidents[incident_id])

    @app.post("/api/v1/incidents/{incident_id}/script-steps")
    async def check_step(incident_id: str, caller: caller, body: Annotated[Json, Body()]) -> Json:
        return scripts.check(state.incidents[incident_id], body["step"], caller, done=body["done"])

    @app.get("/api/v1/recipients/{recipient_id}")
    async def recipient(recipient_id: str, _caller: caller) -> Json:
        return state.files[recipient_id]

    @app.get("/api/v1/recipients/{recipient_id}/vitals")
    async def vitals(recipient_id: str, _caller: caller) -> Json:
        return {"items": fake_vitals.last_of(recipient_id, datetime.now(UTC)), "next": None}

    @app.get("/api/v1/recipients/{recipient_id}/readings")
    async def readings(recipient_id: str, _caller: caller, request: Request) -> Json:
        asked = request.query_params
        assert asked["resolution"] == "1m"
        span = [datetime.fromisoformat(asked[end]) for end in ("from", "to")]
        return fake_vitals.page_of(recipient_id, *span, cursor=asked.get("cursor"), limit=int(asked["limit"]))

    @app.get("/api/v1/notifications")
    async def notifications(_caller: caller, incident_id: str) -> Json:
        return {"items": state.notifications[incident_id], "next": None}

    @app.get("/api/v1/maintenance")
    async def maintenance(_caller: caller) -> Json:
        return {"items": state.maintenance, "next": None}

    @app.get("/api/v1/follow-ups")
    async def follow_ups(_caller: caller) -> Json:
        return {"items": state.follow_ups, "next": None}

    @app.get("/api/v1/queues/overdue")
    async def overdue(_caller: caller) -> Json:
        return {"maintenance": 0, "follow_ups": 0}

    @app.get("/api/v1/quarantine")
    async def quarantine(_caller: caller) -> Json:
        return {"items": state.quarantine, "next": None}

    @app.get("/api/v1/quarantine/by-device")
    async def quarantine_by_device(_caller: caller) -> Json:
        return {"items": [], "next": None}

    add_shift_routes(app, state, stage.desk, operator)

    add_map_routes(app, state, operator)

    @app.get("/api/v1/stream")
    async def stream(_caller: caller, after: int = 0) -> Response:
        if stage.stream_refused:
            return problem(502, "bad_gateway")
        following = follow(stage, after, stage.generation)
        stage.stream_starts.append(after)
        stage.stream_opened.set()
        return StreamingResponse(saying_when_it_ends(stage, following), media_type="text/event-stream")

    app.mount("/", StaticFiles(directory=BUNDLE, html=True))
    app.add_middleware(SecurityHeaders)
    return app


async def saying_when_it_ends(stage: Stage, following: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same frames; the stage is told once nobody reads them any more."""
    try:
        async for frame in following:
            yield frame
    finally:
        stage.stream_ended.set()


async def follow(stage: Stage, after: int, generation: int) -> AsyncIterator[str]:
    """Events after a position as they come, and ticks; nothing at all once the connection is stalled."""
    sent, ticked_at, ahead_s = after, 0.0, stage.ahead_s
    blindness: Json | None = None
    clock = asyncio.get_running_loop()
    while True:
        if generation > stage.stalled_generation:
            for position, name, shown in list(stage.state.events):
                if position > sent:
                    sent = position
                    yield f"id: {position}\nevent: {name}\ndata: {json.dumps(shown, ensure_ascii=False)}\n\n"
            if blindness != stage.blindness:
                yield frame_of_sight(blindness, stage.blindness, stage.now)
                blindness = stage.blindness
            if clock.time() - ticked_at >= TICK_EVERY_S or ahead_s != stage.ahead_s:
                ticked_at, ahead_s = clock.time(), stage.ahead_s
                told = {"server_time": stamp(stage.now), "position": sent, "storing": blindness is None}
                yield f"id: {sent}\nevent: tick\ndata: {json.dumps(told)}\n\n"
        await asyncio.sleep(LOOK_EVERY_S)


def frame_of_sight(before: Json | None, now: Json | None, moment: datetime) -> str:
    """What the hub says when its sight has changed."""
    at = stamp(moment)
    if now is not None:
        return f"event: blind\ndata: {json.dumps({**now, 'server_time': at})}\n\n"
    told = {"server_time": at, "since": (before or {})["since"], "until": at, "storing": True}
    return f"event: sighted\ndata: {json.dumps(told)}\n\n"


class QuietServer(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A thread may not catch signals, and the test run keeps its own."""
        yield


@contextmanager
def serve(stage: Stage, port: int = 0) -> Iterator[str]:
    """Serve on a loopback port; the address of the desk."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(build_app(stage), log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=1)
    server = QuietServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(timeout=10)
        listener.close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A fake hub for working on the desk.")
    parser.add_argument("--port", type=int, default=8799)
    parser.add_argument("--incidents", type=int, default=6)
    wanted = parser.parse_args()
    stage = Stage()
    furnish(stage.state, wanted.incidents)
    with serve(stage, wanted.port) as address:
        print(f"{address}  zhang / {PASSWORD}")  # noqa: T201  a command says where it listens
        threading.Event().wait()


if __name__ == "__main__":
    main()
