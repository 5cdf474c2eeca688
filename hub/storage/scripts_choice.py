"""Which script an incident is shown, and how it is made one person's. Pure: rows in, steps out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.storage.scope import division_prefix
from hub.storage.scripts_shapes import AdditionView, ScriptView, ShownScriptStepView, SpokenView


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What of an incident decides which script it is shown."""

    incident_id: UUID
    state: str
    division_id: str
    kind: str
    severity: str
    categories: Sequence[str]
    recipient_id: UUID | None


def choose_script(scripts: Iterable[ScriptView], case: Case) -> ScriptView | None:
    """The one for the person's category before one for the severity, before one for all; then the nearest place's.

    What somebody's category needs is not lost to a general script of the county: a child's is a child's everywhere.
    """
    return max((one for one in scripts if _applies(one, case)), key=_nearness, default=None)


def _applies(script: ScriptView, case: Case) -> bool:
    return (
        script.kind == case.kind
        and script.steps != []
        and script.severity in (None, case.severity)
        and (script.category is None or script.category in case.categories)
        and (script.division_id is None or case.division_id.startswith(division_prefix(script.division_id)))
    )


def _nearness(script: ScriptView) -> tuple[bool, bool, int, str]:
    """Of two categories of one person the choice is any, but always the same."""
    distance = 0 if script.division_id is None else len(division_prefix(script.division_id))
    return script.category is not None, script.severity is not None, distance, script.category or ""


def personalise(script: ScriptView, additions: Sequence[AdditionView]) -> list[ShownScriptStepView]:
    """The script's steps with what is different for the person; nothing that was written for them is left out."""
    steps = [ShownScriptStepView(**step.model_dump()) for step in script.steps]
    first: list[ShownScriptStepView] = []
    for number, addition in enumerate(additions, start=1):
        if addition.kinds and script.kind not in addition.kinds:
            continue
        at = next((place for place, step in enumerate(steps) if _meant(step, addition)), None)
        own = ShownScriptStepView(
            id=f"own-{number}", text=SpokenView(zh=addition.text), action=addition.action, own=True
        )
        if at is None:
            first.append(own)
        elif addition.how == "step":
            steps.insert(at, own)
        elif addition.how == "instead":
            steps[at] = steps[at].model_copy(update={"text": own.text, "hint": None, "own": True})
        else:
            steps = [_with_remark(step, addition) if _meant(step, addition) else step for step in steps]
    return [*first, *steps]


def _meant(step: ShownScriptStepView, addition: AdditionView) -> bool:
    """Whether a step of the script - not of the person's own - is the one an addition belongs to."""
    is_written_for_all = not step.id.startswith("own-")
    return addition.action is not None and step.action == addition.action and is_written_for_all


def _with_remark(step: ShownScriptStepView, addition: AdditionView) -> ShownScriptStepView:
    return step.model_copy(update={"remarks": [*step.remarks, addition.text]})
