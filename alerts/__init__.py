"""The core: what an observation means, what follows from it, and who is told when.

Pure functions over frozen values: `(state, event or command, profile, now) -> (state, decisions)`. Nothing here reads a
clock, does I/O or knows the hub; the hub carries the decisions out in one transaction.

A press, in reading order: `observations.DeviceEvent` -> `engine.judge` (rules in `rules/`) -> `decisions.RaiseAlert` ->
`incidents.open_or_join` -> `escalation.escalate` whenever the incident's deadline comes -> `incidents.acknowledge`.
"""
