"""`hub api-key`: what programs log in with."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hub.cli.context import read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell, tell_list
from hub.cli.registry import all_pages, in_registry, note_access

if TYPE_CHECKING:
    from hub.storage.accounts import ApiKeyView, CreatedApiKey
    from hub.storage.database import Connection

app = typer.Typer(help="API keys of programs: create, list, revoke.", no_args_is_help=True)

DEFAULT_NAME = "command line"


@app.command()
def create(
    role: Annotated[
        str,
        typer.Option(help="admin, supervisor, operator, installer, vendor, viewer or wall: what it may do."),
    ],
    name: Annotated[str, typer.Option(help="What the key is for, as shown in lists and in the access log.")] = (
        DEFAULT_NAME
    ),
    division: Annotated[
        str | None, typer.Option(help="12-digit code of the division it sees; the installation's own unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a key and show it, this once: only its hash is stored.

    With --json the last line is {"id": ..., "key": ..., "role": ..., ...}.
    """
    from hub.cli.roles import parse_role
    from hub.storage.accounts import create_api_key

    settings = read_settings()
    given_role = parse_role(role)

    async def work(connection: "Connection") -> "CreatedApiKey":
        key = await create_api_key(connection, role=given_role, name=name, division_id=division or settings.division)
        await note_access(
            connection, action="create", entity_type="api_key", entity_id=str(key.id), division_id=key.division_id
        )
        return key

    key = in_registry(settings, work)
    tell(f"{key.key}\n\nIt is shown this once. Role: {key.role}; id: {key.id}.", key.model_dump(), as_json=as_json)


@app.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """Show all keys, the newest first; never the keys themselves."""
    from hub.storage.accounts import list_api_keys
    from hub.storage.scope import Scope

    async def work(connection: "Connection") -> "list[ApiKeyView]":
        return await all_pages(
            lambda before, limit: list_api_keys(connection, Scope.everything(), before=before, limit=limit)
        )

    keys = in_registry(read_settings(), work)
    columns = ("id", "name", "role", "division_id", "created_at", "revoked_at")
    tell_list([key.model_dump() for key in keys], columns, as_json=as_json)


@app.command()
def revoke(key_id: Annotated[UUID, typer.Argument(help="The id that `create` and `list` show.")]) -> None:
    """Make a key worthless, at once."""
    from hub.storage.accounts import revoke_api_key
    from hub.storage.scope import Scope

    settings = read_settings()

    async def work(connection: "Connection") -> bool:
        revoked = await revoke_api_key(connection, key_id, Scope.everything())
        if revoked:
            await note_access(
                connection,
                action="revoke",
                entity_type="api_key",
                entity_id=str(key_id),
                division_id=settings.division,
            )
        return revoked

    if not in_registry(settings, work):
        raise CommandError(f"There is no API key {key_id}.")
    print(f"Revoked {key_id}.")
