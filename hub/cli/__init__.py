"""The command `hub`: one module per noun or verb, each of them thin.

Commands read settings, call `hub.storage`, `hub.embedded` or `hub.app`, and print. Errors are sentences on the error
output with exit code 1, wrong usage is 2. What a command does not need it does not import: every role starts here.
"""

import sys

from hub.cli.errors import CommandError


def main() -> None:
    """Run the command line; the entry point of the package."""
    from hub.cli.root import app  # typer, not needed by who imports only this package

    try:
        app(prog_name="hub")
    except CommandError as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
