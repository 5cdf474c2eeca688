"""Scripts as people write them: a place's own in versions, and what is different for one person.

Nothing that was written is ever changed: writing, withdrawing and restoring each add a version, and the last counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.incident_rows import actor_to_json
from hub.storage.queries import queries
from hub.storage.refusals import TakenError, UnknownReferenceError
from hub.storage.scope import Scope
from hub.storage.scripts_builtin import builtin_scripts
from hub.storage.scripts_shapes import (
    AdditionView,
    RecipientScriptView,
    ScriptVersionView,
    ScriptView,
    StepsJson,
)
from hub.storage.views import Page, fetch_view, fetch_views


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenScript:
    """A script for a case of a place."""

    division_id: str
    kind: str
    severity: str | None
    category: str | None
    steps: StepsJson
    note: str | None


async def list_scripts(connection: Connection, scope: Scope) -> Page[ScriptView]:
    """Every script that may hold in the scope, the built-in ones first; of each its last version."""
    return Page(items=[*builtin_scripts(), *await own_scripts(connection, scope)])


async def own_scripts(connection: Connection, scope: Scope, *, kind: str | None = None) -> list[ScriptView]:
    """What people have written, of the scope and of the places above it."""
    params = {"scope": scope.sql, "kind": kind, "id": None}
    return await fetch_views(connection, ScriptView, queries("scripts").visible, params)


async def find_script(connection: Connection, script_id: UUID, scope: Scope) -> ScriptView | None:
    """One that people have written."""
    params = {"scope": scope.sql, "kind": None, "id": script_id}
    return await fetch_view(connection, ScriptView, queries("scripts").visible, params)


async def list_versions(connection: Connection, script_id: UUID) -> Page[ScriptVersionView]:
    """All that a script ever said, the last first."""
    return Page(items=await fetch_views(connection, ScriptVersionView, queries("scripts").versions, {"id": script_id}))


async def create_script(connection: Connection, written: WrittenScript, by: Actor) -> UUID:
    """The first version of a script, or the next of one that was withdrawn.

    Raises:
        TakenError: `script_exists`, the place has one for this case.
        UnknownReferenceError: there is no such division.
    """
    params = {
        "id": new_id(),
        "division_id": written.division_id,
        "kind": written.kind,
        "severity": written.severity,
        "category": written.category,
    }
    row = await (await connection.execute(queries("scripts").create, params)).fetchone()
    if row is None:
        raise UnknownReferenceError("division_id")
    script_id: UUID = row[0]
    version, is_withdrawn = await _last_version(connection, script_id)
    if version > 0 and not is_withdrawn:
        raise TakenError("script_exists")
    await _add_version(connection, script_id, version + 1, written.steps, by, note=written.note)
    return script_id


async def write_version(
    connection: Connection,
    script_id: UUID,
    scope: Scope,
    steps: StepsJson | None,
    by: Actor,
    *,
    based_on: int | None = None,
    note: str | None = None,
) -> str | None:
    """The next version; without steps the script is withdrawn. Its division; None when the scope has no such script.

    Raises:
        TakenError: `script_changed`, somebody has written a version since `based_on`.
    """
    division_id = await _lock(connection, script_id, scope)
    if division_id is None:
        return None
    version, is_withdrawn = await _last_version(connection, script_id)
    if based_on is not None and based_on != version:
        raise TakenError("script_changed")
    if steps is not None or not is_withdrawn:
        await _add_version(connection, script_id, version + 1, steps, by, note=note)
    return division_id


async def restore_version(connection: Connection, script_id: UUID, scope: Scope, version: int, by: Actor) -> str | None:
    """What an earlier version said is the next one. Its division; None when the scope has no such script.

    Raises:
        UnknownReferenceError: there is no such version, or it withdrew the script.
    """
    division_id = await _lock(connection, script_id, scope)
    if division_id is None:
        return None
    cursor = await connection.execute(queries("scripts").steps_of, {"id": script_id, "version": version})
    row = await cursor.fetchone()
    if row is None:
        raise UnknownReferenceError("version")
    last, _ = await _last_version(connection, script_id)
    await _add_version(connection, script_id, last + 1, row[0], by, restored_from=version)
    return division_id


async def _lock(connection: Connection, script_id: UUID, scope: Scope) -> str | None:
    cursor = await connection.execute(queries("scripts").lock_one, {"id": script_id, "scope": scope.sql})
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def _last_version(connection: Connection, script_id: UUID) -> tuple[int, bool]:
    """The last version, and whether it withdrew the script; (0, False): nothing was written yet."""
    row = await (await connection.execute(queries("scripts").last_version, {"id": script_id})).fetchone()
    return (0, False) if row is None else (int(row[0]), bool(row[1]))


async def _add_version(
    connection: Connection,
    script_id: UUID,
    version: int,
    steps: StepsJson | None,
    by: Actor,
    *,
    note: str | None = None,
    restored_from: int | None = None,
) -> None:
    params: dict[str, Any] = {
        "id": script_id,
        "version": version,
        "steps": None if steps is None else Jsonb(steps),
        "note": note,
        "restored_from": restored_from,
        "written_by": actor_to_json(by),
    }
    await connection.execute(queries("scripts").add_version, params)


# --- One person's ---------------------------------------------------------------------------------------------------


async def find_recipient_script(connection: Connection, recipient_id: UUID, scope: Scope) -> RecipientScriptView | None:
    """What is different for a person; None when nobody in scope has this id."""
    params = {"recipient_id": recipient_id, "scope": scope.sql}
    return await fetch_view(connection, RecipientScriptView, queries("scripts").of_recipient, params)


async def write_recipient_script(
    connection: Connection, recipient_id: UUID, scope: Scope, additions: Sequence[AdditionView], by: Actor
) -> str | None:
    """The next version of what is different for a person. Their division; None when nobody in scope has this id."""
    params = {"recipient_id": recipient_id, "scope": scope.sql}
    row = await (await connection.execute(queries("scripts").lock_recipient, params)).fetchone()
    before = await find_recipient_script(connection, recipient_id, scope)
    if row is None or before is None:
        return None
    division_id = str(row[0])
    await connection.execute(
        queries("scripts").add_recipient_version,
        {
            "recipient_id": recipient_id,
            "version": before.version + 1,
            "division_id": division_id,
            "additions": Jsonb([addition.model_dump(mode="json") for addition in additions]),
            "written_by": actor_to_json(by),
        },
    )
    return division_id
