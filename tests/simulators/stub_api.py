"""The HTTP contract in memory, as far as a county needs it: what is created gets an id, what is there is refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

API_KEY = "anxin_test"
COUNTY_ID = "990101000000"
PREFIX = "/api/v1/"


@dataclass(slots=True)
class StubApi:
    """What was created, in order; `fails_after` answers 503 from so many requests on."""

    base_url: str = ""
    created: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    fails_after: int | None = None
    loses_answers_to: str = ""  #: POSTs to this path are carried out, and answered with 503 all the same.
    requests: int = 0
    _lock: Lock = field(default_factory=Lock)

    def names_of(self, path: str) -> list[str]:
        """Names of what was created at this path."""
        return [str(fields.get("name")) for created_at, fields in self.created if created_at == path]

    def secret_of(self, device_id: str) -> str:
        """The password that this device was given."""
        (device,) = [fields for path, fields in self.created if path == "devices" and fields["id"] == device_id]
        return str(device["mqtt"]["password"])

    def answer(self, method: str, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body; one request after the other, from however many connections."""
        with self._lock:
            return self._answer(method, path, fields)

    def _answer(self, method: str, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests += 1
        if self.fails_after is not None and self.requests > self.fails_after:
            return 503, {"title": "Away", "code": "database_away"}
        if method == "GET":
            return self._look(path)
        if method == "PUT":
            self.replaced.append(fields)
            return 200, fields
        if self._is_there(path, fields):
            return 409, {"title": "Taken", "code": "division_exists" if path == "divisions" else "login_taken"}
        created = {"id": f"id-{len(self.created)}", **fields}
        if path == "devices":
            created["mqtt"] = {"username": created["id"], "password": f"secret-{len(self.created)}"}
        self.created.append((path, created))
        return (503, {"title": "Lost"}) if path == self.loses_answers_to else (201, created)

    def _look(self, path: str) -> tuple[int, dict[str, Any]]:
        if path == "me":
            return 200, {"division_id": COUNTY_ID, "division_name": "示例县"}
        asked_id = path.partition("/")[2]
        known = [fields for _, fields in self.created if fields["id"] == asked_id]
        return (200, known[0]) if known else (404, {"title": "Not found"})

    def _is_there(self, path: str, fields: dict[str, Any]) -> bool:
        key = {"divisions": "id", "users": "login"}.get(path)
        return key is not None and any(at == path and there[key] == fields[key] for at, there in self.created)


@contextmanager
def stub_api() -> Iterator[StubApi]:
    """A stub on a free port of this machine."""
    api = StubApi()

    class Handler(BaseHTTPRequestHandler):
        wbufsize = 65_536  # headers and body in one packet: no 40 ms of delayed acknowledgement

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers["Authorization"] != f"Bearer {API_KEY}":
                status, answer = 401, {"title": "Who are you?"}
            else:
                path = self.path.removeprefix(PREFIX)
                status, answer = api.answer(self.command, path, json.loads(body) if body else {})
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.base_url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
