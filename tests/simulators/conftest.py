"""What tests of simulators may ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.stub_hub import StubHub, stub_hub


@pytest.fixture
async def hub() -> AsyncIterator[StubHub]:
    """A stand-in for the front door."""
    async with stub_hub() as running:
        yield running
