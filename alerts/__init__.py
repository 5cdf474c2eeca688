"""The core: what an observation means, what follows from it, and who is told when.

Pure functions over values: `(state, observation | event | time | command, circumstances, now) -> (state, decisions)`.
Nothing here reads a clock, does I/O or knows the hub; the hub carries the decisions out in one transaction.

A press, in reading order: `observations.DeviceEvent` -> `engine.judge_event` (rules in `rules/`) ->
`decisions.RaiseAlert` -> `incidents.commands.Open`, or `Join` -> `incidents.applying.apply` ->
`incidents.open_incident` -> `TakeStep` whenever the incident's deadline comes -> `escalation.steps.escalate`, with who
is on duty by `rosters/` -> `Acknowledge`. Every command is kept: `incidents.replay` makes the incident of them again.

A silence: `engine.judge_reading` keeps a subject's `state.RecipientState`, which says when time alone may change
something (`due_at`) -> `engine.judge_time` then.

`incidents/` the people's side · `escalation/` who is told next · `rosters/` who is on duty · `rules/` one file a rule ·
`storms/` many at once · beside this file: what is observed, how it is judged, and the words all share.
"""
