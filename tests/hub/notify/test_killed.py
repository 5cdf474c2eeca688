"""A worker that is killed while it hands a text over: nothing is lost, and what may arrive twice is marked."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from alerts.severity import Severity
from tests.hub.notify.town import Town, until
from tests.smpp_peer import Manner, SmppPeer, smpp_peer

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def worker_process(town: Town, peer: SmppPeer) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker in a process of its own, bound to the gateway; killed at the end if the test has not."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hub.notify.worker_process", town.dsn, peer.url, cwd=ROOT
    )
    try:
        await peer.wait_for(lambda: peer.bound)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_killed_worker_leaves_an_unknown_attempt_that_is_sent_again_and_marked(town: Town) -> None:
    owed = town.owe(await town.press(town.recipient()))
    async with smpp_peer(Manner.SILENT) as peer:
        async with worker_process(town, peer) as process:
            await peer.wait_for_texts(1)
            process.kill()
            await process.wait()
        assert town.states(owed) == ["submitting"]
        await peer.wait_for(lambda: not peer.bound)
        peer.manner = Manner.DELIVER
        async with worker_process(town, peer):
            await until(lambda: town.state(owed) == "delivered")
    assert [(row["state"], row["repeats_unknown"]) for row in town.attempts(owed)] == [
        ("unknown", False),
        ("delivered", True),
    ]
    assert peer.texts[0].text == peer.texts[1].text


async def test_workers_killed_again_and_again_lose_nothing_and_double_only_what_is_marked(town: Town) -> None:
    incident = await town.press(town.recipient())
    little = await town.press(town.recipient("示例乙"), Severity.LOW)
    numbers = [f"1000000{number:04}" for number in range(80)]
    async with smpp_peer() as peer:
        for count in (20, 40, 60, 80):
            async with worker_process(town, peer) as process:
                for number in numbers[count - 20 : count]:
                    town.owe(incident if int(number) % 2 else little, number)
                await peer.wait_for_texts(count - 10)
                process.kill()
                await process.wait()
            await peer.wait_for(lambda: not peer.bound)
        async with worker_process(town, peer):
            undone = "SELECT 1 FROM notification WHERE state NOT IN ('delivered', 'sent', 'unknown')"
            await until(lambda: not town.run(undone))
    marked = "SELECT destination FROM notification n JOIN attempt a ON a.notification_id = n.id WHERE a.repeats_unknown"
    repeated = {row["destination"] for row in town.run(marked)}
    unknown = "SELECT destination FROM notification n WHERE severity = 'low' AND state = 'unknown'"
    may_be_missing = {row["destination"] for row in town.run(unknown)}
    for number in numbers:
        sent = len(peer.texts_to(number))
        assert sent <= 1 or number in repeated
        assert sent >= 1 or number in may_be_missing
