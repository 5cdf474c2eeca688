"""One bound connection to a gateway: submissions and their responses, what it delivers, and signs of life."""

import asyncio
import contextlib
from collections import OrderedDict
from itertools import count
from uuid import UUID

import structlog

from hub.clock import monotonic_s
from hub.notify.channels.port import (
    Accepted,
    Inbox,
    Receipt,
    ReceiptState,
    Rejected,
    Reply,
    Submission,
    Unknown,
)
from hub.notify.channels.smpp.pdu import (
    HEADER_OCTETS,
    PERMANENT_STATUSES,
    Command,
    Pdu,
    PduError,
    Status,
    bind_body,
    parse_deliver,
    parse_header,
    read_message_id,
    read_receipt,
    read_text,
    submit_body,
)

_log = structlog.get_logger(__name__)

#: A gateway answers within a second or so; after this the text may have left or not.
RESPONSE_WITHIN_S = 10.0
BIND_WITHIN_S = 10.0
CLOSE_WITHIN_S = 1.0
#: Silence for so long is asked about; an answer must come within RESPONSE_WITHIN_S.
ENQUIRE_AFTER_S = 30.0
#: So many texts in a row without a response, and the bind is given up, even if enquiries are answered: another may do.
UNANSWERED_MAX = 2
#: Receipts and texts being stored at once; more wait in the socket, which is the back-pressure.
DELIVERIES_MAX = 16
#: Time-outs whose response may still come.
LATE_MAX = 1000
_SEQUENCE_MAX = 0x7FFFFFFF
_RECEIPT_STATES = {
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "DELETED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
}


class BindRefusedError(ConnectionError):
    """The gateway does not let us in."""


