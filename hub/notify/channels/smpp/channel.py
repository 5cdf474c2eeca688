"""Keeps one bind to a gateway alive, and submits through it while it stands."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from hub.notify.channels.port import Inbox, Rejected, Submission
from hub.notify.channels.smpp.pdu import PduError
from hub.notify.channels.smpp.session import ENQUIRE_AFTER_S, RESPONSE_WITHIN_S, SmppSession

_log = structlog.get_logger(__name__)

CONNECT_WITHIN_S = 10.0
#: Reconnecting: the first pause doubles up to the longest, so that a gateway that is back is found within seconds.
RECONNECT_FIRST_S = 0.5
RECONNECT_LONGEST_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppAddress:
    """Where a gateway is and how to log in; `source` is the access number texts come from, if we choose it."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str = ""


class SmppChannel:
    """One way to send a text (see `port.Channel`)."""

    def __init__(
        self,
        address: SmppAddress,
        *,
        response_within_s: float = RESPONSE_WITHIN_S,
        enquire_after_s: float = ENQUIRE_AFTER_S,
    ) -> None:
        self._address = address
        self._response_within_s = response_within_s
        self._enquire_after_s = enquire_after_s
        self._session: SmppSession | None = None
        self.name = f"smpp:{address.system_id}@{address.host}:{address.port}"

    @property
    def ready(self) -> bool:
        """Whether the bind stands."""
        return self._session is not None

    async def run(self, inbox: Inbox) -> None:
        """Bind, and bind again, until cancelled. An absent gateway is said once an episode."""
        pause_s = 0.0
        while True:
            try:
                await self._keep_bind(inbox)
            except* (OSError, EOFError, TimeoutError, PduError) as errors:
                reason = errors.exceptions[0]
                bound_before = self._session is not None
                self._session = None
                inbox.readiness_changed()
                if bound_before or not pause_s:
                    _log.warning("gateway_away", channel=self.name, error=type(reason).__name__, reason=str(reason))
                pause_s = RECONNECT_FIRST_S if bound_before else _longer(pause_s)
            await asyncio.sleep(pause_s)

    async def submit(self, text: str, destination: str, attempt_id: UUID) -> Submission:
        """Submit one text through the bind that stands."""
        if self._session is None:
            return Rejected(reason="not_bound", permanent=False)
        number = "".join(character for character in destination if character.isascii() and character.isdigit())
        if not number:
            return Rejected(reason="no_number", permanent=True)
        return await self._session.submit(
            source=self._address.source, destination=number, text=text, attempt_id=attempt_id
        )

    async def _keep_bind(self, inbox: Inbox) -> None:
        address = self._address
        async with asyncio.timeout(CONNECT_WITHIN_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
        session = SmppSession(
            self.name,
            reader,
            writer,
            inbox,
            response_within_s=self._response_within_s,
            enquire_after_s=self._enquire_after_s,
        )
        try:
            await session.bind(address.system_id, address.password)
            self._session = session
            _log.info("gateway_bound", channel=self.name)
            inbox.readiness_changed()
            await session.run()
        finally:
            await session.close()


def _longer(pause_s: float) -> float:
    return min(max(pause_s * 2, RECONNECT_FIRST_S), RECONNECT_LONGEST_S)
