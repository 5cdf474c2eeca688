"""The cookie that is a browser's session."""

from datetime import timedelta

from starlette.responses import Response

from hub.api.callers import cookie_name
from hub.api.parts import Parts
from hub.storage.sessions import ABSOLUTE


def set_session_cookie(response: Response, parts: Parts, token: str, lasts: timedelta = ABSOLUTE) -> None:
    """Give it to the browser: for this host alone, out of its scripts' reach."""
    response.set_cookie(
        cookie_name(parts),
        token,
        max_age=round(lasts.total_seconds()),
        path="/",
        secure=parts.tls,
        httponly=True,
        samesite="lax",
    )
