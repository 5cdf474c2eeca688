"""Who looks: browsers that open the stream and leave without a word, files, charts, lists, metrics."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from urllib.parse import quote

from hub.bench.http_json import HttpError, HttpJson
from hub.bench.stream_reader import StreamReader
from tests.soak.insisting import LOST

_EVERY_S = 10.0
_STAY_S = (0.5, 20.0)


class Visitors:
    """`run` goes on until cancelled."""

    def __init__(self, api: HttpJson, recipients: list[str], seed: int) -> None:
        self.did: Counter[str] = Counter()
        self._api = api
        self._recipients = recipients
        self._dice = random.Random(f"visitors/{seed}")

    async def run(self) -> None:
        """A browser on the stream, and one that looks around."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow_and_leave())
            both.create_task(self._look_around())

    async def _follow_and_leave(self) -> None:
        while True:
            reader = StreamReader(self._api.port, self._api.key or "")
            with suppress(*LOST):
                async with asyncio.timeout(self._dice.uniform(*_STAY_S)):
                    await reader.run()
            self.did["stream left"] += 1
            await asyncio.sleep(_EVERY_S * self._dice.random())

    async def _look_around(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._look)
            except (OSError, HTTPException, HttpError):
                self.did["met fault"] += 1
            await asyncio.sleep(_EVERY_S * self._dice.uniform(0.5, 1.5))

    def _look(self) -> None:
        recipient = f"/api/v1/recipients/{self._dice.choice(self._recipients)}"
        since = quote((datetime.now(UTC) - timedelta(hours=self._dice.choice((1, 24)))).isoformat())
        path = self._dice.choice(
            (
                recipient,
                f"{recipient}/timeline",
                f"{recipient}/readings?from={since}&to={quote(datetime.now(UTC).isoformat())}",
                "/api/v1/quarantine",
                "/api/v1/maintenance",
                "/api/v1/notifications",
                "/api/v1/devices",
                "/metrics",
            )
        )
        answer = self._api.ask("GET", path)
        self.did[f"{path.split('?')[0].rsplit('/', 1)[-1][:13]} {answer.status}"] += 1
