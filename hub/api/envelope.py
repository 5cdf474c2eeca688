"""What surrounds every request and answer: the limit of a body, and the headers that keep browsers safe."""

from collections.abc import Callable, Sequence

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import ProblemError, our_mistake

#: Nothing people or programs write here is longer; a recipient's file is a few kilobytes.
BODY_BYTES_MAX = 1024 * 1024

#: No inline scripts or styles, nothing from elsewhere - but map tiles, of the one server that was chosen -, framed by
#: nobody.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data:{tiles}; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
#: Browsers know these two over TLS only, and complain about them otherwise.
_TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Opener-Policy": "same-origin"}
_TOO_LARGE = f"A body may have {BODY_BYTES_MAX} bytes."


def content_security_policy(image_origins: Sequence[str]) -> str:
    """The policy, with these servers' pictures beside our own."""
    return CONTENT_SECURITY_POLICY.format(tiles="".join(f" {origin}" for origin in image_origins))


class Envelope:
    """The outermost layer of the application; a plain ASGI one, so that the stream passes through it untouched."""

    def __init__(self, app: ASGIApp, *, tls: bool, images_from: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._images_from = images_from
        self._headers = _HEADERS | (_TLS_HEADERS if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_security_policy(self._images_from()))
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdigit() and len(length) <= 12 and int(length) <= BODY_BYTES_MAX:
            try:
                await self._app(scope, _bounded(receive), send_with_headers)
            except Exception as error:
                if started:
                    raise
                await our_mistake(scope["path"], error)(scope, receive, send_with_headers)
        else:
            problem = ProblemError(413, "body_too_large", _TOO_LARGE, headers={"Connection": "close"})
            await problem.response()(scope, receive, send_with_headers)


def _bounded(receive: Receive) -> Receive:
    """A body without a stated length is counted as it comes."""
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > BODY_BYTES_MAX:
                raise HTTPException(413, _TOO_LARGE)
        return message

    return receive_bounded
