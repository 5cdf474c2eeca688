"""A town of the test's own; and the web role, for what people at a desk do."""

from tests.hub.api.conftest import admin, web
from tests.hub.notify.conftest import town

__all__ = ["admin", "town", "web"]
