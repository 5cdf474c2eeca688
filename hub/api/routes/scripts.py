"""Scripts (处置脚本): what an operator is shown to do, who wrote it, and what of it was done for one incident."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from alerts.kinds import IncidentKind
from alerts.severity import Severity
from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import Body, DivisionId, Name, Text, WholeNumber, YesOrNo
from hub.storage.accounts import Role
from hub.storage.scripts import (
    WrittenScript,
    create_script,
    find_recipient_script,
    find_script,
    list_scripts,
    list_versions,
    restore_version,
    write_recipient_script,
    write_version,
)
from hub.storage.scripts_choice import Case
from hub.storage.scripts_shapes import (
    STEPS_MAX,
    AdditionHow,
    AdditionView,
    IncidentScriptView,
    RecipientScriptView,
    ScriptAction,
    ScriptVersionView,
    ScriptView,
    StepsJson,
)
from hub.storage.scripts_shown import check_step, find_case, show_script
from hub.storage.views import Page

router = APIRouter(tags=["scripts"])

WritingCaller = Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)]
LookingCaller = Annotated[Caller, requires(*LOOKING_ROLES)]


def _readable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain U+0000")
    if not text.strip():
        raise ValueError("must say something")
    return text.strip()


#: A line at 3 in the morning, not a paragraph.
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_readable)]


class Spoken(Body):
    """Words in one of the desk's languages, or in both."""

    zh: Line | None = None
    en: Line | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.zh is None and self.en is None:
            raise ValueError("must be said in one language at least")
        return self


class ScriptStep(Body):
    """One line to do and to check."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
    text: Spoken
    hint: Spoken | None = None
    action: ScriptAction | None = None


def _told_apart(steps: list[ScriptStep]) -> list[ScriptStep]:
    if len({step.id for step in steps}) < len(steps):
        raise ValueError("two steps have the same id")
    if any(step.id.startswith("own-") for step in steps):
        raise ValueError("ids that begin with own- are those of one person's steps")
    return steps


Steps = Annotated[list[ScriptStep], Field(min_length=1, max_length=STEPS_MAX), AfterValidator(_told_apart)]


class NewScript(Body):
    """For which incidents of a place - by default the caller's own -, and what to do."""

    kind: IncidentKind
    severity: Severity | None = None
    category: Name | None = None
    division_id: DivisionId | None = None
    steps: Steps
    note: Text | None = None


class NextVersion(Body):
    """What to do from now on; `based_on` is the version that was read, so that nobody's change is lost."""

    steps: Steps
    based_on: WholeNumber | None = None
    note: Text | None = None


class Restoring(Body):
    """Which version is to count again."""

    version: Annotated[WholeNumber, Field(ge=1, le=1_000_000)]


class Check(Body):
    """A step of the script that was shown, and whether it is done."""

    step: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
    done: YesOrNo


class Addition(Body):
    """Something that is different for one person (`AdditionView` says how)."""

    kinds: Annotated[list[IncidentKind], Field(max_length=len(IncidentKind))] = Field(default_factory=list)
    how: AdditionHow = "step"
    action: ScriptAction | None = None
    text: Line


class RecipientScript(Body):
    """All that is different for one person; what is not named is gone."""

    read_only = frozenset({"recipient_id", "version", "written_at", "written_by"})

    additions: Annotated[list[Addition], Field(max_length=STEPS_MAX)]


# --- What a place says ----------------------------------------------------------------------------------------------


@router.get("/scripts")
async def list_all(caller: LookingCaller) -> Page[ScriptView]:
    """Every script that may hold here - built in, of the places above, own ones -, each as it now is."""
    return await list_scripts(caller.connection, caller.scope)


@router.post("/scripts", status_code=201)
async def create(body: NewScript, caller: WritingCaller) -> ScriptView:
    """Write a place's own script for a case; 409 when it has one: that is given a new version."""
    written = WrittenScript(
        division_id=caller.choose_division(body.division_id),
        kind=body.kind,
        severity=body.severity,
        category=body.category,
        steps=_as_kept(body.steps),
        note=body.note,
    )
    script_id = await create_script(caller.connection, written, caller.actor)
    await caller.record("create", "script", script_id, written.division_id)
    return await _find(caller, script_id)


