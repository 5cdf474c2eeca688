"""What the application is built from; `hub/app.py` makes these, tests make their own."""

from dataclasses import dataclass

from starlette.requests import Request

from hub.api.broadcaster import Broadcaster
from hub.settings import Settings
from hub.storage.database import Pool
from hub.storage.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The web role's objects."""

    settings: Settings
    pool: Pool
    passwords: Passwords
    broadcaster: Broadcaster

    @property
    def tls(self) -> bool:
        """Whether the desk is served over TLS."""
        return self.settings.tls_cert is not None


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    parts: Parts = request.app.state.parts
    return parts
