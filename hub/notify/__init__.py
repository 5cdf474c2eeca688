"""Delivers what is owed to people: the outbox of notifications, the channels, and what caregivers answer.

In reading order: `outbox` claims what may leave -> `texts` writes it -> a channel (`channels/port.py`) submits it ->
`settling` records what became of it, with `retry` deciding whether it is tried again. Receipts and replies come the
other way, through `inbox`, and are stored before they are acknowledged to the gateway.
"""
