"""A client that fills the hub's memory as fast as it can while nothing is acknowledged; cut, it comes again."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.stories.patient_device import PatientDevice

_MESSAGE_BYTES = 60_000
_PAUSE_S = 0.3


@dataclass
class GreedyDevice(PatientDevice):
    """Sends large readings without end, and remembers none of them."""

    bytes_sent: int = 0

    async def devour(self) -> None:
        """Until cancelled."""
        while True:
            halves = [asyncio.create_task(half) for half in (self._hold_connection(), self._send_for_ever())]
            try:
                await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for half in halves:
                    half.cancel()
                await asyncio.gather(*halves, return_exceptions=True)
                self._writer = None
            await asyncio.sleep(_PAUSE_S)

    async def _send_for_ever(self) -> None:
        while self._writer is None:
            await asyncio.sleep(0.01)
        while True:
            self.seq += 1
            reading = {"id": f"{self.client_id}-{self.seq}", "seq": self.seq, "filling": "x" * _MESSAGE_BYTES}
            content = json.dumps({**reading, "measured_at": datetime.now(UTC).isoformat()}).encode()
            packet_id = next(self._packet_ids) % 65_535 + 1
            self._unacknowledged = {packet_id: (self.seq, "telemetry", content)}
            self._write(packet_id, again=False)
            self.bytes_sent += len(content)
            await self._writer.drain()

    def _take(self, kind: int, body: bytes) -> None:
        """Acknowledgements are nothing to it."""
