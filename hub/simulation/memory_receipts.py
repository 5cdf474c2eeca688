"""What gateways say of texts, in memory: receipts, with the try that each is about once that is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hub.simulation.memory_rows import AttemptRow, ReceiptRow
from hub.simulation.memory_texts import MemoryTexts
from hub.stations.outbox_store import EarlyReceipt
from hub.stations.submissions import Receipt

#: The same word about the same text within this time is a repetition.
_REPEATED_WITHIN = timedelta(days=7)


class MemoryReceipts(MemoryTexts):
    """Bound to one transaction."""

    async def store_receipt(self, receipt: Receipt) -> UUID | None:
        """With the newest try of its reference, if there is one."""
        await self._tx.statement()
        now = self._memory.clock()
        attempt_id = self._attempt_of(receipt.channel, receipt.provider_ref)
        for known in self._receipts(receipt.channel, receipt.provider_ref):
            same = known.state == receipt.state and known.attempt_id == attempt_id
            if same and now - known.at < _REPEATED_WITHIN:
                return None
        row = ReceiptRow(
            channel=receipt.channel,
            provider_ref=receipt.provider_ref,
            state=receipt.state,
            reason=receipt.reason,
            attempt_id=attempt_id,
            at=now,
        )
        self._tx.receipts.put(self.new_id(), row)
        return attempt_id

    async def match_early(self, attempt_id: UUID, channel: str, provider_ref: str) -> Sequence[EarlyReceipt]:
        """Those that came after it was handed over."""
        await self._tx.statement()
        attempt = self._tx.attempts.get(attempt_id)
        early: list[EarlyReceipt] = []
        for receipt_id, row in self._receipt_rows(channel, provider_ref):
            if row.attempt_id is None and attempt is not None and _came_after(row, attempt):
                self._tx.receipts.put(receipt_id, replace(row, attempt_id=attempt_id))
                early.append(EarlyReceipt(state=row.state, reason=row.reason))
        return early

    def _attempt_of(self, channel: str, provider_ref: str) -> UUID | None:
        candidates: list[UUID] = [
            *self._memory.attempts_by_ref.get((channel, provider_ref), ()),
            *self._tx.attempts.written,
        ]
        for attempt_id in reversed(candidates):
            row = self._tx.attempts.get(attempt_id)
            if row is not None and row.channel == channel and row.provider_ref == provider_ref:
                return attempt_id
        return None

    def _receipts(self, channel: str, provider_ref: str) -> list[ReceiptRow]:
        return [row for _, row in self._receipt_rows(channel, provider_ref)]

    def _receipt_rows(self, channel: str, provider_ref: str) -> list[tuple[UUID, ReceiptRow]]:
        ids = dict.fromkeys(
            [*self._memory.receipts_by_ref.get((channel, provider_ref), ()), *self._tx.receipts.written]
        )
        rows = [(receipt_id, self._tx.receipts.get(receipt_id)) for receipt_id in ids]
        return [
            (receipt_id, row)
            for receipt_id, row in rows
            if row is not None and (row.channel, row.provider_ref) == (channel, provider_ref)
        ]


def _came_after(receipt: ReceiptRow, attempt: AttemptRow) -> bool:
    return attempt.submitted_at is None or receipt.at >= attempt.submitted_at
