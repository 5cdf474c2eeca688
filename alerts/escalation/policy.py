"""Escalation policies: who is told when nobody takes an incident. Frozen into the incident when it opens."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal


class Target(StrEnum):
    """Whom a step tells; anything else in `Step.notify` is an outside number."""

    DESK = "desk"  #: The duty desk sounds again. 值班台
    NEXT_CONTACT = "next_contact"  #: The next of the recipient's contacts, in their order. 下一位紧急联系人
    CONTACTS = "contacts"  #: All of the recipient's contacts. 全部紧急联系人
    HELPERS = "helpers"  #: The village's helpers. 帮扶责任人
    TOWNSHIP = "township"  #: The township station. 乡镇站点
    SUPERVISOR = "supervisor"  #: 班长
    LEADER = "leader"  #: The leader on duty. 带班领导


_TARGETS: dict[str, Target] = {target.value: target for target in Target}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Tell `notify` (a `Target` or a telephone number) `after` the previous step; the first counts from opening."""

    after: timedelta
    notify: str

    @property
    def target(self) -> Target | Literal["number"]:
        """The role that is told, or "number" for an outside number."""
        return _TARGETS.get(self.notify, "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """A ladder: its steps once and `repeat` times more, then the last step every `then_every` until it is taken."""

    name: str
    steps: tuple[Step, ...]
    repeat: int
    then_every: timedelta
    ack_timeout: timedelta  #: An acknowledged incident nobody touches for so long is open again.
    version: int = 0  #: How often it has been written; 0: the built-in one. An incident keeps the one it opened with.

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a policy needs at least one step")
        if self.repeat < 0:
            raise ValueError("a policy repeats 0 times or more")
        if self.then_every < MIN_RECURRENCE or self.ack_timeout < MIN_RECURRENCE:
            raise ValueError("then_every and ack_timeout are at least one second")
        if any(step.after < timedelta(0) for step in self.steps):
            raise ValueError("a step's delay is not negative")


#: A ladder that recurs faster would only send: one second is also the accuracy promised for a step.
MIN_RECURRENCE = timedelta(seconds=1)

#: The ladder of DESIGN.md section 5: desk -> contacts -> village helpers -> township station -> leader on duty.
#: 60 s and 180 s are the audited answering norms (DOMAIN.md section 3); many recipients have no family.
DEFAULT_POLICY = EscalationPolicy(
    name="default",
    steps=(
        Step(after=timedelta(seconds=0), notify=Target.DESK),
        Step(after=timedelta(seconds=60), notify=Target.NEXT_CONTACT),
        Step(after=timedelta(seconds=60), notify=Target.CONTACTS),
        Step(after=timedelta(seconds=60), notify=Target.HELPERS),
        Step(after=timedelta(seconds=120), notify=Target.TOWNSHIP),
        Step(after=timedelta(seconds=180), notify=Target.LEADER),
    ),
    repeat=3,
    then_every=timedelta(seconds=300),
    ack_timeout=timedelta(seconds=300),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """A policy and when it applies: an empty condition always does."""

    policy: EscalationPolicy
    severities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    division_prefix: str = ""

    def applies_to(self, kind: str, severity: str, division_id: str) -> bool:
        """Whether an incident of this kind, severity and place is escalated by this policy."""
        return (
            (not self.severities or severity in self.severities)
            and (not self.kinds or kind in self.kinds)
            and division_id.startswith(self.division_prefix)
        )

    @property
    def precision(self) -> tuple[int, bool, bool, int, int]:
        """The more precise rule is greater: the narrower place, then a kind, then a severity, then fewer of them."""
        return (
            len(self.division_prefix),
            bool(self.kinds),
            bool(self.severities),
            -len(self.kinds),
            -len(self.severities),
        )


def choose_policy(rules: tuple[PolicyRule, ...], *, kind: str, severity: str, division_id: str) -> EscalationPolicy:
    """The most precise policy that applies (of equals the first by name), else the default one of the design."""
    fitting = sorted(
        (rule for rule in rules if rule.applies_to(kind, severity, division_id)), key=lambda rule: rule.policy.name
    )
    return max(fitting, key=lambda rule: rule.precision).policy if fitting else DEFAULT_POLICY
