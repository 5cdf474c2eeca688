"""The core: what an observation means, what follows from it, and who is told when.

Pure functions over values: `(state, observation | event | time | command, circumstances, now) -> (state, decisions)`.
Nothing here reads a clock, does I/O or knows the hub; the hub carries the decisions out in one transaction.

A press, in reading order: `observations.DeviceEvent` -> `engine.judge_event` (rules in `rules/`) ->
`decisions.RaiseAlert` -> `commands.Open`, or `Join` -> `applying.apply` -> `incidents.open_incident` ->
`commands.TakeStep` whenever the incident's deadline comes -> `escalation.escalate` -> `commands.Acknowledge`. Every
command is kept: `replay.replay` makes the incident of them again.

A silence: `engine.judge_reading` keeps a subject's `state.RecipientState`, which says when time alone may change
something (`due_at`) -> `engine.judge_time` then.
"""
