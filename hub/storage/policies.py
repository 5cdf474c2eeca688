"""Escalation policies as people write them; `policy_rules` reads the same rows for the core.

An incident keeps the policy it opened with. What was edited meanwhile is offered to it, and adopted only by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import Field

from alerts.escalation.policy import DEFAULT_POLICY, EscalationPolicy, choose_policy
from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import policy_from_json, policy_to_json
from hub.storage.policy_rules import load_policy_rules
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.views import NamedView, Page, View, fetch_view, fetch_views

DEFAULT_NAME = DEFAULT_POLICY.name


class PolicyStepView(View):
    """Tell `notify` so many seconds after the previous step; the first counts from opening."""

    after_s: float
    notify: str


class WhenView(View):
    """When a policy applies; an empty condition always does."""

    severity: list[str] = Field(default_factory=list)
    kind: list[str] = Field(default_factory=list)
    division_id: str | None = None


class PolicyView(View):
    """One ladder. `version` 0: nobody has written it, it is the built-in one."""

    name: str
    division_id: str
    when: WhenView
    steps: list[PolicyStepView]
    repeat: int
    then_every_s: float
    ack_timeout_s: float
    version: int
    updated_at: datetime | None


class EditedPolicyView(PolicyView):
    """A policy that was written; `open_incidents`: how many that are not closed run on what it said before."""

    open_incidents: int


class RunningIncidentView(View):
    """An incident that is not closed and runs on an older version of a policy, `policy_version`."""

    id: UUID
    code: int
    kind: str
    severity: str
    state: str
    opened_at: datetime
    recipient: NamedView | None
    policy_version: int


class PolicyChoiceView(View):
    """By which policy an incident of this kind and severity would be escalated if it opened now."""

    kind: str
    severity: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPolicy:
    """A policy to be put in the place of the one of its name. `steps` and `when` as the contract writes them."""

    name: str
    division_id: str
    steps: Sequence[dict[str, float | str]]
    repeat: int
    then_every_s: float
    ack_timeout_s: float
    severity: Sequence[str] = field(default_factory=tuple)
    kind: Sequence[str] = field(default_factory=tuple)


class OtherDivisionsPolicyError(Exception):
    """The name belongs to a policy outside of the caller's scope."""


async def put_policy(connection: Connection, policy: WrittenPolicy, scope: Scope) -> EditedPolicyView:
    """Write a policy; incidents that are not closed keep what they opened with, and those of the scope are counted.

    Raises:
        OtherDivisionsPolicyError: a policy of this name exists outside of the scope.
        UnknownReferenceError: there is no such division.
    """
    cursor = await connection.execute(queries("policies").lock_name, {"name": policy.name})
    row = await cursor.fetchone()
    if row is not None and not scope.covers(row[0]):
        raise OtherDivisionsPolicyError(policy.name)
    when: dict[str, Any] = {}
    if policy.name != DEFAULT_NAME:
        when = {"severity": list(policy.severity), "kind": list(policy.kind), "division_id": policy.division_id}
    view = await fetch_view(
        connection,
        PolicyView,
        queries("policies").put,
        {
            "id": new_id(),
            "name": policy.name,
            "division_id": policy.division_id,
            "when": Jsonb(when),
            "steps": Jsonb(list(policy.steps)),
            "repeat": policy.repeat,
            "then_every_s": policy.then_every_s,
            "ack_timeout_s": policy.ack_timeout_s,
        },
    )
    if view is None:
        raise UnknownReferenceError("division_id")
    running = await running_on_another(connection, view, scope)
    return EditedPolicyView(**view.model_dump(), open_incidents=len(running))


async def running_on_another(connection: Connection, policy: PolicyView, scope: Scope) -> list[RunningIncidentView]:
    """The scope's incidents that are not closed and opened with this policy when it said something else."""
    said = {name: value for name, value in policy_to_json(_to_core(policy)).items() if name not in {"name", "version"}}
    params = {"scope": scope.sql, "name": policy.name, "rungs": Jsonb(said)}
    return await fetch_views(connection, RunningIncidentView, queries("policies").running_on_another, params)


async def find_adoptable(connection: Connection, name: str, scope: Scope, division_id: str) -> EscalationPolicy | None:
    """The policy of this name as it now is, if an incident of that division may adopt it."""
    params = {"name": name, "default": DEFAULT_NAME, "scope": scope.sql, "division_id": division_id}
    view = await fetch_view(connection, PolicyView, queries("policies").adoptable, params)
    if view is None:
        return DEFAULT_POLICY if name == DEFAULT_NAME else None
    return _to_core(view)


def _to_core(view: PolicyView) -> EscalationPolicy:
    steps: list[dict[str, float | str]] = [{"after_s": step.after_s, "notify": step.notify} for step in view.steps]
    return core_policy(view.name, steps, view.repeat, view.then_every_s, view.ack_timeout_s, view.version)


def core_policy(
    name: str,
    steps: Sequence[dict[str, float | str]],
    repeat: int,
    then_every_s: float,
    ack_timeout_s: float,
    version: int = 0,
) -> EscalationPolicy:
    """The core's policy of what the contract writes."""
    return policy_from_json(
        {
            "name": name,
            "version": version,
            "steps": list(steps),
            "repeat": repeat,
            "then_every_s": then_every_s,
            "ack_timeout_s": ack_timeout_s,
        }
    )


async def choices_of_place(connection: Connection, division_id: str) -> list[PolicyChoiceView]:
    """Which policy wins for each kind and severity in a place: the core's own choice."""
    rules = await load_policy_rules(connection)
    return [
        PolicyChoiceView(
            kind=kind,
            severity=severity,
            name=choose_policy(rules, kind=kind, severity=severity, division_id=division_id).name,
        )
        for kind in IncidentKind
        for severity in Severity
    ]


async def list_policies(connection: Connection, scope: Scope, hub_division_id: str) -> Page[PolicyView]:
    """Every policy of the scope, and the default one, which concerns everybody."""
    params = {"scope": scope.sql, "name": None, "default": DEFAULT_NAME}
    views = await fetch_views(connection, PolicyView, queries("policies").visible, params)
    if not any(view.name == DEFAULT_NAME for view in views):
        views.insert(0, _built_in(hub_division_id))
    return Page(items=views)


async def find_policy(connection: Connection, name: str, scope: Scope, hub_division_id: str) -> PolicyView | None:
    """One policy of the scope, or the default one."""
    params = {"scope": scope.sql, "name": name, "default": DEFAULT_NAME}
    view = await fetch_view(connection, PolicyView, queries("policies").visible, params)
    return _built_in(hub_division_id) if view is None and name == DEFAULT_NAME else view


async def delete_policy(connection: Connection, name: str, scope: Scope) -> bool:
    """False when the scope has no policy of this name."""
    cursor = await connection.execute(queries("policies").delete, {"name": name, "scope": scope.sql})
    return cursor.rowcount > 0


def _built_in(hub_division_id: str) -> PolicyView:
    return PolicyView.model_validate(
        {
            **policy_to_json(DEFAULT_POLICY),
            "division_id": hub_division_id,
            "when": {},
            "version": 0,
            "updated_at": None,
        }
    )
