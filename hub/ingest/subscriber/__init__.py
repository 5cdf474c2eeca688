"""The hub as a client of existing brokers: their messages in, acknowledged to the broker after the hub's commit.

`source.py` is one broker with its adapter, `session.py` a lasting session there, `connection.py` each connection of it
(paho), `filters.py` what gets a session of its own, `parting.py` turns a message into what the pipeline takes in,
`posting.py` brings messages down to devices, and `watch.py` says when a broker is away.
"""
