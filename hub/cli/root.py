"""The tree of commands."""

import typer

from hub.cli import serve

app = typer.Typer(
    name="hub",
    help="Anxin Hub: watches over people at risk, day and night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve.serve)
app.command()(serve.migrate)
