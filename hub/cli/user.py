"""`hub user`: who logs in at the desk."""

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.context import read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell, tell_list
from hub.cli.registry import all_pages, in_registry, note_access
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.storage.accounts import UserView
    from hub.storage.database import Connection

app = typer.Typer(help="Accounts of people: create, list, disable, passwd.", no_args_is_help=True)

_GENERATED_BYTES = 12

Login = Annotated[str, typer.Argument(help="The login of the account.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the input; otherwise one is made and shown.")
]


@app.command()
def create(
    login: Annotated[str, typer.Option(help="What the person types at the log-in.")],
    name: Annotated[str, typer.Option(help="The person's name, as shown at the desk.")],
    role: Annotated[
        str, typer.Option(help="admin, supervisor, operator, installer, vendor, viewer or wall: what they may do.")
    ],
    division: Annotated[
        str | None, typer.Option(help="12-digit code of the division they see; the installation's own unless given.")
    ] = None,
    phone: Annotated[str | None, typer.Option(help="Where they are reached.")] = None,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Create an account."""
    from hub.cli.roles import parse_role
    from hub.storage.accounts import NewUser, create_user
    from hub.storage.passwords import Passwords

    settings = read_settings()
    password, generated = _new_password(password_stdin)
    user = NewUser(
        login=login,
        name=name,
        role=parse_role(role),
        division_id=division or settings.division,
        password=password,
        phone=phone,
    )

    async def work(connection: "Connection") -> "UserView":
        view = await create_user(connection, Passwords(), user)
        await _note(connection, "create", view)
        return view

    view = in_registry(settings, work)
    shown = {"password": password} if generated else {}
    sentence = f"Created {login}." + (f" Password, shown this once: {password}" if generated else "")
    tell(sentence, {"id": view.id, "login": login, "role": view.role, **shown}, as_json=as_json)


@app.command("list")
def list_accounts(*, as_json: AsJson = False) -> None:
    """Show all accounts, the newest first."""
    from hub.storage.accounts import list_users
    from hub.storage.scope import Scope

    async def work(connection: "Connection") -> "list[UserView]":
        return await all_pages(
            lambda before, limit: list_users(connection, Scope.everything(), before=before, limit=limit)
        )

    users = in_registry(read_settings(), work)
    columns = ("login", "name", "role", "division_id", "created_at", "disabled_at")
    tell_list([user.model_dump() for user in users], columns, as_json=as_json)


@app.command()
def disable(
    login: Login,
    undo: Annotated[bool, typer.Option("--undo", help="Let the person in again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lock somebody out: their sessions end now, and they cannot log in."""
    user = _change(read_settings(), login, "enable" if undo else "disable", {"disabled": not undo})
    tell(
        f"{login} may log in again." if undo else f"{login} is locked out.",
        {"id": user.id, "login": login, "disabled_at": user.disabled_at},
        as_json=as_json,
    )


@app.command()
def passwd(login: Login, *, password_stdin: FromInput = False, as_json: AsJson = False) -> None:
    """Give somebody a new password; their sessions end now."""
    import asyncio

    from hub.storage.passwords import Passwords

    settings = read_settings()
    password, generated = _new_password(password_stdin)
    password_hash = asyncio.run(Passwords().hash(password))
    user = _change(settings, login, "passwd", {"password_hash": password_hash})
    shown = {"password": password} if generated else {}
    sentence = f"{login} has a new password." + (f" Shown this once: {password}" if generated else "")
    tell(sentence, {"id": user.id, "login": login, **shown}, as_json=as_json)


def _change(settings: Settings, login: str, action: str, given: dict[str, Any]) -> "UserView":
    from hub.storage.accounts import change_user, find_user_by_login
    from hub.storage.scope import Scope

    async def work(connection: "Connection") -> "UserView | None":
        user = await find_user_by_login(connection, login)
        changed = user and await change_user(connection, user.id, Scope.everything(), given)
        if changed:
            await _note(connection, action, changed)
        return changed

    user = in_registry(settings, work)
    if user is None:
        raise CommandError(f"There is no account {login!r}.")
    return user


async def _note(connection: "Connection", action: str, user: "UserView") -> None:
    await note_access(
        connection, action=action, entity_type="user", entity_id=str(user.id), division_id=user.division_id
    )


def _new_password(from_input: bool) -> tuple[str, bool]:
    """The password and whether we made it."""
    from hub.storage.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN

    if not from_input:
        return secrets.token_urlsafe(_GENERATED_BYTES), True
    password = sys.stdin.readline().rstrip("\n")
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise CommandError(f"A password has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters.")
    return password, False
