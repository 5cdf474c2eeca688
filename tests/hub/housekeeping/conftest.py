"""The web role on a database of the test's own: rosters are written through it."""

from tests.hub.api.conftest import admin, web

__all__ = ["admin", "web"]
