"""The cookie that is a browser's session."""

from starlette.responses import Response

from hub.api.callers import cookie_name
from hub.api.parts import Parts
from hub.storage.accounts import Role
from hub.storage.sessions import longest_session


def set_session_cookie(response: Response, parts: Parts, token: str, role: Role) -> None:
    """Give it to the browser: for this host alone, out of its scripts' reach."""
    response.set_cookie(
        cookie_name(parts),
        token,
        max_age=round(longest_session(role).total_seconds()),
        path="/",
        secure=parts.tls,
        httponly=True,
        samesite="lax",
    )
