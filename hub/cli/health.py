"""`hub health`: whether this machine's part of the hub works, as an exit code for containers and init systems."""

import http.client
import ssl
from typing import Annotated
from urllib.parse import urlsplit

import typer

from hub.cli.context import in_transaction, read_settings
from hub.cli.errors import CommandError
from hub.cli.output import AsJson, tell
from hub.cli.serve import Role, desk_url
from hub.settings import Settings

#: Readiness itself waits 3 s for the database at most.
_ANSWER_WITHIN_S = 5.0


def health(
    role: Annotated[
        Role | None, typer.Option(help="Look at this role on this machine alone; without it, at the whole hub.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Exit with 0 when all is well, with 1 and a sentence when not.

    Without --role, and for the role web: whether `/readyz` answers 200 here. For ingest and duty on a database of
    yours, which have no door for questions: whether a process of theirs on this machine has said lately that it is
    alive; a standby is.
    """
    settings = read_settings()
    if role is not None and role is not Role.WEB and settings.database_dsn is not None:
        _see_heartbeat(settings, role)
    else:
        _ask_readiness(settings)
    tell("All is well.", {"well": True}, as_json=as_json)


def _see_heartbeat(settings: Settings, role: Role) -> None:
    from hub.storage.heartbeats import host_name, is_alive_here

    if not in_transaction(settings, lambda connection: is_alive_here(connection, role.value, host_name())):
        raise CommandError(f"No {role.value} of this machine has said lately that it is alive.")


def _ask_readiness(settings: Settings) -> None:
    address = urlsplit(desk_url(settings))
    host = address.hostname or "127.0.0.1"
    if address.scheme == "https":
        # the certificate names the desk, and this is the way round it: the machine asks itself
        context = ssl._create_unverified_context()  # noqa: S323, SLF001 - the address is our own
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, address.port, timeout=_ANSWER_WITHIN_S, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, address.port, timeout=_ANSWER_WITHIN_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as failure:
        raise CommandError(f"{address.geturl()}readyz does not answer: {failure}") from failure
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise CommandError(f"The hub is not ready: {said}")
