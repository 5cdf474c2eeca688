"""Who may use the hub: people with a login, programs with an API key, each with one role in one division."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from alerts.actors import Actor, ActorType
from hub.identity import new_id
from hub.storage.database import Connection
from hub.storage.passwords import Passwords
from hub.storage.queries import queries
from hub.storage.refusals import UnknownReferenceError, refused_as
from hub.storage.scope import Scope
from hub.storage.views import NamedView, Page, View, cut_page, fetch_view, fetch_views

_KEY_BYTES = 32
_KEY_PREFIX = "anxin_"  #: So that a key that leaked is recognised by scanners.


class Role(StrEnum):
    """What somebody may do within their division; each endpoint names the roles it is for."""

    ADMIN = "admin"  #: Everything, accounts included. 管理员
    SUPERVISOR = "supervisor"  #: Desk work, others' incidents, rosters and policies. 班长
    OPERATOR = "operator"  #: Desk work. 值班员
    INSTALLER = "installer"  #: Puts devices on people. 安装员
    VENDOR = "vendor"  #: Sees devices and why messages were refused. 设备厂商
    VIEWER = "viewer"  #: Looks, and changes nothing. 查看员
    WALL = "wall"  #: A screen on a wall: its figures, and nothing of any person. 大屏


#: Roles that may hold an incident.
HOLDER_ROLES = (Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody who has proved who they are."""

    actor: Actor
    role: Role
    division_id: str


class UserView(View):
    """An account of a person."""

    id: UUID
    login: str
    name: str
    role: Role
    division_id: str
    phone: str | None
    disabled_at: datetime | None
    created_at: datetime
    last_log_in_at: datetime | None  #: As far as the access log reaches back.


class ApiKeyView(View):
    """A program's key, without the key."""

    id: UUID
    name: str
    role: Role
    division_id: str
    created_at: datetime
    revoked_at: datetime | None


class CreatedApiKey(View):
    """A new key; it is shown once and stored nowhere."""

    id: UUID
    key: str
    role: Role
    name: str
    division_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account to be made."""

    login: str
    name: str
    role: Role
    division_id: str
    password: str
    phone: str | None = None


async def create_user(connection: Connection, passwords: Passwords, user: NewUser) -> UserView:
    """Make an account.

    Raises:
        TakenError: `login_taken`.
        UnknownReferenceError: there is no such division.
    """
    with refused_as("login_taken"):
        view = await fetch_view(
            connection,
            UserView,
            queries("accounts").create_user,
            {
                "id": new_id(),
                "login": user.login,
                "name": user.name,
                "role": user.role,
                "division_id": user.division_id,
                "phone": user.phone,
                "password_hash": await passwords.hash(user.password),
            },
        )
    if view is None:
        raise UnknownReferenceError("division_id")
    return view


async def list_users(connection: Connection, scope: Scope, *, before: UUID | None, limit: int) -> Page[UserView]:
    """Accounts in scope, the newest first."""
    params = {"scope": scope.sql, "before": before, "limit": limit + 1}
    rows = await fetch_views(connection, UserView, queries("accounts").list_users, params)
    return cut_page(rows, limit, lambda user: (user.id,))


async def change_user(connection: Connection, user_id: UUID, scope: Scope, given: dict[str, Any]) -> UserView | None:
    """Set name, role, phone, password hash or `disabled`; None when there is no such account in scope.

    With a new password or a disabled account all sessions of the person end.
    """
    columns = {name: value for name, value in given.items() if name != "disabled"}
    view = await fetch_view(
        connection,
        UserView,
        queries("accounts").change_user,
        {"id": user_id, "scope": scope.sql, "given": Jsonb(columns), "disabled": given.get("disabled")},
    )
    if view is not None and ("password_hash" in given or given.get("disabled")):
        await connection.execute(queries("accounts").end_sessions, {"user_id": user_id})
    return view


async def find_user_by_login(connection: Connection, login: str) -> UserView | None:
    """The account of a login, for the command line."""
    return await fetch_view(connection, UserView, queries("accounts").find_by_login, {"login": login})


async def list_operators(connection: Connection, scope: Scope) -> Page[NamedView]:
    """People who may hold an incident."""
    params = {"scope": scope.sql, "roles": [str(role) for role in HOLDER_ROLES]}
    return Page(items=await fetch_views(connection, NamedView, queries("accounts").list_operators, params))


async def find_operator(connection: Connection, user_id: UUID, division_id: str) -> Actor | None:
    """The person as an actor, if they may hold an incident of this division."""
    cursor = await connection.execute(
        queries("accounts").find_operator, {"id": user_id, "roles": [str(role) for role in HOLDER_ROLES]}
    )
    row = await cursor.fetchone()
    if row is None or not Scope.of_division(row[1]).covers(division_id):
        return None
    return Actor(type=ActorType.OPERATOR, id=str(user_id), name=row[0])


async def create_api_key(connection: Connection, *, role: Role, name: str, division_id: str) -> CreatedApiKey:
    """Make a key for a program.

    Raises:
        UnknownReferenceError: there is no such division.
    """
    key = _KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    key_id = new_id()
    cursor = await connection.execute(
        queries("accounts").create_api_key,
        {"id": key_id, "role": role, "name": name, "division_id": division_id, "key_sha256": _sha256(key)},
    )
    if cursor.rowcount == 0:
        raise UnknownReferenceError("division_id")
    return CreatedApiKey(id=key_id, key=key, role=role, name=name, division_id=division_id)


async def list_api_keys(connection: Connection, scope: Scope, *, before: UUID | None, limit: int) -> Page[ApiKeyView]:
    """Keys in scope, the newest first."""
    params = {"scope": scope.sql, "before": before, "limit": limit + 1}
    rows = await fetch_views(connection, ApiKeyView, queries("accounts").list_api_keys, params)
    return cut_page(rows, limit, lambda key: (key.id,))


async def revoke_api_key(connection: Connection, key_id: UUID, scope: Scope) -> bool:
    """It holds no longer; False when there is no such key in scope."""
    cursor = await connection.execute(queries("accounts").revoke_api_key, {"id": key_id, "scope": scope.sql})
    return cursor.rowcount > 0


async def identify_api_key(connection: Connection, key: str) -> Identity | None:
    """Whose key it is; None when it is nobody's (any more)."""
    cursor = await connection.execute(queries("accounts").find_api_key, {"key_sha256": _sha256(key)})
    row = await cursor.fetchone()
    if row is None:
        return None
    key_id, name, role, division_id = row
    actor = Actor(type=ActorType.MACHINE, id=str(key_id), name=name)
    return Identity(actor=actor, role=Role(role), division_id=division_id)


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
