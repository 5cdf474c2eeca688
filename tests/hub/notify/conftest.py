"""A town of the test's own."""

from collections.abc import AsyncIterator

import pytest

from hub.storage.database import open_pool
from tests.hub.notify.town import Town


@pytest.fixture
async def town(database: str) -> AsyncIterator[Town]:
    """Rows, and a pool to change incidents through."""
    pool = await open_pool(database, name="test", max_size=2)
    yield Town(database, pool)
    await pool.close()
