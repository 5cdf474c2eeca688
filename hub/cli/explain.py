"""`hub explain`: an incident's story, and whether its commands replay. Works with the hub and without it."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hub.cli.context import in_transaction, read_settings
from hub.cli.errors import CommandError
from hub.cli.language import LanguageOption
from hub.cli.output import AsJson, tell
from hub.cli.registry import note_access
from hub.words.language import Language, Words

if TYPE_CHECKING:
    from hub.explain.shapes import IncidentExplanation
    from hub.storage.database import Connection

#: A replay that gives something else, or cannot be done, is a mistake of the hub's or somebody's hand in its rows.
_WRONG_ENDS = frozenset({"differs", "not_replayable"})


def explain(
    incident: Annotated[str, typer.Argument(help="Its id, or its code of three digits: the newest with it.")],
    *,
    language: LanguageOption = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Tell an incident's story: what was observed, why it was raised, who was told, who did what - and replay it.

    Exit code 1: its commands cannot be applied again, or do not give what is on record. That you looked is on record.
    """
    settings = read_settings()

    async def work(connection: "Connection") -> "IncidentExplanation":
        from hub.explain.gathered import gather
        from hub.explain.story import explain as explain_incident
        from hub.storage.scope import Scope

        incident_id = await _find(connection, incident)
        gathered = None if incident_id is None else await gather(connection, incident_id, Scope.everything())
        if gathered is None:
            raise CommandError(f"There is no incident {incident}.")
        await note_access(
            connection,
            action="look",
            entity_type="incident",
            entity_id=str(gathered.about.id),
            division_id=gathered.about.division_id,
        )
        return explain_incident(gathered, Words(language, settings.zone))

    said = in_transaction(settings, work)
    tell("\n".join(said.story), said.model_dump(mode="json"), as_json=as_json)
    if said.replay.end in _WRONG_ENDS:
        raise typer.Exit(1)


async def _find(connection: "Connection", incident: str) -> UUID | None:
    from hub.storage.explanations import find_by_code

    if incident.isdecimal():
        return await find_by_code(connection, int(incident))
    try:
        return UUID(incident)
    except ValueError:
        raise CommandError(f"{incident!r} is neither an incident's id nor its code.") from None
