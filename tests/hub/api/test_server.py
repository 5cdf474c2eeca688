"""The web role on a real socket: what a client on the network sees."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx2 import AsyncClient

from hub.api.server import bind, serve
from hub.clock import monotonic_s
from tests.hub.api.conftest import Client, Web


@asynccontextmanager
async def _served(web: Web) -> AsyncIterator[tuple[str, "asyncio.Task[None]"]]:
    listener = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(serve(web.app, listener))
    try:
        yield address, serving
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_a_press_reaches_a_reader_on_the_network(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    async with _served(web) as (address, _), AsyncClient(base_url=address, headers=admin.headers) as client:
        async with client.stream("GET", "/api/v1/stream") as stream:
            lines = stream.aiter_lines()
            async with asyncio.timeout(10):
                async for line in lines:
                    if line == "event: tick":
                        break
                await web.press(recipient)
                committed = monotonic_s()
                async for line in lines:
                    if line == "event: incident":
                        break
            assert monotonic_s() - committed < 1.0
        assert stream.headers["x-accel-buffering"] == "no"


def test_what_is_accepted_sends_at_once() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_reader_that_goes_away_is_forgotten(web: Web, admin: Client) -> None:
    async with _served(web) as (address, _), AsyncClient(base_url=address, headers=admin.headers) as client:
        async with client.stream("GET", "/api/v1/stream") as stream:
            await anext(stream.aiter_lines())
            assert web.parts.broadcaster.subscriber_count == 1
        async with asyncio.timeout(10):
            while web.parts.broadcaster.subscriber_count:
                await asyncio.sleep(0.01)


async def test_the_end_of_the_server_does_not_wait_for_its_readers(web: Web, admin: Client) -> None:
    async with (
        _served(web) as (address, serving),
        AsyncClient(base_url=address, headers=admin.headers) as client,
        client.stream("GET", "/api/v1/stream") as stream,
    ):
        await anext(stream.aiter_lines())
        began = monotonic_s()
        web.parts.broadcaster.end_all()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert monotonic_s() - began < 2.0


async def test_a_port_in_use_is_an_error_of_the_system_not_an_exit() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        bind("127.0.0.1", taken.getsockname()[1])
