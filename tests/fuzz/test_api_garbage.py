"""Garbage at the HTTP port: bytes that are no HTTP, addresses, headers, cookies, cursors and bodies nobody meant.

Each gets a 4xx, or the connection is closed; never a 5xx, never a hanging request, and others are answered as before.
"""

import json
import socket
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

import pytest
import requests

from hub.storage.accounts import Role
from hub.storage.views import encode_cursor
from tests.fuzz.live_api import LiveApi, served
from tests.hub.api.conftest import TOWNSHIP
from tests.hub.api.test_every_route import BODIES, ROLES, _fill
from tests.hub.api.world import World

SEED = 20_261_122
_WITHIN_S = 20.0
_LISTS = [name.removeprefix("GET ") for name in ROLES if name.startswith("GET ") and "{" not in name]


@pytest.fixture
def api(database: str) -> Iterator[LiveApi]:
    with served(database) as live:
        yield live


@pytest.fixture
def session(api: LiveApi) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {api.run(api.web.key(Role.ADMIN, TOWNSHIP))}"
        yield session


def send(api: LiveApi, octets: bytes) -> bytes:
    """Everything the server says to these bytes until it closes, or until it has nothing more to say."""
    with socket.create_connection((api.host, api.port), timeout=_WITHIN_S) as wire:
        answer = bytearray()
        try:
            wire.sendall(octets)
            wire.shutdown(socket.SHUT_WR)
            while chunk := wire.recv(65_536):
                answer += chunk
        except ConnectionError:
            pass  # closed with what it had not read, which is an answer, too
        return bytes(answer)


def request(path: bytes = b"/api/v1/me", *headers: bytes, method: bytes = b"GET", body: bytes = b"") -> bytes:
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: hub.test", *headers, b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


NO_HTTP: dict[str, bytes] = {
    "nothing": b"",
    "zeroes": b"\0" * 4_096,
    "a TLS handshake": bytes.fromhex("16030100c8010000c403") + b"\x11" * 190,
    "an MQTT CONNECT": b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02c1",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0",
    "HTTP/0.9": b"GET /healthz\r\n",
    "a version from the future": b"GET / HTTP/9.9\r\n\r\n",
    "a method of 60,000 letters": b"A" * 60_000 + b" / HTTP/1.1\r\n\r\n",
    "an address of 100,000 letters": request(b"/" + b"a" * 100_000),
    "an address with U+0000": request(b"/api/v1/me\0"),
    "an address in raw UTF-8": request("/api/v1/操作".encode()),
    "an address in no encoding": request(b"/api/v1/\xff\xfe"),
    "an escaped U+0000": request(b"/api/v1/recipients/%00"),
    "an escaped surrogate": request(b"/api/v1/policies/%ed%a0%80"),
    "an escape that is none": request(b"/api/v1/policies/%zz%"),
    "dots": request(b"/assets/../../../../etc/passwd"),
    "escaped dots": request(b"/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
    "an absolute address": request(b"http://elsewhere.example/api/v1/me"),
    "an asterisk": request(b"*", method=b"OPTIONS"),
    "a tunnel": request(b"elsewhere.example:443", method=b"CONNECT"),
    "no host": b"GET /api/v1/me HTTP/1.1\r\n\r\n",
    "2,000 headers": request(b"/api/v1/me", *[b"X-%d: 1" % number for number in range(2_000)]),
    "a header of 100,000 letters": request(b"/api/v1/me", b"X: " + b"a" * 100_000),
    "a header without a name": request(b"/api/v1/me", b": x"),
    "a header with U+0000": request(b"/api/v1/me", b"Authorization: Bearer \0"),
    "a folded header": request(b"/api/v1/me", b"Authorization: Bearer", b" x"),
    "a key in no encoding": request(b"/api/v1/me", b"Authorization: Bearer \xff\xfe\x80"),
    "a key of 50,000 letters": request(b"/api/v1/me", b"Authorization: Bearer " + b"a" * 50_000),
    "a scheme nobody speaks": request(b"/api/v1/me", b"Authorization: Digest username=x"),
    "a cookie in no encoding": request(b"/api/v1/me", b"Cookie: anxin_session=\xff\xfe"),
    "a cookie of quotes": request(b"/api/v1/me", b'Cookie: anxin_session="\\000\\377; =; ;;"'),
    "a thousand cookies": request(b"/api/v1/me", b"Cookie: " + b"anxin_session=x; " * 1_000),
    "a negative length": request(b"/api/v1/sessions", b"Content-Length: -1", method=b"POST"),
    "a length of 30 digits": request(b"/api/v1/sessions", b"Content-Length: " + b"9" * 30, method=b"POST"),
    "two lengths": request(b"/api/v1/sessions", b"Content-Length: 2", b"Content-Length: 3", method=b"POST", body=b"{}"),
    "a length and chunks": request(
        b"/api/v1/sessions", b"Content-Length: 2", b"Transfer-Encoding: chunked", method=b"POST", body=b"0\r\n\r\n"
    ),
    "a chunk without end": request(
        b"/api/v1/sessions", b"Transfer-Encoding: chunked", method=b"POST", body=b"ffffffffffffffff\r\n{}"
    ),
    "less than announced": request(b"/api/v1/sessions", b"Content-Length: 500", method=b"POST", body=b"{"),
    "a body in UTF-16": request(
        b"/api/v1/sessions",
        b"Content-Type: application/json; charset=utf-16",
        b"Content-Length: 6",
        method=b"POST",
        body=b"\xff\xfe{\0}\0",
    ),
    "a form": request(
        b"/api/v1/sessions",
        b"Content-Type: multipart/form-data; boundary=",
        b"Content-Length: 4",
        method=b"POST",
        body=b"--\r\n",
    ),
    "an upgrade": request(
        b"/api/v1/stream", b"Upgrade: websocket", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Version: 13"
    ),
}


def test_bytes_that_are_no_request_are_refused_or_closed_and_harm_nobody(api: LiveApi) -> None:
    for what, octets in NO_HTTP.items():
        answer = send(api, octets)
        status = answer[9:12]
        assert not answer or (answer.startswith(b"HTTP/1.1 ") and b"200" <= status < b"500"), (what, answer[:200])
        assert b"root:" not in answer, what
        assert b"Traceback" not in answer, what
    assert requests.get(f"{api.url}/healthz", timeout=_WITHIN_S).status_code == 200


def test_random_changes_of_a_request_never_make_a_server_error(api: LiveApi) -> None:
    dice = Random(SEED)
    whole = request(
        b"/api/v1/recipients?limit=5&q=x&cursor=WzFd",
        b"Authorization: Bearer anxin_0123456789",
        b"Cookie: anxin_session=abc",
        b"Content-Type: application/json",
        b"Content-Length: 2",
        body=b"{}",
    )
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(changed))
            changed[at : at + dice.randrange(2)] = dice.randbytes(dice.randrange(3))
        answer = send(api, bytes(changed))
        assert not answer or answer[9:10] in b"1234", (bytes(changed), answer[:200])


