"""A town of the test's own."""

from tests.hub.notify.conftest import town

__all__ = ["town"]
