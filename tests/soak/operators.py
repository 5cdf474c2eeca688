"""The desk: takes, notes and closes what is open, so that it stays as full as a desk is."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from hub.bench.http_json import HttpError, HttpJson

_LOOKS_EVERY_S = 1.5
#: From seeing an incident to the next thing done about it.
_STEP_AFTER_S = (3.0, 60.0)
_STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledge", {}),
    ("contact-attempts", {"who": "示例亲属", "outcome": "reached"}),
    ("notes", {"note": "示例"}),
    ("close", {"disposition": "real"}),
)
_AT_ONCE: tuple[tuple[str, dict[str, Any]], ...] = (("close", {"disposition": "test"}),)


class Operators:
    """`at_once` are the recipients whose presses are probes: their incidents are closed as soon as they are seen."""

    def __init__(self, api: HttpJson, at_once: set[str], seed: int) -> None:
        self.did: Counter[str] = Counter()
        self._api = api
        self._at_once = at_once
        self._dice = random.Random(f"operators/{seed}")
        self._plans: dict[str, tuple[float, int]] = {}  #: Per incident: when the next step is due, and which.

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            now_s = asyncio.get_running_loop().time()
            try:
                await asyncio.to_thread(self.look, now_s)
            except (OSError, HTTPException, HttpError):
                self.did["met_fault"] += 1
            await asyncio.sleep(_LOOKS_EVERY_S)

    def look(self, now_s: float) -> None:
        """One look at the lists, and what is due."""
        incidents = [
            incident
            for state in ("open", "acknowledged")
            for incident in self._api.all_items(f"/api/v1/incidents?state={state}&limit=200")
        ]
        kept = {}
        for incident in incidents:
            kept[incident["id"]] = self._deal_with(incident, now_s)
        self._plans = kept
        if self._dice.random() < 0.1:
            self._clear_side_queues()

    def _deal_with(self, incident: dict[str, Any], now_s: float) -> tuple[float, int]:
        recipient = incident["recipient"]
        if recipient is not None and recipient["id"] in self._at_once:
            self._do(incident["id"], *_AT_ONCE[0])
            return now_s, 0
        due_s, step = self._plans.get(incident["id"]) or (now_s + self._dice.uniform(*_STEP_AFTER_S), 0)
        if now_s < due_s:
            return due_s, step
        self._do(incident["id"], *_STEPS[step])
        return now_s + self._dice.uniform(*_STEP_AFTER_S), min(step + 1, len(_STEPS) - 1)

    def _do(self, incident_id: str, what: str, fields: dict[str, Any]) -> None:
        answer = self._api.ask("POST", f"/api/v1/incidents/{incident_id}/{what}", fields)
        self.did[f"{what} {answer.status}"] += 1

    def _clear_side_queues(self) -> None:
        for follow_up in self._api.all_items("/api/v1/follow-ups?state=open&limit=200"):
            with suppress(HttpError):
                self._api.post(f"/api/v1/follow-ups/{follow_up['id']}/close", {"disposition": "well"})
                self.did["follow-up closed"] += 1