@router.put("/scripts/{script_id}")
async def write(script_id: UUID, body: NextVersion, caller: WritingCaller) -> ScriptView:
    """The next version; it holds for incidents that are first shown after the answer. 409: somebody was first."""
    steps = _as_kept(body.steps)
    division_id = await write_version(
        caller.connection, script_id, caller.scope, steps, caller.actor, based_on=body.based_on, note=body.note
    )
    return await _written(caller, "write", script_id, division_id)


@router.delete("/scripts/{script_id}")
async def withdraw(script_id: UUID, caller: WritingCaller) -> ScriptView:
    """It holds no longer: what else applies counts again. Its versions are kept and can be restored."""
    division_id = await write_version(caller.connection, script_id, caller.scope, None, caller.actor)
    return await _written(caller, "withdraw", script_id, division_id)


@router.get("/scripts/{script_id}/versions")
async def versions(script_id: UUID, caller: LookingCaller) -> Page[ScriptVersionView]:
    """All that a script ever said, by whom and when, the last first."""
    await _find(caller, script_id)
    return await list_versions(caller.connection, script_id)


@router.post("/scripts/{script_id}/restore")
async def restore(script_id: UUID, body: Restoring, caller: WritingCaller) -> ScriptView:
    """What an earlier version said is the next one."""
    division_id = await restore_version(caller.connection, script_id, caller.scope, body.version, caller.actor)
    return await _written(caller, "restore", script_id, division_id)


def _as_kept(steps: list[ScriptStep]) -> StepsJson:
    return [step.model_dump(mode="json") for step in steps]


async def _written(caller: Caller, action: str, script_id: UUID, division_id: str | None) -> ScriptView:
    if division_id is None:
        raise not_found("script")
    await caller.record(action, "script", script_id, division_id)
    return await _find(caller, script_id)


async def _find(caller: Caller, script_id: UUID) -> ScriptView:
    script = await find_script(caller.connection, script_id, caller.scope)
    if script is None:
        raise not_found("script")
    return script


# --- What is different for one person -------------------------------------------------------------------------------


@router.get("/recipients/{recipient_id}/script")
async def of_recipient(recipient_id: UUID, caller: LookingCaller) -> RecipientScriptView:
    """What is different for this person in whatever script they are helped by. The look is on record."""
    script = await find_recipient_script(caller.connection, recipient_id, caller.scope)
    if script is None:
        raise not_found("recipient")
    await caller.record("look_script", "recipient", recipient_id)
    return script


@router.put("/recipients/{recipient_id}/script")
async def write_of_recipient(
    recipient_id: UUID, body: RecipientScript, caller: Annotated[Caller, requires(*DESK_ROLES)]
) -> RecipientScriptView:
    """Write what is different for this person; incidents that were shown a script already keep theirs."""
    additions = [AdditionView(**addition.model_dump()) for addition in body.additions]
    division_id = await write_recipient_script(caller.connection, recipient_id, caller.scope, additions, caller.actor)
    if division_id is None:
        raise not_found("recipient")
    await caller.record("write_script", "recipient", recipient_id, division_id)
    return await of_recipient(recipient_id, caller)


# --- What is done for one incident ----------------------------------------------------------------------------------


@router.get("/incidents/{incident_id}/script")
async def of_incident(incident_id: UUID, caller: LookingCaller) -> IncidentScriptView:
    """What to do in this incident, and what of it was done. What the desk is shown first is what it keeps."""
    case = await _case(caller, incident_id)
    freezes = caller.role in DESK_ROLES and case.state != "closed"
    script = await show_script(caller.connection, case, caller.actor if freezes else None)
    if script is None:
        raise not_found("script")
    await caller.record("look_script", "incident", incident_id, case.division_id)
    return script


@router.post("/incidents/{incident_id}/script-steps")
async def check(incident_id: UUID, body: Check, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> IncidentScriptView:
    """A step is done, or not after all: on record with who and when, and shown to everybody who looks.

    It stops no clock: calls and responders are logged as what they are. 409 while nobody has the incident.
    """
    case = await _case(caller, incident_id)
    script = await check_step(caller.connection, case, body.step, caller.actor, done=body.done)
    await caller.record("check_step" if body.done else "uncheck_step", "incident", incident_id, case.division_id)
    return script


async def _case(caller: Caller, incident_id: UUID) -> Case:
    case = await find_case(caller.connection, incident_id, caller.scope)
    if case is None:
        raise not_found("incident")
    return case
