"""SMPP 3.4 as a client: `pdu` is the codec without I/O, `session` one bound connection, `channel` keeps it alive.

Our own, because what a gateway answers decides whether a person is told twice or not at all: a response must be tied to
its attempt, a text must never leave after its time-out, receipts and replies must be committed before they are
acknowledged, and a status or an encoding that is not in the specification must not end the connection.
"""

from hub.notify.channels.smpp.channel import SmppAddress, SmppChannel

__all__ = ["SmppAddress", "SmppChannel"]
