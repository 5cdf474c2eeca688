"""The front door: devices connect to the hub itself, over MQTT 3.1.1 or 5.

It is no broker: nothing is routed between clients. From the wire inwards:

    bytes -> codec (fields, properties, decoding, encoding) -> session (what the protocol wants) -> connection (one
    socket) -> server (all of them) -> the sink of `hub.ingest.source`; `courier` brings `down/` messages out again.

Codec and session do no I/O and read no clock. What the server needs from outside is in `ports`.
"""
