"""`python -m hub.cli.schema auto|on|off`: `hub migrate` as the supervisor runs it, without what reads settings.

It stands between the person at the terminal and a hub that is ready, so it imports little: half the time.
"""

import os
import sys

from hub.storage.migrate import MigrationError, TimescaleWish, migrate


def main() -> int:
    """Bring the database of the environment to this version; returns the exit code."""
    wish = TimescaleWish(sys.argv[1])
    try:
        migrate(os.environ["HUB_DATABASE_URL"], timescale=wish, tell=_warn)
    except MigrationError as failure:
        print(failure, file=sys.stderr)
        return 1
    except _database_away() as failure:
        print(f"The database does not answer: {failure}", file=sys.stderr)
        return os.EX_TEMPFAIL  # another time: the supervisor tries again, and starts the roles meanwhile
    return 0


def _warn(sentence: str) -> None:
    print(f"Warning: {sentence}", file=sys.stderr)


def _database_away() -> tuple[type[Exception], ...]:
    from hub.storage.database import DATABASE_AWAY  # asked for only when something was raised

    return DATABASE_AWAY


if __name__ == "__main__":
    sys.exit(main())
