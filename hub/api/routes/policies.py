"""Escalation policies: who is told when nobody takes an incident."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, Field, TypeAdapter

from alerts.escalation.policy import Target
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import ProblemError, not_found, unacceptable
from hub.api.shapes import POLICY_NAME, Body, DivisionId, Number, Phone, WholeNumber
from hub.storage.accounts import Role
from hub.storage.dry_runs import DryRunView, dry_run
from hub.storage.policies import (
    DEFAULT_NAME,
    EditedPolicyView,
    OtherDivisionsPolicyError,
    PolicyChoiceView,
    PolicyView,
    RunningIncidentView,
    WrittenPolicy,
    choices_of_place,
    core_policy,
    delete_policy,
    find_policy,
    list_policies,
    put_policy,
    running_on_another,
)
from hub.storage.views import Page

router = APIRouter(prefix="/policies", tags=["policies"])

#: A ladder that waits longer than a day between two steps reaches nobody in time.
_WAIT_S_MAX = 24 * 3600.0
_STEPS_MAX = 30
_REPEAT_MAX = 1000

#: A policy is of a place: a supervisor writes those of the own one and below.
WritingCaller = Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
PolicyName = Annotated[str, Path(pattern=POLICY_NAME)]
_PHONE = TypeAdapter(Phone)


def _target_or_number(notify: str) -> str:
    return notify if notify in set(Target) else _PHONE.validate_python(notify)


class Step(Body):
    """Tell `notify` so many seconds after the previous step; the first counts from opening."""

    after_s: Number = Field(ge=0, le=_WAIT_S_MAX)
    notify: Annotated[str, Field(max_length=20), AfterValidator(_target_or_number)]

    def as_stored(self) -> dict[str, float | str]:
        """As it is kept."""
        return {"after_s": self.after_s, "notify": self.notify}


class When(Body):
    """When the policy applies; an empty condition always does."""

    severity: list[Severity] = Field(default_factory=list)
    kind: list[IncidentKind] = Field(default_factory=list)
    division_id: DivisionId | None = None


class Policy(Body):
    """A ladder: its steps once and `repeat` times more, then the last one every `then_every_s` until it is taken."""

    read_only = frozenset({"name", "division_id", "version", "updated_at", "open_incidents"})

    steps: list[Step] = Field(min_length=1, max_length=_STEPS_MAX)
    repeat: WholeNumber = Field(default=3, ge=0, le=_REPEAT_MAX)
    then_every_s: Number = Field(default=300.0, ge=1, le=_WAIT_S_MAX)
    ack_timeout_s: Number = Field(default=300.0, ge=1, le=_WAIT_S_MAX)
    when: When = Field(default_factory=When)


class DryRun(Body):
    """A policy as it is being written, and the incident to try it on."""

    policy: Policy
    incident_id: UUID


#: A policy may be called anything, so what is asked beside them has an address of its own.
choices = APIRouter(tags=["policies"])


@choices.get("/policy-choices")
async def policy_choices(
    caller: Annotated[Caller, requires(*LOOKING_ROLES)],
    division_id: Annotated[DivisionId | None, Query()] = None,
) -> Page[PolicyChoiceView]:
    """Which policy an incident of a place would open with, for each kind and severity; by default here."""
    return Page(items=await choices_of_place(caller.connection, caller.choose_division(division_id)))


@router.post("/dry-run")
async def try_out(body: DryRun, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> DryRunView:
    """Whom this policy would tell of an incident, and when, were nobody to take it. Nothing is written or sent.

    It climbs from the incident's opening by the rosters of those hours. Only steps and times count, not the condition.
    """
    policy = core_policy(
        "dry-run",
        [step.as_stored() for step in body.policy.steps],
        body.policy.repeat,
        body.policy.then_every_s,
        body.policy.ack_timeout_s,
    )
    timetable = await dry_run(caller.connection, policy, body.incident_id, caller.scope)
    if timetable is None:
        raise not_found("incident")
    await caller.record("dry_run", "incident", body.incident_id, timetable.division_id)
    return timetable


@router.get("")
async def list_all(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Page[PolicyView]:
    """The scope's policies and the default one."""
    return await list_policies(caller.connection, caller.scope, caller.parts.settings.division)


@router.get("/{name}")
async def get(name: PolicyName, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> PolicyView:
    """One policy."""
    return await _find(caller, name)


@router.get("/{name}/open-incidents")
async def list_running(
    name: PolicyName, caller: Annotated[Caller, requires(*LOOKING_ROLES)]
) -> Page[RunningIncidentView]:
    """Incidents that are not closed and opened with an older version, the oldest first.

    They go on as they began. `POST incidents/{id}/policy` adopts the policy as it now is.
    """
    policy = await _find(caller, name)
    return Page(items=await running_on_another(caller.connection, policy, caller.scope))


@router.put("/{name}")
async def put(name: PolicyName, body: Policy, caller: WritingCaller) -> EditedPolicyView:
    """Write a policy; it holds for incidents that open after the answer.

    `default` applies to everybody: it is the hub's own division's, and has no condition. `open_incidents` in the answer
    says how many incidents that are not closed run on what the policy said before; they keep it until somebody adopts
    the new one.
    """
    if name == DEFAULT_NAME:
        if body.when != When():
            raise unacceptable("when", "default_has_no_condition", "must be empty: the default always applies")
        division_id = caller.choose_division(caller.parts.settings.division)
    else:
        division_id = caller.choose_division(body.when.division_id)
    written = WrittenPolicy(
        name=name,
        division_id=division_id,
        steps=[step.as_stored() for step in body.steps],
        repeat=body.repeat,
        then_every_s=body.then_every_s,
        ack_timeout_s=body.ack_timeout_s,
        severity=body.when.severity,
        kind=body.when.kind,
    )
    try:
        policy = await put_policy(caller.connection, written, caller.scope)
    except OtherDivisionsPolicyError:
        raise ProblemError(409, "name_taken", "Another division has a policy of this name.") from None
    await caller.record("write", "policy", name, division_id)
    return policy


async def _find(caller: Caller, name: str) -> PolicyView:
    policy = await find_policy(caller.connection, name, caller.scope, caller.parts.settings.division)
    if policy is None:
        raise not_found("policy")
    return policy


@router.delete("/{name}", status_code=204)
async def delete(name: PolicyName, caller: WritingCaller) -> None:
    """Take a policy away; the default one can only be written."""
    if name == DEFAULT_NAME:
        raise ProblemError(409, "default_stays", "The default policy can be written, not deleted.")
    if not await delete_policy(caller.connection, name, caller.scope):
        raise not_found("policy")
    await caller.record("delete", "policy", name)
