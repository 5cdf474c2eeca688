"""Faults by seed against a whole hub, from outside, and what must hold afterwards: `python -m tests.torture --help`.

    schedule (pure) -> leg: ground (processes) + links (proxies) + devices, operator, onlooker -> faults -> checks

A leg is one fresh hub with some fifty kills; a run is as many legs as its kills need. Nothing here knows the hub's
code but the processes that are started and, in `checks`, its tables.
"""
