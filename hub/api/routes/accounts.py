"""Accounts of people, keys of programs, and who may hold an incident."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from hub.api.callers import LOOKING_ROLES, Caller, requires
from hub.api.problems import not_found
from hub.api.shapes import PAGE_ROWS, Body, Cursor, DivisionId, Limit, Name, Phone, YesOrNo
from hub.storage.accounts import (
    ApiKeyView,
    CreatedApiKey,
    NewUser,
    Role,
    UserView,
    change_user,
    create_api_key,
    create_user,
    list_api_keys,
    list_operators,
    list_users,
    revoke_api_key,
)
from hub.storage.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from hub.storage.views import NamedView, Page, decode_id_cursor

router = APIRouter(tags=["accounts"])

AdminCaller = Annotated[Caller, requires(Role.ADMIN)]
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
Password = Annotated[str, Field(min_length=PASSWORD_LENGTH_MIN, max_length=PASSWORD_LENGTH_MAX)]


class WrittenUser(Body):
    """An account to be made, in the caller's division unless another one below it is named."""

    login: Login
    name: Name
    role: Role
    password: Password
    division_id: DivisionId | None = None
    phone: Phone | None = None


class UserChanges(Body):
    """What is to change; a new password or `disabled` ends the person's sessions."""

    read_only = frozenset({"id", "login", "division_id", "disabled_at", "created_at", "last_log_in_at"})

    name: Name = ""
    role: Role = Role.VIEWER
    phone: Phone | None = None
    password: Password = ""
    disabled: YesOrNo = False


class WrittenApiKey(Body):
    """A key to be made for a program."""

    name: Name
    role: Role
    division_id: DivisionId | None = None


@router.get("/operators")
async def operators(caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Page[NamedView]:
    """People who may hold an incident, by name."""
    return await list_operators(caller.connection, caller.scope)


@router.get("/users")
async def users(
    caller: Annotated[Caller, requires(Role.ADMIN, Role.SUPERVISOR)], cursor: Cursor = None, limit: Limit = PAGE_ROWS
) -> Page[UserView]:
    """Accounts in scope, the newest first."""
    return await list_users(caller.connection, caller.scope, before=decode_id_cursor(cursor), limit=limit)


@router.post("/users", status_code=201)
async def make_user(body: WrittenUser, caller: AdminCaller) -> UserView:
    """A new account."""
    user = await create_user(
        caller.connection,
        caller.parts.passwords,
        NewUser(
            login=body.login,
            name=body.name,
            role=body.role,
            division_id=caller.choose_division(body.division_id),
            password=body.password,
            phone=body.phone,
        ),
    )
    await caller.record("create", "user", user.id, user.division_id)
    return user


@router.patch("/users/{user_id}")
async def alter_user(user_id: UUID, body: UserChanges, caller: AdminCaller) -> UserView:
    """Change what is named."""
    given = body.given()
    if "password" in given:
        given["password_hash"] = await caller.parts.passwords.hash(given.pop("password"))
    user = await change_user(caller.connection, user_id, caller.scope, given)
    if user is None:
        raise not_found("user")
    await caller.record("change", "user", user_id, user.division_id)
    return user


@router.get("/api-keys")
async def api_keys(caller: AdminCaller, cursor: Cursor = None, limit: Limit = PAGE_ROWS) -> Page[ApiKeyView]:
    """Keys in scope, the newest first, without the keys themselves."""
    return await list_api_keys(caller.connection, caller.scope, before=decode_id_cursor(cursor), limit=limit)


@router.post("/api-keys", status_code=201)
async def make_api_key(body: WrittenApiKey, caller: AdminCaller) -> CreatedApiKey:
    """A new key; it is in this answer only."""
    division_id = caller.choose_division(body.division_id)
    key = await create_api_key(caller.connection, role=body.role, name=body.name, division_id=division_id)
    await caller.record("create", "api_key", key.id, division_id)
    return key


@router.delete("/api-keys/{key_id}", status_code=204)
async def withdraw_api_key(key_id: UUID, caller: AdminCaller) -> None:
    """It holds no longer; streams that were opened with it end."""
    if not await revoke_api_key(caller.connection, key_id, caller.scope):
        raise not_found("API key")
    await caller.record("revoke", "api_key", key_id)
