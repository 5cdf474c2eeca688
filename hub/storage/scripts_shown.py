"""The script of one incident: frozen when it is first shown, and what of it was done, by whom and when.

A check is on record beside the incident's own log, where nothing replays it: it stops no clock. What stops clocks is
what happened - a call, somebody on the way - and that is logged as what it is.
"""

from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from alerts.actors import Actor
from alerts.incidents import RefusedError
from hub.identity import new_id
from hub.storage import stream
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.scripts import find_recipient_script, own_scripts
from hub.storage.scripts_builtin import builtin_scripts
from hub.storage.scripts_choice import Case, choose_script, personalise
from hub.storage.scripts_shapes import IncidentScriptView, ScriptView

_EVERYTHING = Scope.everything()


async def find_case(connection: Connection, incident_id: UUID, scope: Scope) -> Case | None:
    """What decides which script an incident is shown; None when the scope has no such incident."""
    async with connection.cursor(row_factory=class_row(Case)) as cursor:
        await cursor.execute(queries("scripts").case_of, {"incident_id": incident_id, "scope": scope.sql})
        return await cursor.fetchone()


async def show_script(connection: Connection, case: Case, freezing: Actor | None) -> IncidentScriptView | None:
    """The script of an incident, as it was shown first; None when there is none for it.

    Nobody has been shown it yet: what applies now, and with `freezing` this is what is shown from now on.
    """
    frozen = await _read_frozen(connection, case)
    if frozen is not None:
        return frozen
    script = choose_script([*builtin_scripts(), *await own_scripts(connection, _EVERYTHING, kind=case.kind)], case)
    if script is None:
        return None
    own = None if case.recipient_id is None else await find_recipient_script(connection, case.recipient_id, _EVERYTHING)
    shown = IncidentScriptView(
        **_origin(script),
        incident_id=case.incident_id,
        frozen_at=None,
        steps=personalise(script, [] if own is None else own.additions),
    )
    if freezing is None:
        return shown
    await connection.execute(
        queries("scripts").freeze,
        {
            "incident_id": case.incident_id,
            "division_id": case.division_id,
            "origin": Jsonb(_origin(script)),
            "recipient_version": None if own is None or own.version == 0 else own.version,
            "steps": Jsonb([step.model_dump(mode="json", exclude={"done", "at", "by"}) for step in shown.steps]),
            "by": actor_to_json(freezing),
        },
    )
    return await _read_frozen(connection, case)


async def check_step(connection: Connection, case: Case, step: str, actor: Actor, *, done: bool) -> IncidentScriptView:
    """Put on record that a step was done, or that it was not after all; what is so already is not recorded twice.

    Raises:
        RefusedError: `closed`, or `not_held` while nobody has the incident: who follows its script has taken it.
        UnknownReferenceError: the script that was shown has no such step.
    """
    if case.state != "acknowledged":
        raise RefusedError("closed" if case.state == "closed" else "not_held")
    await show_script(connection, case, actor)
    await connection.execute(queries("scripts").lock_frozen, {"incident_id": case.incident_id})
    shown = await _read_frozen(connection, case)
    known = None if shown is None else next((one for one in shown.steps if one.id == step), None)
    if shown is None or known is None:
        raise UnknownReferenceError("step")
    if known.done == done:
        return shown
    await connection.execute(
        queries("scripts").check_step,
        {
            "id": new_id(),
            "incident_id": case.incident_id,
            "division_id": case.division_id,
            "step": step,
            "done": done,
            "actor": actor_to_json(actor),
        },
    )
    await stream.append(connection, "incident", case.incident_id, case.division_id)
    return await _read_frozen(connection, case) or shown


def _origin(script: ScriptView) -> dict[str, Any]:
    return script.model_dump(mode="json", include={"kind", "severity", "category", "division_id", "version"})


async def _read_frozen(connection: Connection, case: Case) -> IncidentScriptView | None:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(queries("scripts").frozen, {"incident_id": case.incident_id})
        row = await cursor.fetchone()
    if row is None:
        return None
    checks = row["checks"]
    return IncidentScriptView.model_validate(
        {
            **row["origin"],
            "incident_id": row["incident_id"],
            "frozen_at": row["frozen_at"],
            "steps": [{**step, **checks.get(step["id"], {})} for step in row["steps"]],
        }
    )
