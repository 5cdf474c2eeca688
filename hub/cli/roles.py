"""Roles as they are typed."""

import typer

from hub.storage.accounts import Role


def parse_role(given: str) -> Role:
    """The role of this name; wrong usage if there is none."""
    try:
        return Role(given)
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise typer.BadParameter(f"there is no role {given!r}; one of: {known}", param_hint="--role") from None