class SmppSession:
    """A bound connection. `run` reads until it ends; a text that had been written by then is unknown."""

    def __init__(
        self,
        channel: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        inbox: Inbox,
        *,
        response_within_s: float = RESPONSE_WITHIN_S,
        enquire_after_s: float = ENQUIRE_AFTER_S,
    ) -> None:
        self._channel = channel
        self._reader = reader
        self._writer = writer
        self._inbox = inbox
        self._response_within_s = response_within_s
        self._enquire_after_s = enquire_after_s
        self._sequences = count(1)
        self._waiting: dict[int, asyncio.Future[Pdu | None]] = {}
        self._late: OrderedDict[int, UUID] = OrderedDict()
        self._deliveries = asyncio.Semaphore(DELIVERIES_MAX)
        self._heard_at_s = monotonic_s()
        self._unanswered = 0
        self._ended = False

    async def bind(self, system_id: str, password: str) -> None:
        """Log in as transceiver.

        Raises:
            BindRefusedError: with the gateway's status.
            OSError: or TimeoutError, EOFError: it does not answer.
        """
        async with asyncio.timeout(BIND_WITHIN_S):
            sequence = self._next_sequence()
            self._write(Pdu(Command.BIND_TRANSCEIVER, Status.OK, sequence, bind_body(system_id, password)))
            answer = await self._read()
        if answer.status != Status.OK or answer.command != Command.BIND_TRANSCEIVER_RESP:
            raise BindRefusedError(f"status 0x{answer.status:08x}")

    async def run(self) -> None:
        """Read, answer and keep alive until the connection ends; raises what ended it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_alive())
                await self._read_for_ever(tasks)
        finally:
            self._ended = True
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result(None)

    async def submit(self, *, source: str, destination: str, text: str, attempt_id: UUID) -> Submission:
        """Submit one text. Once it is written, only a response tells what became of it."""
        if self._ended or self._writer.is_closing():
            return Rejected(reason="not_connected", permanent=False)
        body = submit_body(source=source, destination=destination, text=text)
        sequence = self._next_sequence()
        response: asyncio.Future[Pdu | None] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = response
        try:
            self._write(Pdu(Command.SUBMIT_SM, Status.OK, sequence, body))
            async with asyncio.timeout(self._response_within_s):
                answer = await response
        except TimeoutError:
            self._remember_late(sequence, attempt_id)
            self._unanswered += 1
            if self._unanswered >= UNANSWERED_MAX:
                self._writer.close()
            return Unknown(reason="no_response")
        finally:
            del self._waiting[sequence]
        return Unknown(reason="connection_lost") if answer is None else _submission(answer)

    async def close(self) -> None:
        """Say good-bye and drop the connection."""
        if not self._writer.is_closing():
            self._write(Pdu(Command.UNBIND, Status.OK, self._next_sequence()))
            self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._writer.wait_closed()

    # --- Reading ----------------------------------------------------------------------------------------------------

    async def _read(self) -> Pdu:
        header = parse_header(await self._reader.readexactly(HEADER_OCTETS))
        body = await self._reader.readexactly(header.length - HEADER_OCTETS)
        self._heard_at_s = monotonic_s()
        return Pdu(header.command, header.status, header.sequence, body)

    async def _read_for_ever(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            pdu = await self._read()
            if pdu.is_response:
                await self._settle_response(pdu)
                continue
            match pdu.command:
                case Command.DELIVER_SM:
                    await self._deliveries.acquire()
                    tasks.create_task(self._take_delivery(pdu))
                case Command.ENQUIRE_LINK:
                    self._write(Pdu(Command.ENQUIRE_LINK_RESP, Status.OK, pdu.sequence))
                case Command.UNBIND:
                    self._write(Pdu(Command.UNBIND_RESP, Status.OK, pdu.sequence))
                    raise ConnectionResetError("the gateway said good-bye")
                case _:
                    self._write(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, pdu.sequence))

    async def _settle_response(self, pdu: Pdu) -> None:
        if pdu.command == Command.SUBMIT_SM_RESP:
            self._unanswered = 0
        waiting = self._waiting.get(pdu.sequence)
        if waiting is not None and not waiting.done():
            waiting.set_result(pdu)
            return
        attempt_id = self._late.pop(pdu.sequence, None)
        submission = _submission(pdu)
        if attempt_id is not None and isinstance(submission, Accepted):
            try:
                await self._inbox.receive_late_acceptance(attempt_id, submission.provider_ref)
            except Exception:  # noqa: BLE001 - it stays unknown, which it was; the connection must not end
                _log.exception("late_acceptance_not_stored", attempt_id=str(attempt_id))

    async def _take_delivery(self, pdu: Pdu) -> None:
        """Store a receipt or a text; only then does the gateway hear that we have it."""
        try:
            delivered = parse_deliver(pdu.body)
            receipt = read_receipt(delivered)
            if receipt is None:
                reply = Reply(channel=self._channel, origin=delivered.source, text=read_text(delivered))
                await self._inbox.receive_reply(reply)
            else:
                state = _RECEIPT_STATES.get(receipt.state, ReceiptState.PENDING)
                reason = receipt.state if receipt.error in {None, "000"} else f"{receipt.state} {receipt.error}"
                await self._inbox.receive_receipt(
                    Receipt(channel=self._channel, provider_ref=receipt.message_id, state=state, reason=reason)
                )
            status = Status.OK
        except PduError as error:
            _log.warning("delivery_unreadable", channel=self._channel, reason=str(error), octets=len(pdu.body))
            status = Status.SYSTEM_ERROR
        except Exception:  # noqa: BLE001 - not stored, so the gateway keeps it and sends it again
            _log.exception("delivery_not_stored", channel=self._channel)
            status = Status.RECEIVER_TEMPORARY
        finally:
            self._deliveries.release()
        self._write(Pdu(Command.DELIVER_SM_RESP, status, pdu.sequence, b"\0"))

    # --- Writing ----------------------------------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        while True:
            quiet_s = monotonic_s() - self._heard_at_s
            if quiet_s >= self._enquire_after_s + self._response_within_s:
                raise TimeoutError("the gateway is silent")
            if quiet_s >= self._enquire_after_s:
                self._write(Pdu(Command.ENQUIRE_LINK, Status.OK, self._next_sequence()))
                await asyncio.sleep(self._response_within_s)
            else:
                await asyncio.sleep(self._enquire_after_s - quiet_s)

    def _write(self, pdu: Pdu) -> None:
        if not self._writer.is_closing():
            self._writer.write(pdu.encode())

    def _next_sequence(self) -> int:
        return (next(self._sequences) - 1) % _SEQUENCE_MAX + 1

    def _remember_late(self, sequence: int, attempt_id: UUID) -> None:
        self._late[sequence] = attempt_id
        if len(self._late) > LATE_MAX:
            self._late.popitem(last=False)


def _submission(answer: Pdu) -> Submission:
    if answer.status != Status.OK:
        return Rejected(reason=f"status 0x{answer.status:08x}", permanent=answer.status in PERMANENT_STATUSES)
    if answer.command != Command.SUBMIT_SM_RESP:
        return Unknown(reason=f"answered with 0x{answer.command:08x}")
    return Accepted(provider_ref=read_message_id(answer.body))
