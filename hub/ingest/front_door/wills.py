"""Last wills: what the hub says for a client that went without a word, at once or after the delay it asked for.

They live in memory only: a hub that stops or dies says nothing for its clients - its own absence is not theirs.
"""

import asyncio
from functools import partial

from hub.clock import utc_now
from hub.ingest.front_door.host import Host
from hub.ingest.front_door.presence import SessionName
from hub.ingest.front_door.receipts import Charge
from hub.ingest.front_door.session import Session
from hub.ingest.source import InboundMessage


class Wills:
    """The delayed ones, by session."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._delayed: dict[SessionName, tuple[asyncio.TimerHandle, Session]] = {}

    def execute(self, name: SessionName, session: Session) -> None:
        """The connection ended without a DISCONNECT: publish now, or after the delay (MQTT 5)."""
        if session.will is None:
            return
        delay_s = min(session.will.properties.will_delay_interval or 0, session.expiry_s)
        if delay_s == 0:
            self._publish(session)
            return
        timer = asyncio.get_running_loop().call_later(delay_s, partial(self._publish_delayed, name))
        self._delayed[name] = (timer, session)

    def resume(self, name: SessionName, *, session_ended: bool) -> None:
        """The client is back: its delayed will is void, unless the new connection ends the old session."""
        delayed = self._delayed.pop(name, None)
        if delayed is None:
            return
        timer, session = delayed
        timer.cancel()
        if session_ended:
            self._publish(session)

    def forget_all(self) -> None:
        """The hub stops."""
        for timer, _session in self._delayed.values():
            timer.cancel()
        self._delayed.clear()

    def _publish_delayed(self, name: SessionName) -> None:
        _timer, session = self._delayed.pop(name)
        self._publish(session)

    def _publish(self, session: Session) -> None:
        will, up_topic, admission = session.will, session.will_topic, session.admission
        if will is None or up_topic is None or admission is None:
            return
        charge = Charge(self._host, self._host.balance_of(admission.device_id), len(will.payload))  # nobody is told
        self._host.sink.accept(
            InboundMessage(
                sender_id=admission.device_id,
                device_id=up_topic.device_id,
                leaf=up_topic.leaf,
                topic=will.topic,
                payload=will.payload,
                received_at=utc_now(),
                qos=will.qos,
                dup=False,
                packet_id=None,
                session_id=None,
                acknowledge=charge.acknowledge,
                refuse=charge.refuse,
            )
        )
