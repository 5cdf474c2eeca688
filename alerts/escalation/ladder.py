"""The position in a policy: where a step leads, where an empty one leads, and how long the next one waits."""

from dataclasses import replace
from datetime import timedelta

from alerts.escalation.policy import EscalationPolicy
from alerts.incidents.incident import Ladder


def advance(ladder: Ladder, policy: EscalationPolicy) -> Ladder:
    """The position after a step that was taken: the next one, the next round, or the last step again."""
    last = len(policy.steps) - 1
    if ladder.recurrence:
        return replace(ladder, step=last, recurrence=ladder.recurrence + 1, contacts_passed=0)
    if ladder.step < last:
        return replace(ladder, step=ladder.step + 1)
    if ladder.round < policy.repeat:
        return replace(ladder, round=ladder.round + 1, step=0, contacts_passed=0)
    return replace(ladder, step=last, recurrence=1, contacts_passed=0)


def advance_past_empty(ladder: Ladder, policy: EscalationPolicy) -> Ladder:
    """The step to try instead of an empty one: onwards, or - when the last step recurs - back towards the first."""
    if ladder.recurrence:
        return replace(ladder, step=(ladder.step - 1) % len(policy.steps))
    return advance(ladder, policy)


def delay_before(ladder: Ladder, policy: EscalationPolicy) -> timedelta:
    """How long the step at this position waits after the one before.

    A ladder of zero delays would only send: each of its rounds then waits `then_every`.
    """
    if ladder.recurrence:
        return policy.then_every
    starts_round = ladder.step == 0 and ladder.round > 0
    if starts_round and not any(step.after for step in policy.steps):
        return policy.then_every
    return policy.steps[ladder.step].after


def time_given(ladder: Ladder, policy: EscalationPolicy) -> timedelta:
    """How long the step at this position has before the next one that does not come in the same moment."""
    following = advance(ladder, policy)
    while not delay_before(following, policy):
        following = advance(following, policy)
    return delay_before(following, policy)
