"""`hub recipient`: the people who are cared for."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hub.cli.context import read_settings
from hub.cli.output import AsJson, tell, tell_list
from hub.cli.registry import in_registry, note_access

if TYPE_CHECKING:
    from hub.storage.database import Connection
    from hub.storage.recipient_lists import ListedRecipient

app = typer.Typer(help="Recipients, the people cared for: create, list.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="The person's name.")],
    division: Annotated[
        str | None, typer.Option(help="12-digit code of the village; the installation's own division unless given.")
    ] = None,
    phone: Annotated[str | None, typer.Option(help="Where the person is rung back.")] = None,
    address: Annotated[str | None, typer.Option(help="Where the person lives.")] = None,
    lives_alone: Annotated[
        bool, typer.Option("--lives-alone/--lives-with-others", help="Unknown counts as alone: silence is noticed.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Open a file for a person; everything else of it is kept at the desk or through the API."""
    from hub.storage.recipients import create_recipient

    settings = read_settings()
    division_id = division or settings.division
    given = {"name": name, "phone": phone, "address": address, "lives_alone": lives_alone}

    async def work(connection: "Connection") -> UUID:
        recipient_id = await create_recipient(connection, division_id, given)
        await note_access(
            connection,
            action="create",
            entity_type="recipient",
            entity_id=str(recipient_id),
            division_id=division_id,
        )
        return recipient_id

    recipient_id = in_registry(settings, work)
    record = {"id": recipient_id, "name": name, "division_id": division_id, "lives_alone": lives_alone}
    tell(f"Created {recipient_id}.", record, as_json=as_json)


@app.command("list")
def list_all(
    search: Annotated[
        str | None, typer.Option(help="Part of a name, its pinyin, group, address, place, or the end of a number.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the people on file, village by village. That you looked is on record."""
    from hub.storage.recipient_lists import Wanted, list_all_recipients
    from hub.storage.scope import Scope

    settings = read_settings()

    async def work(connection: "Connection") -> "list[ListedRecipient]":
        await note_access(
            connection,
            action="look",
            entity_type="recipients",
            entity_id=search or "all",
            division_id=settings.division,
        )
        return await list_all_recipients(connection, Scope.everything(), Wanted(search=search))

    people = in_registry(settings, work)
    columns = ("id", "name", "division_name", "group_name", "phone", "lives_alone")
    tell_list([person.model_dump() for person in people], columns, as_json=as_json)
