"""JSON over HTTP with the standard library: what a program of an integrator would do, and nothing of the hub's own."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, its body read as JSON where there is one."""

    status: int
    body: Any
    headers: dict[str, str]


class HttpError(RuntimeError):
    """An answer that was not expected; carries status and body."""

    def __init__(self, method: str, path: str, answer: Answer) -> None:
        super().__init__(f"{method} {path}: {answer.status} {answer.body}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class HttpJson:
    """One hub's API, as the owner of an API key."""

    port: int
    key: str | None = None
    host: str = "127.0.0.1"
    timeout_s: float = 30.0

    def ask(self, method: str, path: str, body: object | None = None) -> Answer:
        """One request on a connection of its own; any status is an answer."""
        connection = HTTPConnection(self.host, self.port, timeout=self.timeout_s)
        headers = {"Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        try:
            connection.request(method, path, body=content, headers=headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        parsed = json.loads(text) if text and "json" in (response.getheader("Content-Type") or "") else text
        return Answer(response.status, parsed, {name.lower(): value for name, value in response.getheaders()})

    def get(self, path: str) -> Any:
        """The body of a successful GET."""
        return self._expect("GET", path, None)

    def post(self, path: str, body: object | None = None) -> Any:
        """The body of a successful POST."""
        return self._expect("POST", path, {} if body is None else body)

    def put(self, path: str, body: object) -> Any:
        """The body of a successful PUT."""
        return self._expect("PUT", path, body)

    def patch(self, path: str, body: object) -> Any:
        """The body of a successful PATCH."""
        return self._expect("PATCH", path, body)

    def all_items(self, path: str) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            separator = "&" if "?" in path else "?"
            page = self.get(path if cursor is None else f"{path}{separator}cursor={cursor}")
            items.extend(page["items"])
            cursor = page["next"]
            if cursor is None:
                return items

    def _expect(self, method: str, path: str, body: object | None) -> Any:
        answer = self.ask(method, path, body)
        if not 200 <= answer.status < 300:
            raise HttpError(method, path, answer)
        return answer.body
