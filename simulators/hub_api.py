"""The hub's HTTP contract as an outside program uses it: JSON with an API key, and problem documents as errors."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

TIMEOUT_S = 30.0
#: Servers close a connection that is idle for longer; one that may be closed by now is not used again.
KEPT_IDLE_S = 2.0


class HubRefusedError(Exception):
    """The hub answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        detail = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"{status}: {detail}")


class HubAwayError(Exception):
    """There is no answer; nothing is known about what was asked."""


class HubApi:
    """Requests below `/api/v1`, a connection each; within `keeping_connections` one for each thread."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._address = urlsplit(base_url)
        self._api_key = api_key
        self._keeps = False
        self._of_thread = threading.local()
        self._kept: list[HTTPConnection] = []

    @contextmanager
    def keeping_connections(self) -> Iterator[None]:
        """For whoever has much to ask."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False
            self._of_thread = threading.local()
            while self._kept:
                self._kept.pop().close()

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read; `query` are the parameters after the question mark."""
        asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        return self._ask("GET", f"{path}?{asked}" if asked else path, None)

    def post(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Create, or do."""
        return self._ask("POST", path, fields)

    def put(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Replace."""
        return self._ask("PUT", path, fields)

    def patch(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Change some fields."""
        return self._ask("PATCH", path, fields)

    def _ask(self, method: str, path: str, fields: Mapping[str, Any] | None) -> dict[str, Any]:
        connection = self._connection()
        headers = {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}
        body = None
        if fields is not None:
            body = json.dumps(dict(fields), ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"/api/v1/{path}", body, headers)
            response = connection.getresponse()
            answer = _object_of(response.read())
        except (OSError, HTTPException) as failure:
            connection.close()
            raise HubAwayError(f"no answer from {self._address.netloc} ({failure})") from failure
        finally:
            if self._keeps:
                self._of_thread.used_at = time.monotonic()
            else:
                connection.close()
        if response.status >= 400:
            raise HubRefusedError(response.status, answer)
        return answer

    def _connection(self) -> HTTPConnection:
        kept: HTTPConnection | None = getattr(self._of_thread, "connection", None)
        if kept is not None:
            if time.monotonic() - self._of_thread.used_at > KEPT_IDLE_S:
                kept.close()
            return kept
        kind = HTTPSConnection if self._address.scheme == "https" else HTTPConnection
        connection = kind(self._address.hostname or "localhost", self._address.port, timeout=TIMEOUT_S)
        if self._keeps:
            self._of_thread.connection = connection
            self._kept.append(connection)
        return connection


def _object_of(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body) if body else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
