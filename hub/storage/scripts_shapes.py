"""The shapes of scripts (处置脚本): what an operator is shown to do, step by step."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from hub.storage.views import ActorView, View

#: More steps than this nobody follows at night.
STEPS_MAX = 30


class ScriptAction(StrEnum):
    """What the desk can offer beside a step."""

    CALL_WEARER = "call_wearer"  #: 拨打本人
    CALL_CONTACT = "call_contact"  #: 拨打紧急联系人
    CALL_120 = "call_120"  #: 拨打 120
    CALL_110 = "call_110"  #: 拨打 110
    SEND_HELPER = "send_helper"  #: 派人上门
    LOG_OUTCOME = "log_outcome"  #: 办结


#: How something of one person's goes into a script: a step more, words beside a step, other words for a step.
AdditionHow = Literal["step", "remark", "instead"]


class SpokenView(View):
    """Words in the languages in which somebody wrote them; a reader of the other one gets these."""

    zh: str | None = None
    en: str | None = None


class ScriptStepView(View):
    """One line to do and to check; `id` is the same in every version in which the step is."""

    id: str
    text: SpokenView
    hint: SpokenView | None = None
    action: ScriptAction | None = None


class ScriptView(View):
    """What applies to incidents of a kind - and severity, and category of the person - in a place.

    `id` and `division_id` null, `version` 0: built in. `steps` empty: withdrawn, what else applies counts again.
    """

    id: UUID | None
    division_id: str | None
    division_name: str | None
    kind: str
    severity: str | None
    category: str | None
    version: int
    steps: list[ScriptStepView]
    note: str | None
    written_at: datetime | None
    written_by: ActorView | None


class ScriptVersionView(View):
    """What a script said from then on; without steps it was withdrawn."""

    version: int
    steps: list[ScriptStepView]
    note: str | None
    restored_from: int | None
    written_at: datetime
    written_by: ActorView


class AdditionView(View):
    """What is different for one person, in incidents of these kinds (none: of every kind).

    `step`: one more, before the first with this action; `remark`: shown with the steps of this action; `instead`: in
    place of the first of this action. Where the script has no such step, it is a step of its own at the beginning.
    """

    kinds: list[str] = Field(default_factory=list)
    how: AdditionHow
    action: ScriptAction | None = None
    text: str


class RecipientScriptView(View):
    """What is different for one person; `version` 0: nothing ever was."""

    recipient_id: UUID
    version: int
    additions: list[AdditionView]
    written_at: datetime | None
    written_by: ActorView | None


class ShownScriptStepView(ScriptStepView):
    """A step as one incident shows it. `own`: it is this person's; `remarks`: what is said for them beside it."""

    own: bool = False
    remarks: list[str] = Field(default_factory=list)
    done: bool = False
    at: datetime | None = None
    by: ActorView | None = None


class IncidentScriptView(View):
    """What to do in one incident. `frozen_at` null: nobody has been shown it yet, and it may still change."""

    incident_id: UUID
    kind: str
    severity: str | None
    category: str | None
    division_id: str | None
    version: int
    frozen_at: datetime | None
    steps: list[ShownScriptStepView]


#: Steps as they are written: the contract's JSON.
StepsJson = list[dict[str, Any]]