def _garbled(cursor: str, dice: Random) -> str:
    match dice.randrange(5):
        case 0:
            return cursor[: dice.randrange(len(cursor) + 1)]
        case 1:
            at = dice.randrange(len(cursor))
            return cursor[:at] + chr(dice.randrange(1, 0x3000)) + cursor[at + 1 :]
        case 2:
            return "".join(chr(dice.randrange(0x20, 0x250)) for _ in range(dice.randrange(1, 40)))
        case 3:
            parts: list[Any] = [
                dice.choice((None, 1e300, -1, "", "\0", "9" * 300, [], "2026-11-22T00:00:00+99:00"))
            ] * 3
            return encode_cursor(*parts[: dice.randrange(4)])
        case _:
            return cursor * dice.randrange(2, 5)


def test_a_cursor_nobody_gave_is_refused_by_every_list(api: LiveApi, session: requests.Session) -> None:
    dice = Random(SEED)
    moment, identity = "2026-11-22T00:00:00+00:00", "01980000-0000-7000-8000-000000000000"
    given = [encode_cursor(*parts) for parts in (("990101000000",), (identity,), (moment, identity), (moment,))]
    refused = 0
    for path in _LISTS:
        if path == "/stream":
            continue
        for _ in range(4):
            cursor = _garbled(dice.choice(given), dice)
            answer = session.get(f"{api.url}/api/v1{path}", params={"cursor": cursor}, timeout=_WITHIN_S)
            assert answer.status_code in {200, 422}, (path, cursor, answer.text)
            refused += answer.status_code == 422
    assert refused > 50


def test_a_position_nobody_gave_is_refused_or_followed_from_the_beginning(
    api: LiveApi, session: requests.Session
) -> None:
    for after in ("", "-1", "1e3", "9" * 30, "0x10", "٣", "\0", "NaN", "null", "true", "1;2", " 7"):
        with session.get(f"{api.url}/api/v1/stream", params={"after": after}, stream=True, timeout=_WITHIN_S) as answer:
            assert answer.status_code in {200, 422}, after
    for position in (b"\xff", b"9" * 40, b"-1", b"abc", "٣".encode()):
        with session.get(
            f"{api.url}/api/v1/stream", headers={"Last-Event-ID": position}, stream=True, timeout=_WITHIN_S
        ) as answer:
            assert answer.status_code == 200, position


#: As JSON is written, because some of it no Python value makes.
EVIL = (
    "null", "1e400", "NaN", "-Infinity", "9" * 5_000, "-1", "1.5", '"\\u0000"', '"\\ud800"', '"\\udc00\\ud83d"',
    "[" * 5_000 + "]" * 5_000, '{"a":' * 500 + "1" + "}" * 500, '"' + "A" * 70_000 + '"', "[]", "{}", '"\\""', "true",
)  # fmt: skip
#: Of these each field gets every fifth, in turn: the fields share their types.
EVERY = 5


def test_no_evil_value_in_any_field_of_any_body_makes_a_server_error(api: LiveApi, session: requests.Session) -> None:
    world, turns = World(api.web), count()
    for name, template in BODIES.items():
        method, path = name.split(" ")
        ids = api.run(world.ids(path))
        address = f"{api.url}/api/v1{path.format_map(ids)}"
        body = _fill(template, ids)
        for field in body:
            for evil in EVIL[next(turns) % EVERY :: EVERY]:
                text = json.dumps({**body, field: "@"}).replace('"@"', evil)
                answer = session.request(
                    method,
                    address,
                    data=text.encode(errors="replace"),
                    headers={"Content-Type": "application/json"},
                    timeout=_WITHIN_S,
                )
                assert answer.status_code < 500, (name, field, evil[:40], answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json", (name, field, evil[:40])
